//! The pool as it is shown.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use super::Pool;
use super::cooling::Rest;
use super::record::{KeyRecord, SiteRecord};
use super::scope::StoredScope;
use super::state::KeyState;
use crate::cause::Cause;
use crate::names::{KeyId, SiteId};
use crate::verdict::Verdict;

/// A key, for the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyView {
    /// Site.
    pub site: SiteId,
    /// Fingerprint.
    pub id: KeyId,
    /// State.
    pub state: KeyState,
    /// What the state is about; `None` is the whole key.
    pub scope: Option<StoredScope>,
    /// Why.
    pub cause: Option<Cause>,
    /// When it changes by itself.
    pub until: Option<Timestamp>,
    /// Weight.
    pub weight: u32,
    /// Requests that run.
    pub in_flight: u32,
    /// Requests so far.
    pub requests: u64,
    /// Good answers so far.
    pub successes: u64,
    /// Failures so far.
    pub failures: u64,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// The last error.
    pub last_error: Option<LastError>,
    /// Models for which it rests.
    pub resting: Vec<ScopedView>,
}

/// A rest for some models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScopedView {
    /// Which.
    pub scope: StoredScope,
    /// Why.
    pub cause: Cause,
    /// Until when.
    pub until: Timestamp,
}

/// A site that is asked last, or last for some models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SiteView {
    /// Site.
    pub site: SiteId,
    /// What it is asked last for; none means that it is in its place.
    pub resting: Vec<ScopedView>,
}

/// An error, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastError {
    /// When.
    pub at: Timestamp,
    /// What it was taken for.
    pub cause: Cause,
    /// Status of the answer.
    pub status: Option<u16>,
    /// The upstream's code.
    pub code: Option<String>,
    /// The upstream's words, cut and without secrets.
    pub text: String,
}

impl LastError {
    pub(crate) fn of(verdict: &Verdict, at: Timestamp, length: usize) -> Self {
        let said = verdict.said.clone().unwrap_or_default();
        Self {
            at,
            cause: verdict.cause,
            status: verdict.status,
            code: said.code,
            text: said.message.chars().take(length).collect(),
        }
    }
}

impl Pool {
    /// Every key, in the order of the sites.
    pub fn view(&self, now: Timestamp) -> Vec<KeyView> {
        let sites = self.sites.iter();
        sites
            .flat_map(|site| site.keys.iter().map(move |key| key_view(site, key, now)))
            .collect()
    }

    /// Every site.
    pub fn view_sites(&self, now: Timestamp) -> Vec<SiteView> {
        let of = |site: &SiteRecord| {
            let whole = site.rest.iter().map(|rest| (StoredScope::Site, rest));
            let models = site.models.iter();
            let models = models.map(|(model, rest)| (StoredScope::SiteModel(model.clone()), rest));
            SiteView {
                site: site.id.clone(),
                resting: scoped(whole.chain(models), now),
            }
        };
        self.sites.iter().map(of).collect()
    }
}

fn key_view(site: &SiteRecord, key: &KeyRecord, now: Timestamp) -> KeyView {
    let resting = scoped(
        key.rests.iter().map(|(scope, rest)| (scope.clone(), rest)),
        now,
    );
    let state = key.shown(now);
    let mut view = KeyView {
        site: site.id.clone(),
        id: key.id.clone(),
        state,
        scope: None,
        cause: key.state.cause().filter(|_| key.enabled),
        until: key.state.until(now).filter(|_| key.enabled),
        weight: key.weight,
        in_flight: key.in_flight,
        requests: key.requests,
        successes: key.successes,
        failures: key.failures,
        last_used: key.last_used,
        last_error: key.last_error.clone(),
        resting,
    };
    // A key that only rests for some models says so in its own row.
    if let (KeyState::Active, Some(rest)) =
        (state, view.resting.iter().max_by_key(|rest| rest.until))
    {
        view.state = KeyState::Cooling;
        view.scope = Some(rest.scope.clone());
        view.cause = Some(rest.cause);
        view.until = Some(rest.until);
    }
    view
}

fn scoped<'r>(
    rests: impl Iterator<Item = (StoredScope, &'r Rest)>,
    now: Timestamp,
) -> Vec<ScopedView> {
    let held = rests.filter(|(_, rest)| rest.holds(now));
    let view = held.map(|(scope, rest)| ScopedView {
        scope,
        cause: rest.cause,
        until: rest.until,
    });
    view.collect()
}
