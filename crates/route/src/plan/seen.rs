//! A key during the planning.

use base::Timestamp;

use super::{Candidate, Skipped, Why};
use crate::pool::record::{KeyRecord, SiteRecord, Standing};
use crate::pool::state::{KeyState, State};

/// A key that takes part in the planning.
pub(super) struct Seen<'p> {
    pub(super) site: &'p SiteRecord,
    pub(super) key: &'p KeyRecord,
    pub(super) model: &'p str,
    pub(super) standing: Standing,
    pub(super) why: Why,
}

// === impl Seen ===

impl Seen<'_> {
    pub(super) fn candidate(&self) -> Candidate {
        Candidate {
            site: self.site.id.clone(),
            key: self.key.id.clone(),
            model: self.model.to_owned(),
            why: self.why,
            session: None,
        }
    }

    pub(super) fn skipped(&self, now: Timestamp) -> Skipped {
        let key = self.key;
        let rest = match key.state {
            State::Active => key.resting(self.model, now),
            _ => None,
        };
        let state = match (key.enabled, rest) {
            (false, _) => KeyState::Disabled,
            (true, Some(_)) => KeyState::Cooling,
            (true, None) => key.state.shown(now),
        };
        let cause = rest.map(|rest| rest.cause).or_else(|| key.state.cause());
        let until = rest.map(|rest| rest.until).or_else(|| key.state.until(now));
        Skipped {
            site: self.site.id.clone(),
            key: Some(key.id.clone()),
            state,
            // What the user switched off needs no other reason.
            cause: cause.filter(|_| key.enabled),
            until: until.filter(|_| key.enabled),
        }
    }
}
