//! Whether the recorder lags so far behind that it needs help.

use std::time::{Duration, Instant};

use super::backlog::BACKLOG;

/// Age from which what waits is late.
pub(super) const LATE: Duration = Duration::from_secs(2);

/// When so many items wait, a thread that gives way is not enough. They take 1.2 kB each: the memory of few is
/// still in the processor's caches when it is used again.
pub(super) const FLOOD: usize = 2 * BACKLOG;

/// When so many items wait, whoever puts one in lets the helper have the processor first, if both need the same
/// one: beside a worker that sleeps hundreds of times a second Linux gave the helper, which never sleeps, a fifth
/// of it, and memory grew by 40 MB a second. That many take some 50 MB.
pub(super) const DELUGE: usize = 16 * FLOOD;

/// When no more wait, help is not needed any longer.
const CAUGHT_UP: usize = BACKLOG / 4;

/// What has happened and what of it is written, in items since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) pushed: u64,
    pub(super) written: u64,
}

impl Progress {
    pub(super) fn waiting(self) -> usize {
        self.pushed.saturating_sub(self.written) as usize
    }
}

/// A mark in the line: when what stands before it should be written.
#[derive(Debug)]
pub(super) struct Lag {
    goal: u64,
    since: Instant,
}

impl Lag {
    /// Nothing waits yet.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            goal: 0,
            since: now,
        }
    }

    /// Looks at the line; called at least twice in [`LATE`] while something waits. Whether the thread that gives
    /// way to everybody gets too little done: something is late, though it may be only at the second look after
    /// [`LATE`], or too much waits.
    pub(super) fn needs_help(&mut self, progress: Progress, now: Instant) -> bool {
        if progress.written >= self.goal {
            (self.goal, self.since) = (progress.pushed, now);
        }
        progress.waiting() > FLOOD || now.duration_since(self.since) >= LATE
    }

    /// Whether help is still needed: until what made it necessary is written, and little else waits.
    pub(super) fn lasts(&self, progress: Progress) -> bool {
        progress.written < self.goal || progress.waiting() > CAUGHT_UP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_comes_when_something_is_late_and_stays_until_nothing_is() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let progress = |pushed, written| Progress { pushed, written };
        let mut lag = Lag::new(begin);
        assert!(!lag.needs_help(progress(0, 0), at(60_000)), "nothing waits");
        assert!(!lag.needs_help(progress(1, 0), at(60_000)));
        assert!(!lag.needs_help(progress(9, 0), at(61_000)));
        assert!(
            lag.needs_help(progress(9, 0), at(62_000)),
            "the first is late"
        );
        assert!(lag.lasts(progress(9, 0)));
        assert!(!lag.lasts(progress(9, 1)), "what was late is written");
        assert!(!lag.needs_help(progress(9, 1), at(62_500)));
        assert!(!lag.needs_help(progress(900, 9), at(64_400)), "it goes on");
    }

    #[test]
    fn help_comes_in_a_flood_and_stays_until_it_is_over() {
        let now = Instant::now();
        let mut lag = Lag::new(now);
        let waiting = |count: usize| Progress {
            pushed: 5_000 + count as u64,
            written: 5_000,
        };
        assert!(!lag.needs_help(waiting(FLOOD), now));
        assert!(lag.needs_help(waiting(FLOOD + 1), now));
        assert!(lag.lasts(waiting(CAUGHT_UP + 1)));
        let later = Progress {
            pushed: 20_000,
            written: 20_000 - CAUGHT_UP as u64,
        };
        assert!(!lag.lasts(later));
    }
}
