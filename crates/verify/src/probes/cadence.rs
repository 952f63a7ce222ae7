//! P44: when the pieces of a stream arrive. One that was buffered comes all at once.

use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::statistics::{median, percentile};

static ABOUT: About = About {
    id: "cadence",
    number: "P44",
    family: Family::Behaviour,
    forge: Forgeability::Static,
    axis: Axis::Stability,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "platform.claude.com: streaming; relays that buffer are public",
};

/// Milliseconds within which everything arrived together.
const AT_ONCE_MS: f64 = 50.0;

/// Generated tokens from which a stream takes longer than that: no Claude writes 1,000 tokens a second.
const LONG_TOKENS: u64 = 50;

/// P44.
pub(super) struct Cadence;

impl Probe for Cadence {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, _context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let mut reading = Reading::default();
        let (mut streamed, mut buffered) = (0_u32, 0_u32);
        for seen in all {
            let (Some(frames), Some(message)) = (&seen.frames, seen.whole()) else {
                continue;
            };
            if message.usage.output.unwrap_or(0) < LONG_TOKENS {
                continue;
            }
            let times: Vec<f64> = frames.all.iter().map(|frame| frame.at_ms).collect();
            let (Some(first), Some(last)) = (times.first(), times.last()) else {
                continue;
            };
            let span = last - first;
            if span < AT_ONCE_MS {
                buffered += 1;
            } else {
                streamed += 1;
            }
            let claim = Claim::new("cadence.stream")
                .with("events", times.len())
                .with("span", format!("{span:.0}"))
                .with("first", format!("{first:.0}"));
            reading = reading.seen(Evidence::of(claim).at(seen.id()));
        }
        let reading = times(all, reading);
        match (streamed, buffered) {
            (0, 0) => with(reading, Outcome::Neutral, "", "cadence.nothing"),
            (_, 0) => with(reading, Outcome::Pass, "streams", "cadence.streams")
                .scoring(Axis::Stability, 1.0),
            (0, _) => with(reading, Outcome::Warn, "buffered", "cadence.buffered")
                .scoring(Axis::Stability, 0.2),
            _ => with(reading, Outcome::Warn, "", "cadence.partly").scoring(Axis::Stability, 0.6),
        }
    }
}

fn with(mut reading: Reading, outcome: Outcome, result: &str, code: &str) -> Reading {
    reading.outcome = outcome;
    reading.result = result.to_owned();
    reading.summary = Claim::new(code);
    reading
}

/// How steadily a site answers: share of calls with an answer, spread of the time to the first byte.
fn times(all: &[&Observation], reading: Reading) -> Reading {
    if all.is_empty() {
        return reading;
    }
    let is_lost = |seen: &&&Observation| {
        seen.exchange.failure.is_some() || seen.status() >= 500 || matches!(seen.status(), 0 | 429)
    };
    let lost = all.iter().filter(is_lost).count();
    let share = 1.0 - lost as f64 / all.len() as f64;
    let waits: Vec<f64> = all
        .iter()
        .filter(|seen| seen.answered().is_some())
        .filter_map(|seen| seen.exchange.head_ms)
        .collect();
    let mut reading = reading
        .weighing(Axis::Stability, share, 2.0)
        .figure("answered_share", share);
    if let (Some(middle), Some(high)) = (median(&waits), percentile(&waits, 0.95)) {
        let spread = if middle > 0.0 { high / middle } else { 1.0 };
        reading = reading
            .figure("first_byte_p50_ms", middle)
            .figure("first_byte_p95_ms", high)
            .weighing(
                Axis::Stability,
                1.0 - ((spread - 2.0) / 8.0).clamp(0.0, 1.0),
                0.5,
            );
    }
    reading
}
