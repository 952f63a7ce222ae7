//! P43: strings that only one program writes, in headers, errors and members of answers.

use serde_json::Value;

use super::refusal::brief;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Contradiction, Evidence, Outcome, Reading, Who};
use crate::tables::{Channel, Strength};

static ABOUT: About = About {
    id: "leak-scan",
    number: "P43",
    family: Family::Ids,
    forge: Forgeability::Static,
    axis: Axis::Identity,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "config/verify/phrases.toml",
};

/// P43.
pub(super) struct LeakScan;

impl Probe for LeakScan {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let phrases = &context.tables.phrases;
        let mut reading = Reading::default();
        let mut best: Option<(Strength, Channel, String)> = None;
        let mut named: Vec<&str> = Vec::new();
        let mut foreign: Option<String> = None;
        let mut words: Option<String> = None;
        for seen in all {
            if let Some(message) = seen.answered()
                && phrases.is_foreign_model(&message.model)
            {
                let evidence =
                    Evidence::of(Claim::new("scan.foreign-model").with("model", &message.model));
                if foreign.is_none() {
                    reading = reading.seen(
                        evidence
                            .at(seen.id())
                            .expecting(context.model(), &message.model),
                    );
                }
                reading = reading.marking(seen.id(), Who::Foreign(message.model.clone()));
                foreign = Some(message.model.clone());
            }
            if let Some(error) = &seen.error
                && let Some(vendor) = phrases.vendor(error)
            {
                if words.is_none() {
                    let claim = Claim::new("scan.vendor-words").with("vendor", &vendor.id);
                    let evidence = Evidence::of(claim)
                        .at(seen.id())
                        .from_source(&vendor.source);
                    reading = reading.seen(evidence.expecting("–", brief(&error.message)));
                }
                reading = reading.marking(seen.id(), Who::Foreign(vendor.id.clone()));
                words = Some(vendor.id.clone());
            }
            let text = scanned(seen);
            for (scan, found) in phrases.scans(&text) {
                if named.contains(&scan.id.as_str()) {
                    continue;
                }
                named.push(scan.id.as_str());
                let claim = Claim::new("scan.found")
                    .with("program", &scan.id)
                    .with("text", found);
                reading = reading.seen(Evidence::of(claim).at(seen.id()).from_source(&scan.source));
                // A program that was not made for it goes before the cloud that it asks.
                let rank = |strength: Strength, channel: Channel| {
                    (strength == Strength::Sure, channel == Channel::Reverse)
                };
                let better = match &best {
                    None => true,
                    Some((known, way, _)) => rank(scan.strength, scan.channel) > rank(*known, *way),
                };
                if scan.strength != Strength::Program && better {
                    best = Some((scan.strength, scan.channel, scan.id.clone()));
                }
            }
        }
        if let Some(model) = foreign {
            reading.outcome = Outcome::Fail;
            reading.result = "foreign-model".to_owned();
            reading.summary = Claim::new("scan.foreign-model").with("model", &model);
            return reading
                .contradicting(Contradiction::NotClaude { named: model })
                .scoring(Axis::Protocol, 0.0);
        }
        if let Some(vendor) = words {
            reading.outcome = Outcome::Fail;
            reading.result = "vendor-words".to_owned();
            reading.summary = Claim::new("scan.vendor-words").with("vendor", vendor);
            return reading.scoring(Axis::Protocol, 0.0);
        }
        finish(reading, best)
    }
}

fn finish(mut reading: Reading, best: Option<(Strength, Channel, String)>) -> Reading {
    let Some((strength, channel, program)) = best else {
        reading.summary = Claim::new(if reading.evidence.is_empty() {
            "scan.nothing"
        } else {
            "scan.program"
        });
        return reading;
    };
    let sure = if strength == Strength::Sure {
        "sure"
    } else {
        "likely"
    };
    reading.result = format!("{}-{sure}", channel.name());
    reading.summary = Claim::new("scan.channel").with("program", &program);
    if channel == Channel::Reverse && strength == Strength::Sure {
        reading.outcome = Outcome::Fail;
        return reading.contradicting(Contradiction::ReverseChannel { program });
    }
    reading.outcome = if channel == Channel::Reverse {
        Outcome::Warn
    } else {
        Outcome::Pass
    };
    reading
}

/// Everything of an answer that is no content, in lower case: what models write, what was asked, and random
/// ids say nothing of programs.
fn scanned(seen: &Observation) -> String {
    let mut text = String::new();
    for (name, value) in &seen.exchange.headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push('\n');
    }
    let frames = seen.frames.iter().flat_map(|frames| frames.all.iter());
    for frame in frames {
        push_json(&frame.json, &mut text);
        text.push('\n');
    }
    match (&seen.json, &seen.error) {
        (Some(json), _) => push_json(json, &mut text),
        (None, Some(error)) if seen.frames.is_none() => text.push_str(&error.raw),
        _ => {}
    }
    text.to_lowercase()
}

/// Members whose value is content, or random.
const CONTENT: [&str; 10] = [
    "text",
    "thinking",
    "signature",
    "data",
    "partial_json",
    "input",
    "content",
    "title",
    "encrypted_content",
    "url",
];

fn push_json(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                text.push_str(&format!("\"{name}\":"));
                let is_container = member.is_array() || member.is_object();
                if !CONTENT.contains(&name.as_str()) || (name == "content" && is_container) {
                    push_json(member, text);
                }
                text.push(',');
            }
        }
        Value::Array(items) => {
            for item in items {
                push_json(item, text);
                text.push(',');
            }
        }
        Value::String(value) => text.push_str(&format!("\"{value}\"")),
        other => text.push_str(&other.to_string()),
    }
}
