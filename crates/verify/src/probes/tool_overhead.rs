//! P26: what it costs to force a tool instead of offering it. Anthropic puts other words before the prompt.

use super::{mute_claim, steady, tools, vision_arithmetic};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::tables::{ForcedTool, Model};

static ABOUT: About = About {
    id: "tool-overhead",
    number: "P26",
    family: Family::Tokens,
    forge: Forgeability::Emulator,
    axis: Axis::Billing,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(2, 1_400, 128),
    source: "platform.claude.com: tool use overview, token table; checked on recordings",
};

/// Tokens by which a scaled difference may be off: two roundings.
const SCALED_TOLERANCE: f64 = 3.0;

/// P26.
pub(super) struct ToolOverhead;

fn difference(model: &Model) -> Option<i64> {
    let tokens = model.tool_tokens?;
    Some(tokens.any? as i64 - tokens.auto as i64)
}

impl Probe for ToolOverhead {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        let takes = context.facts().is_some_and(|facts| {
            facts
                .forced_tool
                .is_some_and(|forced| forced != ForcedTool::Refused)
                && difference(facts).is_some()
        });
        if !takes || !so_far.is_empty() {
            return Vec::new();
        }
        vec![tools::ask(context, "auto"), tools::ask(context, "any")]
    }

    fn read(&self, context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        if own.is_empty() {
            return Reading::skipped(Claim::new("skip.not-for-model"));
        }
        let prompt = |slot: &str| {
            let seen = in_slot(own, slot)?;
            Some((seen, i64::try_from(seen.answered()?.usage.prompt()?).ok()?))
        };
        let (Some((_, auto)), Some((seen, any))) = (prompt("tools-auto"), prompt("tools-any"))
        else {
            return Reading::neutral(mute_claim(own));
        };
        let Some(expected) = context.facts().and_then(difference) else {
            return Reading::neutral(Claim::new("overhead.unknown"));
        };
        let got = any - auto;
        let claim = Claim::new("overhead.measured")
            .with("auto", auto)
            .with("any", any);
        let evidence = Evidence::of(claim)
            .at(seen.id())
            .expecting(expected, got)
            .from_source(ABOUT.source);
        let fits = context
            .models_that(|model| difference(model).is_none_or(|known| (known - got).abs() <= 1));
        let is_claude = !context
            .models_that(|model| difference(model).is_some_and(|known| (known - got).abs() <= 1))
            .is_empty();
        let scaled = vision_arithmetic::factor(all)
            .map(|factor| (got as f64 - expected as f64 * factor).abs())
            .is_some_and(|off| off <= SCALED_TOLERANCE);
        let reading = if steady::jitters(all) {
            Reading::neutral(Claim::new("tokens.jitter"))
        } else if scaled {
            // Right, times what pictures are multiplied by too: that is told there.
            Reading::neutral(Claim::new("overhead.scaled").with("tokens", got))
        } else if (got - expected).abs() <= 1 {
            Reading::new(
                Outcome::Pass,
                "exact",
                Claim::new("overhead.exact").with("tokens", got),
            )
            .fitting(fits)
            .scoring(Axis::Billing, 1.0)
        } else if is_claude {
            Reading::new(
                Outcome::Fail,
                "other-model",
                Claim::new("overhead.other-model").with("tokens", got),
            )
            .fitting(fits)
            .scoring(Axis::Billing, 0.2)
        } else {
            Reading::new(
                Outcome::Fail,
                "differs",
                Claim::new("overhead.differs").with("tokens", got),
            )
            .scoring(Axis::Billing, 0.2)
        };
        reading.seen(evidence).figure("tool_overhead", got as f64)
    }
}
