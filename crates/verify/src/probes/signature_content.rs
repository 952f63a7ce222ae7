//! P14: what stands in the signature of a thinking block: model, place, time.

use std::collections::BTreeSet;

use super::{clock, max_tokens, thinking_turn};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading, Who};
use crate::signature::{self, Infrastructure, Signature, Unreadable};

static ABOUT: About = About {
    id: "signature-content",
    number: "P14",
    family: Family::Signature,
    forge: Forgeability::Emulator,
    axis: Axis::Identity,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "router-for-me/CLIProxyAPI internal/signature; 51 public recordings",
};

/// P14.
pub(super) struct SignatureContent;

/// A signature with the call that brought it.
struct Found<'a> {
    seen: &'a Observation,
    text: &'a str,
    signature: Signature,
}

impl Probe for SignatureContent {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        thinking_turn::ask(context, so_far).into_iter().collect()
    }

    fn read(&self, context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        let prefixes = &context.tables.signatures.program_prefixes;
        let signed: Vec<(&Observation, &str)> = all
            .iter()
            .flat_map(|seen| {
                let signatures = seen.answered().map(|message| message.signatures());
                signatures
                    .unwrap_or_default()
                    .into_iter()
                    .map(|text| (*seen, text))
            })
            .collect();
        if signed.is_empty() {
            return unsigned(own);
        }
        let readable = signed.iter().filter_map(|(seen, text)| {
            let signature = signature::read(text, prefixes).ok()?;
            Some(Found {
                seen,
                text,
                signature,
            })
        });
        let found: Vec<Found<'_>> = readable.collect();
        if found.is_empty() {
            return unreadable(&signed, prefixes);
        }
        contents(context, &found)
    }
}

/// No signature has a known layout. Anthropic's are base64 in every one of them.
fn unreadable(signed: &[(&Observation, &str)], prefixes: &[String]) -> Reading {
    let is_text = signed.iter().all(|(_, text)| {
        matches!(
            signature::read(text, prefixes),
            Err(Unreadable::Base64 | Unreadable::None)
        )
    });
    let Some((seen, text)) = signed.first().filter(|_| is_text) else {
        return Reading::neutral(Claim::new("signature.unreadable"));
    };
    let claim = Claim::new("signature.not-base64");
    let evidence = Evidence::of(claim.clone()).at(seen.id());
    Reading::new(Outcome::Fail, "not-base64", claim)
        .seen(
            evidence
                .expecting("base64", super::refusal::brief(text))
                .from_source(ABOUT.source),
        )
        .scoring(Axis::Protocol, 0.0)
}

/// Thinking was asked for; what came in its place.
fn unsigned(own: &[&Observation]) -> Reading {
    let turns: Vec<_> = thinking_turn::turns(own).collect();
    let Some(turn) = turns.first() else {
        return Reading::neutral(super::mute_claim(own));
    };
    let thought = turns.iter().find(|turn| turn.message.has_thinking());
    match thought {
        Some(turn) => {
            let claim = Claim::new("signature.missing");
            Reading::new(Outcome::Fail, "unsigned", claim.clone())
                .seen(
                    Evidence::of(claim)
                        .at(turn.seen.id())
                        .from_source(ABOUT.source),
                )
                .scoring(Axis::Protocol, 0.0)
        }
        None => {
            let claim = Claim::new("signature.no-thinking");
            Reading::new(Outcome::Warn, "no-thinking", claim.clone())
                .seen(Evidence::of(claim).at(turn.seen.id()))
                .scoring(Axis::Protocol, 0.3)
        }
    }
}

fn contents(context: &Context, found: &[Found<'_>]) -> Reading {
    let models = &context.tables.models;
    let mut names_claimed = false;
    let mut marks = Vec::new();
    for one in found {
        let Some(model) = &one.signature.model else {
            continue;
        };
        if models.same(model, context.model()) {
            names_claimed = true;
            marks.push((one.seen.id(), Who::Claimed));
            continue;
        }
        let evidence = Evidence::of(Claim::new("signature.model").with("model", model))
            .at(one.seen.id())
            .expecting(context.model(), model)
            .from_source(ABOUT.source);
        let mut reading = max_tokens::other_named(context, one.seen, model, evidence);
        for (call, who) in marks {
            reading = reading.marking(call, who);
        }
        for more in found
            .iter()
            .filter(|more| more.signature.model.as_ref() != Some(model))
        {
            let is_claimed = more
                .signature
                .model
                .as_ref()
                .is_some_and(|name| models.same(name, context.model()));
            if is_claimed {
                reading = reading.marking(more.seen.id(), Who::Claimed);
            }
        }
        return reading;
    }
    let mut reading = trustworthy(context, found, names_claimed);
    for (call, who) in marks {
        if reading.outcome == Outcome::Pass {
            reading = reading.marking(call, who);
        }
    }
    reading
}

/// No other model is named; is it fresh, and where from?
fn trustworthy(context: &Context, found: &[Found<'_>], names_claimed: bool) -> Reading {
    let facts = &context.tables.signatures;
    let first = &found[0];
    let mut evidence = Vec::new();
    for one in found {
        evidence.push(describe(one));
    }
    let stale = found.iter().find(|one| {
        let at = one.signature.at;
        at.is_some_and(|at| {
            !clock::fits(
                &one.seen.exchange,
                base::Timestamp::from_millis(at * 1_000),
                facts.time_tolerance_s,
            )
        })
    });
    let texts: BTreeSet<&str> = found.iter().map(|one| one.text).collect();
    let calls: BTreeSet<_> = found.iter().map(|one| one.seen.id()).collect();
    let (outcome, result, claim) = if let Some(one) = stale {
        let off = one
            .signature
            .at
            .map_or(0, |at| at - one.seen.exchange.started.millis() / 1_000);
        (
            Outcome::Fail,
            "stale".to_owned(),
            Claim::new("signature.stale").with("seconds", off),
        )
    } else if texts.len() < calls.len() {
        (
            Outcome::Fail,
            "repeated".to_owned(),
            Claim::new("signature.repeated"),
        )
    } else if let Some(wrapped) = &first.signature.wrapped {
        (
            Outcome::Warn,
            "wrapped".to_owned(),
            Claim::new("signature.wrapped").with("by", wrapped),
        )
    } else {
        let place = match first.signature.infrastructure {
            Infrastructure::Anthropic => "anthropic",
            Infrastructure::Aws => "aws",
            Infrastructure::Google => "google",
            Infrastructure::Unknown(_) => "anywhere",
        };
        let named = if names_claimed {
            "names-claimed"
        } else {
            "decodes"
        };
        let claim = Claim::new(if names_claimed {
            "signature.names-claimed"
        } else {
            "signature.decodes"
        })
        .with("place", place);
        (Outcome::Pass, format!("{named}-{place}"), claim)
    };
    let score = match outcome {
        Outcome::Pass => 1.0,
        Outcome::Warn => 0.5,
        _ => 0.0,
    };
    let mut reading = Reading::new(outcome, &result, claim).scoring(Axis::Protocol, score);
    if names_claimed && outcome == Outcome::Pass {
        reading = reading.fitting(
            context
                .facts()
                .map(|facts| vec![facts.id.clone()])
                .unwrap_or_default(),
        );
    }
    reading.evidence = evidence;
    reading
}

fn describe(one: &Found<'_>) -> Evidence {
    let signature = &one.signature;
    let claim = Claim::new("signature.content")
        .with("model", signature.model.as_deref().unwrap_or("–"))
        .with(
            "channel",
            signature
                .channel_id
                .map_or_else(|| "–".to_owned(), |id| id.to_string()),
        )
        .with(
            "bytes",
            signature
                .ciphertext
                .map_or_else(|| "–".to_owned(), |bytes| bytes.to_string()),
        )
        .with(
            "at",
            signature.at.map_or_else(
                || "–".to_owned(),
                |at| base::Timestamp::from_millis(at.saturating_mul(1_000)).to_string(),
            ),
        );
    Evidence::of(claim)
        .at(one.seen.id())
        .from_source(ABOUT.source)
}
