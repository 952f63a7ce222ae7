//! The made-up stations of the demo; see `config/demo/stations.toml`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use super::charge::Ratios;
use super::history;
use super::state::{Overbilling, RowType, Software, State};

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
    /// Windows of the first key.
    #[serde(default)]
    pub windows: Vec<DemoWindow>,
    /// Check-ins of the past days, one a day until yesterday.
    #[serde(default)]
    pub check_ins: i64,
    /// Recharges.
    pub recharge: Vec<DemoRecharge>,
    /// Models; the same for all.
    #[serde(skip)]
    pub models: Vec<Ratios>,
}

/// A limit of a key that renews itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoWindow {
    /// `5h`, `1d`, `7d`.
    pub window: String,
    /// Dollars.
    pub limit: f64,
    /// Dollars used in it now.
    pub used: f64,
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

/// The account at the end of a past day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastDay {
    /// Unix seconds.
    pub at: i64,
    /// Quota left; 500,000 are a dollar.
    pub left: i64,
    /// Quota charged since the day before.
    pub charged: i64,
    /// Calls since the day before.
    pub calls: u32,
}

impl DemoStation {
    /// What a reader could see at the ends of the past 30 days, oldest first; the last is `now`. Nothing where
    /// neither the account nor a cap can be seen.
    pub fn past(&self, state: &State, now: i64) -> Vec<PastDay> {
        let shows_account = self.access_token.is_some() || self.software == Software::Sub2Api;
        let key = state.keys.first().and_then(|key| key.left);
        match (shows_account, key) {
            (true, _) => past(state, now, state.account.left, Whose::Account),
            (false, Some(left)) => past(state, now, left, Whose::Key),
            (false, None) => Vec::new(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Account,
    Key,
}

fn past(state: &State, now: i64, mut left: i64, whose: Whose) -> Vec<PastDay> {
    let mut rows = state.rows.iter().rev().peekable();
    let mut past: Vec<PastDay> = Vec::new();
    for ago in 0..history::DAYS {
        let mut day = PastDay {
            at: now - ago * 86_400,
            left,
            charged: 0,
            calls: 0,
        };
        while let Some(row) = rows.next_if(|row| row.at > day.at - 86_400) {
            match row.row_type {
                RowType::Consume => {
                    left += row.quota;
                    day.charged += row.quota;
                    day.calls += 1;
                }
                RowType::Topup | RowType::CheckIn | RowType::Refund if whose == Whose::Account => {
                    left -= row.quota;
                }
                _ => {}
            }
        }
        past.push(day);
    }
    past.reverse();
    past
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
            let past = station.past(&state, NOW);
            if past.is_empty() {
                continue;
            }
            assert_eq!(past.len(), 30);
            assert!(
                past.iter().all(|day| day.left > 0),
                "{} {past:?}",
                station.site
            );
            let calls: u32 = past.iter().map(|day| day.calls).sum();
            let rows = state
                .rows
                .iter()
                .filter(|row| row.row_type == RowType::Consume);
            assert_eq!(calls as usize, rows.count());
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
