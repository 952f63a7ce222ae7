//! P04: sampling parameters that the claimed model does not take.

use serde_json::json;

use super::mute_claim;
use super::refusal::{Taken, brief, taken};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};
use crate::tables::{Model, Sampling};

static ABOUT: About = About {
    id: "sampling-lock",
    number: "P04",
    family: Family::Errors,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(1, 12, 8),
    source: "platform.claude.com: migration pages; text from a public Bedrock log",
};

/// What models say that take one of both, not both together.
const BOTH: &str = "temperature and top_p cannot both be specified for this model";

/// P04.
pub(super) struct SamplingLock;

impl Probe for SamplingLock {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        let sampling = context.facts().and_then(|facts| facts.sampling);
        let Some(sampling) = sampling.filter(|_| so_far.is_empty()) else {
            return Vec::new();
        };
        let body = set(context.turn(8, "Say just hello"), "temperature", json!(0.5));
        let body = match sampling {
            Sampling::Locked => body,
            Sampling::TopP | Sampling::Free => set(body, "top_p", json!(0.9)),
        };
        vec![Ask::messages("sampling", body).refused_when_genuine()]
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = own.first() else {
            return Reading::skipped(Claim::new("skip.not-for-model"));
        };
        match taken(seen, &["temperature", "top_p"]) {
            Taken::AsExpected(error) => {
                let claim = Claim::new("sampling.refused");
                let is_old = error.says(BOTH);
                let free = context.facts().and_then(|facts| facts.sampling) == Some(Sampling::Free);
                if free && !is_old {
                    return Reading::neutral(mute_claim(own));
                }
                let fits = context.models_that(|model| {
                    if free {
                        model.sampling == Some(Sampling::Free)
                    } else {
                        model.sampling != Some(Sampling::Free)
                    }
                });
                let evidence = Evidence::of(claim.clone()).at(seen.id());
                Reading::new(Outcome::Pass, "refused", claim)
                    .fitting(fits)
                    .seen(
                        evidence
                            .expecting("400", brief(&error.message))
                            .from_source(ABOUT.source),
                    )
                    .scoring(Axis::Protocol, 1.0)
            }
            Taken::Accepted => {
                let claim = Claim::new("sampling.accepted");
                let evidence = Evidence::of(claim.clone())
                    .at(seen.id())
                    .expecting("400", seen.status());
                let free = |model: &Model| model.sampling == Some(Sampling::Free);
                Reading::new(Outcome::Warn, "accepted", claim)
                    .fitting(context.models_that(free))
                    .seen(evidence.from_source(ABOUT.source))
                    .finding(Integrity::ParametersStripped, Finding::Yes)
                    .scoring(Axis::Protocol, 0.0)
            }
            Taken::Otherwise | Taken::Mute => Reading::neutral(mute_claim(own)),
        }
    }
}
