//! Log lines: on stderr, or in memory while the terminal panel has the screen.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that are kept in memory: more than anybody scrolls back, and small.
const KEPT: usize = 500;

/// Begins to log; `RELAYSCOPE_LOG` is one of error, warn, info, debug, trace.
pub(crate) fn begin() -> Log {
    let wanted = std::env::var("RELAYSCOPE_LOG").ok();
    let level = wanted.and_then(|text| text.parse::<LevelFilter>().ok());
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(log.clone())
        .init();
    log
}

/// Where log lines go.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Shared>);

#[derive(Default)]
struct Shared {
    kept: Mutex<Kept>,
    grown: Notify,
}

#[derive(Default)]
struct Kept {
    /// Whether lines stay in memory; otherwise they go to stderr.
    keeps: bool,
    /// Oldest first.
    lines: VecDeque<String>,
    /// Lines ever kept.
    count: u64,
}

impl Log {
    /// From now on lines stay in memory: nothing may be written over the panel.
    pub(crate) fn keep(&self) {
        self.lock().keeps = true;
    }

    /// From now on lines go to stderr.
    pub(crate) fn release(&self) {
        self.lock().keeps = false;
    }

    /// The kept lines, oldest first.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lock().lines.iter().cloned().collect()
    }

    /// How many lines have been kept since the start.
    pub(crate) fn count(&self) -> u64 {
        self.lock().count
    }

    /// Waits for another kept line.
    pub(crate) async fn grown(&self) {
        self.0.grown.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One event comes as one write.
impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.lock();
        if !kept.keeps {
            drop(kept);
            return io::stderr().write(bytes);
        }
        let text = String::from_utf8_lossy(bytes);
        let lines = text.trim_end().lines().map(without_colours);
        kept.lines.extend(lines);
        kept.count += 1;
        while kept.lines.len() > KEPT {
            kept.lines.pop_front();
        }
        drop(kept);
        self.0.grown.notify_one();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Takes out colour sequences (`ESC [ … m`), which the panel would show as text.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| letter.is_ascii_alphabetic());
        plain.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_lines_are_plain_and_the_oldest_go() {
        let mut log = Log::default();
        log.keep();
        for number in 0..KEPT + 3 {
            writeln!(log, "\u{1b}[32m INFO\u{1b}[0m line {number}").expect("memory takes it");
        }
        // `writeln!` may come in pieces; the subscriber writes an event at once.
        assert_eq!(log.lines().len(), KEPT);
        log.write_all(b"\x1b[2m2026\x1b[0m \x1b[33m WARN\x1b[0m slow\n")
            .expect("memory takes it");
        assert_eq!(
            log.lines().last().map(String::as_str),
            Some("2026  WARN slow")
        );
        assert!(log.count() > KEPT as u64);
    }

    #[test]
    fn text_without_colours_stays() {
        assert_eq!(without_colours("plain [text]"), "plain [text]");
        assert_eq!(without_colours("broken \u{1b}[3"), "broken ");
    }
}
