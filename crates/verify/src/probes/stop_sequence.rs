//! P33: a word at which the answer has to stop. Converters lose which word it was, others go on.

use serde_json::json;

use super::mute_claim;
use super::refusal::brief;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "stop-sequence",
    number: "P33",
    family: Family::Behaviour,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(1, 40, 120),
    source: "platform.claude.com: stop reasons",
};

const STOP: &str = "7";

/// P33.
pub(super) struct StopSequence;

impl Probe for StopSequence {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let body = context.turn(
            300,
            "Count from 1 to 20 in digits, separated by commas. Nothing else.",
        );
        let mut ask = Ask::messages("stop", set(body, "stop_sequences", json!([STOP])));
        ask.output_tokens = 120;
        vec![ask]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let Some((seen, message)) = own.first().and_then(|seen| Some((seen, seen.whole()?))) else {
            return Reading::neutral(mute_claim(own));
        };
        let text = message.text();
        let goes_on = text.contains("8") || text.contains("12");
        let reason = message.stop_reason.as_deref().unwrap_or("–");
        let is_echoed = message.stop_sequence.as_deref() == Some(STOP) && reason == "stop_sequence";
        let got = format!(
            "{reason}, {}, {}",
            message.stop_sequence.as_deref().unwrap_or("–"),
            brief(&text)
        );
        let (outcome, result, code, score) = if goes_on {
            (Outcome::Warn, "ignored", "stop.ignored", 0.0)
        } else if is_echoed {
            (Outcome::Pass, "echoed", "stop.echoed", 1.0)
        } else if reason == "max_tokens" || reason == "refusal" {
            (Outcome::Neutral, "", "stop.not-reached", 0.5)
        } else {
            (Outcome::Warn, "lost", "stop.lost", 0.2)
        };
        let evidence = Evidence::of(Claim::new("stop.measured")).at(seen.id());
        let reading = Reading::new(outcome, result, Claim::new(code))
            .seen(
                evidence
                    .expecting("stop_sequence, 7", got)
                    .from_source(ABOUT.source),
            )
            .scoring(Axis::Protocol, score);
        if goes_on {
            return reading.finding(Integrity::ParametersStripped, Finding::Yes);
        }
        reading
    }
}
