//! P16: a documented string that makes older models hide their thinking.

use serde_json::json;

use super::mute_claim;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "redacted-thinking",
    number: "P16",
    family: Family::Behaviour,
    forge: Forgeability::Emulator,
    axis: Axis::Identity,
    depth: Depth::Full,
    opt_in: None,
    cost: Cost::new(1, 120, 300),
    source: "anthropics/claude-cookbooks, extended thinking; a public recording with Sonnet 4.5",
};

const MAGIC: &str = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_46C9A13E193C177646C7398A98432ECCCE4C1253D5E2D82641AC0E52CC2876CB";

/// P16.
pub(super) struct RedactedThinking;

impl Probe for RedactedThinking {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        // What newer models do with it is not known.
        let is_old = context
            .facts()
            .is_some_and(|facts| facts.prefill == Some(true));
        if !is_old || !so_far.is_empty() {
            return Vec::new();
        }
        let body = set(
            context.turn(1_400, MAGIC),
            "thinking",
            json!({ "type": "enabled", "budget_tokens": 1024 }),
        );
        let mut ask = Ask::messages("redacted", body);
        ask.output_tokens = 300;
        vec![ask]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = own.first() else {
            return Reading::skipped(Claim::new("skip.not-for-model"));
        };
        let Some(message) = seen.whole() else {
            return Reading::neutral(mute_claim(own));
        };
        let is_redacted = message.blocks("redacted_thinking").next().is_some();
        let (outcome, result, code, score) = if is_redacted {
            (Outcome::Pass, "redacted", "redacted.came", 1.0)
        } else {
            (Outcome::Warn, "ignored", "redacted.ignored", 0.0)
        };
        let claim = Claim::new(code);
        let evidence = Evidence::of(claim.clone())
            .at(seen.id())
            .from_source(ABOUT.source);
        let got = message
            .content
            .iter()
            .filter_map(|block| block.get("type")?.as_str());
        let got: Vec<&str> = got.collect();
        Reading::new(outcome, result, claim)
            .seen(evidence.expecting("redacted_thinking", got.join(", ")))
            .scoring(Axis::Protocol, score)
    }
}
