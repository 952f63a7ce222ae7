//! Whether one request is tried again, and where not.
//!
//! Calls to models have no idempotency key: a repeat can be billed twice. So there are few attempts, only
//! before anything reached the client, and only for verdicts that say that no work was done.

use std::time::Duration;

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cause::Kind;
use crate::names::{KeyId, SiteId};
use crate::plan::Candidate;
use crate::settings::Settings;
use crate::verdict::{Retry, Verdict};

/// Statuses after which nothing is tried, whatever the body says.
const NEVER: &[u16] = &[408, 413, 422, 504, 524];

/// How much may be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Attempts in total.
    pub attempts: usize,
    /// Time that failed attempts may take before nothing new is begun.
    pub added: Duration,
    /// Whether the user allowed another attempt after a time-out, which may bill twice.
    pub after_timeout: bool,
}

impl From<&Settings> for Allowance {
    fn from(settings: &Settings) -> Self {
        Self {
            attempts: settings.failover.max_attempts,
            added: Duration::from_secs(settings.failover.max_added_s),
            after_timeout: false,
        }
    }
}

/// What of the answer has reached the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing: no status and no byte.
    Nothing,
    /// Something: what follows belongs to this answer.
    Committed,
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Plan again with this course; if the plan has nobody, pass on the answer at hand.
    PlanAgain,
    /// Pass on the answer at hand.
    PassOn(Stop),
}

/// Why nothing more is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Something has reached the client.
    Committed,
    /// Another attempt would not help, or might be billed twice.
    NotRetryable,
    /// As many attempts as allowed were made.
    AttemptsUsed,
    /// The failed attempts took too long.
    TimeUsed,
}

/// One request's way through its attempts.
///
/// ```
/// use relayscope_route::{Allowance, Cause, Course, Next, Progress, Settings, Stop, Verdict};
/// use base::Timestamp;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let now = Timestamp::from_millis(1_000);
/// let mut course = Course::new(Allowance::from(&Settings::bundled()?), now);
/// let busy = Verdict::of(Cause::Overloaded);
/// assert_eq!(course.decide(&busy, now, Progress::Nothing), Next::PlanAgain);
/// assert_eq!(course.decide(&busy, now, Progress::Committed), Next::PassOn(Stop::Committed));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Course {
    allowance: Allowance,
    began: Timestamp,
    tried: Vec<(SiteId, KeyId)>,
    /// Sites that are not asked again.
    barred: Vec<SiteId>,
    /// Sites that are asked again only when there is no other.
    shunned: Vec<SiteId>,
}

impl Course {
    /// The course of a request that begins now.
    pub fn new(allowance: Allowance, now: Timestamp) -> Self {
        Self {
            allowance,
            began: now,
            tried: Vec::new(),
            barred: Vec::new(),
            shunned: Vec::new(),
        }
    }

    /// Notes an attempt that begins.
    pub fn note(&mut self, candidate: &Candidate) {
        self.tried
            .push((candidate.site.clone(), candidate.key.clone()));
    }

    /// Number of attempts so far.
    pub fn attempts(&self) -> usize {
        self.tried.len()
    }

    /// Decides after a failed attempt.
    pub fn decide(&mut self, verdict: &Verdict, now: Timestamp, progress: Progress) -> Next {
        if progress == Progress::Committed {
            return Next::PassOn(Stop::Committed);
        }
        if !self.may_repeat(verdict) {
            return Next::PassOn(Stop::NotRetryable);
        }
        if self.tried.len() >= self.allowance.attempts {
            return Next::PassOn(Stop::AttemptsUsed);
        }
        let added = now.0.saturating_sub(self.began.0).max(0) as u128;
        if added > self.allowance.added.as_micros() {
            return Next::PassOn(Stop::TimeUsed);
        }
        if let Some((site, _)) = self.tried.last() {
            match verdict.retry {
                Retry::OtherSite => self.barred.push(site.clone()),
                Retry::OtherSiteFirst => self.shunned.push(site.clone()),
                _ => {}
            }
        }
        Next::PlanAgain
    }

    fn may_repeat(&self, verdict: &Verdict) -> bool {
        if verdict.kind() == Kind::AmbiguousTimeout {
            return self.allowance.after_timeout;
        }
        // A 400 is the request's fault (and its verdict says "never"), unless its words are about the key:
        // "credit balance is too low".
        let never = verdict.status.is_some_and(|status| NEVER.contains(&status));
        !never && !matches!(verdict.retry, Retry::Never | Retry::IfAllowed)
    }

    pub(crate) fn is_first(&self) -> bool {
        self.tried.is_empty()
    }

    pub(crate) fn has_tried(&self, site: &SiteId, key: &KeyId) -> bool {
        self.tried
            .iter()
            .any(|(tried_site, tried)| tried == key && tried_site == site)
    }

    pub(crate) fn bars(&self, site: &SiteId) -> bool {
        self.barred.contains(site)
    }

    pub(crate) fn shuns(&self, site: &SiteId) -> bool {
        self.shunned.contains(site)
            // The last attempt leaves a site at which every attempt so far failed.
            || (self.tried.len() > 1
                && self.tried.len() + 1 >= self.allowance.attempts
                && self.tried.iter().all(|(tried, _)| tried == site))
    }
}
