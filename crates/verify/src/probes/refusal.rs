//! How a request that the genuine service refuses was taken.

use crate::observe::{ApiError, Observation};

/// How it was taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taken<'a> {
    /// Refused with a text that holds one of the expected ones.
    AsExpected(&'a ApiError),
    /// Refused as wrong, in other words: a relay's, a cloud's, or another vendor's.
    Otherwise,
    /// Answered.
    Accepted,
    /// Says nothing.
    Mute,
}

/// How it was taken. `texts` are parts of the genuine message.
pub(super) fn taken<'a>(seen: &'a Observation, texts: &[&str]) -> Taken<'a> {
    if seen.answered().is_some() {
        return Taken::Accepted;
    }
    let Some(error) = &seen.error else {
        return Taken::Mute;
    };
    // Gateways answer the upstream's text with a status of their own.
    if texts.iter().any(|text| error.says(text)) {
        return Taken::AsExpected(error);
    }
    match seen.refused() {
        Some(_) => Taken::Otherwise,
        None => Taken::Mute,
    }
}

/// A message shortened for evidence.
pub(super) fn brief(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
