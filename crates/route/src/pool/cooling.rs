//! How long something rests.

use std::time::Duration;

use base::Timestamp;

use crate::cause::Cause;
use crate::random::between;
use crate::settings::{Growing, Settings};
use crate::verdict::{Basis, Until};

/// A rest that concerns only some models, or a whole site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) cause: Cause,
    /// Doublings so far.
    pub(crate) step: u32,
}

impl Rest {
    pub(crate) fn holds(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// The moment so much later.
pub(crate) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.plus_micros(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX))
}

/// Seconds as a duration.
pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Base × 2^step, at most the cap.
pub(crate) fn growing(growing: &Growing, step: u32) -> Duration {
    doubled(growing.base_s, step, growing.max_s)
}

/// 429 without a hint.
pub(crate) fn unhinted(settings: &Settings, step: u32) -> Duration {
    doubled(settings.rate_limit.base_s, step, settings.rate_limit.max_s)
}

/// Failures that may pass: base × number of ejections.
pub(crate) fn transient(settings: &Settings, ejections: u32) -> Duration {
    let transient = &settings.transient;
    seconds(
        transient
            .base_s
            .saturating_mul(u64::from(ejections))
            .min(transient.max_s),
    )
}

/// The upstream's own moment with jitter, within its cap.
pub(crate) fn hinted(settings: &Settings, until: Until, now: Timestamp, random: u64) -> Timestamp {
    let limit = &settings.rate_limit;
    let cap = match until.basis {
        Basis::Stated => limit.stated_max_s,
        Basis::Window => limit.window_max_s,
    };
    let wait = Duration::from_micros(until.at.0.saturating_sub(now.0).max(0) as u64);
    let low = seconds(limit.jitter_min_s);
    let high = wait.clamp(low, seconds(limit.jitter_max_s).max(low));
    after(now, (wait + between(random, low, high)).min(seconds(cap)))
}

fn doubled(base_s: u64, step: u32, max_s: u64) -> Duration {
    let factor = 1u64.checked_shl(step).unwrap_or(u64::MAX);
    seconds(base_s.saturating_mul(factor).min(max_s))
}
