//! P11: a thinking block sent back after another system prompt. Newer models know what stood before it.

use serde_json::Value;

use super::refusal::{Taken, brief, taken};
use super::{mute_claim, thinking_turn};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "prefix-binding",
    number: "P11",
    family: Family::Replay,
    forge: Forgeability::Keys,
    axis: Axis::Identity,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(1, 0, 0),
    source: "platform.claude.com: preserved thinking; AWS: thinking block binding",
};

/// Another system prompt than the one of the first turn, by one word.
const EDITED: &str = "You keep books for a small museum. Be exact and polite.";

const REFUSAL: &str = "bound to a different conversation";

/// P11.
pub(super) struct PrefixBinding;

impl Probe for PrefixBinding {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !context.facts().is_some_and(|facts| facts.binds_prefix) {
            return Vec::new();
        }
        if let Some(ask) = thinking_turn::ask(context, so_far) {
            return vec![ask];
        }
        let Some(turn) = thinking_turn::signed(so_far) else {
            return Vec::new();
        };
        if in_slot(so_far, "edited-system").is_some() {
            return Vec::new();
        }
        let edited = set(
            thinking_turn::replay(context, &turn, |_| {}),
            "system",
            EDITED.into(),
        );
        let mut asks = Vec::new();
        if context.depth == Depth::Full {
            let dropping = thinking_turn::with_behaviour(edited.clone(), "drop_block");
            asks.push(thinking_turn::call(context, "edited-dropping", dropping));
        }
        let asked = thinking_turn::call(context, "edited-system", edited).refused_when_genuine();
        asks.push(asked);
        asks.push(thinking_turn::untouched(context, &turn));
        asks
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = in_slot(own, "edited-system") else {
            return Reading::skipped(Claim::new("skip.not-for-model"));
        };
        let untouched = in_slot(own, "untouched-replay");
        let is_untouched_refused = untouched.is_some_and(|seen| {
            matches!(
                taken(seen, &[REFUSAL, "Invalid `signature`"]),
                Taken::AsExpected(_)
            )
        });
        let evidence = |code: &str| {
            Evidence::of(Claim::new(code))
                .at(seen.id())
                .from_source(ABOUT.source)
        };
        match taken(seen, &[REFUSAL]) {
            Taken::AsExpected(error) if is_untouched_refused => {
                let evidence =
                    evidence("binding.refused").expecting(REFUSAL, brief(&error.message));
                Reading::neutral(Claim::new("binding.untouched-refused-too")).seen(evidence)
            }
            Taken::AsExpected(error) if error.says("`system`") => {
                let evidence =
                    evidence("binding.names-system").expecting(REFUSAL, brief(&error.message));
                let taken = untouched.is_some_and(|seen| seen.answered().is_some());
                let result = if taken { "names-system" } else { "refused" };
                Reading::new(Outcome::Pass, result, Claim::new("binding.names-system"))
                    .seen(evidence)
                    .scoring(Axis::Protocol, 1.0)
            }
            Taken::AsExpected(error) => {
                let evidence =
                    evidence("binding.refused").expecting(REFUSAL, brief(&error.message));
                Reading::new(Outcome::Pass, "refused", Claim::new("binding.refused"))
                    .seen(evidence)
                    .scoring(Axis::Protocol, 1.0)
            }
            Taken::Accepted if dropped_for_prefix(seen) => {
                let evidence = evidence("binding.dropped").expecting(REFUSAL, "thinking_dropped");
                Reading::new(Outcome::Pass, "refused", Claim::new("binding.dropped")).seen(evidence)
            }
            Taken::Accepted => {
                let evidence = evidence("binding.taken").expecting("400", seen.status());
                Reading::new(Outcome::Warn, "taken", Claim::new("binding.taken"))
                    .seen(evidence)
                    .scoring(Axis::Protocol, 0.3)
            }
            Taken::Otherwise | Taken::Mute => Reading::neutral(mute_claim(&[seen])),
        }
    }
}

/// Why the service says that it dropped blocks.
pub(super) fn drop_reasons(seen: &Observation) -> Vec<String> {
    let Some(message) = seen.answered() else {
        return Vec::new();
    };
    let listed = message.raw.get("input_transformations").cloned();
    let in_stream = seen.frames.as_ref().and_then(|frames| {
        let start = frames.first("message_start")?;
        start
            .json
            .get("message")?
            .get("input_transformations")
            .cloned()
    });
    let Some(Value::Array(listed)) = listed.or(in_stream) else {
        return Vec::new();
    };
    let reasons = listed.iter().filter_map(|one| one.get("reason")?.as_str());
    reasons.map(str::to_owned).collect()
}

fn dropped_for_prefix(seen: &Observation) -> bool {
    drop_reasons(seen)
        .iter()
        .any(|reason| reason.contains("prefix"))
}
