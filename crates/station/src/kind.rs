//! Kinds of relay software, and what each of them has to be able to do.

use std::fmt;
use std::str::FromStr;

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::balance::Balance;
use crate::call::Call;
use crate::checkin::{CheckIn, CheckInWish};
use crate::heard::{Heard, Step};
use crate::known::Known;
use crate::logs::{LogPage, LogQuery};
use crate::problem::Problem;
use crate::target::Target;

/// A kind of relay software.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum StationKind {
    /// QuantumNous/new-api.
    NewApi,
    /// songquanpeng/one-api.
    OneApi,
    /// MartialBE/one-hub.
    OneHub,
    /// deanxv/done-hub.
    DoneHub,
    /// Veloera/Veloera.
    Veloera,
    /// Wei-Shaw/sub2api.
    #[serde(rename = "sub2api")]
    Sub2Api,
    /// Wei-Shaw/claude-relay-service.
    ClaudeRelayService,
    /// Anything with OpenAI's old billing endpoints.
    #[serde(rename = "openai-billing")]
    OpenAiBilling,
    /// A panel that answers to a JWT.
    Jwt,
    /// VoAPI.
    #[serde(rename = "voapi")]
    VoApi,
    /// The user's own paths and pointers.
    Custom,
    /// Not known.
    #[default]
    Unknown,
}

/// All names, as they stand in answers and on the command line.
const NAMES: [(StationKind, &str); 12] = [
    (StationKind::NewApi, "new-api"),
    (StationKind::OneApi, "one-api"),
    (StationKind::OneHub, "one-hub"),
    (StationKind::DoneHub, "done-hub"),
    (StationKind::Veloera, "veloera"),
    (StationKind::Sub2Api, "sub2api"),
    (StationKind::ClaudeRelayService, "claude-relay-service"),
    (StationKind::OpenAiBilling, "openai-billing"),
    (StationKind::Jwt, "jwt"),
    (StationKind::VoApi, "voapi"),
    (StationKind::Custom, "custom"),
    (StationKind::Unknown, "unknown"),
];

impl StationKind {
    /// Its name: `new-api`.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("unknown", |(_, name)| name)
    }

    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(kind, _)| *kind)
    }
}

impl fmt::Display for StationKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The text names no kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAKind;

impl FromStr for StationKind {
    type Err = NotAKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NAMES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(kind, _)| *kind)
            .ok_or(NotAKind)
    }
}

/// How sure a recognition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A trait that others may share or copy.
    Weak,
    /// The family is sure, the member is not.
    Family,
    /// A trait that only this software has.
    Certain,
}

/// A recognition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognised {
    /// What it is.
    pub kind: StationKind,
    /// How sure.
    pub confidence: Confidence,
    /// What was recognised, in the station's own terms: `/api/status: quota_display_type`.
    pub by: String,
    /// What was learnt on the way.
    pub known: Known,
}

/// Pages of a station for a person, as paths on its origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// The console's first page.
    pub console: Option<&'static str>,
    /// Where one recharges.
    pub recharge: Option<&'static str>,
    /// Where one checks in.
    pub check_in: Option<&'static str>,
    /// The station's own log.
    pub logs: Option<&'static str>,
}

/// What a kind of station can do. Implementations are pure: they describe calls and read answers.
pub trait Kind: Sync {
    /// The kinds that it reads.
    fn kinds(&self) -> &'static [StationKind];

    /// Calls without a key that tell this kind from others.
    fn probes(&self) -> Vec<Call>;

    /// A call with the key that proves this kind, for stations that no probe tells apart. Never with a JWT
    /// where an API key is wanted, or the other way round.
    fn trial(&self, on: &Target) -> Option<Call> {
        let _ = on;
        None
    }

    /// Whether the answers to anybody's probes or trials are from this kind.
    fn recognise(&self, heard: &Heard) -> Option<Recognised>;

    /// What is asked next for the balance, or the balance. A failure is a balance as well: it says its state
    /// and reason.
    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance>;

    /// What is asked next for a page of the log, or the page.
    fn logs(&self, on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>>;

    /// What is asked next for the state of the check-in, or to check in.
    fn check_in(&self, on: &Target, wish: CheckInWish, heard: &Heard) -> Step<CheckIn>;

    /// Its pages.
    fn pages(&self) -> Pages;

    /// When the station's day begins, as seconds east of UTC; `None`: its own local time, which is not known.
    fn day_offset(&self, known: &Known) -> Option<i32> {
        known.utc_offset_s
    }

    /// The earliest moment at which a check-in of `last` may be repeated, as far as known: the next day of
    /// the station, else a day of this machine's zone given by `local_offset_s`.
    fn next_check_in(&self, known: &Known, last: Timestamp, local_offset_s: i32) -> Timestamp {
        let offset = i64::from(self.day_offset(known).unwrap_or(local_offset_s)) * 1_000_000;
        const DAY: i64 = 86_400_000_000;
        let day = (last.0 + offset).div_euclid(DAY) + 1;
        Timestamp(day * DAY - offset)
    }
}
