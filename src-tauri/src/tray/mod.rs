//! The tray icon: tries until somebody shows it, then follows the state of the app.

mod credit;
mod icon;
mod model;
mod render;
mod retry;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::App;
use app::sites::SiteChoice;
use server::reachable;
use tauri::tray::{MouseButton, MouseButtonState, TrayIconEvent};
use tokio::sync::oneshot;

use self::credit::{Credit, SiteCredit};
use self::model::{Command, Facts, Proxy, Site, Today, TrayModel};
use self::render::Rendered;
use crate::engine::Phase;
use crate::platform::{self, Ink};
use crate::shell::Shell;
use crate::text::{Language, Text};
use crate::{login, window};

/// Time between two looks at the figures, so the menu changes at most that often by itself.
const PACE: Duration = Duration::from_secs(1);

/// Looks between two questions to the desktop: whether a tray is still there, and how dark it is.
const LOOKS_PER_QUESTION: u32 = 30;

/// The tray icon, once there is one.
#[derive(Default)]
pub(crate) struct Tray {
    /// A tray took the icon.
    up: AtomicBool,
    /// The desktop's tray has gone since.
    host_gone: AtomicBool,
    /// Locked on the main thread only, so nobody ever waits for it.
    rendered: Mutex<Option<Rendered>>,
}

impl Tray {
    /// Whether the user can reach us through the tray, as far as we last asked.
    pub(crate) fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed) && !self.host_gone.load(Ordering::Relaxed)
    }

    /// The same, asked now.
    pub(crate) async fn ask(&self) -> bool {
        self.host_gone
            .store(!platform::tray_host_present().await, Ordering::Relaxed);
        self.is_up()
    }
}

/// What the last update showed.
#[derive(Clone, PartialEq)]
struct Seen {
    facts: Facts,
    language: Language,
    ink: Ink,
}

impl Seen {
    fn now(shell: &Shell, ink: Ink) -> Self {
        let start_at_login = login::is_on(&shell.arguments).ok().map(Into::into);
        let facts = Facts {
            proxy: proxy(shell),
            start_at_login,
            credit: credit(shell),
        };
        Self {
            facts,
            language: shell.language(),
            ink,
        }
    }

    fn model(&self) -> TrayModel {
        TrayModel::new(&self.facts, &Text::new(self.language))
    }
}

/// Keeps the tray until the program ends.
pub(crate) async fn run(shell: &Arc<Shell>) {
    let mut seen = first(shell).await;
    let mut ink = seen.ink;
    shell.tray.up.store(true, Ordering::Relaxed);
    for look in 1u32.. {
        // A click moves a tick by itself, so it is put right even if nothing has changed.
        let asked = tokio::select! {
            () = shell.changed.notified() => true,
            () = tokio::time::sleep(PACE) => false,
        };
        if look % LOOKS_PER_QUESTION == 0 {
            shell.tray.ask().await;
            ink = platform::tray_ink().await;
        }
        let now = Seen::now(shell, ink);
        if asked || now != seen {
            seen = now.clone();
            if let Err(error) = on_main_thread(shell, move |shell| apply(shell, &now)).await {
                tracing::warn!(%error, "cannot update the tray");
            }
        }
    }
}

/// Shows the icon, as soon as there is somebody to show it to.
async fn first(shell: &Arc<Shell>) -> Seen {
    let mut failed = 0;
    loop {
        let seen = Seen::now(shell, platform::tray_ink().await);
        let shown = seen.clone();
        match on_main_thread(shell, move |shell| build(shell, &shown)).await {
            Ok(()) => return seen,
            Err(error) => tracing::info!(%error, "no tray yet"),
        }
        failed += 1;
        if retry::out_of_patience(failed) {
            window::show_if_none(shell).await;
        }
        tokio::time::sleep(retry::wait(failed)).await;
    }
}

fn build(shell: &Arc<Shell>, seen: &Seen) -> tauri::Result<()> {
    let rendered = Rendered::new(&shell.handle, seen.model(), seen.ink)?;
    *shell
        .tray
        .rendered
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = Some(rendered);
    Ok(())
}

fn apply(shell: &Arc<Shell>, seen: &Seen) -> tauri::Result<()> {
    match &mut *shell
        .tray
        .rendered
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
    {
        Some(rendered) => rendered.apply(seen.model(), seen.ink),
        None => Ok(()),
    }
}

/// Trays and menus belong to the main thread on every system.
async fn on_main_thread(
    shell: &Arc<Shell>,
    work: impl FnOnce(&Arc<Shell>) -> tauri::Result<()> + Send + 'static,
) -> tauri::Result<()> {
    let (done, result) = oneshot::channel();
    let on_main = Arc::clone(shell);
    shell.handle.run_on_main_thread(move || {
        // Nobody listens any more when the program is ending.
        let _ = done.send(work(&on_main));
    })?;
    result
        .await
        .unwrap_or(Err(tauri::Error::FailedToReceiveMessage))
}

fn proxy(shell: &Shell) -> Proxy {
    let (address, app) = match &*shell.phase() {
        Phase::Running(running) => (running.address(), Arc::clone(running.app())),
        Phase::Failed(_) => return Proxy::Stopped,
        Phase::Starting | Phase::Stopped => return Proxy::Starting,
    };
    let totals = app.totals();
    let today = Today {
        requests: totals.requests_today,
        unpriced: totals.unpriced_today,
        estimated: totals.estimated_today,
        cost_usd: totals.cost_today_usd,
    };
    Proxy::Up {
        address,
        switch: app.proxy_on().into(),
        hindered: app.live().proxy().error.is_some(),
        today,
        sites: sites(&app),
    }
}

fn sites(app: &App) -> Vec<Site> {
    let choice = |site: SiteChoice| Site {
        id: site.id,
        name: site.name,
        active: site.active,
    };
    app.sites().choices().into_iter().map(choice).collect()
}

/// Balances and check-ins, from what the core remembers of them.
fn credit(shell: &Shell) -> Credit {
    let Some(app) = shell.core() else {
        return Credit::default();
    };
    let glance = app.stations().glance();
    let site = |site: &app::stations::GlanceSite| SiteCredit {
        id: site.id.clone(),
        name: site.name.clone(),
        left: site.left.clone(),
        unlimited: site.unlimited,
        low: site.low,
    };
    Credit {
        due: glance.due,
        sites: glance.sites.iter().map(site).collect(),
    }
}

/// Begins a round over all balances.
fn query_balances(app: &Arc<App>) {
    let stations = Arc::clone(app.stations());
    tauri::async_runtime::spawn(async move {
        if let Err(error) = stations.refresh_all(None).await {
            tracing::warn!(%error, "cannot query balances");
        }
    });
}

/// Checks in where it is due.
fn check_in(app: &Arc<App>) {
    let stations = Arc::clone(app.stations());
    tauri::async_runtime::spawn(async move {
        let due = app::stations::CheckinInput::default();
        if let Err(error) = stations.check_in(&due).await {
            tracing::warn!(%error, "cannot check in");
        }
    });
}

/// Tries a site first from the next request on.
fn use_site(app: &Arc<App>, id: String) {
    let sites = Arc::clone(app.sites());
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = sites.put_first(&id) {
            tracing::warn!(%error, "cannot change the route");
        }
    });
}

/// A menu entry was chosen.
pub(crate) fn chosen(shell: &Arc<Shell>, id: &str) {
    match Command::of(id) {
        Some(Command::Show) => shell.show(),
        Some(Command::Proxy) => {
            if let Some(app) = shell.core() {
                app.set_proxy(!app.proxy_on());
            }
        }
        Some(Command::CopyAddress) => {
            if let Proxy::Up { address, .. } = proxy(shell) {
                shell
                    .clipboard
                    .copy(format!("http://{}", reachable(address)));
            }
        }
        Some(Command::StartAtLogin) => login::toggle(&shell.arguments),
        Some(Command::QueryBalances) => {
            if let Some(app) = shell.core() {
                query_balances(&app);
            }
        }
        Some(Command::CheckIn) => {
            if let Some(app) = shell.core() {
                check_in(&app);
            }
        }
        Some(Command::Quit) => shell.quit(),
        Some(Command::UseSite(id)) => {
            if let Some(app) = shell.core() {
                use_site(&app, id);
            }
        }
        None => {}
    }
    shell.changed.notify_one();
}

/// The icon was clicked. On macOS that opens the menu by itself.
pub(crate) fn clicked(shell: &Arc<Shell>, event: &TrayIconEvent) {
    if let TrayIconEvent::Click {
        button: MouseButton::Left,
        button_state: MouseButtonState::Up,
        ..
    } = event
        && !cfg!(target_os = "macos")
    {
        shell.show();
    }
}
