//! What the user and the clock do to the states.

use base::Timestamp;

use super::Pool;
use super::change::{Change, Moved, Urgency};
use super::cooling::{after, seconds};
use super::record::KeyRecord;
use super::state::{State, Trial};
use crate::names::{KeyId, SiteId};
use crate::settings::Settings;

impl Pool {
    /// Forgets what speaks against a key. A key without money or with a refusal comes back by a trial, every
    /// other at once. Whether it is switched on stays as it is.
    pub fn reset(&mut self, site: &SiteId, key: &KeyId, now: Timestamp) -> Change {
        let mut change = Change::nothing(site, key);
        let Some(record) = self.site_mut(site) else {
            return change;
        };
        record.rest = None;
        record.models.clear();
        record.breaker.clear();
        let Some(record) = self.key_mut(site, key) else {
            return change;
        };
        let from = record.shown(now);
        record.rests.clear();
        record.breaker.clear();
        record.suspected_at = None;
        record.step = 0;
        record.ejections = Default::default();
        // An attempt that is running keeps the one permit.
        let running = match record.state {
            State::HalfOpen { permit, .. } => permit,
            _ => None,
        };
        let state = match record.state {
            State::Exhausted { cause, .. }
            | State::Invalid { cause, .. }
            | State::HalfOpen {
                cause,
                trial: Trial::LastChoice,
                ..
            } => State::HalfOpen {
                since: now,
                cause,
                successes: 0,
                permit: running,
                trial: Trial::Usual,
            },
            _ => State::Active,
        };
        record.enter(state);
        change.urgency = Urgency::AtOnce;
        let to = record.shown(now);
        change.moved = (from != to).then(|| Moved {
            from,
            to,
            cause: record.state.cause(),
            until: None,
        });
        change
    }

    /// Forgets what speaks against every key of a site, or of all sites.
    pub fn reset_all(&mut self, site: Option<&SiteId>, now: Timestamp) -> Vec<Change> {
        let chosen = self
            .sites
            .iter()
            .filter(|record| site.is_none_or(|site| record.id == *site));
        let keys = chosen.flat_map(|site| {
            let of_site = move |key: &KeyRecord| (site.id.clone(), key.id.clone());
            site.keys.iter().map(of_site)
        });
        let keys: Vec<_> = keys.collect();
        keys.iter()
            .map(|(site, key)| self.reset(site, key, now))
            .collect()
    }

    /// Switches a key on or off. Its state stays: switching on does not make a refused key good.
    pub fn set_enabled(
        &mut self,
        site: &SiteId,
        key: &KeyId,
        enabled: bool,
        now: Timestamp,
    ) -> Change {
        let mut change = Change::nothing(site, key);
        let Some(record) = self.key_mut(site, key) else {
            return change;
        };
        let from = record.shown(now);
        if record.enabled != enabled {
            record.enabled = enabled;
            record.generation += 1;
            change.urgency = Urgency::AtOnce;
        }
        let to = record.shown(now);
        change.moved = (from != to).then(|| Moved {
            from,
            to,
            cause: record.state.cause(),
            until: record.state.until(now),
        });
        change
    }

    /// Notices when the wall clock jumped back, and sets every moment anew that lies too far ahead by then.
    pub(super) fn watch_clock(&mut self, now: Timestamp) {
        let jump = seconds(self.settings.clock.jump_back_s);
        if after(now, jump) < self.latest {
            self.clamp(now);
            self.latest = now;
        }
        self.latest = self.latest.max(now);
    }

    /// No moment further ahead than its cause allows.
    pub(super) fn clamp(&mut self, now: Timestamp) {
        let settings = self.settings.clone();
        for site in &mut self.sites {
            for key in &mut site.keys {
                clamp_state(&mut key.state, now, &settings);
                key.rests
                    .values_mut()
                    .for_each(|rest| clamp_rest(rest, now, &settings));
            }
            let rests = site.rest.iter_mut().chain(site.models.values_mut());
            rests.for_each(|rest| clamp_rest(rest, now, &settings));
        }
    }
}

fn clamp_rest(rest: &mut super::cooling::Rest, now: Timestamp, settings: &Settings) {
    rest.since = rest.since.min(now);
    rest.until = rest
        .until
        .min(after(now, settings.longest(rest.cause.kind())));
}

fn clamp_state(state: &mut State, now: Timestamp, settings: &Settings) {
    match state {
        State::Active => {}
        State::Cooling {
            since,
            until,
            cause,
        } => {
            *since = (*since).min(now);
            *until = (*until).min(after(now, settings.longest(cause.kind())));
        }
        State::Exhausted {
            since, probe_at, ..
        } => {
            *since = (*since).min(now);
            *probe_at = (*probe_at).min(after(now, seconds(settings.exhausted.probe_s)));
        }
        State::HalfOpen { since, .. } | State::Invalid { since, .. } => *since = (*since).min(now),
    }
}
