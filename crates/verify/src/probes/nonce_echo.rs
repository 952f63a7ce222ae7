//! P34: a word that nobody has said before, and a small sum. An answer from a store has neither.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::mute_claim;
use super::refusal::brief;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Contradiction, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "nonce-echo",
    number: "P34",
    family: Family::Integrity,
    forge: Forgeability::Static,
    axis: Axis::Stability,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(2, 120, 80),
    source: "own canaries",
};

/// P34.
pub(super) struct NonceEcho;

/// The word and the sum of a question.
fn question(context: &Context, slot: &str) -> (String, u64, u64) {
    let mut random = context.random(slot);
    let nonce = random.letters(16);
    (nonce, 100 + random.below(900), 100 + random.below(900))
}

const SLOTS: [&str; 2] = ["nonce-1", "nonce-2"];

impl Probe for NonceEcho {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let ask = |slot: &&str| {
            let (nonce, one, other) = question(context, slot);
            let text = format!(
                "Write the word {nonce} exactly as it stands here, then a space, then the sum of {one} and {other}. \
                 Nothing else."
            );
            let mut ask = Ask::messages(*slot, context.turn(400, &text));
            ask.output_tokens = 60;
            ask
        };
        SLOTS.iter().map(ask).collect()
    }

    fn read(&self, context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        let mut reading = Reading::default();
        let mut texts = Vec::new();
        let (mut echoed, mut summed) = (0_usize, 0_usize);
        for seen in own {
            let Some(message) = seen.whole() else {
                continue;
            };
            // Cut or refused: says nothing of what it would have been.
            if matches!(
                message.stop_reason.as_deref(),
                Some("refusal" | "max_tokens")
            ) {
                continue;
            }
            let (nonce, one, other) = question(context, seen.slot());
            let text = message.text();
            echoed += usize::from(text.contains(&nonce));
            summed += usize::from(text.contains(&(one + other).to_string()));
            let evidence = Evidence::of(Claim::new("nonce.answered")).at(seen.id());
            reading =
                reading.seen(evidence.expecting(format!("{nonce} {}", one + other), brief(&text)));
            texts.push(text);
        }
        let count = texts.len();
        if count == 0 {
            return Reading::neutral(mute_claim(own));
        }
        let is_same =
            count > 1 && texts.iter().all(|text| *text == texts[0]) && !texts[0].trim().is_empty();
        let stock = stock_sentence(all);
        if let Some((text, times)) = &stock {
            let claim = Claim::new("nonce.stock").with("count", times);
            reading = reading.seen(Evidence::of(claim).expecting("≠", brief(text)));
        }
        let (outcome, result, code) = if echoed == 0 && stock.is_some() {
            (Outcome::Fail, "canned", "nonce.canned")
        } else if echoed == count {
            (Outcome::Pass, "echoed", "nonce.echoed")
        } else if is_same && echoed == 0 {
            (Outcome::Fail, "canned", "nonce.canned")
        } else if echoed == 0 {
            (Outcome::Fail, "missing", "nonce.missing")
        } else {
            (Outcome::Warn, "", "nonce.once")
        };
        reading.outcome = outcome;
        reading.result = result.to_owned();
        reading.summary = Claim::new(code);
        let reading = reading.scoring(Axis::Capability, summed as f64 / count as f64);
        match result {
            "echoed" => reading
                .finding(Integrity::Canned, Finding::No)
                .scoring(Axis::Stability, 1.0),
            "canned" => reading
                .finding(Integrity::Canned, Finding::Yes)
                .contradicting(Contradiction::Canned)
                .scoring(Axis::Stability, 0.0),
            // Neither the word nor the sum, every time: nobody read the question.
            "missing" if summed == 0 && count > 1 => reading
                .finding(Integrity::Canned, Finding::Yes)
                .scoring(Axis::Stability, 0.0),
            _ => reading.scoring(Axis::Stability, 0.3),
        }
    }
}

/// Questions that must have one answer in common before that is no coincidence.
const STOCK: usize = 3;

/// Characters of a sentence that is too long to be the right answer to several questions.
const SENTENCE: usize = 24;

/// A sentence that answers several different questions, and how many.
fn stock_sentence(all: &[&Observation]) -> Option<(String, usize)> {
    let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for seen in all {
        let (Some(message), Some(body)) = (seen.whole(), &seen.call.request.body) else {
            continue;
        };
        let text = message.text();
        if text.chars().count() >= SENTENCE {
            let question = body.get("messages").map(Value::to_string);
            asked.entry(text).or_default().extend(question);
        }
    }
    let (text, questions) = asked
        .into_iter()
        .max_by_key(|(_, questions)| questions.len())?;
    (questions.len() >= STOCK).then_some((text, questions.len()))
}
