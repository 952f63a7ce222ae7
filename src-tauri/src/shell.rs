//! The shell: what its parts share, and the event loop that drives them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::App;
use server::StartError;
use tauri::{AppHandle, Manager, RunEvent, Url, WindowEvent};
use tokio::sync::Notify;

use crate::arguments::Arguments;
use crate::clipboard::Clipboard;
use crate::engine::{self, Phase};
use crate::notice::{self, Subject};
use crate::text::{Language, Text};
use crate::tray::{self, Tray};
use crate::{close, instance, login, page, platform, window};

/// What the parts of the shell share.
pub(crate) struct Shell {
    /// The door to Tauri.
    pub(crate) handle: AppHandle,
    /// The command line.
    pub(crate) arguments: Arguments,
    /// The tray icon.
    pub(crate) tray: Tray,
    /// The clipboard.
    pub(crate) clipboard: Clipboard,
    /// Held while a window is shown, built or freed.
    pub(crate) opening: tokio::sync::Mutex<()>,
    /// Counts how often the main window was hidden or shown: a number means one hiding.
    pub(crate) hidings: AtomicU64,
    /// Wakes the tray to look at the state again.
    pub(crate) changed: Notify,
    phase: Mutex<Phase>,
    wish: AtomicBool,
    quitting: AtomicBool,
}

impl Shell {
    fn new(handle: AppHandle, arguments: Arguments) -> Self {
        Self {
            handle,
            arguments,
            tray: Tray::default(),
            clipboard: Clipboard::default(),
            opening: tokio::sync::Mutex::default(),
            hidings: AtomicU64::new(0),
            changed: Notify::new(),
            phase: Mutex::new(Phase::Starting),
            wish: AtomicBool::new(false),
            quitting: AtomicBool::new(false),
        }
    }

    /// Shows whatever there is to see: the panel, or why there is none.
    pub(crate) fn show(self: &Arc<Self>) {
        let shell = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            if shell.failure(|_| ()).is_some() {
                notice::open(&shell, Subject::StartError).await;
            } else if shell.core().is_some() {
                window::show(&shell, window::Appearance::Front).await;
            } else {
                shell.wish.store(true, Ordering::Relaxed);
            }
        });
    }

    /// Whether somebody wanted to see the window while there was none; asked once.
    pub(crate) fn take_wish(&self) -> bool {
        self.wish.swap(false, Ordering::Relaxed)
    }

    /// Closes a notice; whether there was one.
    pub(crate) fn close_notice(&self, subject: Subject) -> bool {
        let open = self.handle.get_webview_window(subject.label()).is_some();
        notice::close(&self.handle, subject);
        open
    }

    /// Ends the program: the server first, gracefully.
    pub(crate) fn quit(self: &Arc<Self>) {
        if self.quitting.swap(true, Ordering::Relaxed) {
            return;
        }
        window::discard(self);
        // Whoever starts Relayscope from here on gets a new one.
        if !instance::apart(&self.arguments) {
            tauri_plugin_single_instance::destroy(&self.handle);
        }
        let shell = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            engine::stop(&shell).await;
            shell.handle.exit(0);
        });
    }

    /// The core, while it runs.
    pub(crate) fn core(&self) -> Option<Arc<App>> {
        match &*self.phase() {
            Phase::Running(running) => Some(Arc::clone(running.app())),
            _ => None,
        }
    }

    /// A new one-time address of the panel, while the server runs.
    pub(crate) fn open_url(&self) -> Option<Url> {
        match &*self.phase() {
            Phase::Running(running) => Url::parse(&running.open_url()).ok(),
            _ => None,
        }
    }

    /// What `look` makes of the reason why the server did not start, if that is so.
    pub(crate) fn failure<T>(&self, look: impl FnOnce(&StartError) -> T) -> Option<T> {
        match &*self.phase() {
            Phase::Failed(error) => Some(look(error)),
            _ => None,
        }
    }

    /// Takes the reason why the server did not start, and is on the way up again.
    pub(crate) fn take_failure(&self) -> Option<StartError> {
        let mut phase = self.phase();
        match std::mem::replace(&mut *phase, Phase::Starting) {
            Phase::Failed(error) => Some(error),
            other => {
                *phase = other;
                None
            }
        }
    }

    /// Replaces the phase and returns the one before.
    pub(crate) fn set_phase(&self, phase: Phase) -> Phase {
        let before = std::mem::replace(&mut *self.phase(), phase);
        self.changed.notify_one();
        before
    }

    /// The server's phase. Held for a look only.
    pub(crate) fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sentences in the user's language.
    pub(crate) fn text(&self) -> Text {
        Text::new(self.language())
    }

    /// The user's language.
    pub(crate) fn language(&self) -> Language {
        match self.core() {
            Some(app) => {
                let system = sys_locale::get_locale();
                Language::chosen(app.settings().ui.language.as_str(), system.as_deref())
            }
            None => Language::of_system(),
        }
    }

    fn begin(self: &Arc<Self>) {
        login::refresh(&self.arguments);
        let shell = Arc::clone(self);
        tauri::async_runtime::spawn(async move { engine::start(&shell, None).await });
        let shell = Arc::clone(self);
        tauri::async_runtime::spawn(async move { tray::run(&shell).await });
        let shell = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            platform::asked_to_end().await;
            shell.quit();
        });
    }
}

/// Runs the app until it ends.
pub(crate) fn run(arguments: Arguments) -> tauri::Result<()> {
    let mut builder = tauri::Builder::default();
    if !instance::apart(&arguments) {
        // The first plugin, so that a second start does nothing else.
        builder = builder.plugin(tauri_plugin_single_instance::init(
            |handle, arguments, _| {
                instance::second_start(handle, &arguments);
            },
        ));
    }
    let app = builder
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(window::kept())
                .with_filter(|label| label == window::MAIN)
                .build(),
        )
        .register_uri_scheme_protocol(page::SCHEME, |context, _request| {
            notice::serve(context.app_handle(), context.webview_label())
        })
        .setup(move |app| {
            let shell = Arc::new(Shell::new(app.handle().clone(), arguments));
            app.manage(Arc::clone(&shell));
            shell.begin();
            Ok(())
        })
        .on_menu_event(|handle, event| {
            if let Some(shell) = handle.try_state::<Arc<Shell>>() {
                tray::chosen(&shell, event.id().as_ref());
            }
        })
        .on_tray_icon_event(|tray, event| {
            if let Some(shell) = tray.app_handle().try_state::<Arc<Shell>>() {
                tray::clicked(&shell, &event);
            }
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event
                && let Some(shell) = window.try_state::<Arc<Shell>>()
            {
                api.prevent_close();
                close_requested(&shell, window.label());
            }
        })
        .build(tauri::generate_context!())?;
    app.run(on_event);
    Ok(())
}

fn close_requested(shell: &Arc<Shell>, label: &str) {
    match Subject::of(label) {
        Some(subject) => notice::dismissed(shell, subject),
        None => {
            let shell = Arc::clone(shell);
            tauri::async_runtime::spawn(async move { close::main_window(&shell).await });
        }
    }
}

fn on_event(handle: &AppHandle, event: RunEvent) {
    let Some(shell) = handle.try_state::<Arc<Shell>>() else {
        return;
    };
    match event {
        // The last window is gone, the proxy stays. Quitting has a code.
        RunEvent::ExitRequested {
            code: None, api, ..
        } => {
            api.prevent_exit();
            window::last_gone(&shell);
        }
        // Also reached without `quit`, when macOS logs out.
        RunEvent::Exit => tauri::async_runtime::block_on(engine::stop(&shell)),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen {
            has_visible_windows: false,
            ..
        } => shell.show(),
        _ => {}
    }
}
