//! P02: a tool type that the claimed model does not have. The backend refuses for free, and names itself.

use serde_json::json;

use super::{leak, max_tokens, mute_claim};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading, Who};

static ABOUT: About = About {
    id: "unsupported-tool-type",
    number: "P02",
    family: Family::Errors,
    forge: Forgeability::Emulator,
    axis: Axis::Identity,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(1, 0, 0),
    source: "platform.claude.com: what's new in Opus 5.5; texts quoted in public issues",
};

/// P02.
pub(super) struct ToolType;

impl Probe for ToolType {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let known = context
            .facts()
            .and_then(|facts| facts.unsupported_tool.as_deref());
        let kind = known.unwrap_or("computer_20250124");
        // `computer_20250124` goes with the beta `computer-use-2025-01-24`.
        let day = kind.rsplit('_').next().unwrap_or_default();
        let (year, rest) = day.split_at(day.len().min(4));
        let (month, day) = rest.split_at(rest.len().min(2));
        let tool = json!([{ "type": kind, "name": "computer", "display_width_px": 800, "display_height_px": 600 }]);
        let body = set(context.turn(16, "hi"), "tools", tool);
        let ask =
            Ask::messages("tool-type", body).beta(&format!("computer-use-{year}-{month}-{day}"));
        vec![ask.refused_when_genuine()]
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = own.first() else {
            return Reading::neutral(mute_claim(own));
        };
        let Some((model, supported)) = leak::tool_types(&seen.text()) else {
            if seen.answered().is_some() {
                let claim = Claim::new("leak.tool-accepted");
                return Reading::neutral(claim.clone()).seen(Evidence::of(claim).at(seen.id()));
            }
            return Reading::neutral(mute_claim(own));
        };
        let evidence = Evidence::of(Claim::new("leak.model-named").with("model", &model))
            .at(seen.id())
            .expecting(context.model(), &model)
            .from_source(ABOUT.source);
        if !context.tables.models.same(&model, context.model()) {
            return max_tokens::other_named(context, seen, &model, evidence);
        }
        let fits = context
            .facts()
            .map(|facts| vec![facts.id.clone()])
            .unwrap_or_default();
        let claim = Claim::new("leak.names-claimed").with("model", &model);
        let supported = Claim::new("leak.tools-supported").with("tools", supported);
        Reading::new(Outcome::Pass, "names-claimed", claim)
            .fitting(fits)
            .seen(evidence)
            .seen(Evidence::of(supported).at(seen.id()))
            .marking(seen.id(), Who::Claimed)
            .scoring(Axis::Protocol, 1.0)
    }
}
