//! P07: an effort that does not exist. The refusal lists what the model knows.

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
    id: "effort-levels",
    number: "P07",
    family: Family::Errors,
    forge: Forgeability::Emulator,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(1, 12, 8),
    source: "public recordings of the API",
};

const NO_LEVEL: &str = "does not support effort level";
const NO_EFFORT: &str = "does not support the effort parameter";

/// P07.
pub(super) struct Effort;

impl Probe for Effort {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let body = set(
            context.turn(8, "Say just hello"),
            "output_config",
            json!({ "effort": "bogus" }),
        );
        vec![Ask::messages("effort", body).refused_when_genuine()]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = own.first() else {
            return Reading::neutral(mute_claim(own));
        };
        match taken(seen, &[NO_LEVEL, NO_EFFORT, "effort"]) {
            Taken::AsExpected(error) if error.says(NO_LEVEL) || error.says(NO_EFFORT) => {
                let claim = Claim::new("effort.refused");
                let evidence = Evidence::of(claim.clone())
                    .at(seen.id())
                    .from_source(ABOUT.source);
                Reading::new(Outcome::Pass, "refused", claim)
                    .seen(evidence.expecting(NO_LEVEL, brief(&error.message)))
                    .scoring(Axis::Protocol, 1.0)
            }
            Taken::AsExpected(error) => {
                let claim = Claim::new("effort.refused-otherwise");
                let evidence = Evidence::of(claim.clone()).at(seen.id());
                Reading::new(Outcome::Pass, "refused-otherwise", claim)
                    .seen(evidence.expecting(NO_LEVEL, brief(&error.message)))
                    .scoring(Axis::Protocol, 1.0)
            }
            Taken::Accepted => {
                let claim = Claim::new("effort.accepted");
                Reading::neutral(claim.clone())
                    .seen(
                        Evidence::of(claim)
                            .at(seen.id())
                            .expecting("400", seen.status()),
                    )
                    .scoring(Axis::Protocol, 0.3)
            }
            Taken::Otherwise | Taken::Mute => Reading::neutral(mute_claim(own)),
        }
    }
}
