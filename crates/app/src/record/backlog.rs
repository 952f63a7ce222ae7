//! Whether so much waits to be written that bodies are given up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// When so many items wait, bodies are given up: rows are small, and none of them may be lost.
pub(super) const BACKLOG: usize = 1_024;

/// How long bodies are still given up when no more than [`BACKLOG`] wait. A flood comes in waves, as the
/// recorder gets its turns: writing the bodies of what comes between two of them would cost the time that is
/// wanted.
const CALM: Duration = Duration::from_secs(1);

/// No end can be told: too much waits now.
const OPEN: u64 = u64::MAX;

/// Moments are times since whatever start its owner chose. The clock is asked where it matters only.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    /// When it is over, µs; zero when there is none.
    until_us: AtomicU64,
}

impl Backlog {
    /// So many items wait now.
    pub(super) fn note(&self, waiting: usize, now: impl FnOnce() -> Duration) {
        let is_open = self.until_us.load(Ordering::Relaxed) == OPEN;
        match waiting > BACKLOG {
            true if !is_open => self.until_us.store(OPEN, Ordering::Relaxed),
            false if is_open => {
                let until = now() + CALM;
                self.until_us
                    .store(until.as_micros() as u64, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    /// Whether bodies are given up.
    pub(super) fn is_there(&self, now: impl FnOnce() -> Duration) -> bool {
        match self.until_us.load(Ordering::Relaxed) {
            0 => false,
            OPEN => true,
            until => (now().as_micros() as u64) < until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_until_a_second_after_the_last_wave() {
        let backlog = Backlog::default();
        let ms = |ms| move || Duration::from_millis(ms);
        let no_clock = || panic!("the clock is not needed");
        backlog.note(BACKLOG, no_clock);
        assert!(!backlog.is_there(no_clock));
        backlog.note(BACKLOG + 1, no_clock);
        assert!(backlog.is_there(no_clock));
        backlog.note(BACKLOG / 2, ms(10));
        backlog.note(BACKLOG / 4, no_clock);
        assert!(backlog.is_there(ms(1_009)));
        backlog.note(BACKLOG + 1, no_clock);
        backlog.note(BACKLOG, ms(2_000));
        assert!(backlog.is_there(ms(2_999)));
        assert!(!backlog.is_there(ms(3_000)));
    }
}
