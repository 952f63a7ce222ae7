//! P30: a prompt written to the cache and read from it. The sums must be equal.

use super::cache_threshold;
use super::mute_claim;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::{Observation, UsageSeen};
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "cache-cycle",
    number: "P30",
    family: Family::Cache,
    forge: Forgeability::Emulator,
    axis: Axis::Billing,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(1, 3_300, 16),
    source: "platform.claude.com: prompt caching",
};

/// Milliseconds after which an entry can be read.
const SETTLED_MS: u64 = 2_500;

/// P30.
pub(super) struct CacheCycle;

impl Probe for CacheCycle {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if so_far.is_empty() {
            return vec![cache_threshold::long(context, "cache-long").shared()];
        }
        let is_answered = so_far.iter().any(|seen| seen.answered().is_some());
        if so_far.len() > 1 || !is_answered {
            return Vec::new();
        }
        vec![cache_threshold::long(context, "cache-again").after(SETTLED_MS)]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let usage =
            |slot: &str| Some((in_slot(own, slot)?, &in_slot(own, slot)?.answered()?.usage));
        let (Some((_, first)), Some((seen, second))) = (usage("cache-long"), usage("cache-again"))
        else {
            return Reading::neutral(mute_claim(own));
        };
        let (Some(before), Some(after)) = (first.prompt(), second.prompt()) else {
            return Reading::neutral(Claim::new("cache.no-figures"));
        };
        let written = first.cache_creation.unwrap_or(0);
        let read = second.cache_read.unwrap_or(0);
        let shown = |usage: &UsageSeen| {
            format!(
                "{} + {} written + {} read",
                usage.input.unwrap_or(0),
                usage.cache_creation.unwrap_or(0),
                usage.cache_read.unwrap_or(0)
            )
        };
        let evidence = Evidence::of(Claim::new("cycle.sums"))
            .at(seen.id())
            .expecting(shown(first), shown(second))
            .from_source(ABOUT.source);
        let at_once = first.cache_read.unwrap_or(0);
        let reading = if at_once * 5 > before * 4 {
            // A text that was never sent before cannot be in a cache.
            Reading::new(
                Outcome::Fail,
                "read-before-written",
                Claim::new("cycle.read-before-written"),
            )
            .scoring(Axis::Billing, 0.0)
        } else if before.abs_diff(after) > 2 {
            Reading::new(
                Outcome::Warn,
                "sums-differ",
                Claim::new("cycle.sums-differ"),
            )
            .scoring(Axis::Billing, 0.2)
        } else if written > 0 && read > 0 && read.abs_diff(written) <= 2 {
            Reading::new(
                Outcome::Pass,
                "as-expected",
                Claim::new("cycle.as-expected").with("tokens", read),
            )
            .scoring(Axis::Billing, 1.0)
        } else if written > 0 {
            // Another account of a pool was asked.
            Reading::neutral(Claim::new("cycle.not-read"))
        } else {
            Reading::neutral(Claim::new("cycle.not-written"))
        };
        reading.seen(evidence)
    }
}
