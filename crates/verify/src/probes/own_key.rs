//! P45: a thinking block of the site's sent to Anthropic itself, with the user's own key. Anthropic knows what
//! it signed, and what stood before it.

use super::refusal::{Taken, brief, taken};
use super::{mute_claim, thinking_turn};
use crate::ask::Ask;
use crate::call::Door;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, OptIn, Probe, in_slot};
use crate::reading::{Axis, Contradiction, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "own-key-replay",
    number: "P45",
    family: Family::Replay,
    forge: Forgeability::Keys,
    axis: Axis::Identity,
    depth: Depth::Standard,
    opt_in: Some(OptIn::Official),
    cost: Cost::new(2, 1_400, 200),
    source: "platform.claude.com: preserved thinking",
};

const CHANGED: &str = "bound to a different conversation";
const INVALID: &str = "Invalid `signature` in `thinking` block";

/// Tokens that a block has at least when it is read.
const LEAST: u64 = 8;

/// P45.
pub(super) struct OwnKeyReplay;

impl Probe for OwnKeyReplay {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if let Some(ask) = thinking_turn::ask(context, so_far) {
            return vec![ask];
        }
        let Some(turn) = thinking_turn::signed(so_far) else {
            return Vec::new();
        };
        if in_slot(so_far, "official-with").is_some() {
            return Vec::new();
        }
        let Some(facts) = context.facts() else {
            return Vec::new();
        };
        let body = |body| set(body, "model", facts.id.clone().into());
        let with = body(thinking_turn::replay(context, &turn, |_| {}));
        let without = body(thinking_turn::replay(context, &turn, |content| {
            content.retain(|block| {
                let kind = block
                    .get("type")
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or_default();
                !matches!(kind, "thinking" | "redacted_thinking")
            });
        }));
        vec![
            thinking_turn::call(context, "official-with", with).at(Door::Official),
            thinking_turn::call(context, "official-without", without).at(Door::Official),
        ]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = in_slot(own, "official-with") else {
            return Reading::neutral(Claim::new("replay.no-thinking"));
        };
        let evidence = |code: &str| {
            Evidence::of(Claim::new(code))
                .at(seen.id())
                .from_source(ABOUT.source)
        };
        match taken(seen, &[CHANGED, INVALID]) {
            Taken::AsExpected(error) if error.says(CHANGED) => {
                let evidence = evidence("own-key.changed").expecting("200", brief(&error.message));
                Reading::new(Outcome::Fail, "changed", Claim::new("own-key.changed"))
                    .seen(evidence)
                    .finding(Integrity::PromptInjection, Finding::Yes)
            }
            Taken::AsExpected(error) => {
                let evidence = evidence("own-key.unsigned").expecting("200", brief(&error.message));
                Reading::new(Outcome::Fail, "unsigned", Claim::new("own-key.unsigned"))
                    .seen(evidence)
                    .contradicting(Contradiction::Unsigned)
            }
            Taken::Accepted => accepted(own, seen),
            Taken::Otherwise | Taken::Mute => Reading::neutral(mute_claim(&[seen])),
        }
    }
}

/// Anthropic took it; whether it could read it shows in what it billed.
fn accepted(own: &[&Observation], seen: &Observation) -> Reading {
    let prompt = |slot: &str| in_slot(own, slot)?.answered()?.usage.prompt();
    let (with, without) = (prompt("official-with"), prompt("official-without"));
    let evidence = Evidence::of(Claim::new("own-key.billed"))
        .at(seen.id())
        .expecting(
            without.map_or_else(|| "–".to_owned(), |tokens| format!("> {tokens}")),
            with.map_or_else(|| "–".to_owned(), |tokens| tokens.to_string()),
        )
        .from_source(ABOUT.source);
    let is_read = with
        .zip(without)
        .is_some_and(|(with, without)| with >= without + LEAST);
    if is_read {
        return Reading::new(Outcome::Pass, "counted", Claim::new("own-key.counted"))
            .seen(evidence)
            .scoring(Axis::Protocol, 1.0);
    }
    // Blocks of Sonnet and Haiku 5.5 are dropped on another account.
    Reading::neutral(Claim::new("own-key.dropped")).seen(evidence)
}
