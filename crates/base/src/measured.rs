//! Values that are honest about where they come from.

use serde::{Deserialize, Serialize};

/// A value that may be estimated or unknown. Unknown is a state, never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured<T> {
    /// Read from a source that knows.
    Exact(T),
    /// Computed by us from something else.
    Estimated(T),
    /// Not known, and why.
    Unknown(Unknown),
}

/// Why a value is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// It has not been looked for yet.
    NotYet,
    /// The source does not say.
    NotGiven,
    /// There is no price for the model.
    Unpriced,
}

impl<T> Measured<T> {
    /// The value, exact or estimated.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Exact(value) | Self::Estimated(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Whether the value is exact.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    /// The same basis with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Measured<U> {
        match self {
            Self::Exact(value) => Measured::Exact(change(value)),
            Self::Estimated(value) => Measured::Estimated(change(value)),
            Self::Unknown(why) => Measured::Unknown(why),
        }
    }
}
