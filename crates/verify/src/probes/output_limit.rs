//! P32: an answer cut at 64 tokens. The figure must be 64, and the text no longer.

use super::mute_claim;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "output-limit",
    number: "P32",
    family: Family::Behaviour,
    forge: Forgeability::Static,
    axis: Axis::Billing,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(2, 60, 128),
    source: "platform.claude.com: stop reasons",
};

const LIMIT: u64 = 64;

/// Characters of English that 64 tokens cannot be.
const TOO_LONG: usize = 64 * 9;

/// P32.
pub(super) struct OutputLimit;

/// What one answer shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Right,
    Ignored,
    MoreBilled,
    Other,
}

impl Probe for OutputLimit {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let body = context.turn(
            LIMIT,
            "Tell a long story about a lighthouse, at least 400 words. Begin with the story at once.",
        );
        let streamed = set(body.clone(), "stream", true.into());
        vec![
            Ask::messages("limit-streamed", streamed),
            Ask::messages("limit-whole", body),
        ]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let mut reading = Reading::default();
        let mut cuts = Vec::new();
        for seen in own {
            let Some(message) = seen.whole() else {
                continue;
            };
            let (output, reason) = (message.usage.output, message.stop_reason.as_deref());
            let length = message.text().chars().count();
            let cut = match (output, reason) {
                (Some(LIMIT), Some("max_tokens")) if length <= TOO_LONG => Cut::Right,
                (Some(output), _) if output > LIMIT && length <= TOO_LONG => Cut::MoreBilled,
                (Some(output), _) if output > LIMIT => Cut::Ignored,
                _ if length > TOO_LONG => Cut::Ignored,
                _ => Cut::Other,
            };
            cuts.push(cut);
            let got = format!(
                "{} tokens, {}, {length} characters",
                output.map_or_else(|| "–".to_owned(), |output| output.to_string()),
                reason.unwrap_or("–")
            );
            let evidence = Evidence::of(Claim::new("limit.measured")).at(seen.id());
            reading = reading.seen(
                evidence
                    .expecting("64 tokens, max_tokens", got)
                    .from_source(ABOUT.source),
            );
        }
        let has = |cut: Cut| cuts.contains(&cut);
        let (outcome, result, code) = if cuts.is_empty() {
            return Reading::neutral(mute_claim(own));
        } else if has(Cut::Ignored) {
            (Outcome::Warn, "ignored", "limit.ignored")
        } else if has(Cut::MoreBilled) {
            (Outcome::Fail, "more-billed", "limit.more-billed")
        } else if has(Cut::Right) && !has(Cut::Other) {
            (Outcome::Pass, "exact", "limit.exact")
        } else {
            (Outcome::Neutral, "", "limit.unsure")
        };
        reading.outcome = outcome;
        reading.result = result.to_owned();
        reading.summary = Claim::new(code);
        match result {
            "exact" => reading
                .finding(Integrity::UsageInflation, Finding::No)
                .scoring(Axis::Billing, 1.0),
            "more-billed" => reading
                .finding(Integrity::UsageInflation, Finding::Yes)
                .scoring(Axis::Billing, 0.0),
            "ignored" => reading
                .finding(Integrity::ParametersStripped, Finding::Yes)
                .scoring(Axis::Protocol, 0.0),
            _ => reading,
        }
    }
}
