//! P20: spaces before the last brace of every event. Anthropic puts 0 to 15 there, each as often.

use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::statistics::uniform_chi_squared;

static ABOUT: About = About {
    id: "stream-padding",
    number: "P20",
    family: Family::Stream,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "1,840 recorded events: χ² 8.9 with 15 degrees of freedom, p 0.88",
};

/// Lengths that occur: 0 to 15.
const LENGTHS: usize = 16;

/// Events from which the distribution can be judged: three for each length.
const ENOUGH: u64 = 48;

/// p-value below which it is not the genuine distribution.
const LEAST_P: f64 = 0.001;

/// P20.
pub(super) struct StreamPadding;

/// How often each length stands before the last brace; longer ones last. Pings have none.
pub(super) fn counts(seen: &Observation) -> [u64; LENGTHS + 1] {
    let mut counts = [0; LENGTHS + 1];
    let frames = seen.frames.iter().flat_map(|frames| frames.all.iter());
    for frame in frames.filter(|frame| frame.kind() != "ping") {
        if let Some(padding) = frame.padding() {
            counts[padding.min(LENGTHS)] += 1;
        }
    }
    counts
}

impl Probe for StreamPadding {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, _context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let mut total = [0_u64; LENGTHS + 1];
        let mut streams = 0;
        for seen in all
            .iter()
            .filter(|seen| seen.frames.is_some() && seen.answered().is_some())
        {
            streams += 1;
            for (sum, more) in total.iter_mut().zip(counts(seen)) {
                *sum += more;
            }
        }
        let events: u64 = total.iter().sum();
        if streams == 0 || events == 0 {
            return Reading::neutral(Claim::new("padding.no-stream"));
        }
        let padded = events - total[0];
        let short = total.get(..LENGTHS).unwrap_or_default();
        let (statistic, p) = uniform_chi_squared(short);
        let listed: Vec<String> = total.iter().map(u64::to_string).collect();
        let evidence = Evidence::of(
            Claim::new("padding.counts")
                .with("events", events)
                .with("counts", listed.join(" ")),
        )
        .from_source(ABOUT.source);
        let numbers = |code: &str| {
            Claim::new(code)
                .with("events", events)
                .with("statistic", format!("{statistic:.1}"))
                .with("p", format!("{p:.3}"))
        };
        let reading = if padded == 0 {
            // Written anew by somebody: a gateway, or a program.
            Reading::new(
                Outcome::Neutral,
                "none",
                Claim::new("padding.none").with("events", events),
            )
        } else if total[LENGTHS] > 0 {
            Reading::new(Outcome::Warn, "imitated", numbers("padding.imitated"))
                .scoring(Axis::Protocol, 0.2)
        } else if events < ENOUGH {
            Reading::neutral(numbers("padding.few"))
        } else if p >= LEAST_P {
            Reading::new(Outcome::Pass, "uniform", numbers("padding.uniform"))
                .scoring(Axis::Protocol, 1.0)
        } else if padded * 2 < events {
            // Some streams padded, some written anew: several ways.
            Reading::neutral(numbers("padding.partly"))
        } else {
            Reading::new(Outcome::Warn, "imitated", numbers("padding.imitated"))
                .scoring(Axis::Protocol, 0.2)
        };
        reading.seen(evidence).figure("padding_p", p)
    }
}
