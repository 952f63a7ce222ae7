//! Checking in: its state, doing it, or the page where a person does.

use base::Nanos;
use serde::{Deserialize, Serialize};

use crate::known::Known;
use crate::problem::Problem;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckInWish {
    /// See whether it is due; changes nothing.
    Look,
    /// Check in.
    Do,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckInState {
    /// It can be done today and was not.
    Due,
    /// It was done just now.
    Done,
    /// It was done earlier today.
    AlreadyDone,
    /// The station has it switched off.
    Off,
    /// A person has to do it on the page: `page`.
    Page,
    /// It could not be found out.
    Failed,
}

/// An earlier check-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInRecord {
    /// The day of the station, `2026-08-07`.
    pub day: String,
    /// What was given, raw quota.
    pub quota: Option<i64>,
}

/// A check-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckIn {
    /// How it stands.
    pub state: CheckInState,
    /// What was given, raw quota.
    pub awarded_quota: Option<i64>,
    /// What was given, US dollars.
    pub awarded_usd: Option<Nanos>,
    /// The day of the station, `2026-08-07`.
    pub day: Option<String>,
    /// Earlier check-ins that the station names, newest first: day and raw quota.
    pub records: Vec<CheckInRecord>,
    /// Path of the page for a person.
    pub page: Option<String>,
    /// Why it failed, or why a person is needed.
    pub reason: Option<Problem>,
    /// Whether a second look confirmed it.
    pub confirmed: bool,
    /// What was learnt: to be remembered.
    pub known: Known,
}

impl CheckIn {
    /// Nothing but a state.
    pub(crate) fn is(state: CheckInState, reason: Option<Problem>) -> Self {
        Self {
            state,
            awarded_quota: None,
            awarded_usd: None,
            day: None,
            records: Vec::new(),
            page: None,
            reason,
            confirmed: false,
            known: Known::default(),
        }
    }

    /// A person has to do it.
    pub(crate) fn page(path: Option<&str>, reason: Problem) -> Self {
        Self {
            page: path.map(str::to_owned),
            ..Self::is(CheckInState::Page, Some(reason))
        }
    }
}
