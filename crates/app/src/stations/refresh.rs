//! One query of one site: recognise, read, keep.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Currency, Measured, Nanos, Timestamp};
use station::{Balance, Decimal, Heard, Problem, Purse, Reading, State, Unit, converse, evidence};
use store::sites::{QueryOutcome, Sample, Spent};

use super::book::{Stations, held};
use super::change;
use super::error::StationError;
use super::kept::{self, KeptAnswers, KeptBalance, KeptDetection, KeptQuery};
use super::problem;
use super::target::{Prepared, Purpose};
use super::view::multiplier;
use crate::view::StationView;

/// Longest conversation: a handful of calls.
const PATIENCE: Duration = Duration::from_secs(180);

/// How a query ended, for whoever asked for it.
#[derive(Clone, Debug)]
pub(super) struct Queried {
    /// What is wrong; `None`: it gave figures.
    pub(super) problem: Option<Problem>,
}

/// Takes the mark off again that a site is being asked, however the query ends.
struct Mark<'a>(&'a Stations, String);

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        held(&self.0.querying).remove(&self.1);
        self.0.changed();
    }
}

impl Stations {
    /// Queries a site and shows it. A query that fails is no error: the view says so, and the last good
    /// balance stays.
    pub async fn refresh(self: &Arc<Self>, site: &str) -> Result<StationView, StationError> {
        let name = site.to_owned();
        let site = self.blocking(move |it| it.site(&name)).await?;
        self.query(&site.id).await?;
        self.blocking(move |it| it.view(&site.id)).await
    }

    /// Queries a site. Whoever comes while it is being asked waits for that answer.
    pub(super) async fn query(self: &Arc<Self>, site: &str) -> Result<Queried, StationError> {
        let came = Instant::now();
        let line = self.line(site);
        let mut last = line.lock().await;
        if last.is_some_and(|ended| ended >= came) {
            let id = site.to_owned();
            let station = self
                .blocking(move |it| Ok(it.store().station(&id)?))
                .await?;
            let query: Option<KeptQuery> = station.query.as_deref().and_then(kept::read);
            let problem = query.filter(|it| !it.ok).and_then(|it| it.reason);
            return Ok(Queried { problem });
        }
        held(&self.querying).insert(site.to_owned());
        let mark = Mark(self, site.to_owned());
        self.changed();
        let queried = self.ask(site).await;
        *last = Some(Instant::now());
        drop(mark);
        let queried = queried?;
        let id = site.to_owned();
        self.blocking(move |it| {
            it.confirm_checkin(&it.known(it.site(&id)?)?)?;
            it.tell_when_low(&id)
        })
        .await?;
        Ok(queried)
    }

    async fn ask(self: &Arc<Self>, site: &str) -> Result<Queried, StationError> {
        let begin = Instant::now();
        let id = site.to_owned();
        let prepared = self
            .blocking(move |it| it.prepare(&id, Purpose::Balance, None))
            .await?;
        let mut heard = Heard::default();
        let (line, target) = (prepared.line(self), &prepared.target);
        let next = |heard: &Heard| station::balance(target, heard);
        let talk = converse(&line, &target.address, &mut heard, next);
        let reading = match tokio::time::timeout(PATIENCE, talk).await {
            Ok(reading) => reading,
            Err(_) => late(&prepared),
        };
        drop(line);
        // What is on its way belongs to the time before this balance.
        self.recorder.settle().await;
        let ms = begin.elapsed().as_millis() as u64;
        self.blocking(move |it| it.keep(&prepared, reading, &heard, ms))
            .await
    }

    /// Keeps the outcome: all of it in one transaction.
    fn keep(
        &self,
        prepared: &Prepared,
        reading: Reading,
        heard: &Heard,
        ms: u64,
    ) -> Result<Queried, StationError> {
        let (site, now) = (&prepared.site, self.now());
        let balance = reading.balance;
        let before: Option<KeptQuery> = prepared.station.query.as_deref().and_then(kept::read);
        let ok = balance.has_figures();
        let failures = match (ok, before.as_ref()) {
            (true, _) => 0,
            (false, before) => before.map_or(0, |it| it.failures).saturating_add(1),
        };
        let detection = learnt(prepared, reading.detection, &balance, now);
        let sample = if ok {
            self.sample(prepared, &balance, now)?
        } else {
            None
        };
        let moved = match &sample {
            Some(sample) => self.moved(prepared, sample)?,
            None => None,
        };
        let query = KeptQuery {
            at: now,
            ms,
            kind: balance.kind,
            ok,
            state: balance.state,
            reason: balance.reason.clone(),
            notes: balance.notes.clone(),
            failures,
            change: moved.map(|(change, _)| change),
            unexplained: moved.map(|(_, unexplained)| unexplained),
        };
        if let Some(reason) = query.reason.as_ref().filter(|_| !ok) {
            let reason = problem::sentence(reason);
            tracing::info!(site = site.name, reason, "a balance could not be read");
        }
        let answers = KeptAnswers {
            at: Some(now),
            traces: evidence(heard, &prepared.secrets()),
        };
        let kept = KeptBalance { at: now, balance };
        let outcome = QueryOutcome {
            query: kept::write(&query),
            answers: kept::write(&answers),
            detection: Some((
                detection.detection.as_ref().map(|it| it.kind.to_string()),
                kept::write(&detection),
            )),
            balance: ok.then(|| (kept::write(&kept), sample)),
        };
        self.store().keep_query(&site.id, &outcome)?;
        Ok(Queried {
            problem: query.reason.filter(|_| !ok),
        })
    }

    /// The balance's place in the series, with our own spending since the one before.
    fn sample(
        &self,
        prepared: &Prepared,
        balance: &Balance,
        now: Timestamp,
    ) -> Result<Option<Sample>, StationError> {
        let purse = series_purse(balance);
        let rate = Decimal::parse(&self.cny_per_usd().to_string()).unwrap_or(Decimal::whole(1));
        let usd = |amount: Measured<Nanos>| {
            let amount = balance.convert(amount, Currency::Usd, rate);
            amount.value().copied()
        };
        let (left, used) = match purse {
            Some(purse) if purse.unlimited => (None, purse.used),
            Some(purse) => (usd(purse.remaining), purse.used),
            None if balance.unlimited => (None, balance.used),
            None => (usd(balance.remaining), balance.used),
        };
        let raw = balance.unit == Unit::Quota && left.is_none() && !balance.unlimited;
        let mut sample = Sample {
            at: now,
            entry: None,
            usd: left,
            used_usd: usd(used),
            quota: balance.quota.remaining.filter(|_| raw),
            spent: Spent::default(),
        };
        if sample.usd.is_none() && sample.quota.is_none() && sample.used_usd.is_none() {
            return Ok(None);
        }
        let last = self.store().last_samples(&prepared.site.id, now)?;
        if let [newest, before] = &last[..] {
            // Exchanges that ran while the last balance was read have their price by now.
            let spent = self.spent(&prepared.site.name, before.at, newest.at)?;
            let oldest = self.traffic.oldest()?.unwrap_or(now);
            if spent != newest.spent && before.at >= oldest {
                self.store().recount(&prepared.site.id, newest.at, spent)?;
            }
        }
        if let Some(newest) = last.first() {
            sample.spent = self.spent(&prepared.site.name, newest.at, now)?;
        }
        Ok(Some(sample))
    }

    /// Our own exchanges with a site in some time.
    pub(super) fn spent(
        &self,
        site: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Spent, StationError> {
        let spend = self.traffic.spend(site, from, to)?;
        Ok(Spent {
            cost: spend.cost,
            exchanges: spend.exchanges,
            unpriced: spend.unpriced,
        })
    }

    /// How the balance changed since the last one, and what of it nothing explains.
    fn moved(
        &self,
        prepared: &Prepared,
        sample: &Sample,
    ) -> Result<Option<(Nanos, Nanos)>, StationError> {
        let site = &prepared.site;
        let mut last = self.store().last_samples(&site.id, sample.at)?;
        last.truncate(1);
        last.push(sample.clone());
        let entries = self.store().ledger(&site.id)?;
        let parts = change::parts(&last, &entries, multiplier(site));
        Ok(parts.and_then(|parts| {
            let nanos = |amount: i128| i64::try_from(amount).ok().map(Nanos);
            Some((nanos(parts.change())?, nanos(parts.unexplained())?))
        }))
    }
}

/// The purse that recharges go into: the account's where it is seen, else the key's.
fn series_purse(balance: &Balance) -> Option<&Purse> {
    balance.account.as_ref().or(balance.key.as_ref())
}

/// What is remembered from now on.
fn learnt(
    prepared: &Prepared,
    detection: Option<station::Detection>,
    balance: &Balance,
    now: Timestamp,
) -> KeptDetection {
    let mut kept = prepared.detection.clone();
    kept.known.learn(&balance.known);
    if let Some(detection) = detection {
        kept.known.learn(&detection.known);
        let is_found = detection.kind != station::StationKind::Unknown;
        // A station that cannot be reached for once is still what it was.
        if is_found || kept.detection.is_none() {
            kept.detection = Some(detection);
            kept.at = Some(now);
        }
    }
    kept
}

fn late(prepared: &Prepared) -> Reading {
    let reason = Problem::NoAnswer(station::CallFailure::Timeout {
        seconds: PATIENCE.as_secs(),
    });
    let known = prepared.detection.known.clone();
    Reading {
        balance: Balance::without(prepared.target.kind, State::Unreachable, reason, known),
        detection: None,
    }
}
