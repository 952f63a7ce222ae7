//! The made-up stations of the demo; see `config/demo/stations.toml`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use super::charge::Ratios;
use super::history;
use super::state::{Overbilling, QUOTA_PER_USD, RowType, Software, State};

const STATIONS: &str = include_str!("../../../../config/demo/stations.toml");

/// A station behind a site of the demo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoStation {
    /// Name of the site in `config/demo/sites.toml`.
    pub site: String,
    /// Its software.
    pub software: Software,
    /// Its version.
    pub version: String,
    /// Seed of the made-up past.
    pub seed: u64,
    /// Calls of a usual day.
    pub calls_per_day: u64,
    /// Factor of the account's group.
    pub group_ratio: f64,
    /// Dollars used before the past begins.
    pub used_before: f64,
    /// What the first key may spend, dollars.
    #[serde(default)]
    pub key_cap: Option<f64>,
    /// Names of the keys, in the order of the site's.
    pub key_names: Vec<String>,
    /// Access token of the account, where the user has one to give.
    #[serde(default)]
    pub access_token: Option<String>,
    /// Bills that are too high.
    #[serde(default)]
    pub overbilling: Option<Overbilling>,
    /// Check-ins of the past days, one a day until yesterday.
    #[serde(default)]
    pub check_ins: i64,
    /// Recharges.
    pub recharge: Vec<DemoRecharge>,
    /// Models; the same for all.
    #[serde(skip)]
    pub models: Vec<Ratios>,
}

/// A recharge of the made-up past.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoRecharge {
    /// Days before the demo.
    pub days_ago: i64,
    /// What was paid, a decimal number.
    pub paid: String,
    /// Its currency.
    pub currency: String,
    /// Dollars of credit.
    pub credit: f64,
    /// Note.
    pub note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: Vec<Ratios>,
    station: Vec<DemoStation>,
}

/// The stations cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("demo stations: {0}")]
pub struct DemoError(#[from] toml::de::Error);

/// The stations of the demo.
pub fn demo_stations() -> Result<Vec<DemoStation>, DemoError> {
    let file: File = toml::from_str(STATIONS)?;
    let with_models = |mut station: DemoStation| {
        station.models.clone_from(&file.model);
        station
    };
    Ok(file.station.into_iter().map(with_models).collect())
}

impl DemoStation {
    /// Its state now, 30 days of calls included; `keys` are the site's.
    pub fn state(&self, keys: &[String]) -> State {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        history::state(self, keys, since.map_or(0, |since| since.as_secs() as i64))
    }
}

impl State {
    /// What the account held at the end of so many past days, oldest first: unix seconds and dollars. For the
    /// demo's chart.
    pub fn past_balances(&self, now: i64) -> Vec<(i64, f64)> {
        let mut left = self.account.left;
        let mut rows = self.rows.iter().rev().peekable();
        let mut past = Vec::new();
        for ago in 0..history::DAYS {
            let end = now - ago * 86_400;
            while let Some(row) = rows.next_if(|row| row.at > end) {
                match row.row_type {
                    RowType::Consume => left += row.quota,
                    RowType::Topup | RowType::CheckIn | RowType::Refund => left -= row.quota,
                    RowType::Error => {}
                }
            }
            past.push((end, left as f64 / QUOTA_PER_USD as f64));
        }
        past.reverse();
        past
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_184_540;

    #[test]
    fn the_past_adds_up() {
        let stations = demo_stations().expect("the file is readable");
        for station in stations {
            let keys: Vec<String> = station
                .key_names
                .iter()
                .map(|name| format!("sk-{name}"))
                .collect();
            let state = history::state(&station, &keys, NOW);
            let given: i64 = state
                .rows
                .iter()
                .filter(|row| matches!(row.row_type, RowType::Topup | RowType::CheckIn))
                .map(|row| row.quota)
                .sum();
            assert_eq!(
                given,
                state.account.left + state.account.used,
                "{}",
                station.site
            );
            assert!(
                state.account.left > 0,
                "{} {}",
                station.site,
                state.account.left
            );
            assert!(
                state.rows.len() > 150,
                "{} {}",
                station.site,
                state.rows.len()
            );
            assert!(state.rows.windows(2).all(|pair| pair[0].at <= pair[1].at));
            let past = state.past_balances(NOW);
            assert_eq!(past.len(), 30);
            assert!(
                past.iter().all(|(_, usd)| *usd > -1.0),
                "{} {past:?}",
                station.site
            );
        }
    }

    #[test]
    fn the_same_seed_is_the_same_past() {
        let station = demo_stations().expect("the file is readable").remove(0);
        let keys = ["sk-a".to_owned(), "sk-b".to_owned()];
        let quotas = |state: State| state.rows.iter().map(|row| row.quota).collect::<Vec<_>>();
        let first = quotas(history::state(&station, &keys, NOW));
        assert_eq!(first, quotas(history::state(&station, &keys, NOW)));
    }
}
