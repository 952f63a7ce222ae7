//! The panel at work: waits for keys and messages, changes the model, draws when it is due.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::view::Detail;
use base::{Clock, SystemClock};
use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use server::Running;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::act::{Action, Effect};
use super::keys::{Input, Keys};
use super::model::{Layer, Model, Notice};
use super::screen::Screen;
use super::text::Text;
use super::view::{self, Look};
use super::watch::Watch;
use crate::log::Log;

/// Between two drawings while something runs or somebody presses keys.
const BUSY: Duration = Duration::from_millis(100);

/// Between two drawings otherwise.
const IDLE: Duration = Duration::from_secs(1);

/// How long what a key has begun (a detail, a cleared list) is waited for without the slower pace.
const USED: Duration = Duration::from_secs(2);

/// Shows the panel until somebody leaves it. The terminal is given back whatever happens, also when
/// this is cancelled.
pub(crate) async fn show(running: &Running, log: &Log) -> io::Result<()> {
    let app = running.app();
    let settings = app.settings();
    let variable = |name: &str| std::env::var(name).ok();
    let (told, errands) = unbounded_channel();
    let mut panel = Panel {
        screen: Screen::take(log)?,
        model: Model::new(settings.capture.max_history as usize),
        text: Text::of(&settings.ui.language, &variable),
        zone: TimeZone::system(),
        log,
        told,
        asked: None,
        read: log.count(),
        drawn: None,
        used: None,
    };
    let keys = Keys::begin()?;
    panel.run(running, keys, errands).await
}

/// What an errand brought back.
enum Told {
    /// The rest of an exchange.
    Detail(Box<Detail>),
    /// How opening the browser went.
    Browser(Notice),
}

struct Panel<'a> {
    screen: Screen,
    model: Model,
    text: Text,
    zone: TimeZone,
    log: &'a Log,
    told: UnboundedSender<Told>,
    /// The detail that was last asked for: its id, and whether the exchange was over.
    asked: Option<(String, bool)>,
    /// Log lines that somebody has looked at.
    read: u64,
    /// When it was last drawn.
    drawn: Option<Instant>,
    /// When a key was last pressed. It is answered at once.
    used: Option<Instant>,
}

impl Panel<'_> {
    async fn run(
        &mut self,
        running: &Running,
        mut keys: Keys,
        mut errands: UnboundedReceiver<Told>,
    ) -> io::Result<()> {
        let app = running.app();
        let mut watch = Watch::begin(app.live());
        loop {
            let due = self.due();
            tokio::select! {
                input = keys.input.recv() => match input {
                    Some(Input::Key(action)) => match self.act(action)? {
                        Effect::None => self.draw(app)?,
                        Effect::Leave => return Ok(()),
                        Effect::Clear => self.model.tell(Notice::Cleared(app.live().clear())),
                        Effect::Browser => self.open_browser(running.open_url()),
                    },
                    Some(Input::Resized) => {
                        self.model.changed = true;
                        self.draw(app)?;
                    }
                    Some(Input::Lost(error)) => return Err(error),
                    // The thread has ended; it says why before it does.
                    None => return Ok(()),
                },
                Some(message) = watch.next() => self.model.apply(message),
                Some(told) = errands.recv() => self.take(told),
                () = self.log.grown() => self.read_log(),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.draw(app)?;
                }
            }
        }
    }

    /// When to draw next; never while nothing has changed and nothing moves.
    fn due(&self) -> Option<Instant> {
        let moves = self.model.moves();
        if !self.model.changed && !moves {
            return None;
        }
        let used = self.used.is_some_and(|used| used.elapsed() < USED);
        let pace = if moves || used { BUSY } else { IDLE };
        Some(self.drawn.map_or_else(Instant::now, |drawn| drawn + pace))
    }

    fn act(&mut self, action: Action) -> io::Result<Effect> {
        self.used = Some(Instant::now());
        let page = view::page(&self.model, self.area()?);
        let effect = self.model.act(action, page, SystemClock.now().millis());
        self.read_log();
        Ok(effect)
    }

    fn draw(&mut self, app: &Arc<App>) -> io::Result<()> {
        self.fetch_detail(app);
        let area = self.area()?;
        let look = Look {
            text: &self.text,
            zone: &self.zone,
            now: SystemClock.now().millis(),
        };
        view::arrange(&mut self.model, &look, area);
        let model = &self.model;
        self.screen
            .terminal
            .draw(|frame| view::draw(frame, model, &look))?;
        self.model.changed = false;
        self.drawn = Some(Instant::now());
        Ok(())
    }

    fn area(&self) -> io::Result<Rect> {
        let size = self.screen.terminal.size()?;
        Ok(Rect::new(0, 0, size.width, size.height))
    }

    /// Asks for the rest of the selected exchange: once, and once more when it is over.
    fn fetch_detail(&mut self, app: &Arc<App>) {
        let wanted = self.model.wanted_detail();
        if wanted == self.asked {
            return;
        }
        self.asked.clone_from(&wanted);
        let Some((id, _)) = wanted else { return };
        let (queries, told) = (app.queries().clone(), self.told.clone());
        tokio::spawn(async move {
            match queries.detail(id, false).await {
                // The panel may be gone by now.
                Ok(detail) => drop(told.send(Told::Detail(Box::new(detail)))),
                Err(error) => tracing::warn!(%error, "the detail of an exchange cannot be read"),
            }
        });
    }

    fn open_browser(&mut self, address: String) {
        let told = self.told.clone();
        // Some desktops keep the caller waiting until the browser is up.
        tokio::task::spawn_blocking(move || {
            let notice = match webbrowser::open(&address) {
                Ok(()) => Notice::BrowserOpened,
                Err(_) => Notice::NoBrowser(address),
            };
            // The panel may be gone by now.
            drop(told.send(Told::Browser(notice)));
        });
    }

    fn take(&mut self, told: Told) {
        match told {
            Told::Detail(detail) => {
                if self.model.selected.as_ref() == Some(&detail.row.id) {
                    self.model.detail = Some(detail);
                    self.model.changed = true;
                }
            }
            Told::Browser(notice) => self.model.tell(notice),
        }
    }

    /// Log lines are held only while they are in sight; otherwise their number is.
    fn read_log(&mut self) {
        let count = self.log.count();
        if self.model.layer == Layer::Log {
            self.model.log = self.log.lines();
            self.read = count;
            self.model.changed = true;
        } else {
            self.model.log = Vec::new();
        }
        let unread = count - self.read;
        self.model.changed |= unread != self.model.unread;
        self.model.unread = unread;
    }
}
