//! P13: what a replayed thinking block costs. Its text may be hidden, but who can read it bills exactly its
//! tokens.

use serde_json::Value;

use super::{mute_claim, steady, thinking_turn};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "thinking-ledger",
    number: "P13",
    family: Family::Replay,
    forge: Forgeability::Keys,
    axis: Axis::Billing,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(1, 1_200, 100),
    source: "kawaz/llm-gateway, docs/research; public recordings of tool loops",
};

/// Tokens by which the sum may be off: block markers.
const TOLERANCE: i64 = 3;

/// Least thinking that can be told from nothing.
const LEAST: i64 = 20;

/// P13.
pub(super) struct ThinkingLedger;

impl Probe for ThinkingLedger {
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
        if in_slot(so_far, "without-thinking").is_some() || thinking_tokens(so_far).is_none() {
            return Vec::new();
        }
        let without = thinking_turn::replay(context, &turn, |content| {
            content.retain(|block| {
                let kind = block
                    .get("type")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                !matches!(kind, "thinking" | "redacted_thinking")
            });
        });
        vec![
            thinking_turn::call(context, "without-thinking", without),
            thinking_turn::untouched(context, &turn),
        ]
    }

    fn read(&self, _context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        let Some(thinking) = thinking_tokens(own) else {
            return Reading::neutral(Claim::new("ledger.no-figure"));
        };
        let prompt = |slot: &str| {
            let seen = in_slot(own, slot)?;
            let tokens = seen.answered()?.usage.prompt()?;
            Some((seen, i64::try_from(tokens).ok()?))
        };
        let (Some((with_seen, with)), Some((_, without))) =
            (prompt("untouched-replay"), prompt("without-thinking"))
        else {
            return Reading::neutral(mute_claim(own));
        };
        let billed = with - without;
        let evidence = Evidence::of(
            Claim::new("ledger.billed")
                .with("with", with)
                .with("without", without),
        )
        .at(with_seen.id())
        .expecting(thinking, billed)
        .from_source(ABOUT.source);
        let tolerance = TOLERANCE.max(thinking / 50);
        let off = (billed - thinking).abs();
        let reading = if steady::jitters(all) {
            Reading::neutral(Claim::new("tokens.jitter"))
        } else if thinking < LEAST {
            Reading::neutral(Claim::new("ledger.too-little"))
        } else if off <= tolerance {
            Reading::new(
                Outcome::Pass,
                "exact",
                Claim::new("ledger.exact").with("tokens", billed),
            )
            .scoring(Axis::Billing, 1.0)
        } else if billed.abs() <= TOLERANCE {
            // Dropped: another account of a pool, or a model that keeps no thinking.
            Reading::neutral(Claim::new("ledger.not-billed").with("tokens", thinking))
        } else {
            Reading::new(
                Outcome::Warn,
                "unrelated",
                Claim::new("ledger.unrelated")
                    .with("billed", billed)
                    .with("tokens", thinking),
            )
            .scoring(Axis::Billing, 0.3)
        };
        reading
            .seen(evidence)
            .figure("ledger_difference", (billed - thinking) as f64)
    }
}

/// Tokens of the hidden thinking, as the first turn was billed.
fn thinking_tokens(own: &[&Observation]) -> Option<i64> {
    let turn = thinking_turn::signed(own)?;
    let thinking = turn.message.usage.thinking.or_else(|| {
        let frames = turn.seen.frames.as_ref()?;
        let last = frames.of("message_delta").last()?;
        last.json
            .get("usage")?
            .get("output_tokens_details")?
            .get("thinking_tokens")?
            .as_u64()
    });
    thinking.and_then(|tokens| i64::try_from(tokens).ok())
}
