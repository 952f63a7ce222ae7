//! P09: a model that nobody has. Anthropic's answer has its own form; a relay answers itself.

use super::mute_claim;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::identifier::{self, Form};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "unknown-model",
    number: "P09",
    family: Family::Errors,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(1, 0, 0),
    source: "public recordings of the API",
};

/// A name that no vendor would choose.
const NAME: &str = "claude-nonexistent-x";

/// P09.
pub(super) struct UnknownModel;

impl Probe for UnknownModel {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let body = set(context.turn(8, "hi"), "model", NAME.into());
        vec![Ask::messages("unknown-model", body).refused_when_genuine()]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = own.first() else {
            return Reading::neutral(mute_claim(own));
        };
        if seen.answered().is_some() {
            // Converters map whatever comes to one model.
            let claim = Claim::new("unknown-model.answered");
            return Reading::new(Outcome::Warn, "answered", claim.clone())
                .seen(
                    Evidence::of(claim)
                        .at(seen.id())
                        .expecting("404", seen.status()),
                )
                .scoring(Axis::Protocol, 0.0);
        }
        let Some(error) = &seen.error else {
            return Reading::neutral(mute_claim(own));
        };
        let names_it = error.message.trim() == format!("model: {NAME}");
        if seen.status() == 404 && error.kind == "not_found_error" && names_it {
            let claim = Claim::new("unknown-model.as-documented");
            let id = error
                .request_id
                .as_deref()
                .map(|id| identifier::read("req", id).form);
            let is_clock = matches!(id, Some(Form::Clock(_)));
            let result = if is_clock {
                "as-documented"
            } else {
                "text-only"
            };
            return Reading::new(Outcome::Pass, result, claim.clone())
                .seen(
                    Evidence::of(claim)
                        .at(seen.id())
                        .expecting(
                            format!("404 not_found_error, model: {NAME}"),
                            &error.message,
                        )
                        .from_source(ABOUT.source),
                )
                .scoring(Axis::Protocol, 1.0);
        }
        Reading::neutral(mute_claim(own))
    }
}
