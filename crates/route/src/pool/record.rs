//! What is known of a key and of a site.

use std::collections::{BTreeMap, VecDeque};

use base::Timestamp;

use super::breaker::{Breaker, Ejections};
use super::cooling::Rest;
use super::scope::StoredScope;
use super::state::{KeyState, State, Trial};
use super::view::LastError;
use crate::cause::Kind;
use crate::family;
use crate::names::{KeyId, SiteId};
use crate::settings::Settings;
use crate::strategies::{Seat, Strategy};

/// Tokens are counted over this time.
const RECENT_US: i64 = 60 * 1_000_000;
/// Answers kept for that count.
const RECENT_MOST: usize = 256;

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct KeyRecord {
    pub(crate) id: KeyId,
    pub(crate) weight: u32,
    pub(crate) enabled: bool,
    pub(crate) state: State,
    pub(crate) generation: u64,
    /// Rests for some models only.
    pub(crate) rests: BTreeMap<StoredScope, Rest>,
    pub(crate) breaker: Breaker,
    pub(crate) ejections: Ejections,
    /// Doublings after a 429 without a hint.
    pub(crate) step: u32,
    /// The last 401 that did not say why.
    pub(crate) suspected_at: Option<Timestamp>,
    pub(crate) in_flight: u32,
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) last_success: Option<Timestamp>,
    pub(crate) turn: u64,
    pub(crate) credit: i64,
    pub(crate) requests: u64,
    pub(crate) successes: u64,
    pub(crate) failures: u64,
    pub(crate) last_error: Option<LastError>,
    tokens: VecDeque<(Timestamp, u64)>,
    /// Sum of the line above.
    token_sum: u64,
}

/// A site.
#[derive(Clone, Debug)]
pub(crate) struct SiteRecord {
    pub(crate) id: SiteId,
    pub(crate) strategy: &'static dyn Strategy,
    pub(crate) keys: Vec<KeyRecord>,
    pub(crate) breaker: Breaker,
    pub(crate) ejections: Ejections,
    /// The site is asked last.
    pub(crate) rest: Option<Rest>,
    /// The site is asked last for these models.
    pub(crate) models: BTreeMap<String, Rest>,
}

/// Whether a key can serve a model now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Yes.
    Ready,
    /// It is coming back and has its permit free.
    Trial,
    /// It is coming back and somebody is trying it.
    TrialBusy,
    /// It had no money; it may be tried when there is nobody else.
    Probe,
    /// Not before a moment.
    Waiting { until: Timestamp, kind: Kind },
    /// Not by itself.
    Never,
}

// === impl KeyRecord ===

impl KeyRecord {
    pub(crate) fn new(id: KeyId) -> Self {
        Self {
            id,
            weight: 1,
            enabled: true,
            state: State::Active,
            generation: 0,
            rests: BTreeMap::new(),
            breaker: Breaker::default(),
            ejections: Ejections::default(),
            step: 0,
            suspected_at: None,
            in_flight: 0,
            last_used: None,
            last_success: None,
            turn: 0,
            credit: 0,
            requests: 0,
            successes: 0,
            failures: 0,
            last_error: None,
            tokens: VecDeque::new(),
            token_sum: 0,
        }
    }

    /// Its state as it is shown.
    pub(crate) fn shown(&self, now: Timestamp) -> KeyState {
        match self.enabled {
            true => self.state.shown(now),
            false => KeyState::Disabled,
        }
    }

    /// Puts the key into a state.
    pub(crate) fn enter(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }

    /// Gives the one permit of a key that is coming back to a ticket.
    pub(crate) fn try_out(&mut self, number: u64, now: Timestamp) {
        let (successes, trial) = match self.state {
            State::HalfOpen {
                successes, trial, ..
            } => (successes, trial),
            State::Exhausted { .. } => (0, Trial::LastChoice),
            _ => (0, Trial::Usual),
        };
        if let Some(cause) = self.state.cause() {
            self.enter(State::HalfOpen {
                since: self.state.since().unwrap_or(now),
                cause,
                successes,
                permit: Some(number),
                trial,
            });
        }
    }

    /// Whether its one permit is taken.
    pub(crate) fn is_tried_out(&self) -> bool {
        matches!(
            self.state,
            State::HalfOpen {
                permit: Some(_),
                ..
            }
        )
    }

    /// Whether it can serve the model.
    pub(crate) fn standing(&self, model: &str, now: Timestamp) -> Standing {
        if !self.enabled {
            return Standing::Never;
        }
        let of_key = match &self.state {
            State::Active => Standing::Ready,
            State::Cooling { until, cause, .. } if now < *until => Standing::Waiting {
                until: *until,
                kind: cause.kind(),
            },
            State::Cooling { .. } => Standing::Trial,
            State::HalfOpen {
                permit: Some(_), ..
            } => Standing::TrialBusy,
            State::HalfOpen {
                trial: Trial::LastChoice,
                successes: 0,
                ..
            } => Standing::Probe,
            State::HalfOpen { .. } => Standing::Trial,
            State::Exhausted { probe_at, .. } if *probe_at <= now => Standing::Probe,
            State::Exhausted {
                probe_at, cause, ..
            } => Standing::Waiting {
                until: *probe_at,
                kind: cause.kind(),
            },
            State::Invalid { .. } => Standing::Never,
        };
        match self.resting(model, now) {
            Some(rest) if !matches!(of_key, Standing::Never | Standing::Waiting { .. }) => {
                Standing::Waiting {
                    until: rest.until,
                    kind: rest.cause.kind(),
                }
            }
            _ => of_key,
        }
    }

    /// The longest rest that holds for the model.
    pub(crate) fn resting(&self, model: &str, now: Timestamp) -> Option<&Rest> {
        if self.rests.is_empty() {
            return None;
        }
        let scopes = [
            StoredScope::Family(family::family(model)),
            StoredScope::Model(family::exact(model)),
        ];
        let rests = scopes.iter().filter_map(|scope| self.rests.get(scope));
        rests
            .filter(|rest| rest.holds(now))
            .max_by_key(|rest| rest.until)
    }

    pub(crate) fn count_tokens(&mut self, now: Timestamp, tokens: u64) {
        let from = now.plus_micros(-RECENT_US);
        let is_old = |at: Timestamp, count: usize| at < from || count >= RECENT_MOST;
        while let Some(&(at, old)) = self.tokens.front()
            && is_old(at, self.tokens.len())
        {
            self.tokens.pop_front();
            self.token_sum = self.token_sum.saturating_sub(old);
        }
        self.tokens.push_back((now, tokens));
        self.token_sum = self.token_sum.saturating_add(tokens);
    }

    pub(crate) fn seat(&self, place: usize, now: Timestamp) -> Seat {
        let from = now.plus_micros(-RECENT_US);
        let old = self.tokens.iter().take_while(|(at, _)| *at < from);
        let old = old.map(|(_, tokens)| tokens).sum();
        Seat {
            place,
            weight: self.weight,
            in_flight: self.in_flight,
            recent_tokens: self.token_sum.saturating_sub(old),
            last_used: self.last_used,
            turn: self.turn,
            credit: self.credit,
        }
    }
}

// === impl SiteRecord ===

impl SiteRecord {
    pub(crate) fn new(id: SiteId, strategy: &'static dyn Strategy) -> Self {
        Self {
            id,
            strategy,
            keys: Vec::new(),
            breaker: Breaker::default(),
            ejections: Ejections::default(),
            rest: None,
            models: BTreeMap::new(),
        }
    }

    pub(crate) fn key(&self, id: &KeyId) -> Option<&KeyRecord> {
        self.keys.iter().find(|key| key.id == *id)
    }

    /// Why the site is asked last for the model, if it is.
    pub(crate) fn put_back(&self, model: &str, now: Timestamp) -> Option<&Rest> {
        let of_model = match self.models.is_empty() {
            true => None,
            false => self.models.get(&family::exact(model)),
        };
        let rests = self.rest.iter().chain(of_model);
        rests
            .filter(|rest| rest.holds(now))
            .max_by_key(|rest| rest.until)
    }

    /// Whether another key than this could serve the model at once.
    pub(crate) fn has_other(&self, id: &KeyId, model: &str, now: Timestamp) -> bool {
        let mut others = self.keys.iter().filter(|key| key.id != *id);
        others.any(|key| key.standing(model, now) == Standing::Ready)
    }
}

/// Keeps a table of rests small: what is over and forgotten goes, then what ends first.
pub(crate) fn prune<K: Ord + Clone>(
    rests: &mut BTreeMap<K, Rest>,
    now: Timestamp,
    settings: &Settings,
) {
    rests.retain(|_, rest| {
        let longest = settings.longest(rest.cause.kind());
        now < super::cooling::after(rest.until, longest)
    });
    while rests.len() > settings.memory.scopes {
        let first = rests
            .iter()
            .min_by_key(|(_, rest)| rest.until)
            .map(|(name, _)| name.clone());
        let Some(first) = first else { break };
        rests.remove(&first);
    }
}
