//! P21: events in their order, with everything that belongs to them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::{Frames, Observation};
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "stream-grammar",
    number: "P21",
    family: Family::Stream,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "platform.claude.com: streaming; 354 public recordings",
};

/// What is wrong with a stream that no gateway which understands the protocol causes.
const FAULTS: [&str; 6] = [
    "grammar.no-start",
    "grammar.overlapping",
    "grammar.done-line",
    "grammar.no-final-usage",
    "grammar.block-not-closed",
    "grammar.other-shape",
];

/// P21.
pub(super) struct StreamGrammar;

impl Probe for StreamGrammar {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, _context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let asked: Vec<&&Observation> = all
            .iter()
            .filter(|seen| seen.call.request.stream && seen.exchange.is_success())
            .collect();
        if asked.is_empty() {
            return Reading::neutral(Claim::new("grammar.no-stream"));
        }
        let mut reading = Reading::default();
        let (mut faults, mut oddities, mut cut) = (BTreeSet::new(), BTreeSet::new(), 0_u32);
        for seen in asked {
            let found = match &seen.frames {
                Some(frames) if frames.has("message_start") => {
                    cut += u32::from(!frames.has("message_stop") && frames.error().is_none());
                    check(frames)
                }
                Some(_) => vec!["grammar.other-shape"],
                None if seen.answered().is_some() => vec!["grammar.not-streamed"],
                None => continue,
            };
            for code in found {
                let is_new = if FAULTS.contains(&code) {
                    faults.insert(code)
                } else {
                    oddities.insert(code)
                };
                if is_new {
                    reading = reading.seen(
                        Evidence::of(Claim::new(code))
                            .at(seen.id())
                            .from_source(ABOUT.source),
                    );
                }
            }
        }
        if cut > 0 {
            let claim = Claim::new("grammar.cut").with("count", cut);
            reading = reading
                .seen(Evidence::of(claim))
                .scoring(Axis::Stability, 0.2);
        }
        finish(reading, &faults, &oddities)
    }
}

fn finish(mut reading: Reading, faults: &BTreeSet<&str>, oddities: &BTreeSet<&str>) -> Reading {
    let (outcome, result, code) = match (faults.len(), oddities.len()) {
        (0, 0) => (Outcome::Pass, "clean", "grammar.clean"),
        (0, _) => (Outcome::Neutral, "rewritten", "grammar.rewritten"),
        (1, _) if faults.contains("grammar.no-final-usage") => {
            (Outcome::Warn, "broken", "grammar.broken")
        }
        _ => (Outcome::Fail, "broken", "grammar.broken"),
    };
    reading.outcome = outcome;
    reading.result = result.to_owned();
    reading.summary = Claim::new(code)
        .with("faults", faults.len())
        .with("oddities", oddities.len());
    let score = 1.0 - 0.34 * faults.len() as f64 - 0.08 * oddities.len() as f64;
    reading.scoring(Axis::Protocol, score)
}

/// What is wrong or odd with a stream, as codes.
fn check(frames: &Frames) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut open: BTreeSet<u64> = BTreeSet::new();
    let mut add = |code: &'static str| found.push(code);
    if frames
        .all
        .iter()
        .find(|frame| frame.kind() != "ping")
        .is_some_and(|frame| frame.kind() != "message_start")
    {
        add("grammar.no-start");
    }
    let ended = frames.has("message_stop");
    for frame in &frames.all {
        match (frame.kind(), frame.index()) {
            ("content_block_start", Some(index)) => {
                if !open.is_empty() {
                    add("grammar.overlapping");
                }
                open.insert(index);
                check_start(&frame.json, &mut add);
            }
            ("content_block_stop", Some(index)) => {
                open.remove(&index);
            }
            _ => {}
        }
        if frame.data.trim() == "[DONE]" {
            add("grammar.done-line");
        }
    }
    if ended && !open.is_empty() {
        add("grammar.block-not-closed");
    }
    let output =
        |usage: Option<&Value>| usage.and_then(|usage| usage.get("output_tokens")?.as_u64());
    let last = frames.of("message_delta").last();
    if ended && output(last.and_then(|frame| frame.json.get("usage"))).is_none() {
        add("grammar.no-final-usage");
    }
    let start = frames
        .first("message_start")
        .and_then(|frame| frame.json.get("message")?.get("usage"));
    if output(start).unwrap_or(0) == 0 {
        add("grammar.zero-start");
    }
    if !frames.has("ping") {
        add("grammar.no-ping");
    }
    if frames.all.iter().any(|frame| frame.event.is_empty()) {
        add("grammar.unnamed-events");
    }
    found
}

fn check_start(json: &Value, add: &mut impl FnMut(&'static str)) {
    let Some(block) = json.get("content_block") else {
        return;
    };
    let is_thinking = block.get("type").and_then(Value::as_str) == Some("thinking");
    if is_thinking && block.get("signature").is_none() {
        add("grammar.no-signature-member");
    }
}
