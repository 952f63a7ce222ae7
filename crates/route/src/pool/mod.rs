//! The keys of the sites and their states.

pub(crate) mod breaker;
pub(crate) mod change;
pub(crate) mod config;
pub(crate) mod cooling;
mod effect;
pub(crate) mod record;
pub(crate) mod scope;
pub(crate) mod state;
pub(crate) mod stored;
pub(crate) mod ticket;
mod user;
pub(crate) mod view;

use base::Timestamp;

use self::config::SiteConfig;
use self::cooling::seconds;
use self::record::{KeyRecord, SiteRecord, Standing};
use self::state::{KeyState, State};
use self::ticket::Ticket;
use crate::error::NotNow;
use crate::names::{KeyId, SiteId};
use crate::plan::{Binding, Candidate, Why};
use crate::sessions::Sessions;
use crate::settings::Settings;

/// What a good answer used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens, in and out.
    pub tokens: u64,
}

/// The keys of the sites, their states and the conversations bound to them.
#[derive(Clone, Debug)]
pub struct Pool {
    pub(crate) sites: Vec<SiteRecord>,
    pub(crate) sessions: Sessions,
    pub(crate) settings: Settings,
    /// Number of the next pick.
    turn: u64,
    /// The latest moment that was told.
    latest: Timestamp,
}

impl Pool {
    /// A pool without sites.
    pub fn new(settings: Settings) -> Self {
        let session = &settings.session;
        Self {
            sites: Vec::new(),
            sessions: Sessions::new(seconds(session.ttl_s), session.max),
            settings,
            turn: 1,
            latest: Timestamp(i64::MIN),
        }
    }

    /// Sets the sites and their keys. What is known of a key stays as long as its fingerprint stays.
    pub fn configure(&mut self, sites: Vec<SiteConfig>) {
        let mut known = std::mem::take(&mut self.sites);
        for config in sites {
            let old = known.iter().position(|site| site.id == config.site);
            let mut site = match old {
                Some(at) => known.swap_remove(at),
                None => SiteRecord::new(config.site, config.strategy),
            };
            site.strategy = config.strategy;
            let mut keys = std::mem::take(&mut site.keys);
            for key in config.keys {
                let old = keys.iter().position(|known| known.id == key.id);
                let mut record = match old {
                    Some(at) => keys.swap_remove(at),
                    None => KeyRecord::new(key.id),
                };
                record.weight = key.weight;
                record.enabled = key.enabled;
                site.keys.push(record);
            }
            self.sites.push(site);
        }
    }

    /// The numbers it works with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Works with other numbers from now on.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Number of conversations bound to a key.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Begins an attempt: takes the half-open permit where one is needed, counts the pick, binds the
    /// conversation.
    pub fn begin(&mut self, candidate: &Candidate, now: Timestamp) -> Result<Ticket, NotNow> {
        self.watch_clock(now);
        let number = self.turn;
        let (site, key) = (&candidate.site, &candidate.key);
        let record = self.key_mut(site, key).ok_or(NotNow::Gone)?;
        admit(record, candidate, number, now)?;
        record.in_flight += 1;
        record.requests += 1;
        record.last_used = Some(now);
        let ticket = Ticket {
            number,
            site: site.clone(),
            key: key.clone(),
            model: candidate.model.clone(),
            started_at: now,
            generation: record.generation,
        };
        self.turn += 1;
        self.count_pick(candidate, number, now);
        match &candidate.session {
            Some((session, Binding::Moves)) => self.sessions.bind(session, site, key, now),
            Some((session, Binding::Stays)) => self.sessions.touch(session, site, key, now),
            None => {}
        }
        Ok(ticket)
    }

    /// Gives a ticket back without a word about the key: the client left, or we are shutting down.
    pub fn release(&mut self, ticket: Ticket) {
        self.give_back(&ticket);
    }

    /// Tells the site's strategy who was picked among whom.
    fn count_pick(&mut self, candidate: &Candidate, number: u64, now: Timestamp) {
        let Some(site) = self.sites.iter_mut().find(|site| site.id == candidate.site) else {
            return;
        };
        let usable = |key: &KeyRecord| {
            let standing = key.standing(&candidate.model, now);
            key.id == candidate.key || matches!(standing, Standing::Ready | Standing::Trial)
        };
        let keys = site.keys.iter().enumerate().filter(|(_, key)| usable(key));
        let mut seats: Vec<_> = keys.map(|(place, key)| key.seat(place, now)).collect();
        let chosen = seats
            .iter()
            .position(|seat| site.keys[seat.place].id == candidate.key);
        let Some(chosen) = chosen else { return };
        let place = seats[chosen].place;
        site.strategy.picked(&mut seats, chosen);
        for seat in seats {
            site.keys[seat.place].credit = seat.credit;
        }
        site.keys[place].turn = number;
    }

    /// Undoes what [`Pool::begin`] took.
    fn give_back(&mut self, ticket: &Ticket) -> Option<&mut KeyRecord> {
        let key = self.key_mut(&ticket.site, &ticket.key)?;
        key.in_flight = key.in_flight.saturating_sub(1);
        if let State::HalfOpen { permit, .. } = &mut key.state
            && *permit == Some(ticket.number)
        {
            *permit = None;
        }
        Some(key)
    }

    pub(crate) fn site(&self, id: &SiteId) -> Option<&SiteRecord> {
        self.sites.iter().find(|site| site.id == *id)
    }

    fn site_mut(&mut self, id: &SiteId) -> Option<&mut SiteRecord> {
        self.sites.iter_mut().find(|site| site.id == *id)
    }

    fn key_mut(&mut self, site: &SiteId, key: &KeyId) -> Option<&mut KeyRecord> {
        self.site_mut(site)?
            .keys
            .iter_mut()
            .find(|record| record.id == *key)
    }
}

/// Lets an attempt in, if the key's state allows it.
fn admit(
    key: &mut KeyRecord,
    candidate: &Candidate,
    number: u64,
    now: Timestamp,
) -> Result<(), NotNow> {
    let resort = candidate.why == Why::LastResort;
    match key.standing(&candidate.model, now) {
        Standing::Ready => {}
        Standing::Trial => key.try_out(number, now),
        Standing::Probe if candidate.why == Why::Probe => key.try_out(number, now),
        // It is the only one left: one at a time would lose the others.
        Standing::TrialBusy if resort => key.enter(State::Active),
        Standing::TrialBusy => return Err(NotNow::Busy),
        Standing::Waiting { .. } if resort && key.is_tried_out() => return Err(NotNow::Busy),
        Standing::Waiting { .. } if resort => {
            if key.state.shown(now) == KeyState::HalfOpen {
                key.try_out(number, now);
            }
        }
        _ => return Err(NotNow::NotUsable),
    }
    Ok(())
}
