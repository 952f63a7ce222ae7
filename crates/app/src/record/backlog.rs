//! Whether so much waits to be written that bodies are given up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// When so many items wait, bodies are given up: rows are small, and none of them may be lost.
pub(super) const BACKLOG: usize = 1_024;

/// How long bodies are still given up when no more than [`BACKLOG`] wait. A flood comes in waves, as the
/// recorder gets its turns: writing the bodies of what comes between two of them would cost the time that is
/// wanted.
const CALM: Duration = Duration::from_secs(1);

/// Moments are times since whatever start its owner chose, which is later than zero. The clock is asked where
/// it matters only.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    /// When more than [`BACKLOG`] were last seen to wait, µs; zero for never.
    seen_us: AtomicU64,
}

impl Backlog {
    /// So many items wait now.
    pub(super) fn note(&self, waiting: usize, now: impl FnOnce() -> Duration) {
        if waiting > BACKLOG {
            self.seen_us
                .store(now().as_micros() as u64, Ordering::Relaxed);
        }
    }

    /// Whether bodies are given up. `waiting`: as many items wait now.
    pub(super) fn is_there(&self, waiting: usize, now: impl FnOnce() -> Duration) -> bool {
        let seen_us = self.seen_us.load(Ordering::Relaxed);
        let is_recent = || now() < Duration::from_micros(seen_us) + CALM;
        waiting > BACKLOG || (seen_us > 0 && is_recent())
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
        assert!(!backlog.is_there(BACKLOG, no_clock));
        assert!(backlog.is_there(BACKLOG + 1, no_clock));
        backlog.note(BACKLOG + 1, ms(10));
        backlog.note(BACKLOG / 2, no_clock);
        assert!(backlog.is_there(0, ms(1_009)));
        backlog.note(BACKLOG + 1, ms(1_500));
        assert!(backlog.is_there(0, ms(2_499)));
        assert!(!backlog.is_there(0, ms(2_500)));
        assert!(backlog.is_there(BACKLOG + 1, ms(9_000)));
    }
}
