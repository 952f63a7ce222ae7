//! What survives a restart.
//!
//! States, rests, counters and the strategies' places are kept; running requests, conversations and the
//! sliding minute of the breaker are not.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use super::Pool;
use super::breaker::Ejections;
use super::cooling::Rest;
use super::record::{KeyRecord, SiteRecord};
use super::scope::StoredScope;
use super::state::{KeyState, State, Trial};
use super::view::LastError;
use crate::cause::Cause;
use crate::names::{KeyId, SiteId};

/// One row, named by site, key and scope. All rows of a key are written together: what is missing is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredState {
    /// Site.
    pub site: SiteId,
    /// Fingerprint of the key; `None` for a row about the site.
    pub key: Option<KeyId>,
    /// What the row is about.
    pub scope: StoredScope,
    /// State. "Disabled" is never stored: it belongs to the key's settings.
    pub state: KeyState,
    /// Why.
    pub cause: Option<Cause>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when it rests, or when it is tried again.
    pub until: Option<Timestamp>,
    /// Doublings.
    pub step: u32,
    /// How often it was taken out.
    pub ejections: u32,
    /// When that was last.
    pub ejected_at: Option<Timestamp>,
    /// The last 401 that did not say why.
    pub suspected_at: Option<Timestamp>,
    /// Requests so far.
    pub requests: u64,
    /// Good answers so far.
    pub successes: u64,
    /// Failures so far.
    pub failures: u64,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// Its place in the round.
    pub turn: u64,
    /// What the weighted strategy owes it.
    pub credit: i64,
    /// The last error.
    pub last_error: Option<LastError>,
}

impl Pool {
    /// Everything that is to survive.
    pub fn snapshot(&self) -> Vec<StoredState> {
        let mut rows = Vec::new();
        for site in &self.sites {
            site_rows(site, &mut rows);
            site.keys
                .iter()
                .for_each(|key| key_rows(site, key, &mut rows));
        }
        rows
    }

    /// The rows of a site and one of its keys, for writing after a [`Change`](super::change::Change).
    pub fn stored(&self, site: &SiteId, key: &KeyId) -> Vec<StoredState> {
        let mut rows = Vec::new();
        if let Some(site) = self.site(site) {
            site_rows(site, &mut rows);
            site.key(key)
                .into_iter()
                .for_each(|key| key_rows(site, key, &mut rows));
        }
        rows
    }

    /// Takes in what was stored, for the keys that are configured. What is over is dropped, and no moment
    /// lies further ahead than its cause allows, should the wall clock have jumped back.
    pub fn restore(&mut self, rows: Vec<StoredState>, now: Timestamp) {
        for row in rows {
            let Some(site) = self.sites.iter_mut().find(|site| site.id == row.site) else {
                continue;
            };
            let rest = rest(&row);
            match (&row.scope, &row.key) {
                (StoredScope::Site, _) => {
                    site.ejections = ejections(&row);
                    site.rest = rest.filter(|rest| rest.holds(now));
                }
                (StoredScope::SiteModel(model), _) => {
                    if let Some(rest) = rest.filter(|rest| rest.holds(now)) {
                        site.models.insert(model.clone(), rest);
                    }
                }
                (scope, Some(id)) => {
                    let Some(key) = site.keys.iter_mut().find(|key| key.id == *id) else {
                        continue;
                    };
                    if *scope == StoredScope::Key {
                        self.turn = self.turn.max(row.turn + 1);
                        restore_key(key, row, now);
                    } else if let Some(rest) = rest.filter(|rest| rest.holds(now)) {
                        key.rests.insert(scope.clone(), rest);
                    }
                }
                (_, None) => {}
            }
        }
        self.clamp(now);
        self.latest = self.latest.max(now);
    }
}

fn restore_key(key: &mut KeyRecord, row: StoredState, now: Timestamp) {
    let since = row.since.unwrap_or(now);
    key.state = match (row.state, row.cause) {
        (KeyState::Cooling, Some(cause)) => match row.until {
            Some(until) if now < until => State::Cooling {
                since,
                until,
                cause,
            },
            _ => State::Active,
        },
        (KeyState::HalfOpen, Some(cause)) => State::HalfOpen {
            since,
            cause,
            successes: 0,
            permit: None,
            trial: Trial::Usual,
        },
        (KeyState::Exhausted, Some(cause)) => State::Exhausted {
            since,
            probe_at: row.until.unwrap_or(now),
            cause,
        },
        (KeyState::Invalid, Some(cause)) => State::Invalid { since, cause },
        _ => State::Active,
    };
    key.ejections = ejections(&row);
    key.step = row.step;
    key.suspected_at = row.suspected_at.map(|at| at.min(now));
    key.requests = row.requests;
    key.successes = row.successes;
    key.failures = row.failures;
    key.last_used = row.last_used;
    key.turn = row.turn;
    key.credit = row.credit;
    key.last_error = row.last_error;
}

fn ejections(row: &StoredState) -> Ejections {
    Ejections {
        count: row.ejections,
        last: row.ejected_at.unwrap_or_default(),
    }
}

fn rest(row: &StoredState) -> Option<Rest> {
    Some(Rest {
        since: row.since?,
        until: row.until?,
        cause: row.cause?,
        step: row.step,
    })
}

fn empty(site: &SiteRecord, key: Option<&KeyRecord>, scope: StoredScope) -> StoredState {
    StoredState {
        site: site.id.clone(),
        key: key.map(|key| key.id.clone()),
        scope,
        state: KeyState::Active,
        cause: None,
        since: None,
        until: None,
        step: 0,
        ejections: 0,
        ejected_at: None,
        suspected_at: None,
        requests: 0,
        successes: 0,
        failures: 0,
        last_used: None,
        turn: 0,
        credit: 0,
        last_error: None,
    }
}

fn resting(row: StoredState, rest: &Rest) -> StoredState {
    StoredState {
        state: KeyState::Cooling,
        cause: Some(rest.cause),
        since: Some(rest.since),
        until: Some(rest.until),
        step: rest.step,
        ..row
    }
}

fn site_rows(site: &SiteRecord, rows: &mut Vec<StoredState>) {
    if site.rest.is_some() || site.ejections.count > 0 {
        let mut row = empty(site, None, StoredScope::Site);
        row.ejections = site.ejections.count;
        row.ejected_at = Some(site.ejections.last);
        rows.push(match &site.rest {
            Some(rest) => resting(row, rest),
            None => row,
        });
    }
    for (model, rest) in &site.models {
        rows.push(resting(
            empty(site, None, StoredScope::SiteModel(model.clone())),
            rest,
        ));
    }
}

fn key_rows(site: &SiteRecord, key: &KeyRecord, rows: &mut Vec<StoredState>) {
    let (state, until) = match &key.state {
        State::Active => (KeyState::Active, None),
        State::Cooling { until, .. } => (KeyState::Cooling, Some(*until)),
        // Its trial is not over: after a restart it asks for money again before it is believed.
        State::HalfOpen {
            trial: Trial::LastChoice,
            since,
            successes: 0,
            ..
        } => (KeyState::Exhausted, Some(*since)),
        State::HalfOpen { .. } => (KeyState::HalfOpen, None),
        State::Exhausted { probe_at, .. } => (KeyState::Exhausted, Some(*probe_at)),
        State::Invalid { .. } => (KeyState::Invalid, None),
    };
    rows.push(StoredState {
        state,
        cause: key.state.cause(),
        since: key.state.since(),
        until,
        step: key.step,
        ejections: key.ejections.count,
        ejected_at: Some(key.ejections.last),
        suspected_at: key.suspected_at,
        requests: key.requests,
        successes: key.successes,
        failures: key.failures,
        last_used: key.last_used,
        turn: key.turn,
        credit: key.credit,
        last_error: key.last_error.clone(),
        ..empty(site, Some(key), StoredScope::Key)
    });
    for (scope, rest) in &key.rests {
        rows.push(resting(empty(site, Some(key), scope.clone()), rest));
    }
}
