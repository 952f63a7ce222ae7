//! P25: what a longer text costs beyond a shorter one. Whatever is put before both falls out.

use super::mute_claim;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "token-slope",
    number: "P25",
    family: Family::Tokens,
    forge: Forgeability::Static,
    axis: Axis::Billing,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(4, 900, 32),
    source: "unorouter/ai-model-verifier, canarybyte/veridrop: slopes and bands",
};

const ENGLISH: &str = include_str!("../../../../config/verify/corpora/english.txt");
const CHINESE: &str = include_str!("../../../../config/verify/corpora/chinese.txt");
const CODE: &str = include_str!("../../../../config/verify/corpora/code.txt");

const CORPORA: [(&str, &str); 3] = [("english", ENGLISH), ("chinese", CHINESE), ("code", CODE)];

/// P25.
pub(super) struct TokenSlope;

/// The first tenth of a text.
fn short(text: &str) -> String {
    let count = text.chars().count() / 10;
    text.chars().take(count).collect()
}

fn corpora(context: &Context) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    CORPORA
        .iter()
        .take(if context.depth == Depth::Full { 3 } else { 2 })
}

impl Probe for TokenSlope {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let pairs = corpora(context).flat_map(|(name, text)| {
            let body = |text: &str| context.turn(8, &format!("Reply OK.\n\n{text}"));
            [
                Ask::messages(format!("{name}-short"), body(&short(text))),
                Ask::messages(format!("{name}-long"), body(text)),
            ]
        });
        pairs.collect()
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let mut reading = Reading::default();
        let (mut inside, mut outside) = (0_u32, 0_u32);
        for (name, text) in corpora(context) {
            let prompt = |end: &str| {
                let seen = in_slot(own, &format!("{name}-{end}"))?;
                Some((seen, seen.answered()?.usage.prompt()?))
            };
            let (Some((_, few)), Some((seen, many))) = (prompt("short"), prompt("long")) else {
                continue;
            };
            let Some(band) = context.tables.prompts.slope(name) else {
                continue;
            };
            let characters = text.chars().count() - short(text).chars().count();
            let slope = (many as f64 - few as f64) / characters as f64;
            let [least, most] = band.any_band();
            let own_band = context.facts().map(|facts| band.band(facts));
            if (least..=most).contains(&slope) {
                inside += 1;
            } else {
                outside += 1;
            }
            let expected = own_band.map_or([least, most], |band| band);
            let claim = Claim::new("slope.measured")
                .with("corpus", name)
                .with("tokens", many.saturating_sub(few));
            reading = reading
                .seen(
                    Evidence::of(claim)
                        .at(seen.id())
                        .expecting(
                            format!("{}…{}", expected[0], expected[1]),
                            format!("{slope:.3}"),
                        )
                        .from_source(&band.source),
                )
                .figure(&format!("slope_{name}"), slope);
        }
        let (outcome, result, code) = match (inside, outside) {
            (0, 0) => return Reading::neutral(mute_claim(own)),
            (_, 0) => (Outcome::Pass, "in-band", "slope.in-band"),
            (0, _) => (Outcome::Warn, "out-of-band", "slope.out-of-band"),
            _ => (Outcome::Warn, "", "slope.partly"),
        };
        reading.outcome = outcome;
        reading.result = result.to_owned();
        reading.summary = Claim::new(code);
        let share = f64::from(inside) / f64::from(inside + outside);
        reading.scoring(Axis::Billing, share)
    }
}
