//! Keys: what each one means, and the thread that waits for them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::act::Action;

/// How soon the waiting thread notices that the panel is gone.
const LOOK_UP: Duration = Duration::from_millis(250);

/// What the terminal reports.
#[derive(Debug)]
pub(crate) enum Input {
    /// A key that means something.
    Key(Action),
    /// The window has another size.
    Resized,
    /// Nothing can be read any more: the terminal is gone.
    Lost(io::Error),
}

/// What a key means, if anything.
pub(crate) fn meaning(key: KeyEvent) -> Option<Action> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c') => Some(Action::Leave),
            KeyCode::Char('d' | 'f') => Some(Action::Page(1)),
            KeyCode::Char('u' | 'b') => Some(Action::Page(-1)),
            _ => None,
        };
    }
    Some(match key.code {
        KeyCode::Char('q') => Action::Leave,
        KeyCode::Char('p' | ' ') => Action::Pause,
        KeyCode::Char('j') | KeyCode::Down => Action::Move(1),
        KeyCode::Char('k') | KeyCode::Up => Action::Move(-1),
        KeyCode::Char('J') => Action::Scroll(1),
        KeyCode::Char('K') => Action::Scroll(-1),
        KeyCode::PageDown => Action::Page(1),
        KeyCode::PageUp => Action::Page(-1),
        KeyCode::Char('g') | KeyCode::Home => Action::First,
        KeyCode::Char('G') | KeyCode::End => Action::Last,
        KeyCode::Enter => Action::Open,
        KeyCode::Esc => Action::Close,
        KeyCode::Char('c') => Action::Clear,
        KeyCode::Char('y') => Action::Yes,
        KeyCode::Char('n') => Action::No,
        KeyCode::Char('o') => Action::Browser,
        KeyCode::Char('l') => Action::Log,
        KeyCode::Char('?') => Action::Help,
        _ => return None,
    })
}

/// The thread that waits for keys. It ends with this handle.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) input: UnboundedReceiver<Input>,
    gone: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keys {
    /// Begins to wait.
    pub(crate) fn begin() -> io::Result<Self> {
        let (sender, input) = unbounded_channel();
        let gone = Arc::new(AtomicBool::new(false));
        let thread = {
            let gone = gone.clone();
            std::thread::Builder::new()
                .name("keys".to_owned())
                .spawn(move || wait(&sender, &gone))?
        };
        Ok(Self {
            input,
            gone,
            thread: Some(thread),
        })
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It never panics; were it to, there would be nothing left to do.
            let _ = thread.join();
        }
    }
}

fn wait(sender: &UnboundedSender<Input>, gone: &AtomicBool) {
    while !gone.load(Ordering::Relaxed) {
        let read = match event::poll(LOOK_UP) {
            Ok(false) => continue,
            Ok(true) => event::read(),
            Err(error) => Err(error),
        };
        let input = match read {
            Ok(Event::Key(key)) => meaning(key).map(Input::Key),
            Ok(Event::Resize(..)) => Some(Input::Resized),
            Ok(_) => None,
            Err(error) => {
                // The panel may be gone already.
                let _ = sender.send(Input::Lost(error));
                return;
            }
        };
        if input.is_some_and(|input| sender.send(input).is_err()) {
            return;
        }
    }
}
