//! P05: the beginning of the answer given. Newer models refuse it in fixed words, older ones go on from there.

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
    id: "prefill",
    number: "P05",
    family: Family::Errors,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(1, 40, 16),
    source: "platform.claude.com: migration pages",
};

const REFUSAL: &str = "does not support assistant message prefill";

/// P05.
pub(super) struct Prefill;

impl Probe for Prefill {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        let known = context.facts().and_then(|facts| facts.prefill);
        let Some(takes) = known.filter(|_| so_far.is_empty()) else {
            return Vec::new();
        };
        let messages = json!([
            { "role": "user", "content": "Count from 1 to 6. Write only the digits, with one space between them." },
            { "role": "assistant", "content": "1 2 3" },
        ]);
        let ask = Ask::messages("prefill", set(context.turn(16, ""), "messages", messages));
        vec![if takes {
            ask
        } else {
            ask.refused_when_genuine()
        }]
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = own.first() else {
            return Reading::skipped(Claim::new("skip.not-for-model"));
        };
        let takes = context
            .facts()
            .and_then(|facts| facts.prefill)
            .unwrap_or_default();
        let fits = |prefill: bool| context.models_that(|model| model.prefill == Some(prefill));
        match taken(seen, &[REFUSAL]) {
            Taken::AsExpected(error) => {
                let claim = Claim::new("prefill.refused");
                let evidence = Evidence::of(claim.clone())
                    .at(seen.id())
                    .expecting(if takes { "200" } else { REFUSAL }, brief(&error.message))
                    .from_source(ABOUT.source);
                if takes {
                    return Reading::new(Outcome::Fail, "refused-wrongly", claim)
                        .fitting(fits(false))
                        .seen(evidence)
                        .scoring(Axis::Protocol, 0.0);
                }
                Reading::new(Outcome::Pass, "refused", claim)
                    .fitting(fits(false))
                    .seen(evidence)
                    .scoring(Axis::Protocol, 1.0)
            }
            Taken::Accepted => {
                let text = seen
                    .answered()
                    .map(|message| message.text())
                    .unwrap_or_default();
                accepted(context, seen, takes, text.trim())
            }
            Taken::Otherwise | Taken::Mute => Reading::neutral(mute_claim(own)),
        }
    }
}

fn accepted(context: &Context, seen: &Observation, takes: bool, text: &str) -> Reading {
    let evidence = |claim: &Claim| {
        Evidence::of(claim.clone())
            .at(seen.id())
            .from_source(ABOUT.source)
    };
    if !takes {
        let claim = Claim::new("prefill.accepted");
        return Reading::new(Outcome::Warn, "accepted", claim.clone())
            .fitting(context.models_that(|model| model.prefill == Some(true)))
            .seen(evidence(&claim).expecting(REFUSAL, brief(text)))
            .scoring(Axis::Protocol, 0.0);
    }
    if text.starts_with('4') {
        let claim = Claim::new("prefill.continued");
        return Reading::new(Outcome::Pass, "continued", claim.clone())
            .fitting(context.models_that(|model| model.prefill != Some(false)))
            .seen(evidence(&claim).expecting("4 5 6", brief(text)))
            .scoring(Axis::Protocol, 1.0);
    }
    let claim = Claim::new("prefill.dropped");
    Reading::new(Outcome::Warn, "dropped", claim.clone())
        .seen(evidence(&claim).expecting("4 5 6", brief(text)))
        .scoring(Axis::Protocol, 0.0)
}
