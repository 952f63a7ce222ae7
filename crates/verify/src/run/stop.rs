//! When to go on, to wait, to ask again and to give up.

use base::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::exchange::Failure;
use crate::observe::Observation;

/// Refusals of the key in a row after which a run ends: one may be a quirk of one endpoint.
const REFUSALS: u32 = 3;

/// Calls without any answer in a row after which a run ends.
const SILENCES: u32 = 6;

/// Tries of one call. Overloaded sites mostly answer the second.
const TRIES: u8 = 3;

/// Longest wait that a busy site is granted, milliseconds.
const LONGEST_COOLING_MS: u64 = 60_000;

/// Wait before the second try where the site names none, milliseconds; doubled for the third.
const COOLING_MS: u64 = 3_000;

/// Why a run ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Stop {
    /// The user ended it.
    Cancelled,
    /// The next call could have cost more than allowed.
    Budget,
    /// The site refused the key several times in a row.
    Refused {
        /// 401, 402 or 403.
        status: u16,
    },
    /// Nobody answered several times in a row.
    Unreachable,
}

/// What to do about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sighted {
    /// Hand it on.
    Deliver,
    /// Ask the same again.
    Again,
}

/// How the run stands with the site.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) stopped: Option<Stop>,
    pub(super) cooling_until: Option<Timestamp>,
    refusals: u32,
    silences: u32,
}

impl Course {
    /// Looks at an answer. `is_gate`: the site refused the shape of the request, not the key.
    pub(super) fn sight(&mut self, seen: &Observation, is_gate: bool, now: Timestamp) -> Sighted {
        if is_gate {
            return Sighted::Again;
        }
        // A head without an end is silence too: a site that drips would hold a run for hours.
        let is_slow = seen.exchange.failure == Some(Failure::Timeout);
        let Some(status) = seen.exchange.status.filter(|_| !is_slow) else {
            return self.silent(seen);
        };
        self.silences = 0;
        if matches!(status, 401..=403) {
            self.refusals += 1;
            if self.refusals >= REFUSALS {
                self.stopped.get_or_insert(Stop::Refused { status });
            }
            return Sighted::Deliver;
        }
        self.refusals = 0;
        match status {
            429 | 529 => self.busy(seen, now),
            502..=504 if seen.call.attempt < 2 => {
                self.cool(now, COOLING_MS);
                Sighted::Again
            }
            _ => Sighted::Deliver,
        }
    }

    /// Refusals so far concerned the shape.
    pub(super) fn forget_refusals(&mut self) {
        self.refusals = 0;
    }

    fn busy(&mut self, seen: &Observation, now: Timestamp) -> Sighted {
        let doubled = COOLING_MS << seen.call.attempt.saturating_sub(1).min(4);
        let wait = seen.exchange.retry_after_ms().unwrap_or(doubled);
        let is_worth_it = seen.call.attempt < TRIES && wait <= LONGEST_COOLING_MS;
        self.cool(now, wait.min(LONGEST_COOLING_MS));
        if is_worth_it {
            Sighted::Again
        } else {
            Sighted::Deliver
        }
    }

    fn silent(&mut self, seen: &Observation) -> Sighted {
        self.silences += 1;
        if self.silences >= SILENCES {
            self.stopped.get_or_insert(Stop::Unreachable);
        }
        let is_quick = matches!(
            seen.exchange.failure,
            Some(Failure::Reset | Failure::Connect)
        );
        if is_quick && seen.call.attempt < 2 {
            Sighted::Again
        } else {
            Sighted::Deliver
        }
    }

    fn cool(&mut self, now: Timestamp, millis: u64) {
        let until = now.plus_micros(millis.saturating_mul(1_000) as i64);
        self.cooling_until = Some(self.cooling_until.map_or(until, |known| known.max(until)));
    }
}
