//! What is kept of stations as JSON. Members may be added; what cannot be read counts as not there.

use base::{Nanos, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use station::{Balance, Detection, Known, Problem, State, StationKind, Trace};

/// How a station was recognised, and what is remembered of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeptDetection {
    pub(super) detection: Option<Detection>,
    pub(super) known: Known,
    pub(super) at: Option<Timestamp>,
}

/// The last good balance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct KeptBalance {
    pub(super) at: Timestamp,
    pub(super) balance: Balance,
}

/// How the last query went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct KeptQuery {
    pub(super) at: Timestamp,
    pub(super) ms: u64,
    /// Kind that was asked.
    pub(super) kind: StationKind,
    /// Whether it gave figures.
    pub(super) ok: bool,
    pub(super) state: State,
    pub(super) reason: Option<Problem>,
    #[serde(default)]
    pub(super) notes: Vec<Problem>,
    /// Failures in a row.
    #[serde(default)]
    pub(super) failures: u32,
    /// Change of the balance since the query before, US dollars.
    #[serde(default)]
    pub(super) change: Option<Nanos>,
    /// What of it nothing explains.
    #[serde(default)]
    pub(super) unexplained: Option<Nanos>,
}

/// What the station said last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeptAnswers {
    pub(super) at: Option<Timestamp>,
    pub(super) traces: Vec<Trace>,
}

/// The last check-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeptCheckin {
    /// When it was done, or its page opened.
    pub(super) at: Option<Timestamp>,
    /// `none|opened|confirmed|unconfirmed|already|failed`.
    pub(super) state: String,
    /// What it gave, US dollars.
    pub(super) reward: Option<Nanos>,
    /// Balance before it, US dollars, for the confirmation.
    pub(super) before: Option<Nanos>,
}

/// Reads a document of the store.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// Writes a document of the store.
pub(super) fn write<T: Serialize>(document: &T) -> String {
    serde_json::to_string(document).unwrap_or_default()
}
