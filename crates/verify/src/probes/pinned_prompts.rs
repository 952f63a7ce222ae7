//! P24: prompts whose cost is known to the token. What is above it was put there by somebody.

use super::{mute_claim, steady};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::preset::PLAIN;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};
use crate::tables::Range;

static ABOUT: About = About {
    id: "pinned-prompts",
    number: "P24",
    family: Family::Tokens,
    forge: Forgeability::Emulator,
    axis: Axis::Billing,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(6, 90, 48),
    source: "config/verify/prompts.toml: public recordings",
};

/// The order of asking: far apart in length first.
const ORDER: [&str; 6] = [
    "one-plus-one",
    "hello",
    "pelican",
    "say-just-hello",
    "two-plus-two",
    "paris",
];

/// Prompts of different length that tell a constant surplus from another tokenizer.
const TELLING: usize = 3;

/// Tokens that the first line of Claude Code's shape takes at most: we put it there ourselves.
const OWN_LINE: u64 = 60;

/// P24.
pub(super) struct PinnedPrompts;

/// A prompt with what it should have cost and what it did.
#[derive(Clone, Copy)]
struct Counted<'a> {
    seen: &'a Observation,
    expected: Option<u64>,
    got: u64,
}

/// How the counts stand to the table.
#[derive(Debug, PartialEq)]
enum Fit {
    /// Every count is right.
    Exact,
    /// Every count is too high by the same number.
    Surplus(u64),
    /// Every count is too high by the same factor.
    Factor(f64),
    /// Nothing of that.
    None,
}

/// The prompts in the order of asking, with their slots.
pub(super) fn asks(context: &Context, count: usize) -> Vec<Ask> {
    let texts = context.tables.prompts.texts();
    let known = context
        .facts()
        .map(|facts| context.tables.prompts.for_model(facts))
        .unwrap_or_default();
    let mut ordered: Vec<_> = ORDER
        .iter()
        .filter_map(|id| texts.iter().find(|one| one.id == *id))
        .collect();
    ordered.sort_by_key(|one| !known.iter().any(|row| row.id == one.id));
    let asks = ordered.into_iter().take(count);
    asks.map(|one| Ask::messages(format!("pinned-{}", one.id), context.turn(8, &one.text)).shared())
        .collect()
}

impl Probe for PinnedPrompts {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        asks(context, if context.depth == Depth::Quick { 3 } else { 6 })
    }

    fn read(&self, context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        let counted: Vec<Counted<'_>> =
            own.iter().filter_map(|seen| count(context, seen)).collect();
        if counted.is_empty() {
            return Reading::neutral(mute_claim(own));
        }
        let mut reading = judge(context, &counted);
        let is_found = reading
            .integrity
            .contains(&(Integrity::PromptInjection, Finding::Yes));
        if steady::jitters(all) && reading.outcome != Outcome::Pass && !is_found {
            reading = Reading::neutral(Claim::new("tokens.jitter"));
        }
        for one in &counted {
            let id = one.seen.slot().trim_start_matches("pinned-");
            let expected = one
                .expected
                .map_or_else(|| "–".to_owned(), |tokens| tokens.to_string());
            let evidence =
                Evidence::of(Claim::new("pinned.counted").with("prompt", id)).at(one.seen.id());
            reading = reading.seen(
                evidence
                    .expecting(expected, one.got)
                    .from_source(ABOUT.source),
            );
        }
        reading
    }
}

fn count<'a>(context: &Context, seen: &&'a Observation) -> Option<Counted<'a>> {
    let got = seen.answered()?.usage.prompt()?;
    let id = seen.slot().strip_prefix("pinned-")?;
    let expected = context
        .facts()
        .and_then(|facts| context.tables.prompts.tokens(facts, id));
    Some(Counted {
        seen,
        expected,
        got,
    })
}

fn judge(context: &Context, counted: &[Counted<'_>]) -> Reading {
    let known: Vec<(u64, u64)> = counted
        .iter()
        .filter_map(|one| Some((one.expected?, one.got)))
        .collect();
    let is_plain = counted.iter().all(|one| one.seen.call.preset == PLAIN);
    let different: std::collections::BTreeSet<u64> =
        known.iter().map(|(expected, _)| *expected).collect();
    let is_telling = different.len() >= TELLING;
    if known.len() < 2 {
        return without_table(context, counted, is_plain);
    }
    let named = |name: &str| {
        if is_telling {
            name.to_owned()
        } else {
            format!("{name}-few")
        }
    };
    match fit(&known) {
        Fit::Exact => {
            let claim = Claim::new("pinned.exact").with("count", known.len());
            let reading = Reading::new(Outcome::Pass, &named("exact"), claim)
                .finding(Integrity::UsageInflation, Finding::No)
                .figure("injected_tokens", 0.0)
                .scoring(Axis::Billing, 1.0);
            let reading = if is_plain {
                reading.finding(Integrity::PromptInjection, Finding::No)
            } else {
                reading
            };
            fitting(context, counted, reading)
        }
        // Claude Code's first line was put there by ourselves.
        Fit::Surplus(tokens) if !is_plain && tokens <= OWN_LINE => {
            let claim = Claim::new("pinned.own-surplus").with("tokens", tokens);
            let reading =
                Reading::new(Outcome::Pass, &named("exact"), claim).scoring(Axis::Billing, 1.0);
            fitting(context, counted, reading)
        }
        Fit::Surplus(tokens) => {
            let claim = Claim::new("pinned.surplus").with("tokens", tokens);
            let size = if tokens >= 1_000 {
                "surplus-large"
            } else {
                "surplus"
            };
            let reading = Reading::new(Outcome::Warn, &named(size), claim)
                .finding(Integrity::PromptInjection, Finding::Yes)
                .figure("injected_tokens", tokens as f64)
                .scoring(Axis::Billing, if tokens >= 1_000 { 0.2 } else { 0.6 });
            fitting(context, counted, reading)
        }
        Fit::Factor(factor) => {
            let claim = Claim::new("pinned.factor").with("factor", format!("{factor:.2}"));
            Reading::new(Outcome::Fail, "factor", claim)
                .finding(Integrity::UsageInflation, Finding::Yes)
                .figure("inflation_factor", factor)
                .scoring(Axis::Billing, 0.0)
        }
        Fit::None => {
            let claim = Claim::new("pinned.differs");
            let result = if is_telling { "differs" } else { "differs-few" };
            Reading::new(Outcome::Fail, result, claim).scoring(Axis::Billing, 0.0)
        }
    }
}

fn fitting(context: &Context, counted: &[Counted<'_>], reading: Reading) -> Reading {
    let differences: Vec<(&str, u64)> = counted
        .iter()
        .filter(|one| one.expected.is_some())
        .filter_map(|one| Some((one.seen.slot().strip_prefix("pinned-")?, one.got)))
        .collect();
    let prompts = &context.tables.prompts;
    let fits = context.models_that(|model| {
        let known: Vec<(u64, u64)> = differences
            .iter()
            .filter_map(|(id, got)| Some((prompts.tokens(model, id)?, *got)))
            .collect();
        known.is_empty() || matches!(fit(&known), Fit::Exact | Fit::Surplus(_))
    });
    reading.fitting(fits)
}

fn fit(known: &[(u64, u64)]) -> Fit {
    let surplus: Vec<i64> = known
        .iter()
        .map(|(expected, got)| *got as i64 - *expected as i64)
        .collect();
    let (least, most) = (
        surplus.iter().copied().min().unwrap_or(0),
        surplus.iter().copied().max().unwrap_or(0),
    );
    if least == 0 && most == 0 {
        return Fit::Exact;
    }
    if least == most && least > 0 {
        return Fit::Surplus(least as u64);
    }
    let sum = |side: fn(&(u64, u64)) -> u64| known.iter().map(side).sum::<u64>() as f64;
    let factor = sum(|pair| pair.1) / sum(|pair| pair.0);
    let is_scaled = known
        .iter()
        .all(|(expected, got)| (*expected as f64 * factor - *got as f64).abs() <= 1.0);
    // Rounding of small counts would take any tokenizer for a small factor.
    if is_scaled && factor >= 1.15 && most - least >= 2 {
        return Fit::Factor(factor);
    }
    Fit::None
}

/// A model whose counts are not known. Its tokenizer is one of two, so every prompt has a range; what lies
/// above the range has something put before it.
fn without_table(context: &Context, counted: &[Counted<'_>], is_plain: bool) -> Reading {
    let ranges: Vec<(u64, Range)> = counted
        .iter()
        .filter_map(|one| {
            let id = one.seen.slot().strip_prefix("pinned-")?;
            Some((one.got, context.tables.prompts.range(id)?))
        })
        .collect();
    let got = counted.iter().map(|one| one.got);
    let (least, most) = (got.clone().min().unwrap_or(0), got.max().unwrap_or(0));
    let above = ranges
        .iter()
        .filter(|(got, range)| *got > range.most)
        .count();
    let usual = ranges
        .iter()
        .filter(|(got, range)| *got <= range.usual)
        .count();
    if above * 3 >= ranges.len() * 2 && above > 0 {
        let mut surplus: Vec<u64> = ranges
            .iter()
            .map(|(got, range)| got.saturating_sub(range.middle))
            .collect();
        surplus.sort_unstable();
        let tokens = surplus.get(surplus.len() / 2).copied().unwrap_or(0);
        if !is_plain && tokens <= OWN_LINE {
            return Reading::neutral(Claim::new("pinned.own-surplus").with("tokens", tokens));
        }
        let size = if tokens >= 1_000 {
            "surplus-large-few"
        } else {
            "surplus-few"
        };
        return Reading::new(
            Outcome::Warn,
            size,
            Claim::new("pinned.about-surplus").with("tokens", tokens),
        )
        .finding(Integrity::PromptInjection, Finding::Yes)
        .figure("injected_tokens", tokens as f64)
        .scoring(Axis::Billing, 0.5);
    }
    let reading = Reading::neutral(
        Claim::new("pinned.plausible")
            .with("least", least)
            .with("most", most),
    );
    if is_plain && usual == ranges.len() && !ranges.is_empty() {
        return reading
            .finding(Integrity::PromptInjection, Finding::No)
            .scoring(Axis::Billing, 0.9);
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surplus_and_factor_are_told_apart() {
        assert_eq!(fit(&[(8, 8), (20, 20), (17, 17)]), Fit::Exact);
        assert_eq!(fit(&[(8, 35), (20, 47), (17, 44)]), Fit::Surplus(27));
        assert!(matches!(
            fit(&[(8, 10), (20, 26), (17, 22)]),
            Fit::Factor(_)
        ));
        assert_eq!(fit(&[(8, 8), (20, 15), (17, 13)]), Fit::None);
        assert_eq!(fit(&[(8, 9), (20, 20), (17, 19)]), Fit::None);
        assert_eq!(fit(&[(8, 7), (20, 19), (17, 16)]), Fit::None);
    }
}
