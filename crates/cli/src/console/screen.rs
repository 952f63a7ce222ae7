//! The terminal: taken over while the panel is shown, given back on every way out.

use std::io::{self, Stdout};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use crate::log::Log;

/// The terminal while it is ours.
pub(crate) struct Screen {
    pub(crate) terminal: Terminal<CrosstermBackend<Stdout>>,
    ours: Arc<Ours>,
}

/// Whether the terminal is ours, and how to give it back.
struct Ours {
    taken: AtomicBool,
    log: Log,
}

impl Screen {
    /// Takes the terminal over. From here on log lines stay in memory.
    pub(crate) fn take(log: &Log) -> io::Result<Self> {
        let ours = Arc::new(Ours {
            taken: AtomicBool::new(true),
            log: log.clone(),
        });
        log.keep();
        restore_on_panic(ours.clone());
        let entered = enable_raw_mode()
            .and_then(|()| execute!(io::stdout(), EnterAlternateScreen))
            .and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
        match entered {
            Ok(terminal) => Ok(Self { terminal, ours }),
            Err(error) => {
                ours.give_back();
                Err(error)
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.ours.give_back();
    }
}

impl Ours {
    /// Once; what fails here cannot be told anybody.
    fn give_back(&self) {
        if self.taken.swap(false, Ordering::SeqCst) {
            let _ = disable_raw_mode();
            let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
            self.log.release();
        }
    }
}

/// A panic of the panel gives the terminal back before it is told; one of another task, which the
/// runtime catches, becomes a log line and leaves the panel alone.
fn restore_on_panic(ours: Arc<Ours>) {
    let own_thread: ThreadId = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if ours.taken.load(Ordering::SeqCst) && thread::current().id() != own_thread {
            tracing::error!("a task failed: {info}");
            return;
        }
        ours.give_back();
        before(info);
    }));
}
