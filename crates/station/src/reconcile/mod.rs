//! A station's log beside our own exchanges: what was charged for what, what was charged without us, and what was
//! not charged.
//!
//! Stations of the One-API family tell whole seconds of the end of a call by their own clock, so the clocks'
//! difference is estimated first, from calls that are the same to the token. A pair is only made where model,
//! time and tokens agree; what is left over is told with the reason why it could not be matched.

mod clock;
mod pairs;
mod report;

use base::{Nanos, Timestamp};
use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::known::Known;
use crate::logs::LogRow;

pub use clock::Clocks;
pub use pairs::Basis;
pub use report::{
    ModelBill, OurLeftover, Pair, Reconciliation, RowLeftover, WhyNotCharged, WhyNotOurs,
};

/// One of our calls of the station.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OurCall {
    /// Name of the exchange.
    pub id: String,
    /// When it was over; when it began where it never was.
    pub ended_at: Timestamp,
    /// Every name its model goes by: asked for, sent to the station, told by the answer.
    pub models: Vec<String>,
    /// Everything that was read, cache included.
    pub prompt_tokens: Option<u64>,
    /// Of these: read from the cache.
    pub cache_read_tokens: Option<u64>,
    /// What was generated.
    pub completion_tokens: Option<u64>,
    /// What it should cost, US dollars: list price times the site's factor.
    pub expected_usd: Option<Nanos>,
    /// The station's id of the call, where an answer told it.
    pub request_id: Option<String>,
    /// Name of the key at the station, where it is known.
    pub key_name: Option<String>,
    /// Whether there was an answer worth charging.
    pub outcome: OurOutcome,
}

/// How a call of ours went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OurOutcome {
    /// With an answer, whole or cut.
    #[default]
    Answered,
    /// With a failure: stations charge nothing for it.
    Failed,
    /// It still runs.
    Running,
}

/// What both sides cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Our record is complete from here on.
    pub ours_from: Timestamp,
    /// … to here: when our calls were read.
    pub ours_to: Timestamp,
    /// The station's log is complete from here on: the oldest row where it was cut, else the query's begin.
    pub rows_from: Timestamp,
    /// … to here: when it was read.
    pub rows_to: Timestamp,
    /// Names of the keys that we use there; empty: not known, all rows may be ours.
    pub key_names: Vec<String>,
    /// What is known of the station, for amounts.
    pub known: Known,
    /// Renminbi for a dollar where the station does not say.
    pub cny_per_usd: Decimal,
}

/// Puts a station's rows beside our calls.
pub fn reconcile(rows: &[LogRow], ours: &[OurCall], frame: &Frame) -> Reconciliation {
    let calls: Vec<usize> = (0..rows.len()).filter(|at| is_charge(&rows[*at])).collect();
    let clocks = clock::compare(rows, &calls, ours);
    let pairs = pairs::find(rows, &calls, ours, clocks);
    report::write(rows, ours, frame, clocks, &pairs)
}

/// Whether a row is one that a call of ours could have made.
fn is_charge(row: &LogRow) -> bool {
    row.row_type == crate::logs::RowType::Consume && row.requests.is_none()
}

/// A model's name in the form in which both sides agree on it: no case, no vendor before a `/`, no date or
/// `-latest` behind.
pub fn plain_model(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let name = name.rsplit('/').next().unwrap_or_default();
    let name = name.split(['@', ':']).next().unwrap_or_default();
    let name = name.strip_suffix("-latest").unwrap_or(name);
    without_date(name).replace('.', "-")
}

/// Without `-20250929` or `-2025-09-29` at the end.
fn without_date(name: &str) -> &str {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = |text: &str| text.starts_with("20") && is_digits(text);
    if let Some((rest, date)) = name.rsplit_once('-')
        && date.len() == 8
        && is_year(date)
    {
        return rest;
    }
    let Some(at) = name
        .len()
        .checked_sub(11)
        .filter(|at| name.is_char_boundary(*at))
    else {
        return name;
    };
    let parts: Vec<&str> = name[at..].split('-').collect();
    match parts[..] {
        ["", year, month, day]
            if year.len() == 4
                && is_year(year)
                && month.len() == 2
                && day.len() == 2
                && is_digits(month)
                && is_digits(day) =>
        {
            &name[..at]
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_have_many_spellings() {
        for name in [
            "claude-sonnet-4-5",
            "Claude-Sonnet-4.5",
            "anthropic/claude-sonnet-4-5-20250929",
            "claude-sonnet-4-5-latest",
            "claude-sonnet-4-5@20250929",
        ] {
            assert_eq!(plain_model(name), "claude-sonnet-4-5", "{name}");
        }
        assert_eq!(plain_model("gpt-4o-2024-08-06"), "gpt-4o");
        assert_eq!(plain_model("模型-2024"), "模型-2024");
        assert_ne!(
            plain_model("claude-sonnet-4-5"),
            plain_model("claude-sonnet-4")
        );
    }
}
