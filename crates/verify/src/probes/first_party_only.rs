//! P39: parameters that only Anthropic's own API has. A cloud refuses them.

use serde_json::{Value, json};

use super::mute_claim;
use super::refusal::brief;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "first-party-only",
    number: "P39",
    family: Family::Errors,
    forge: Forgeability::Emulator,
    axis: Axis::Protocol,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(2, 24, 16),
    source: "platform.claude.com: data residency, fast mode",
};

/// P39.
pub(super) struct FirstPartyOnly;

impl Probe for FirstPartyOnly {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let body = || context.turn(8, "Say just hello");
        vec![
            Ask::messages("geo", set(body(), "inference_geo", json!("global"))),
            Ask::messages("speed", set(body(), "speed", json!("bogus"))).refused_when_genuine(),
        ]
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = in_slot(own, "geo") else {
            return Reading::neutral(mute_claim(own));
        };
        let evidence = |code: &str, got: String| {
            Evidence::of(Claim::new(code))
                .at(seen.id())
                .expecting("inference_geo: global", got)
                .from_source(ABOUT.source)
        };
        // 4.5 and older refuse it on Anthropic's own API too.
        let is_old = context
            .facts()
            .is_some_and(|facts| facts.prefill == Some(true));
        if let Some(message) = seen.answered() {
            let geo = message
                .usage
                .raw
                .get("inference_geo")
                .and_then(Value::as_str)
                .unwrap_or("–");
            if geo == "global" && !is_old {
                return Reading::new(Outcome::Pass, "echoed", Claim::new("geo.echoed"))
                    .seen(evidence("geo.echoed", geo.to_owned()))
                    .scoring(Axis::Protocol, 1.0);
            }
            return Reading::neutral(Claim::new("geo.not-echoed"))
                .seen(evidence("geo.not-echoed", geo.to_owned()));
        }
        let Some(error) = seen.refused() else {
            return Reading::neutral(mute_claim(&[seen]));
        };
        let is_unknown = [
            "extra inputs",
            "unexpected",
            "unknown",
            "not permitted",
            "inference_geo",
        ];
        let says = is_unknown.iter().any(|text| error.says(text));
        let got = brief(&error.message);
        match (says, is_old) {
            (true, true) => Reading::new(
                Outcome::Pass,
                "refused-by-age",
                Claim::new("geo.refused-by-age"),
            )
            .seen(evidence("geo.refused-by-age", got)),
            (true, false) => Reading::new(Outcome::Pass, "refused", Claim::new("geo.refused"))
                .fitting(context.models_that(|model| model.prefill == Some(true)))
                .seen(evidence("geo.refused", got)),
            _ => Reading::neutral(mute_claim(&[seen])),
        }
    }
}
