//! P15: how long the encrypted thinking is. It is as long as the thinking, whatever of it is shown.

use serde_json::Value;

use super::thinking_turn;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::{Message, Observation};
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::signature;

static ABOUT: About = About {
    id: "signature-length",
    number: "P15",
    family: Family::Signature,
    forge: Forgeability::Emulator,
    axis: Axis::Billing,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "51 public recordings: ciphertext is the thinking's bytes and 16",
};

/// P15.
pub(super) struct LengthLaw;

/// How a block's length stands to what is known of its thinking.
#[derive(Clone, Copy, PartialEq)]
enum Length {
    /// As the text that is shown.
    Exact,
    /// As so many tokens are long.
    Plausible,
    /// Neither.
    Off,
}

impl Probe for LengthLaw {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        thinking_turn::ask(context, so_far).into_iter().collect()
    }

    fn read(&self, context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let mut lengths = Vec::new();
        let mut evidence = Vec::new();
        for seen in all {
            let Some(message) = seen.whole() else {
                continue;
            };
            let Some((cipher, shown)) = measured(context, message) else {
                continue;
            };
            let Some(length) = judge(context, message, cipher, shown) else {
                continue;
            };
            let claim = Claim::new("length.measured")
                .with("cipher", cipher)
                .with("shown", shown);
            let tokens = message
                .usage
                .thinking
                .map_or_else(|| "–".to_owned(), |tokens| tokens.to_string());
            evidence.push(
                Evidence::of(claim.with("tokens", tokens))
                    .at(seen.id())
                    .from_source(ABOUT.source),
            );
            lengths.push(length);
        }
        let count = |wanted: Length| lengths.iter().filter(|length| **length == wanted).count();
        let (exact, off) = (count(Length::Exact), count(Length::Off));
        let mut reading = if lengths.is_empty() {
            return Reading::neutral(Claim::new("length.nothing"));
        } else if off * 2 > lengths.len() {
            Reading::new(Outcome::Fail, "off", Claim::new("length.off")).scoring(Axis::Billing, 0.0)
        } else if off > 0 {
            Reading::neutral(Claim::new("length.unsure"))
        } else if exact > 0 {
            Reading::new(Outcome::Pass, "exact", Claim::new("length.exact"))
                .scoring(Axis::Billing, 1.0)
        } else {
            Reading::new(Outcome::Pass, "plausible", Claim::new("length.plausible"))
                .scoring(Axis::Billing, 1.0)
        };
        reading.evidence = evidence;
        reading
    }
}

/// Bytes of all ciphertexts without their overhead, and of all thinking that is shown.
fn measured(context: &Context, message: &Message) -> Option<(u64, u64)> {
    let facts = &context.tables.signatures;
    let (mut cipher, mut shown) = (0_u64, 0_u64);
    for block in message.blocks("thinking") {
        let text = block.get("signature").and_then(Value::as_str)?;
        let read = signature::read(text, &facts.program_prefixes).ok()?;
        cipher += read.ciphertext?.saturating_sub(facts.length_overhead);
        let thinking = block
            .get("thinking")
            .and_then(Value::as_str)
            .unwrap_or_default();
        shown += thinking.len() as u64;
    }
    (cipher > 0).then_some((cipher, shown))
}

fn judge(context: &Context, message: &Message, cipher: u64, shown: u64) -> Option<Length> {
    let facts = &context.tables.signatures;
    if shown > 0 && cipher.abs_diff(shown) <= facts.length_tolerance {
        return Some(Length::Exact);
    }
    let tokens = message.usage.thinking.filter(|tokens| *tokens >= 8)?;
    let ratio = cipher as f64 / tokens as f64;
    let [least, most] = facts.bytes_per_token;
    Some(if (least..=most).contains(&ratio) {
        Length::Plausible
    } else {
        Length::Off
    })
}
