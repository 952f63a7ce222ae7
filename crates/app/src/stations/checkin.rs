//! Check-in: called where the station lets us, else its page is opened; confirmed by the next balance.

use std::sync::Arc;
use std::time::Duration;

use base::{Nanos, Timestamp};
use serde::Deserialize;
use station::{CheckIn, CheckInState, CheckInWish, Heard, converse};
use store::sites::{Entry, EntryKind, EntrySource, Spent};

use super::book::Stations;
use super::error::StationError;
use super::kept::{self, KeptCheckin};
use super::problem;
use super::target::Purpose;
use super::view::{Known, kind_of, page};
use crate::sites::new_id;
use crate::view::{CheckinDone, CheckinRound, CheckinView, ErrorView, StationView};

/// Pause between two pages that are opened: browsers drop tabs that come all at once.
const PAUSE: Duration = Duration::from_millis(400);

/// Longest conversation for one check-in.
const PATIENCE: Duration = Duration::from_secs(60);

/// Body of `POST /api/checkin`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckinInput {
    /// Sites by id or name, due or not; `None`: all that are due.
    pub ids: Option<Vec<String>>,
    /// Pages that are opened at most; `None`: the setting.
    pub limit: Option<u32>,
}

impl Stations {
    /// Checks in at all due sites, or at those that are named, one after another.
    pub async fn check_in(
        self: &Arc<Self>,
        input: &CheckinInput,
    ) -> Result<CheckinRound, StationError> {
        let limit = input
            .limit
            .unwrap_or(self.settings().stations.checkin_pages);
        let ids = input.ids.clone();
        let due = self.blocking(move |it| it.due_for_checkin(ids)).await?;
        let mut round = CheckinRound {
            sites: Vec::new(),
            left: 0,
        };
        let mut opened = 0;
        for (site, name) in due {
            if opened >= limit {
                round.left += 1;
                continue;
            }
            let done = self.check_in_at(&site, &name).await?;
            if matches!(&done.how[..], "opened" | "address") {
                opened += 1;
            }
            if done.how == "opened" {
                tokio::time::sleep(PAUSE).await;
            }
            round.sites.push(done);
        }
        self.changed();
        Ok(round)
    }

    /// Marks today's check-in of a site as done, or takes that back.
    pub fn mark_checkin(&self, site: &str, done: bool) -> Result<StationView, StationError> {
        let known = self.known(self.site(site)?)?;
        let kept = KeptCheckin {
            at: done.then(|| self.now()),
            state: if done { "unconfirmed" } else { "none" }.to_owned(),
            reward: None,
            before: left(&known),
        };
        self.store()
            .set_checkin(&known.site.id, &kept::write(&kept))?;
        self.changed();
        self.view(&known.site.id)
    }

    fn due_for_checkin(
        &self,
        ids: Option<Vec<String>>,
    ) -> Result<Vec<(String, String)>, StationError> {
        let sites = match &ids {
            Some(ids) => ids
                .iter()
                .map(|id| self.site(id))
                .collect::<Result<Vec<_>, _>>()?,
            None => self.store().sites()?,
        };
        let mut due = Vec::new();
        for site in sites {
            let known = self.known(site)?;
            let view = view(&known, self.now());
            let wanted = ids.is_some() || (view.due && known.site.enabled);
            if wanted {
                due.push((known.site.id, known.site.name));
            }
        }
        Ok(due)
    }

    /// Checks in at one site.
    async fn check_in_at(
        self: &Arc<Self>,
        site: &str,
        name: &str,
    ) -> Result<CheckinDone, StationError> {
        let id = site.to_owned();
        let known = self.blocking(move |it| it.known(it.site(&id)?)).await?;
        let offered = view(&known, self.now());
        let mut done = CheckinDone {
            site: site.to_owned(),
            name: name.to_owned(),
            how: "failed".to_owned(),
            url: offered.url.clone(),
            already: false,
            reward_usd: None,
            error: None,
        };
        if known.account.is_some() {
            let called = self.call(site).await?;
            match called.state {
                CheckInState::Done | CheckInState::AlreadyDone => {
                    done.how = "called".to_owned();
                    done.already = called.state == CheckInState::AlreadyDone;
                    done.reward_usd = called.awarded_usd.map(Nanos::to_f64);
                    self.keep_checkin(&known, &called)?;
                    return Ok(done);
                }
                CheckInState::Off => {
                    done.error = called.reason.as_ref().map(problem::view);
                    return Ok(done);
                }
                CheckInState::Page => {
                    let path = called.page.as_deref();
                    done.url = page(&known, path).or(done.url);
                }
                CheckInState::Due | CheckInState::Failed => {
                    done.error = called.reason.as_ref().map(problem::view);
                }
            }
        }
        let Some(url) = done.url.clone() else {
            let none = || ErrorView {
                code: "no_checkin_page".to_owned(),
                params: Vec::new(),
                message: None,
            };
            done.error = done.error.or_else(|| Some(none()));
            return Ok(done);
        };
        done.how = match self.desktop() {
            Some(desktop) => match desktop.open_page(&url) {
                Ok(()) => "opened",
                Err(_) => "address",
            },
            None => "address",
        }
        .to_owned();
        let kept = KeptCheckin {
            at: Some(self.now()),
            state: "opened".to_owned(),
            reward: None,
            before: left(&known),
        };
        self.store().set_checkin(site, &kept::write(&kept))?;
        Ok(done)
    }

    /// Asks the station to check in.
    async fn call(self: &Arc<Self>, site: &str) -> Result<CheckIn, StationError> {
        let id = site.to_owned();
        let prepared = self
            .blocking(move |it| it.prepare(&id, Purpose::Balance, None))
            .await?;
        let line = prepared.line(self);
        let mut heard = Heard::default();
        let target = &prepared.target;
        let next = |heard: &Heard| station::check_in(target, CheckInWish::Do, heard);
        let talk = converse(&line, &target.address, &mut heard, next);
        let done = tokio::time::timeout(PATIENCE, talk).await;
        done.map_err(|_| {
            let seconds = PATIENCE.as_secs();
            let late = station::CallFailure::Timeout { seconds };
            StationError::Station(Box::new(station::Problem::NoAnswer(late)))
        })
    }

    /// Keeps what a call gave: the reward is an entry of the ledger.
    fn keep_checkin(&self, known: &Known, called: &CheckIn) -> Result<(), StationError> {
        let (site, now) = (&known.site, self.now());
        let already = called.state == CheckInState::AlreadyDone;
        let kept = KeptCheckin {
            at: Some(now),
            state: if already { "already" } else { "confirmed" }.to_owned(),
            reward: called.awarded_usd,
            before: left(known),
        };
        if let Some(reward) = called.awarded_usd.filter(|it| it.0 > 0 && !already) {
            self.reward(&site.id, reward, now)?;
        }
        Ok(self.store().set_checkin(&site.id, &kept::write(&kept))?)
    }

    fn reward(&self, site: &str, reward: Nanos, at: Timestamp) -> Result<(), StationError> {
        let entry = Entry {
            id: new_id("entry")?,
            site_id: site.to_owned(),
            kind: EntryKind::CheckIn,
            at,
            paid: None,
            credit: Some(reward),
            method: String::new(),
            note: String::new(),
            source: EntrySource::Station,
        };
        Ok(self.store().put_entry(&entry, Spent::default(), at)?)
    }

    /// Looks whether a balance that was just read confirms a check-in whose page was opened: it has grown
    /// and nobody entered a recharge.
    pub(super) fn confirm_checkin(&self, known: &Known) -> Result<(), StationError> {
        let kept = &known.checkin;
        let (Some(at), "opened" | "unconfirmed") = (kept.at, &kept.state[..]) else {
            return Ok(());
        };
        let Some((before, after)) = kept.before.zip(left(known)) else {
            return Ok(());
        };
        let newer = known.query.as_ref().is_some_and(|it| it.ok && it.at > at);
        let recharged = known
            .entries
            .iter()
            .any(|entry| entry.kind == EntryKind::Recharge && entry.at > at);
        if !newer || recharged {
            return Ok(());
        }
        let grown = after.0.saturating_sub(before.0);
        let mut changed = kept.clone();
        if grown > 0 {
            changed.state = "confirmed".to_owned();
            changed.reward = Some(Nanos(grown));
            // Before the balance that shows it, so that the change is explained.
            self.reward(&known.site.id, Nanos(grown), at)?;
        } else {
            changed.state = "unconfirmed".to_owned();
        }
        if changed != *kept {
            self.store()
                .set_checkin(&known.site.id, &kept::write(&changed))?;
        }
        Ok(())
    }
}

/// Credit left, as it was read last.
fn left(known: &Known) -> Option<Nanos> {
    known.week.last().and_then(|sample| sample.usd)
}

/// How it stands with the check-in of a site.
pub(super) fn view(known: &Known, now: Timestamp) -> CheckinView {
    let kept = &known.checkin;
    let learnt = &known.detection.known;
    let own = known.site.checkin_url.clone();
    let offered = learnt.check_in == Some(true);
    let pages = station::pages(kind_of(known));
    let usual = page(known, pages.check_in).filter(|_| offered);
    let url = own.or(usual);
    let callable = offered && learnt.turnstile != Some(true) && known.account.is_some();
    let how = match (callable, &url) {
        (true, _) => "api",
        (false, Some(_)) => "page",
        (false, None) => "none",
    };
    let is_new_day = kept.at.is_none_or(|at| next_day(known, at) <= now);
    CheckinView {
        how: how.to_owned(),
        due: how != "none" && is_new_day,
        url,
        done_at: kept.at.map(|at| at.to_string()),
        state: match &kept.state[..] {
            "" => "none".to_owned(),
            state => state.to_owned(),
        },
        reward_usd: kept.reward.map(Nanos::to_f64),
    }
}

/// When the day of a check-in is over: the station's day where it is known, else ours.
fn next_day(known: &Known, at: Timestamp) -> Timestamp {
    let local = at.to_jiff().to_zoned(jiff::tz::TimeZone::system());
    let here = local.offset().seconds();
    let offset = known.detection.known.utc_offset_s.unwrap_or(here);
    let offset = i64::from(offset) * 1_000_000;
    let day = (at.0 + offset).div_euclid(super::figures::DAY) + 1;
    Timestamp(day * super::figures::DAY - offset)
}
