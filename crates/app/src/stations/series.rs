//! What charts are drawn from.

use std::collections::BTreeMap;

use base::{Nanos, Timestamp};
use store::sites::{Entry, EntryKind, Sample, Site};

use super::book::Stations;
use super::change::{self, times, usd};
use super::error::StationError;
use super::figures::{DAY, paid_cny};
use super::view::multiplier;
use super::{alert, entries};
use crate::view::{BalancePoint, ComparedSite, Comparison, ModelSpend, MonthSum, SiteSeries};

/// Points of a line: more are not seen.
const MOST_POINTS: usize = 1_500;

/// Sums of a month.
#[derive(Default)]
struct Month {
    recharged: i128,
    paid_cny: f64,
    consumed: i128,
    has_balances: bool,
    cost: i128,
}

impl Stations {
    /// Balance over time, months and models of a site. `days` 0: everything.
    pub fn series(&self, site: &str, days: u32) -> Result<SiteSeries, StationError> {
        let site = self.site(site)?;
        let since = match days {
            0 => Timestamp(0),
            days => self.now().plus_micros(-i64::from(days) * DAY),
        };
        let all = self.store().samples(&site.id, Timestamp(0))?;
        let ledger = self.store().ledger(&site.id)?;
        let rate = self.cny_per_usd();
        let shown: Vec<&Sample> = all.iter().filter(|it| it.at >= since).collect();
        let in_money =
            shown.iter().any(|it| it.usd.is_some()) || shown.iter().all(|it| it.quota.is_none());
        let point = |it: &&Sample| {
            let value = if in_money {
                it.usd.map(Nanos::to_f64)
            } else {
                it.quota.map(|quota| quota as f64)
            };
            Some(BalancePoint {
                at: it.at.to_string(),
                value: value?,
                source: if it.entry.is_some() {
                    "manual"
                } else {
                    "station"
                }
                .to_owned(),
            })
        };
        let station = self.store().station(&site.id)?;
        let settings = self.settings();
        let events = ledger.iter().rev().filter(|it| it.at >= since);
        Ok(SiteSeries {
            site: site.id.clone(),
            name: site.name.clone(),
            unit: if in_money { "USD" } else { "quota" }.to_owned(),
            points: thinned(shown.iter().filter_map(point).collect()),
            events: events
                .filter(|it| it.kind != EntryKind::Balance)
                .map(|entry| entries::view(entry, rate))
                .collect(),
            threshold_usd: alert::threshold(&station, &settings),
            months: months(&site, &all, &ledger, rate),
            models: self.models(&site, since)?,
        })
    }

    /// Sites side by side.
    pub fn comparison(&self) -> Result<Comparison, StationError> {
        let list = self.list()?;
        let sites = list.stations.into_iter().map(|it| {
            let balance = it.balance.filter(|balance| !balance.unlimited);
            ComparedSite {
                site: it.site,
                name: it.name,
                paid: it.paid,
                remaining_usd: balance.and_then(|balance| balance.remaining_usd),
                consumed_usd: it.figures.consumed_usd,
                burn_usd_per_day: it.figures.burn_usd_per_day,
                days_left: it.figures.days_left,
                cny_per_usd: it.figures.cny_per_usd,
                cny_per_million_tokens: it.figures.cny_per_million_tokens,
            }
        });
        Ok(Comparison {
            sites: sites.collect(),
        })
    }

    fn models(&self, site: &Site, since: Timestamp) -> Result<Vec<ModelSpend>, StationError> {
        let factor = multiplier(site);
        let found = self.traffic.spend_by_model(&site.name, since)?;
        let view = |(model, spend): (String, store::Spend)| {
            let priced = spend.exchanges > spend.unpriced;
            let cost = usd(times(i128::from(spend.cost.0), factor));
            ModelSpend {
                model,
                requests: spend.exchanges,
                tokens: spend.tokens as f64,
                cost_usd: priced.then_some(cost),
            }
        };
        Ok(found.into_iter().map(view).collect())
    }
}

/// By calendar month of local time. Consumption is measured by balances where there are two, else by our
/// own exchanges as far as they were counted with a balance.
fn months(site: &Site, samples: &[Sample], ledger: &[Entry], rate: f64) -> Vec<MonthSum> {
    let factor = multiplier(site);
    let mut months: BTreeMap<String, Month> = BTreeMap::new();
    for entry in ledger.iter().filter(|it| it.kind == EntryKind::Recharge) {
        let month = months.entry(month_of(entry.at)).or_default();
        month.recharged += entry.credit.map_or(0, |credit| i128::from(credit.0));
        month.paid_cny += paid_cny(entry, rate).unwrap_or(0.0);
    }
    for (_, to, parts) in change::stretches(samples, ledger, factor) {
        let month = months.entry(month_of(to)).or_default();
        month.consumed += parts.consumed();
        month.has_balances = true;
    }
    for sample in samples {
        let cost = times(i128::from(sample.spent.cost.0), factor);
        if cost > 0 {
            months.entry(month_of(sample.at)).or_default().cost += cost;
        }
    }
    let view = |(name, month): (String, Month)| {
        let (consumed, basis) = match (month.has_balances, month.cost > 0) {
            (true, _) => (Some(month.consumed), Some("balance")),
            (false, true) => (Some(month.cost), Some("exchanges")),
            (false, false) => (None, None),
        };
        MonthSum {
            month: name,
            recharged_usd: usd(month.recharged),
            paid_cny: month.paid_cny,
            consumed_usd: consumed.map(usd),
            consumed_basis: basis.map(str::to_owned),
        }
    };
    months.into_iter().map(view).collect()
}

fn month_of(at: Timestamp) -> String {
    let local = at.to_jiff().to_zoned(jiff::tz::TimeZone::system());
    local.strftime("%Y-%m").to_string()
}

/// Leaves points out evenly; the ends stay, and of every group the lowest, so that no dip is lost.
fn thinned(points: Vec<BalancePoint>) -> Vec<BalancePoint> {
    if points.len() <= MOST_POINTS {
        return points;
    }
    let group = points.len().div_ceil(MOST_POINTS - 2);
    let last = points.last().cloned();
    let mut kept: Vec<BalancePoint> = points.first().cloned().into_iter().collect();
    for group in points[1..points.len() - 1].chunks(group) {
        let lowest = group
            .iter()
            .min_by(|one, other| one.value.total_cmp(&other.value));
        kept.extend(lowest.cloned());
    }
    kept.extend(last);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_keeps_its_ends_and_its_dips() {
        let point = |number: usize| BalancePoint {
            at: number.to_string(),
            value: if number == 4_321 { 0.5 } else { 100.0 },
            source: "station".to_owned(),
        };
        let points: Vec<BalancePoint> = (0..20_000).map(point).collect();
        let kept = thinned(points);
        assert!(kept.len() <= MOST_POINTS, "{}", kept.len());
        assert_eq!(
            (&kept[0].at[..], &kept[kept.len() - 1].at[..]),
            ("0", "19999")
        );
        assert!(kept.iter().any(|it| it.value == 0.5));
    }
}
