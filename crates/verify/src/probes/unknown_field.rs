//! P08: members that the API does not know. It refuses them and names where they stand.

use serde_json::json;

use super::mute_claim;
use super::refusal::{Taken, brief, taken};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "unknown-field",
    number: "P08",
    family: Family::Errors,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(1, 12, 8),
    source: "platform.claude.com: errors; AWS: thinking block binding",
};

const REFUSAL: &str = "Extra inputs are not permitted";

/// P08.
pub(super) struct UnknownField;

impl Probe for UnknownField {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let body = set(context.turn(8, "Say just hello"), "foo", json!(1));
        let mut asks = vec![Ask::messages("unknown-member", body).refused_when_genuine()];
        let binds = context.facts().is_some_and(|facts| facts.binds_prefix);
        if binds && context.depth > Depth::Quick {
            let thinking = json!({ "type": "adaptive", "block_binding": { "prefix_mismatch_behavior": "error" } });
            let body = set(context.turn(8, "Say just hello"), "thinking", thinking);
            asks.push(Ask::messages("binding-without-beta", body).refused_when_genuine());
        }
        asks
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let (mut refused, mut accepted) = (0_u32, 0_u32);
        let mut reading = Reading::default();
        for seen in own {
            match taken(seen, &[REFUSAL]) {
                Taken::AsExpected(error) => {
                    refused += 1;
                    let evidence = Evidence::of(Claim::new("unknown-field.refused")).at(seen.id());
                    let evidence = evidence.expecting(REFUSAL, brief(&error.message));
                    reading = reading.seen(evidence.from_source(ABOUT.source));
                }
                Taken::Accepted => {
                    accepted += 1;
                    let evidence = Evidence::of(Claim::new("unknown-field.accepted")).at(seen.id());
                    let evidence = evidence.expecting(REFUSAL, seen.status());
                    reading = reading.seen(evidence.from_source(ABOUT.source));
                }
                Taken::Otherwise | Taken::Mute => {}
            }
        }
        if refused > 0 {
            reading.outcome = Outcome::Pass;
            reading.result = "refused".to_owned();
            reading.summary = Claim::new("unknown-field.refused");
            return reading.scoring(Axis::Protocol, 1.0);
        }
        if accepted > 0 {
            reading.outcome = Outcome::Warn;
            reading.result = "accepted".to_owned();
            reading.summary = Claim::new("unknown-field.accepted");
            return reading.scoring(Axis::Protocol, 0.3);
        }
        reading.summary = mute_claim(own);
        reading
    }
}
