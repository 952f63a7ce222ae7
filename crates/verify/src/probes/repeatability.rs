//! P31: the same request three times. Prompt tokens are counted, so they cannot differ.

use super::mute_claim;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "repeatability",
    number: "P31",
    family: Family::Tokens,
    forge: Forgeability::Static,
    axis: Axis::Billing,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(3, 45, 24),
    source: "public recordings: equal requests, equal counts",
};

const TIMES: usize = 3;

/// P31.
pub(super) struct Repeatability;

impl Probe for Repeatability {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let body = || context.turn(8, "Name the largest ocean in one word.");
        (1..=TIMES)
            .map(|time| Ask::messages(format!("repeat-{time}"), body()))
            .collect()
    }

    fn read(&self, _context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        let counts: Vec<u64> = own
            .iter()
            .filter_map(|seen| seen.answered()?.usage.prompt())
            .collect();
        if counts.len() < 2 {
            return Reading::neutral(mute_claim(own));
        }
        let shown: Vec<String> = counts.iter().map(u64::to_string).collect();
        let is_equal = counts.windows(2).all(|pair| pair[0] == pair[1]);
        let evidence = Evidence::of(Claim::new("repeat.counts"))
            .expecting(
                format!("{} × {}", counts.len(), counts[0]),
                shown.join(", "),
            )
            .from_source(ABOUT.source);
        let reading = if is_equal {
            Reading::new(
                Outcome::Pass,
                "equal",
                Claim::new("repeat.equal").with("count", counts.len()),
            )
            .scoring(Axis::Billing, 1.0)
            .scoring(Axis::Stability, 1.0)
        } else {
            Reading::new(
                Outcome::Warn,
                "jitter",
                Claim::new("repeat.jitter").with("counts", shown.join(", ")),
            )
            .scoring(Axis::Billing, 0.2)
            .scoring(Axis::Stability, 0.3)
        };
        // A text that is put before prompts and changes would count differently too.
        let reading = if is_equal || changes_on_the_way(all) {
            reading
        } else {
            reading.finding(Integrity::UsageInflation, Finding::Yes)
        };
        reading.seen(evidence)
    }
}

/// An untouched replay was refused as changed.
fn changes_on_the_way(all: &[&Observation]) -> bool {
    let mut replays = all
        .iter()
        .filter(|seen| seen.slot().starts_with("untouched-replay"));
    replays.any(|seen| {
        let error = seen.error.as_ref();
        error.is_some_and(|error| error.says("bound to a different conversation"))
    })
}
