//! The kinds of stations. A new one is a file here and a line in [`all`].

mod family;
mod openai_billing;

use crate::kind::{Kind, StationKind};

/// All kinds, in the order in which they are looked for.
pub(crate) fn all() -> [&'static dyn Kind; 1] {
    [&openai_billing::OpenAiBilling]
}

/// What reads a kind; the last resort for unknown ones is the general billing interface.
pub(crate) fn of(kind: StationKind) -> &'static dyn Kind {
    all()
        .into_iter()
        .find(|one| one.kinds().contains(&kind))
        .unwrap_or(&openai_billing::OpenAiBilling)
}
