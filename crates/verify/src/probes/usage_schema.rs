//! P22: members of `usage`, and figures that contradict each other.

use serde_json::Value;

use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::{Observation, UsageSeen};
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Contradiction, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "usage-schema",
    number: "P22",
    family: Family::Stream,
    forge: Forgeability::Static,
    axis: Axis::Billing,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "platform.claude.com: Messages API; 354 public recordings",
};

/// P22.
pub(super) struct UsageSchema;

/// Whether the figures cannot be true together.
pub(super) fn impossible(usage: &UsageSeen) -> Option<Claim> {
    if let (Some(thinking), Some(output)) = (usage.thinking, usage.output)
        && thinking > output
    {
        let claim = Claim::new("usage.thinking-above-output");
        return Some(claim.with("thinking", thinking).with("output", output));
    }
    let negative = usage
        .raw
        .as_object()?
        .iter()
        .find(|(_, value)| value.as_i64().is_some_and(|n| n < 0));
    negative.map(|(name, value)| {
        Claim::new("usage.negative")
            .with("name", name)
            .with("value", value)
    })
}

/// Whether parts of the cache writes do not add up to their sum.
fn is_inconsistent(usage: &UsageSeen) -> bool {
    let Some(parts) = usage.raw.get("cache_creation").and_then(Value::as_object) else {
        return false;
    };
    let counts = parts.values().filter_map(Value::as_u64);
    let sum = counts.fold(0, u64::saturating_add);
    usage.cache_creation.is_some_and(|total| total != sum)
}

impl Probe for UsageSchema {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let counted: Vec<(&Observation, &UsageSeen)> = all
            .iter()
            .filter_map(|seen| Some((*seen, &seen.whole()?.usage)))
            .filter(|(_, usage)| usage.raw.is_object())
            .collect();
        if counted.is_empty() {
            return Reading::neutral(Claim::new("usage.nothing"));
        }
        if let Some((seen, claim)) = counted
            .iter()
            .find_map(|(seen, usage)| Some((seen, impossible(usage)?)))
        {
            return Reading::new(Outcome::Fail, "impossible", claim.clone())
                .seen(Evidence::of(claim).at(seen.id()).from_source(ABOUT.source))
                .finding(Integrity::UsageInflation, Finding::Yes)
                .contradicting(Contradiction::ImpossibleUsage)
                .scoring(Axis::Billing, 0.0);
        }
        if let Some((seen, usage)) = counted.iter().find(|(_, usage)| is_inconsistent(usage)) {
            let claim = Claim::new("usage.inconsistent");
            return Reading::new(Outcome::Warn, "inconsistent", claim.clone())
                .seen(Evidence::of(claim).at(seen.id()).expecting("=", &usage.raw))
                .scoring(Axis::Billing, 0.3);
        }
        let (seen, usage) = counted
            .iter()
            .max_by_key(|(_, usage)| members(usage))
            .copied()
            .unwrap_or(counted[0]);
        let is_old = context
            .facts()
            .is_some_and(|facts| facts.prefill == Some(true));
        let reading = schema(seen, usage, is_old);
        if reading.result == "geo-not-available" {
            // Models before 4.6 never have a place: should one of them answer, this says nothing of the way.
            return reading.fitting(context.models_that(|model| model.prefill == Some(true)));
        }
        reading
    }
}

fn members(usage: &UsageSeen) -> usize {
    usage.raw.as_object().map_or(0, serde_json::Map::len)
}

/// `is_old`: Anthropic names no place for models before 4.6, by whatever key.
fn schema(seen: &Observation, usage: &UsageSeen, is_old: bool) -> Reading {
    let has = |name: &str| usage.raw.get(name).is_some();
    let geo = usage.raw.get("inference_geo").and_then(Value::as_str);
    let cached = has("cache_creation_input_tokens") && has("cache_read_input_tokens");
    let (outcome, result, code, score) =
        match (geo, cached, has("cache_creation"), has("service_tier")) {
            (Some("not_available"), true, ..) if !is_old => {
                (Outcome::Pass, "geo-not-available", "usage.complete", 1.0)
            }
            (Some(_), true, ..) => (Outcome::Pass, "geo-named", "usage.complete", 1.0),
            (None, true, true, _) | (None, true, _, true) => {
                (Outcome::Pass, "complete", "usage.complete", 1.0)
            }
            (_, true, ..) => (Outcome::Neutral, "", "usage.plain", 0.7),
            (_, false, ..) => (Outcome::Warn, "sparse", "usage.sparse", 0.3),
        };
    let names: Vec<&str> = usage
        .raw
        .as_object()
        .map(|all| all.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let claim = Claim::new(code);
    let evidence = Evidence::of(Claim::new("usage.members")).at(seen.id()).expecting(
        "input_tokens, cache_creation_input_tokens, cache_read_input_tokens, cache_creation, output_tokens, service_tier, …",
        names.join(", "),
    );
    Reading::new(outcome, result, claim)
        .seen(evidence.from_source(ABOUT.source))
        .scoring(Axis::Protocol, score)
}
