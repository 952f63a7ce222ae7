//! P23: rate-limit headers. Forged ones do not add up and do not count down.

use base::Timestamp;

use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::exchange::Exchange;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "rate-limit-headers",
    number: "P23",
    family: Family::Ids,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "27 full recordings; platform.claude.com: rate limits",
};

/// Calls after which requests that do not count down are no coincidence.
const STATIC_AFTER: usize = 6;

/// Seconds that a reset may lie from now. Limits are by the minute, but the user's clock may be wrong.
const FAR_S: i64 = 86_400;

/// P23.
pub(super) struct RateHeaders;

impl Probe for RateHeaders {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, _context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let with: Vec<&&Observation> = all
            .iter()
            .filter(|seen| number(&seen.exchange, "tokens-limit").is_some())
            .collect();
        let Some(first) = with.first() else {
            let answered = all.iter().any(|seen| seen.answered().is_some());
            let result = if answered { "absent" } else { "" };
            return Reading::new(Outcome::Neutral, result, Claim::new("rates.absent"));
        };
        let evidence = |code: &str, seen: &Observation| {
            Evidence::of(Claim::new(code))
                .at(seen.id())
                .from_source(ABOUT.source)
        };
        let failed = |reading: Reading| reading.scoring(Axis::Protocol, 0.0);
        if let Some((seen, sum, total)) = with.iter().find_map(|seen| off_sum(seen)) {
            return failed(
                Reading::new(Outcome::Warn, "forged", Claim::new("rates.sum"))
                    .seen(evidence("rates.sum", seen).expecting(sum, total)),
            );
        }
        if let Some((seen, reset)) = with.iter().find_map(|seen| far_reset(seen)) {
            return failed(
                Reading::new(Outcome::Warn, "forged", Claim::new("rates.reset"))
                    .seen(evidence("rates.reset", seen).expecting(seen.exchange.started, reset)),
            );
        }
        if is_static(&with) {
            return failed(
                Reading::new(
                    Outcome::Warn,
                    "forged",
                    Claim::new("rates.static").with("count", with.len()),
                )
                .seen(evidence("rates.static", first)),
            );
        }
        Reading::new(
            Outcome::Pass,
            "adds-up",
            Claim::new("rates.adds-up").with("count", with.len()),
        )
        .seen(evidence("rates.adds-up", first))
        .scoring(Axis::Protocol, 1.0)
    }
}

fn number(exchange: &Exchange, name: &str) -> Option<u64> {
    exchange
        .header(&format!("anthropic-ratelimit-{name}"))?
        .trim()
        .parse()
        .ok()
}

/// The limit for all tokens is that for prompts and that for answers together.
fn off_sum<'a>(seen: &&'a Observation) -> Option<(&'a Observation, u64, u64)> {
    let total = number(&seen.exchange, "tokens-limit")?;
    let input = number(&seen.exchange, "input-tokens-limit")?;
    let output = number(&seen.exchange, "output-tokens-limit")?;
    let sum = input.checked_add(output)?;
    (sum != total).then_some((*seen, sum, total))
}

fn far_reset<'a>(seen: &&'a Observation) -> Option<(&'a Observation, String)> {
    let text = seen.exchange.header("anthropic-ratelimit-requests-reset")?;
    let Some(at) = Timestamp::parse(text) else {
        return Some((*seen, text.to_owned()));
    };
    let off = (at.millis() - seen.exchange.started.millis()).abs() / 1_000;
    (off > FAR_S).then_some((*seen, text.to_owned()))
}

/// Many answers, and neither requests nor tokens ever counted down.
fn is_static(with: &[&&Observation]) -> bool {
    let unchanged = |name: &str| {
        let values: Vec<u64> = with
            .iter()
            .filter_map(|seen| number(&seen.exchange, name))
            .collect();
        values.len() >= STATIC_AFTER && values.windows(2).all(|pair| pair[0] == pair[1])
    };
    let limit = with
        .first()
        .and_then(|seen| number(&seen.exchange, "requests-limit"));
    let left = with
        .first()
        .and_then(|seen| number(&seen.exchange, "requests-remaining"));
    let never_full = limit.is_some() && limit != left;
    unchanged("requests-remaining")
        && unchanged("tokens-remaining")
        && unchanged("output-tokens-remaining")
        && never_full
}
