//! P10: a thinking block sent back with one byte of its signature changed. Only who holds Anthropic's keys can
//! tell.

use serde_json::Value;

use super::refusal::{Taken, brief, taken};
use super::{mute_claim, thinking_turn};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::signature;

static ABOUT: About = About {
    id: "tampered-signature",
    number: "P10",
    family: Family::Replay,
    forge: Forgeability::Keys,
    axis: Axis::Identity,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(2, 900, 600),
    source: "platform.claude.com: extended thinking; texts in public issues",
};

const REFUSAL: &str = "Invalid `signature` in `thinking` block";

/// P10.
pub(super) struct TamperedSignature;

impl Probe for TamperedSignature {
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
        let mut asks = Vec::new();
        if in_slot(so_far, "tampered").is_none() {
            let body = thinking_turn::replay(context, &turn, |content| tamper(content));
            asks.push(thinking_turn::call(context, "tampered", body).refused_when_genuine());
            if context.depth > Depth::Quick {
                asks.push(thinking_turn::untouched(context, &turn));
            }
        }
        asks
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some(seen) = in_slot(own, "tampered") else {
            return Reading::neutral(Claim::new("replay.no-thinking"));
        };
        let untouched = in_slot(own, "untouched-replay");
        let evidence = |code: &str| {
            Evidence::of(Claim::new(code))
                .at(seen.id())
                .from_source(ABOUT.source)
        };
        match taken(
            seen,
            &[REFUSAL, "Invalid `data` in `redacted_thinking` block"],
        ) {
            Taken::AsExpected(error) => {
                let evidence =
                    evidence("tampered.refused").expecting(REFUSAL, brief(&error.message));
                let whole = untouched.filter(|seen| seen.answered().is_some());
                if let Some(whole) = whole {
                    // Refused when changed and taken when not: that takes the keys.
                    let untouched =
                        Evidence::of(Claim::new("tampered.untouched-taken")).at(whole.id());
                    return Reading::new(
                        Outcome::Pass,
                        "told-apart",
                        Claim::new("tampered.told-apart"),
                    )
                    .seen(evidence)
                    .seen(untouched.expecting("200", whole.status()))
                    .scoring(Axis::Protocol, 1.0);
                }
                let is_refused_too = untouched
                    .is_some_and(|seen| matches!(taken(seen, &[REFUSAL]), Taken::AsExpected(_)));
                if is_refused_too {
                    // Everything is refused: the block is broken on the way, or the words are a fixed answer.
                    return Reading::new(
                        Outcome::Warn,
                        "all-refused",
                        Claim::new("tampered.all-refused"),
                    )
                    .seen(evidence);
                }
                Reading::new(Outcome::Pass, "refused", Claim::new("tampered.refused"))
                    .seen(evidence)
                    .scoring(Axis::Protocol, 1.0)
            }
            Taken::Accepted => {
                // Some relays mend or drop thinking blocks: says nothing of what is behind them.
                let claim = Claim::new("tampered.taken");
                Reading::neutral(claim)
                    .seen(evidence("tampered.taken").expecting("400", seen.status()))
            }
            Taken::Otherwise | Taken::Mute => Reading::neutral(mute_claim(&[seen])),
        }
    }
}

fn tamper(content: &mut [Value]) {
    for block in content.iter_mut() {
        for member in ["signature", "data"] {
            let changed = block
                .get(member)
                .and_then(Value::as_str)
                .and_then(signature::tampered);
            if let (Some(changed), Some(place)) = (changed, block.get_mut(member)) {
                *place = Value::String(changed);
                return;
            }
        }
    }
}
