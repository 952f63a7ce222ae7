//! P06: a tool that must be called. Some models refuse that always, some together with thinking, some never.

use serde_json::json;

use super::refusal::{Taken, brief, taken};
use super::{mute_claim, tools};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::tables::{ForcedTool, Model};

static ABOUT: About = About {
    id: "forced-tool",
    number: "P06",
    family: Family::Errors,
    forge: Forgeability::Emulator,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(1, 0, 0),
    source: "platform.claude.com: migration pages of Opus 5.5 and Sonnet 5.5; tool use",
};

const ALWAYS: &str = "type \"tool\" and \"any\" are not supported for this model";
const WITH_THINKING: &str = "may not be enabled when tool_choice forces tool use";

/// P06.
pub(super) struct ForcedToolChoice;

impl Probe for ForcedToolChoice {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        let known = context.facts().and_then(|facts| facts.forced_tool);
        let Some(forced) = known.filter(|_| so_far.is_empty()) else {
            return Vec::new();
        };
        let body = tools::body(context, "any");
        match forced {
            ForcedTool::Refused => vec![Ask::messages("forced", body).refused_when_genuine()],
            ForcedTool::NotWithThinking => {
                let body = set(context.think(body), "max_tokens", json!(1_100));
                let body = set(
                    body,
                    "thinking",
                    json!({ "type": "enabled", "budget_tokens": 1024 }),
                );
                vec![Ask::messages("forced-thinking", body).refused_when_genuine()]
            }
            // Costs tokens there; the same call is needed for the cost of tools anyway.
            ForcedTool::Allowed if context.depth > Depth::Quick => vec![tools::ask(context, "any")],
            ForcedTool::Allowed => Vec::new(),
        }
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = own.first() else {
            return Reading::skipped(Claim::new("skip.not-for-model"));
        };
        let Some(expected) = context.facts().and_then(|facts| facts.forced_tool) else {
            return Reading::neutral(mute_claim(own));
        };
        let is_like = |model: &Model| model.forced_tool == Some(expected);
        let evidence = |claim: &Claim| {
            Evidence::of(claim.clone())
                .at(seen.id())
                .from_source(ABOUT.source)
        };
        match (taken(seen, &[ALWAYS, WITH_THINKING]), expected) {
            (Taken::AsExpected(error), ForcedTool::Allowed) => {
                let claim = Claim::new("forced.refused-wrongly");
                let refuses = |model: &Model| model.forced_tool == Some(ForcedTool::Refused);
                Reading::new(Outcome::Fail, "refused-wrongly", claim.clone())
                    .fitting(context.models_that(refuses))
                    .seen(evidence(&claim).expecting("200", brief(&error.message)))
                    .scoring(Axis::Protocol, 0.0)
            }
            (Taken::AsExpected(error), ForcedTool::NotWithThinking) if error.says(ALWAYS) => {
                let claim = Claim::new("forced.refused-wrongly");
                let refuses = |model: &Model| model.forced_tool == Some(ForcedTool::Refused);
                Reading::new(Outcome::Fail, "refused-wrongly", claim.clone())
                    .fitting(context.models_that(refuses))
                    .seen(evidence(&claim).expecting(WITH_THINKING, brief(&error.message)))
                    .scoring(Axis::Protocol, 0.0)
            }
            (Taken::AsExpected(error), _) => {
                let claim = Claim::new("forced.refused");
                Reading::new(Outcome::Pass, "refused", claim.clone())
                    .fitting(context.models_that(is_like))
                    .seen(evidence(&claim).expecting("400", brief(&error.message)))
                    .scoring(Axis::Protocol, 1.0)
            }
            (Taken::Accepted, ForcedTool::Allowed) => {
                let claim = Claim::new("forced.accepted");
                Reading::new(Outcome::Pass, "allowed", claim.clone())
                    .fitting(
                        context.models_that(|model| model.forced_tool != Some(ForcedTool::Refused)),
                    )
                    .seen(evidence(&claim).expecting("200", seen.status()))
                    .scoring(Axis::Protocol, 1.0)
            }
            (Taken::Accepted, _) => {
                let claim = Claim::new("forced.accepted-wrongly");
                let fits = |model: &Model| {
                    expected == ForcedTool::NotWithThinking
                        || model.forced_tool != Some(ForcedTool::Refused)
                };
                Reading::new(Outcome::Warn, "accepted", claim.clone())
                    .fitting(context.models_that(fits))
                    .seen(evidence(&claim).expecting("400", seen.status()))
                    .scoring(Axis::Protocol, 0.0)
            }
            _ => Reading::neutral(mute_claim(own)),
        }
    }
}
