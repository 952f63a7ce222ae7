//! What a report changed.

use base::Timestamp;
use serde::Serialize;

use super::Usage;
use super::state::KeyState;
use crate::cause::Cause;
use crate::names::{KeyId, SiteId};
use crate::verdict::Verdict;

/// How an attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The answer is good. For a stream: its first content came.
    Succeeded(Usage),
    /// It brought nothing.
    Failed(Verdict),
}

/// What a call changed, and how soon it has to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How soon.
    pub urgency: Urgency,
    /// The site: its rows ([`Pool::stored`](super::Pool::stored)) are to be written.
    pub site: SiteId,
    /// The key.
    pub key: KeyId,
    /// The key's new state, where it moved.
    pub moved: Option<Moved>,
}

/// How soon something has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Nothing changed.
    Nothing,
    /// Within a second, together with what else changes.
    Soon,
    /// Now: a crash may not forget it.
    AtOnce,
}

/// From one state to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Before.
    pub from: KeyState,
    /// After.
    pub to: KeyState,
    /// Why.
    pub cause: Option<Cause>,
    /// When it changes by itself.
    pub until: Option<Timestamp>,
}

impl Change {
    pub(crate) fn nothing(site: &SiteId, key: &KeyId) -> Self {
        Self {
            urgency: Urgency::Nothing,
            site: site.clone(),
            key: key.clone(),
            moved: None,
        }
    }
}
