//! The right to one attempt.

use base::Timestamp;

use crate::names::{KeyId, SiteId};

/// The right to one attempt. It has to be given back: by a report, or by a release when nobody waits for the
/// answer any more.
#[derive(Debug)]
#[must_use = "a ticket has to be reported or released"]
pub struct Ticket {
    pub(crate) number: u64,
    pub(crate) site: SiteId,
    pub(crate) key: KeyId,
    pub(crate) model: String,
    pub(crate) started_at: Timestamp,
    pub(crate) generation: u64,
}

impl Ticket {
    /// The site that is asked.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// The key that is used.
    pub fn key(&self) -> &KeyId {
        &self.key
    }

    /// When the attempt began.
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// How often the key's state had changed by then.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}
