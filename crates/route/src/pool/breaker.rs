//! Counting failures that may pass: a few in a row, or half of many.

use std::collections::VecDeque;

use base::Timestamp;

use crate::settings::Settings;

/// A failure that counts in full; one that began before the latest success counts half.
pub(crate) const FULL: u32 = 2;
/// See [`FULL`].
pub(crate) const HALF: u32 = 1;

/// Samples kept of the sliding window: with more than this, the newest decide.
const MOST: usize = 512;

/// The attempts of the last minute.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaker {
    /// Moment and weight of the failure; 0 for a success.
    samples: VecDeque<(Timestamp, u32)>,
}

impl Breaker {
    pub(crate) fn succeed(&mut self, now: Timestamp, settings: &Settings) {
        self.add(now, 0, settings);
    }

    /// Counts a failure; whether it was one too many.
    pub(crate) fn fail(&mut self, now: Timestamp, weight: u32, settings: &Settings) -> bool {
        self.add(now, weight, settings);
        let breaker = &settings.breaker;
        let failed: u32 = self.samples.iter().map(|(_, weight)| weight).sum();
        let total = self.samples.len() as u32;
        let many =
            total >= breaker.min_samples && failed * 100 >= breaker.ratio_percent * total * FULL;
        self.in_a_row() >= breaker.failures * FULL || many
    }

    /// Whether the last attempts of the window failed.
    pub(crate) fn is_doubtful(&self, now: Timestamp, settings: &Settings) -> bool {
        let from = start(now, settings);
        self.samples
            .back()
            .is_some_and(|(at, weight)| *weight > 0 && *at >= from)
    }

    /// Begins anew.
    pub(crate) fn clear(&mut self) {
        self.samples.clear();
    }

    /// Weight of the failures since the last success.
    pub(crate) fn in_a_row(&self) -> u32 {
        let run = self
            .samples
            .iter()
            .rev()
            .take_while(|(_, weight)| *weight > 0);
        run.map(|(_, weight)| weight).sum()
    }

    fn add(&mut self, now: Timestamp, weight: u32, settings: &Settings) {
        let from = start(now, settings);
        while self.samples.front().is_some_and(|(at, _)| *at < from) || self.samples.len() >= MOST {
            self.samples.pop_front();
        }
        self.samples.push_back((now, weight));
    }
}

fn start(now: Timestamp, settings: &Settings) -> Timestamp {
    now.plus_micros(-(settings.breaker.window_s as i64) * 1_000_000)
}

/// How often something was taken out, forgotten one by one while it works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ejections {
    pub(crate) count: u32,
    pub(crate) last: Timestamp,
}

impl Ejections {
    /// One more; how many there are now.
    pub(crate) fn add(&mut self, now: Timestamp, settings: &Settings) -> u32 {
        self.count = self.at(now, settings).saturating_add(1);
        self.last = now;
        self.count
    }

    fn at(self, now: Timestamp, settings: &Settings) -> u32 {
        let healthy = now.0.saturating_sub(self.last.0).max(0);
        let forgotten = healthy / (settings.transient.decay_s.max(1) as i64 * 1_000_000);
        self.count
            .saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }
}
