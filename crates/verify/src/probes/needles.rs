//! P36: words hidden in a long text. Who cuts long prompts loses the early ones.

use super::{mute_claim, prose};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "needles",
    number: "P36",
    family: Family::Integrity,
    forge: Forgeability::Static,
    axis: Axis::Capability,
    depth: Depth::Full,
    opt_in: None,
    cost: Cost::new(1, 40_000, 120),
    source: "own canaries",
};

/// Characters of the text: about 30,000 tokens.
const LENGTH: usize = 130_000;

/// Where the words stand, in percent.
const PLACES: [usize; 5] = [0, 25, 50, 75, 100];

/// Tokens for a character of English on any Claude, at least: fewer billed means that not all of it arrived.
const LEAST_SLOPE: f64 = 0.15;

/// P36.
pub(super) struct Needles;

fn words(context: &Context) -> Vec<String> {
    let mut random = context.random("needles");
    PLACES.iter().map(|_| random.letters(8)).collect()
}

/// The text with its words, and the question at the end.
fn text(context: &Context) -> String {
    let mut random = context.random("needles-text");
    let words = words(context);
    let part = LENGTH / (PLACES.len() - 1);
    let mut text = String::with_capacity(LENGTH + 2_000);
    for (number, word) in words.iter().enumerate() {
        text.push_str(&format!("Remember: code word {} is {word}. ", number + 1));
        if number + 1 < words.len() {
            text.push_str(&prose::text(&mut random, part));
        }
    }
    text.push_str("\n\nList the five code words in their order, separated by spaces. If one is missing, write -.");
    text
}

impl Probe for Needles {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let mut ask = Ask::messages("needles", context.turn(500, &text(context)));
        ask.timeout_ms = 180_000;
        ask.output_tokens = 120;
        vec![ask]
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some((seen, message)) = own.first().and_then(|seen| Some((seen, seen.whole()?))) else {
            return Reading::neutral(mute_claim(own));
        };
        let answer = message.text();
        let found: Vec<bool> = words(context)
            .iter()
            .map(|word| answer.contains(word.as_str()))
            .collect();
        let count = found.iter().filter(|found| **found).count();
        let signs: Vec<String> = found
            .iter()
            .zip(PLACES)
            .map(|(found, place)| format!("{place} % {}", if *found { "✓" } else { "✗" }))
            .collect();
        let prompt = message.usage.prompt().unwrap_or(0);
        let least = (LENGTH as f64 * LEAST_SLOPE) as u64;
        let evidence = Evidence::of(Claim::new("needles.found").with("prompt", prompt))
            .at(seen.id())
            .expecting("0 % ✓, 25 % ✓, 50 % ✓, 75 % ✓, 100 % ✓", signs.join(", "));
        let lost_early = found.last() == Some(&true) && found.first() == Some(&false);
        let is_short = prompt > 0 && prompt < least;
        let reading = if count == found.len() {
            Reading::new(Outcome::Pass, "all", Claim::new("needles.all"))
                .finding(Integrity::Truncation, Finding::No)
        } else if lost_early || (is_short && count < found.len()) {
            let code = if is_short {
                "needles.cut"
            } else {
                "needles.cut-and-billed"
            };
            let reading = Reading::new(Outcome::Fail, "cut", Claim::new(code).with("found", count))
                .finding(Integrity::Truncation, Finding::Yes);
            if is_short {
                reading
            } else {
                reading
                    .finding(Integrity::UsageInflation, Finding::Yes)
                    .scoring(Axis::Billing, 0.0)
            }
        } else {
            Reading::new(
                Outcome::Warn,
                "",
                Claim::new("needles.some").with("found", count),
            )
        };
        reading
            .seen(evidence)
            .scoring(Axis::Capability, count as f64 / found.len() as f64)
            .figure("needle_prompt_tokens", prompt as f64)
    }
}
