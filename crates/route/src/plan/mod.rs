//! Whom to ask, in which order, and why.

mod choose;
mod resort;
mod seen;

use base::Timestamp;
use serde::Serialize;

use crate::cause::Cause;
use crate::failover::Course;
use crate::names::{KeyId, SiteId};
use crate::pool::state::KeyState;
use crate::sessions::SessionKey;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Sites that may serve it, best first ([`crate::Rules::choose`]).
    pub sites: &'a [SiteId],
    /// Model, as the client named it.
    pub model: &'a str,
    /// What a site calls the model, where that differs.
    pub aliases: &'a [(SiteId, String)],
    /// The conversation.
    pub session: Option<SessionKey>,
    /// The attempts so far; they are not repeated.
    pub course: Option<&'a Course>,
}

impl<'a> Ask<'a> {
    /// A first attempt without a conversation.
    pub fn new(sites: &'a [SiteId], model: &'a str) -> Self {
        Self {
            sites,
            model,
            aliases: &[],
            session: None,
            course: None,
        }
    }

    pub(crate) fn model_at(&self, site: &SiteId) -> &'a str {
        let alias = self.aliases.iter().find(|(of, _)| of == site);
        alias.map_or(self.model, |(_, model)| model)
    }
}

/// A place to try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Site.
    pub site: SiteId,
    /// Key.
    pub key: KeyId,
    /// Model, as the site calls it.
    pub model: String,
    /// Why it stands here.
    pub why: Why,
    /// The conversation, and whether it moves here when this is begun.
    #[serde(skip)]
    pub(crate) session: Option<(SessionKey, Binding)>,
}

/// What beginning means for the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// It stays where it is.
    Stays,
    /// It moves to this key.
    Moves,
}

/// Why a candidate stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The conversation is bound to this key.
    Session,
    /// It was its turn.
    Turn,
    /// It is coming back and gets one request.
    Trial,
    /// The sites before it have nobody.
    Fallback,
    /// Its site is busy or failing, and there is nobody else.
    BusySite,
    /// It is resting, and there is nobody else.
    LastResort,
    /// It had no money, and there is nobody else.
    Probe,
}

/// Whom to ask, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// At least one.
    pub candidates: Vec<Candidate>,
    /// Who was passed over.
    pub skipped: Vec<Skipped>,
}

/// Who was passed over, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Site.
    pub site: SiteId,
    /// Key; `None` for a whole site, which is then asked last.
    pub key: Option<KeyId>,
    /// State.
    pub state: KeyState,
    /// Why it is in that state.
    pub cause: Option<Cause>,
    /// When that ends by itself.
    pub until: Option<Timestamp>,
}

/// Nobody can be asked. Pass on the upstream's last answer, with the earliest recovery as `Retry-After`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("no key can be used: {}", .state.map_or("none is configured or left", KeyState::name))]
pub struct Nobody {
    /// The most hopeful state among the keys; `None` when no key is configured, or all were tried.
    pub state: Option<KeyState>,
    /// Its cause.
    pub cause: Option<Cause>,
    /// When the first of them comes back by itself.
    pub earliest: Option<Timestamp>,
    /// All of them.
    pub skipped: Vec<Skipped>,
}
