//! P29: the shortest prompt that is cached. It differs by model, and nobody has a reason to rewrite it.

use serde_json::{Value, json};

use super::prose;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::tables::Model;

static ABOUT: About = About {
    id: "cache-threshold",
    number: "P29",
    family: Family::Cache,
    forge: Forgeability::Emulator,
    axis: Axis::Identity,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(2, 4_000, 32),
    source: "platform.claude.com: prompt caching, minimum lengths",
};

/// Characters of the two prompts: about 640 and 2,600 tokens of the old tokenizer, 820 and 3,300 of the new one,
/// so that both lie between the same thresholds.
const SHORT: usize = 3_000;
const LONG: usize = 12_400;

/// P29.
pub(super) struct CacheThreshold;

/// A request whose long beginning may be cached. The beginning is new for every run.
fn body(context: &Context, name: &str, characters: usize) -> Value {
    let mut random = context.random(name);
    let nonce = random.letters(12);
    let text = format!("Notes of {nonce}. {}", prose::text(&mut random, characters));
    let system =
        json!([{ "type": "text", "text": text, "cache_control": { "type": "ephemeral" } }]);
    set(
        context.turn(16, "Reply with the single word OK."),
        "system",
        system,
    )
}

/// The first call with the long beginning; the cache's own probe asks it again.
pub(super) fn long(context: &Context, slot: &str) -> Ask {
    Ask::messages(slot, body(context, "cache-long", LONG)).with_input(3_600)
}

impl Probe for CacheThreshold {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let short =
            Ask::messages("cache-short", body(context, "cache-short", SHORT)).with_input(950);
        vec![short, long(context, "cache-long").shared()]
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let measured = |slot: &str| {
            let seen = in_slot(own, slot)?;
            let usage = &seen.answered()?.usage;
            let created = usage.cache_creation?;
            Some((
                seen,
                usage.prompt()?,
                created,
                usage.cache_read.unwrap_or(0),
            ))
        };
        let (Some(short), Some(long)) = (measured("cache-short"), measured("cache-long")) else {
            return Reading::neutral(Claim::new("cache.no-figures"));
        };
        let mut reading = judge(
            context,
            (short.1, short.2, short.3),
            (long.1, long.2, long.3),
        );
        for (seen, prompt, created, read) in [short, long] {
            let claim = Claim::new("cache.written").with("prompt", prompt);
            let evidence = Evidence::of(claim).at(seen.id());
            let expected = expected(context, prompt);
            reading = reading.seen(
                evidence
                    .expecting(expected, format!("{created} written, {read} read"))
                    .from_source(ABOUT.source),
            );
        }
        reading
    }
}

fn expected(context: &Context, prompt: u64) -> String {
    let minimum = context.facts().and_then(|facts| facts.cache_minimum);
    minimum.map_or_else(
        || "–".to_owned(),
        |minimum| {
            if prompt >= minimum.tokens {
                "> 0".to_owned()
            } else {
                "0".to_owned()
            }
        },
    )
}

/// Judges by prompt tokens, tokens written, tokens read of both calls.
fn judge(context: &Context, short: (u64, u64, u64), long: (u64, u64, u64)) -> Reading {
    if short.2 > 0 || long.2 > 0 {
        // Something before our text was cached already: its length is not ours to judge.
        return Reading::neutral(Claim::new("cache.read-at-once"));
    }
    let cached = |(prompt, written, _): (u64, u64, u64)| (prompt, written > 0);
    let seen = [cached(short), cached(long)];
    let is_like = |model: &Model| {
        model.cache_minimum.is_none_or(|minimum| {
            seen.iter()
                .all(|(prompt, is_cached)| (*prompt >= minimum.tokens) == *is_cached)
        })
    };
    let Some(minimum) = context.facts().and_then(|facts| facts.cache_minimum) else {
        return Reading::neutral(Claim::new("cache.unknown-minimum"));
    };
    // Too near to what documents disagree about.
    if seen
        .iter()
        .any(|(prompt, _)| prompt.abs_diff(minimum.tokens) * 20 < minimum.tokens)
    {
        return Reading::neutral(Claim::new("cache.too-near"));
    }
    let fits_claimed = seen
        .iter()
        .all(|(prompt, is_cached)| (*prompt >= minimum.tokens) == *is_cached);
    let never = seen.iter().all(|(_, is_cached)| !is_cached);
    let claim = |code: &str| Claim::new(code).with("minimum", minimum.tokens);
    let fits = context.models_that(is_like);
    match (fits_claimed, never) {
        // Whoever never caches looks like this too.
        (true, true) => Reading::new(Outcome::Neutral, "below", claim("cache.below")).fitting(fits),
        (true, false) => Reading::new(Outcome::Pass, "as-expected", claim("cache.as-expected"))
            .fitting(fits)
            .scoring(Axis::Billing, 1.0),
        (false, true) => Reading::new(Outcome::Warn, "never", claim("cache.never"))
            .fitting(fits)
            .scoring(Axis::Billing, 0.4),
        (false, false) if !minimum.verified => Reading::neutral(claim("cache.unsure-minimum")),
        (false, false) => {
            Reading::new(Outcome::Fail, "other-minimum", claim("cache.other-minimum"))
                .fitting(fits)
                .scoring(Axis::Billing, 0.2)
        }
    }
}
