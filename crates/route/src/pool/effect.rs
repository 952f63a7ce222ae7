//! What a report does to the key and its site.

use std::collections::BTreeMap;

use base::Timestamp;

use super::breaker::{FULL, HALF};
use super::change::{Change, Moved, Report, Urgency};
use super::cooling::{Rest, after, growing, hinted, seconds, transient, unhinted};
use super::record::{KeyRecord, prune};
use super::scope::StoredScope;
use super::state::{KeyState, State};
use super::ticket::Ticket;
use super::view::LastError;
use super::{Pool, Usage};
use crate::cause::{Cause, Kind};
use crate::family;
use crate::settings::Settings;
use crate::verdict::{Scope, Verdict};

/// A report in the making.
struct Case<'a> {
    ticket: &'a Ticket,
    verdict: &'a Verdict,
    now: Timestamp,
    random: u64,
}

impl Pool {
    /// Tells how an attempt went. `random` spreads the keys' return, so that not all come back at once.
    pub fn report(
        &mut self,
        ticket: Ticket,
        report: &Report,
        now: Timestamp,
        random: u64,
    ) -> Change {
        self.watch_clock(now);
        let mut change = Change::nothing(&ticket.site, &ticket.key);
        let held = self.site(&ticket.site).and_then(|site| site.key(&ticket.key)).is_some_and(|key| {
            matches!(key.state, State::HalfOpen { permit, .. } if permit == Some(ticket.number))
        });
        let Some(key) = self.give_back(&ticket) else {
            return change;
        };
        let from = key.shown(now);
        match report {
            Report::Succeeded(usage) => self.succeed(&ticket, *usage, held, now),
            Report::Failed(verdict) if verdict.kind() == Kind::Cancelled => return change,
            Report::Failed(verdict) => {
                let case = Case {
                    ticket: &ticket,
                    verdict,
                    now,
                    random,
                };
                self.fail(&case, held);
            }
        }
        let Some(key) = self.key_mut(&ticket.site, &ticket.key) else {
            return change;
        };
        let to = key.shown(now);
        change.urgency = Urgency::Soon;
        if from != to {
            if matches!(to, KeyState::Invalid | KeyState::Exhausted) {
                change.urgency = Urgency::AtOnce;
            }
            change.moved = Some(Moved {
                from,
                to,
                cause: key.state.cause(),
                until: key.state.until(now),
            });
        }
        change
    }

    fn succeed(&mut self, ticket: &Ticket, usage: Usage, held: bool, now: Timestamp) {
        let settings = self.settings.clone();
        let Some(site) = self.site_mut(&ticket.site) else {
            return;
        };
        // A success proves something only of the time after it began.
        let newer = |since: Timestamp| ticket.started_at > since;
        site.breaker.succeed(now, &settings);
        site.rest = site.rest.take().filter(|rest| !newer(rest.since));
        let model = family::exact(&ticket.model);
        if site
            .models
            .get(&model)
            .is_some_and(|rest| newer(rest.since))
        {
            site.models.remove(&model);
        }
        let Some(key) = site.keys.iter_mut().find(|key| key.id == ticket.key) else {
            return;
        };
        key.successes += 1;
        key.last_success = Some(now);
        key.breaker.succeed(now, &settings);
        key.count_tokens(now, usage.tokens);
        let own = [
            StoredScope::Family(family::family(&ticket.model)),
            StoredScope::Model(model),
        ];
        key.rests
            .retain(|scope, rest| !own.contains(scope) || !newer(rest.since));
        key.suspected_at = key.suspected_at.filter(|at| !newer(*at));
        match &mut key.state {
            State::HalfOpen { successes, .. } if held => {
                *successes += 1;
                if *successes >= settings.half_open.successes {
                    key.step = 0;
                    key.enter(State::Active);
                }
            }
            State::Cooling { since, .. } | State::Exhausted { since, .. } if newer(*since) => {
                key.step = 0;
                key.enter(State::Active);
            }
            _ => {}
        }
    }

    fn fail(&mut self, case: &Case<'_>, held: bool) {
        let settings = self.settings.clone();
        let verdict = case.verdict;
        let length = settings.memory.error_text;
        if let Some(key) = self.key_mut(&case.ticket.site, &case.ticket.key) {
            key.failures += u64::from(verdict.kind() != Kind::CallerFault);
            key.last_error = Some(LastError::of(verdict, case.now, length));
        }
        match verdict.scope {
            Scope::Request => {}
            Scope::Site => self.fail_site(case, &settings),
            Scope::SiteModel => self.rest_site_model(case, &settings),
            Scope::KeyModel => {
                let model = family::exact(&case.ticket.model);
                self.rest_key(case, StoredScope::Model(model), &settings);
            }
            Scope::KeyFamily => {
                let family = family::family(&case.ticket.model);
                self.rest_key(case, StoredScope::Family(family), &settings);
            }
            Scope::Key if verdict.kind().is_transient() => self.stumble(case, held, &settings),
            Scope::Key => {
                if let Some(key) = self.key_mut(&case.ticket.site, &case.ticket.key) {
                    strike(key, case, &settings);
                }
            }
        }
    }

    /// A failure that may pass by itself, of the key.
    fn stumble(&mut self, case: &Case<'_>, held: bool, settings: &Settings) {
        let (ticket, now) = (case.ticket, case.now);
        let Some(site) = self.site_mut(&ticket.site) else {
            return;
        };
        let has_other = site.has_other(&ticket.key, &ticket.model, now);
        let Some(key) = site.keys.iter_mut().find(|key| key.id == ticket.key) else {
            return;
        };
        let stale = key
            .last_success
            .is_some_and(|success| ticket.started_at < success);
        let tripped = key
            .breaker
            .fail(now, if stale { HALF } else { FULL }, settings);
        let fragile = held || tripped;
        match &mut key.state {
            State::Active | State::HalfOpen { .. } if fragile && has_other => {
                key.breaker.clear();
                let wait = transient(settings, key.ejections.add(now, settings));
                key.enter(State::Cooling {
                    since: now,
                    until: after(now, wait),
                    cause: case.verdict.cause,
                });
            }
            // The last usable key stays in use, and its site is asked last.
            State::Active | State::HalfOpen { .. } if tripped => {
                key.breaker.clear();
                let wait = transient(settings, site.ejections.add(now, settings));
                site.rest = Some(Rest {
                    since: now,
                    until: after(now, wait),
                    cause: case.verdict.cause,
                    step: 0,
                });
            }
            State::HalfOpen { successes, .. } if held => *successes = 0,
            _ => {}
        }
    }

    /// A failure of the way to the site: no key is to blame, the site is asked last.
    fn fail_site(&mut self, case: &Case<'_>, settings: &Settings) {
        let (ticket, now) = (case.ticket, case.now);
        let Some(site) = self.site_mut(&ticket.site) else {
            return;
        };
        if site.breaker.fail(now, FULL, settings) {
            site.breaker.clear();
            let wait = transient(settings, site.ejections.add(now, settings));
            site.rest = Some(Rest {
                since: now,
                until: after(now, wait),
                cause: case.verdict.cause,
                step: 0,
            });
        }
    }

    /// The site has nobody for the model: it is asked last for it.
    fn rest_site_model(&mut self, case: &Case<'_>, settings: &Settings) {
        let kind = case.verdict.kind();
        let growth = match kind {
            Kind::Overloaded => &settings.overloaded,
            _ => &settings.pool_busy,
        };
        let model = family::exact(&case.ticket.model);
        if let Some(site) = self.site_mut(&case.ticket.site) {
            let step = next_step(&site.models, &model, case, settings);
            let until = after(case.now, growing(growth, step));
            lay(&mut site.models, model, case, step, until, settings);
        }
    }

    /// The key rests for some models.
    fn rest_key(&mut self, case: &Case<'_>, scope: StoredScope, settings: &Settings) {
        let Some(key) = self.key_mut(&case.ticket.site, &case.ticket.key) else {
            return;
        };
        let step = next_step(&key.rests, &scope, case, settings);
        let until = match (case.verdict.kind(), case.verdict.until) {
            (Kind::RateLimited, Some(until)) => hinted(settings, until, case.now, case.random),
            (Kind::RateLimited, None) => after(case.now, unhinted(settings, step)),
            (Kind::Unaffordable, _) => after(case.now, seconds(settings.unaffordable.cool_s)),
            _ => after(case.now, seconds(settings.model_unavailable.cool_s)),
        };
        lay(&mut key.rests, scope, case, step, until, settings);
    }
}

/// Evidence against the key that needs no repetition.
fn strike(key: &mut KeyRecord, case: &Case<'_>, settings: &Settings) {
    let (now, cause) = (case.now, case.verdict.cause);
    if matches!(key.state, State::Invalid { .. }) {
        return;
    }
    match case.verdict.kind() {
        Kind::InvalidKey => key.enter(State::Invalid { since: now, cause }),
        Kind::Exhausted => exhaust(key, case, settings),
        Kind::Suspect => suspect(key, case, settings),
        Kind::RateLimited => limit(key, case, settings),
        _ => {}
    }
}

fn exhaust(key: &mut KeyRecord, case: &Case<'_>, settings: &Settings) {
    // Answers to requests from before say nothing new.
    if let State::Exhausted { since, .. } = key.state
        && case.ticket.started_at <= since
    {
        return;
    }
    key.enter(State::Exhausted {
        since: case.now,
        probe_at: after(case.now, seconds(settings.exhausted.probe_s)),
        cause: case.verdict.cause,
    });
}

/// A 401 that does not say why: once is a suspicion, twice within ten minutes is proof.
fn suspect(key: &mut KeyRecord, case: &Case<'_>, settings: &Settings) {
    let (now, cause) = (case.now, case.verdict.cause);
    if matches!(key.state, State::Exhausted { .. }) {
        return;
    }
    let within = seconds(settings.unauthorized.again_within_s);
    match key.suspected_at {
        // The answer to a request from before is the same suspicion.
        Some(at) if case.ticket.started_at <= at => {}
        Some(at) if now < after(at, within) => key.enter(State::Invalid { since: now, cause }),
        _ => {
            key.suspected_at = Some(now);
            cool(
                key,
                case,
                after(now, seconds(settings.unauthorized.cool_s)),
                cause,
            );
        }
    }
}

fn limit(key: &mut KeyRecord, case: &Case<'_>, settings: &Settings) {
    let (now, cause) = (case.now, case.verdict.cause);
    if matches!(key.state, State::Exhausted { .. }) {
        return;
    }
    let until = match case.verdict.until {
        Some(until) => hinted(settings, until, now, case.random),
        None => {
            // A burst of refusals is one refusal: only what began after the cool-down counts anew.
            let old = matches!(key.state, State::Cooling { since, .. } if case.ticket.started_at <= since);
            if old {
                return;
            }
            let until = after(now, unhinted(settings, key.step));
            key.step = (key.step + 1).min(32);
            until
        }
    };
    cool(key, case, until, cause);
}

/// Cools a key, or keeps it cool for longer: never for shorter.
fn cool(key: &mut KeyRecord, case: &Case<'_>, until: Timestamp, cause: Cause) {
    match key.state {
        State::Cooling { until: old, .. } if case.now < old && until <= old => {}
        State::Invalid { .. } | State::Exhausted { .. } => {}
        _ => key.enter(State::Cooling {
            since: case.now,
            until,
            cause,
        }),
    }
}

/// How often the rest has doubled: a refusal from before it does not double it again.
fn next_step<K: Ord>(
    rests: &BTreeMap<K, Rest>,
    name: &K,
    case: &Case<'_>,
    settings: &Settings,
) -> u32 {
    let Some(rest) = rests.get(name) else {
        return 0;
    };
    let forgotten = after(rest.until, settings.longest(rest.cause.kind()));
    if rest.cause.kind() != case.verdict.kind() || case.now >= forgotten {
        return 0;
    }
    match case.ticket.started_at > rest.since {
        true => (rest.step + 1).min(32),
        false => rest.step,
    }
}

/// Lays a rest down, or prolongs the one there is.
fn lay<K: Ord + Clone>(
    rests: &mut BTreeMap<K, Rest>,
    name: K,
    case: &Case<'_>,
    step: u32,
    until: Timestamp,
    settings: &Settings,
) {
    let longer = rests.get(&name).is_none_or(|rest| until > rest.until);
    if longer {
        let rest = Rest {
            since: case.now,
            until,
            cause: case.verdict.cause,
            step,
        };
        rests.insert(name, rest);
        prune(rests, case.now, settings);
    }
}
