//! Queries without being asked: one site after another, with chance, back-off, and rest while offline.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use station::{CallFailure, Problem};
use tokio_util::sync::CancellationToken;

use super::book::{Stations, held};
use super::error::StationError;
use super::kept::{self, KeptQuery};
use crate::view::AutoQueryView;

/// How often the plan is looked at.
const TICK: Duration = Duration::from_secs(5);

/// Pause between two sites.
const GAP: Duration = Duration::from_secs(2);

/// While nothing can be reached, one site is tried this often.
const OFFLINE_RETRY: i64 = 60 * 1_000_000;

/// A failing site is asked more and more seldom, up to this many intervals.
const MOST_BACKOFF: u32 = 8;

/// Share of an interval that chance adds or takes, in hundredths.
const JITTER: u64 = 10;

/// What the schedule remembers.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// When a site is asked next.
    next: HashMap<String, Timestamp>,
    last: Option<Timestamp>,
    /// Since the last success, every query failed on the way.
    offline: bool,
    /// Sites that failed on the way since then.
    unreached: Vec<String>,
}

/// What a query says about the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    Blocked,
}

impl Stations {
    /// Queries what is due until the end.
    pub async fn keep_asking(self: Arc<Self>, end: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = end.cancelled() => return,
            }
            if !self.settings().stations.auto_query {
                held(&self.plan).next.clear();
                continue;
            }
            if let Err(error) = self.ask_due(&end).await {
                tracing::warn!(%error, "due stations could not be asked");
            }
        }
    }

    async fn ask_due(self: &Arc<Self>, end: &CancellationToken) -> Result<(), StationError> {
        let due = self.blocking(|it| it.due()).await?;
        for id in due {
            if end.is_cancelled() {
                return Ok(());
            }
            let queried = self.query(&id).await;
            let problem = match &queried {
                Ok(queried) => queried.problem.as_ref(),
                Err(error) => {
                    tracing::warn!(%error, "a station could not be asked");
                    None
                }
            };
            let now = self.now();
            let failures = self.failures(&id).await;
            let (interval, chance) = (self.interval(), self.sites.random());
            let online = {
                let mut plan = held(&self.plan);
                let online = plan.note(&id, way(problem));
                let next = if online {
                    after(now, interval, failures, chance)
                } else {
                    now.plus_micros(OFFLINE_RETRY)
                };
                plan.next.insert(id, next);
                plan.last = Some(now);
                online
            };
            if !online {
                // One site is enough to see whether the way is open again.
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(GAP) => {}
                () = end.cancelled() => return Ok(()),
            }
        }
        Ok(())
    }

    async fn failures(self: &Arc<Self>, id: &str) -> u32 {
        let id = id.to_owned();
        let station = self.blocking(move |it| Ok(it.store().station(&id)?)).await;
        let query: Option<KeptQuery> = station
            .ok()
            .and_then(|station| kept::read(station.query.as_deref()?));
        query.map_or(0, |query| query.failures)
    }

    /// Sites that are due, the longest waiting first. One that was asked by somebody else waits anew.
    fn due(&self) -> Result<Vec<String>, StationError> {
        let (now, interval) = (self.now(), self.interval());
        let mut found = Vec::new();
        for site in self.store().sites()? {
            if !site.enabled {
                continue;
            }
            let station = self.store().station(&site.id)?;
            let query: Option<KeptQuery> = station.query.as_deref().and_then(kept::read);
            let planned = held(&self.plan).next.get(&site.id).copied();
            let next = match (planned, query) {
                (planned, Some(query)) => {
                    let earliest = after(query.at, interval, query.failures, JITTER);
                    planned.unwrap_or(earliest)
                }
                (Some(planned), None) => planned,
                (None, None) => now,
            };
            if next <= now {
                found.push((next, site.id));
            } else {
                held(&self.plan).next.insert(site.id, next);
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.settings().stations.auto_query_minutes))
    }

    /// When a site is asked next without being told.
    pub(super) fn next_query(&self, id: &str) -> Option<Timestamp> {
        let is_on = self.settings().stations.auto_query;
        let next = held(&self.plan).next.get(id).copied();
        next.filter(|_| is_on)
    }

    pub(super) fn auto_query_view(&self) -> AutoQueryView {
        let settings = self.settings();
        let plan = held(&self.plan);
        let enabled = settings.stations.auto_query;
        let next = plan.next.values().min().filter(|_| enabled);
        AutoQueryView {
            enabled,
            interval_minutes: settings.stations.auto_query_minutes,
            next_at: next.map(|at| at.to_string()),
            last_at: plan.last.map(|at| at.to_string()),
            offline: enabled && plan.offline,
        }
    }
}

impl Plan {
    /// Notes how a query went on the way; whether anything can be reached as far as known. Two different
    /// sites that cannot be reached mean that nothing can.
    fn note(&mut self, id: &str, way: Way) -> bool {
        match way {
            Way::Open => {
                self.unreached.clear();
                self.offline = false;
            }
            Way::Blocked => {
                if !self.unreached.iter().any(|known| known == id) {
                    self.unreached.push(id.to_owned());
                }
                self.offline = self.unreached.len() > 1;
            }
        }
        !self.offline
    }
}

fn way(problem: Option<&Problem>) -> Way {
    match problem {
        Some(Problem::NoAnswer(CallFailure::Dns | CallFailure::Connect | CallFailure::Offline)) => {
            Way::Blocked
        }
        _ => Way::Open,
    }
}

/// The next time after a query: an interval later, more after failures, with a little chance.
fn after(at: Timestamp, interval: Duration, failures: u32, chance: u64) -> Timestamp {
    let factor = 1_u32 << failures.min(MOST_BACKOFF.ilog2());
    let micros = i64::try_from(interval.as_micros()).unwrap_or(i64::MAX / 16);
    let micros = micros.saturating_mul(i64::from(factor));
    // From −10 to +10 hundredths.
    let hundredths = (chance % (2 * JITTER + 1)) as i64 - JITTER as i64;
    at.plus_micros(micros.saturating_add(micros / 100 * hundredths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_sites_are_asked_more_seldom_but_not_never() {
        let half_hour = Duration::from_secs(1_800);
        let minutes = |failures, chance| {
            after(Timestamp(0), half_hour, failures, chance).0 as f64 / 60_000_000.0
        };
        assert_eq!(minutes(0, JITTER), 30.0);
        assert_eq!((minutes(0, 0), minutes(0, 20)), (27.0, 33.0));
        assert_eq!((minutes(1, JITTER), minutes(2, JITTER)), (60.0, 120.0));
        assert_eq!(minutes(3, JITTER), 240.0);
        assert_eq!(minutes(1_000, JITTER), 240.0);
    }

    #[test]
    fn two_sites_that_cannot_be_reached_mean_offline() {
        let mut plan = Plan::default();
        assert!(plan.note("a", Way::Blocked), "one site may be down");
        assert!(plan.note("a", Way::Blocked));
        assert!(!plan.note("b", Way::Blocked));
        assert!(!plan.note("a", Way::Blocked), "still offline");
        assert!(plan.note("a", Way::Open));
        assert!(plan.note("b", Way::Blocked), "counted anew");
    }

    #[test]
    fn only_the_way_counts_as_offline() {
        let dns = Problem::NoAnswer(CallFailure::Dns);
        assert_eq!(way(Some(&dns)), Way::Blocked);
        assert_eq!(way(Some(&Problem::KeyInvalid)), Way::Open);
        assert_eq!(way(None), Way::Open);
    }
}
