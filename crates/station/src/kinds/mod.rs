//! The kinds of stations. A new one is a file here and a line in [`all`].

mod claude_relay;
mod custom;
mod family;
mod jwt;
mod new_api;
mod one_api;
mod one_hub;
mod openai_billing;
mod sub2api;
mod veloera;
mod voapi;

use crate::kind::{Kind, StationKind};

/// All kinds, in the order in which they are looked for.
pub(crate) fn all() -> [&'static dyn Kind; 10] {
    [
        &new_api::NewApi,
        &veloera::Veloera,
        &one_hub::OneHub,
        &one_api::OneApi,
        &sub2api::Sub2Api,
        &claude_relay::ClaudeRelay,
        &voapi::VoApi,
        &openai_billing::OpenAiBilling,
        &jwt::Jwt,
        &custom::CustomKind,
    ]
}

/// What reads a kind; the last resort for unknown ones is the general billing interface.
pub(crate) fn of(kind: StationKind) -> &'static dyn Kind {
    all()
        .into_iter()
        .find(|one| one.kinds().contains(&kind))
        .unwrap_or(&openai_billing::OpenAiBilling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_reader() {
        for kind in StationKind::all().filter(|kind| *kind != StationKind::Unknown) {
            let readers = all().into_iter().filter(|one| one.kinds().contains(&kind));
            assert_eq!(readers.count(), 1, "{kind}");
        }
    }
}
