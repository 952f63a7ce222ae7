//! What a run costs: expected, spent, allowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Nanos, Timestamp, Usage};
use price::{Ask as PriceAsk, Catalog, Factor};

use super::queue::Asked;
use crate::call::{CallId, Door};
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Estimate;
use crate::probe::About;
use crate::report::Spent;

/// Dollars for a million tokens that are taken for a model without a price, prompt and answer: above every
/// list price, so that a cap holds for strange models too.
const DEAREST: (u64, u64) = (30, 150);

/// Prices and what was spent.
pub(super) struct Budget {
    prices: Arc<Catalog>,
    model: String,
    multiplier: Factor,
    at: Timestamp,
    most: Option<Nanos>,
    spent: Nanos,
}

impl Budget {
    pub(super) fn new(prices: Arc<Catalog>, context: &Context, most: Option<Nanos>) -> Self {
        let facts = context.facts();
        let model = facts.map_or_else(|| context.model().to_owned(), |facts| facts.id.clone());
        Self {
            multiplier: Factor::from_setting(context.target.multiplier).unwrap_or_default(),
            at: context.started,
            spent: Nanos(0),
            prices,
            model,
            most,
        }
    }

    /// What a plan costs at most.
    pub(super) fn estimate<'a>(
        &self,
        context: &Context,
        probes: impl Iterator<Item = &'a About>,
    ) -> Estimate {
        let mut estimate = Estimate::default();
        for about in probes {
            estimate.probes.push(about.id.to_owned());
            estimate.requests += about.cost.requests;
            estimate.input_tokens += about.cost.input;
            estimate.output_tokens += about.cost.output;
        }
        let usage = usage(estimate.input_tokens, estimate.output_tokens);
        estimate.usd = self.price(&context.target.model, &usage).map(Nanos::to_f64);
        estimate
    }

    /// Whether a call, with everything that is under way, stays below the cap.
    pub(super) fn allows(&self, next: &Asked, promised: (u64, u64)) -> bool {
        let Some(most) = self.most else { return true };
        let usage = usage(
            promised.0 + next.input_tokens,
            promised.1 + next.output_tokens,
        );
        self.spent + self.priced(&usage) <= most
    }

    /// Adds what an answer cost.
    pub(super) fn spend(&mut self, seen: &Observation) {
        if let Some(usage) = reported(seen).filter(|_| seen.call.door == Door::Site) {
            self.spent = self.spent + self.priced(&usage);
        }
    }

    /// What was spent, as far as the site reported it.
    pub(super) fn spent(&self, seen: &BTreeMap<CallId, Observation>) -> Spent {
        let mut spent = Spent {
            requests: seen.len() as u64,
            ..Spent::default()
        };
        let mut usd = Some(Nanos(0));
        for usage in seen.values().filter_map(reported) {
            spent.input_tokens = spent.input_tokens.saturating_add(usage.prompt());
            spent.output_tokens = spent.output_tokens.saturating_add(usage.output);
            let price = self.price(&self.model, &usage);
            usd = usd.zip(price).map(|(sum, more)| sum + more);
        }
        spent.usd = usd.map(Nanos::to_f64);
        spent
    }

    fn price(&self, model: &str, usage: &Usage) -> Option<Nanos> {
        let mut ask = PriceAsk::new(model, usage, self.at, Factor::ONE);
        ask.multiplier = self.multiplier;
        self.prices.quote_total(&ask)
    }

    /// A price for the cap: never unknown.
    fn priced(&self, usage: &Usage) -> Nanos {
        self.price(&self.model, usage).unwrap_or_else(|| {
            let nanos =
                |tokens: u64, dollars: u64| tokens.saturating_mul(dollars).saturating_mul(1_000);
            let sum =
                nanos(usage.prompt(), DEAREST.0).saturating_add(nanos(usage.output, DEAREST.1));
            Nanos(i64::try_from(sum).unwrap_or(i64::MAX))
        })
    }
}

fn usage(input: u64, output: u64) -> Usage {
    Usage {
        input,
        output,
        ..Usage::default()
    }
}

/// The usage that an answer reported.
fn reported(seen: &Observation) -> Option<Usage> {
    let usage = &seen.answered()?.usage;
    // A site may report anything; no honest answer is above ten million tokens.
    let sane = |tokens: Option<u64>| tokens.unwrap_or(0).min(10_000_000);
    Some(Usage {
        input: sane(usage.input),
        cache_read: sane(usage.cache_read),
        cache_write_5m: sane(usage.cache_creation),
        output: sane(usage.output),
        cache_known: true,
        ..Usage::default()
    })
}
