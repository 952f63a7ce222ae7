//! The states of a key.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cause::Cause;

/// The state of a key, as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyState {
    /// In use.
    #[serde(rename = "active")]
    Active,
    /// Resting until a moment.
    #[serde(rename = "cooling")]
    Cooling,
    /// Coming back: one request at a time.
    #[serde(rename = "half-open")]
    HalfOpen,
    /// Without money or quota.
    #[serde(rename = "exhausted")]
    Exhausted,
    /// Refused for good, until the user says otherwise.
    #[serde(rename = "invalid")]
    Invalid,
    /// Switched off by the user.
    #[serde(rename = "disabled")]
    Disabled,
}

impl KeyState {
    /// The name used in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Cooling => "cooling",
            Self::HalfOpen => "half-open",
            Self::Exhausted => "exhausted",
            Self::Invalid => "invalid",
            Self::Disabled => "disabled",
        }
    }
}

/// The state of a key, as it is kept. "Disabled" is the user's and stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    Cooling {
        since: Timestamp,
        until: Timestamp,
        cause: Cause,
    },
    HalfOpen {
        since: Timestamp,
        cause: Cause,
        successes: u32,
        /// Ticket of the one request that is let through.
        permit: Option<u64>,
        trial: Trial,
    },
    Exhausted {
        since: Timestamp,
        probe_at: Timestamp,
        cause: Cause,
    },
    Invalid {
        since: Timestamp,
        cause: Cause,
    },
}

/// How eagerly a key that comes back is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// In its turn.
    Usual,
    /// Only for a request that has no other key: it had no money, and nobody said that this has changed.
    LastChoice,
}

impl State {
    /// Its name at a moment: a key whose time is over is coming back, whoever looks first.
    pub(crate) fn shown(&self, now: Timestamp) -> KeyState {
        match self {
            Self::Active => KeyState::Active,
            Self::Cooling { until, .. } if now < *until => KeyState::Cooling,
            Self::Cooling { .. } | Self::HalfOpen { .. } => KeyState::HalfOpen,
            Self::Exhausted { .. } => KeyState::Exhausted,
            Self::Invalid { .. } => KeyState::Invalid,
        }
    }

    pub(crate) fn cause(&self) -> Option<Cause> {
        match self {
            Self::Active => None,
            Self::Cooling { cause, .. }
            | Self::HalfOpen { cause, .. }
            | Self::Exhausted { cause, .. }
            | Self::Invalid { cause, .. } => Some(*cause),
        }
    }

    /// When something changes by itself.
    pub(crate) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Cooling { until, .. } if now < *until => Some(*until),
            Self::Exhausted { probe_at, .. } => Some(*probe_at),
            _ => None,
        }
    }

    pub(crate) fn since(&self) -> Option<Timestamp> {
        match self {
            Self::Active => None,
            Self::Cooling { since, .. }
            | Self::HalfOpen { since, .. }
            | Self::Exhausted { since, .. }
            | Self::Invalid { since, .. } => Some(*since),
        }
    }
}
