//! Rows from running and from kept exchanges.

use base::{Nanos, Usage, UsageBasis};
use proxy::{Exchange, Progress as Sample};
use wire::Dialect;

use crate::pricing::{Cost, Pricing};
use crate::record::{self, Said};
use crate::view::{
    CostBasis, CostView, ErrorView, ExchangeRow, Phase, RowTiming, TokenBasis, TokenView,
};

/// Shortest generation whose speed means something (burst answers would show thousands of tokens/s).
pub(crate) const SHORTEST_GENERATION_US: u64 = 500_000;

/// Fewest tokens whose speed means something.
pub(crate) const FEWEST_TOKENS: u64 = 10;

/// The row of an exchange that runs.
pub(crate) fn running(exchange: &Exchange, pricing: &Pricing, revision: u64) -> ExchangeRow {
    let sample = exchange.live.progress();
    let (tokens, cost) = so_far(exchange, &sample, pricing);
    let secrets = record::secrets(&exchange.headers, &exchange.path);
    let said = Said::by(exchange, &secrets);
    let served = sample.model.as_deref();
    ExchangeRow {
        id: exchange.id.to_string(),
        revision: revision as f64,
        started_at: exchange.started_at.to_string(),
        phase: phase(&sample),
        outcome: "running".to_owned(),
        method: exchange.method.to_string(),
        path: said.path,
        dialect: exchange.dialect.name().to_owned(),
        upstream_dialect: sample.dialect.unwrap_or(exchange.dialect).name().to_owned(),
        model: said.model,
        model_served: served.map(|model| record::word(model, &secrets)),
        project: said.project,
        client: said.client,
        site: sample.site.as_deref().map(str::to_owned),
        key: sample.key_label.as_deref().map(str::to_owned),
        stream: exchange.is_stream(),
        status: sample.status,
        tokens,
        cost,
        timing: RowTiming {
            ttfb_ms: sample.head_us.map(millis),
            ttft_ms: sample.first_token_us.map(millis),
            duration_ms: None,
        },
        speed: None,
        attempts: sample.attempts,
        advisor_level: 0,
        error: None,
    }
}

pub(crate) fn phase(sample: &Sample) -> Phase {
    if sample.head_us.is_some() {
        Phase::Streaming
    } else {
        Phase::Waiting
    }
}

/// Tokens and cost of what has arrived: told by the upstream, or estimated from the size.
pub(crate) fn so_far(
    exchange: &Exchange,
    sample: &Sample,
    pricing: &Pricing,
) -> (TokenView, CostView) {
    let model = sample
        .model
        .as_deref()
        .or(exchange.summary.model.as_deref());
    if exchange.dialect == Dialect::Other {
        let nothing = Cost {
            usd: None,
            list: None,
            saved: None,
            basis: CostBasis::None,
        };
        return (
            tokens(&Usage::default(), UsageBasis::Unknown),
            cost(nothing, pricing),
        );
    }
    let mut usage = sample.usage;
    let generated = wire::fold::estimated_tokens(sample.content_bytes as usize) as u64;
    let mut basis = sample.basis;
    if generated > usage.output {
        usage.output = generated;
        basis = UsageBasis::Estimated;
    }
    if usage.prompt() == 0 {
        usage.input = wire::fold::estimated_tokens(exchange.body_bytes as usize) as u64;
        basis = UsageBasis::Estimated;
    }
    // While it runs nothing is final: the amount is an estimate, and so is the output.
    let basis = if basis == UsageBasis::Unknown {
        basis
    } else {
        UsageBasis::Estimated
    };
    let amount = pricing.cost(
        sample.site.as_deref(),
        model,
        &usage,
        basis,
        exchange.started_at,
    );
    let mut view = tokens(&usage, basis);
    if sample.first_token_us.is_none() && generated == 0 {
        view.output = None;
    }
    (view, cost(amount, pricing))
}

/// The row of a kept exchange.
pub(crate) fn kept(row: &store::Exchange, pricing: &Pricing, revision: u64) -> ExchangeRow {
    let basis = match &row.cost_basis[..] {
        "exact" => CostBasis::Exact,
        "estimate" => CostBasis::Estimate,
        "unpriced" => CostBasis::Unpriced,
        "unknown" => CostBasis::Unknown,
        _ if row.outcome == "interrupted" => CostBasis::Unknown,
        _ => CostBasis::None,
    };
    ExchangeRow {
        id: row.id.clone(),
        revision: revision as f64,
        started_at: row.started_at.to_string(),
        phase: if row.outcome == "running" {
            Phase::Waiting
        } else {
            Phase::Finished
        },
        outcome: row.outcome.clone(),
        method: row.method.clone(),
        path: row.path.clone(),
        dialect: row.dialect.clone(),
        upstream_dialect: row
            .upstream_dialect
            .clone()
            .unwrap_or_else(|| row.dialect.clone()),
        model: row.model.clone(),
        model_served: row.model_served.clone(),
        project: row.project.clone(),
        client: row.client.clone(),
        site: row.site.clone(),
        key: row.key_label.clone(),
        stream: row.stream,
        status: row.status,
        tokens: tokens(&row.usage, row.usage_basis),
        cost: cost(
            Cost {
                usd: row.cost_usd,
                list: row.list_usd.or(row.cost_usd),
                saved: row.saved_usd,
                basis,
            },
            pricing,
        ),
        timing: RowTiming {
            ttfb_ms: row.head_us.map(millis),
            ttft_ms: row.first_token_us.map(millis),
            duration_ms: row.duration_us.map(millis),
        },
        speed: speed(row),
        attempts: row.attempts,
        advisor_level: 0,
        error: row.error_code.as_ref().map(|code| ErrorView {
            code: code.clone(),
            params: error_params(row),
            message: row.error_message.clone(),
        }),
    }
}

/// Values for the sentences in lists; the detail has all of them.
fn error_params(row: &store::Exchange) -> Vec<(String, String)> {
    let status = row
        .status
        .map(|status| ("status".to_owned(), status.to_string()));
    let host = row.site.clone().map(|site| ("host".to_owned(), site));
    status.into_iter().chain(host).collect()
}

/// Output tokens per second between the first and the last token; `None` for an answer too short to tell.
pub(crate) fn speed(row: &store::Exchange) -> Option<f64> {
    let generation = row.last_token_us?.checked_sub(row.first_token_us?)?;
    let enough = generation >= SHORTEST_GENERATION_US && row.usage.output >= FEWEST_TOKENS;
    enough.then(|| row.usage.output as f64 / (generation as f64 / 1e6))
}

fn tokens(usage: &Usage, basis: UsageBasis) -> TokenView {
    let known = basis != UsageBasis::Unknown;
    let count = |tokens: u64| known.then(|| u32::try_from(tokens).unwrap_or(u32::MAX));
    let cached = |tokens: u64| count(tokens).filter(|_| usage.cache_known);
    TokenView {
        input: count(usage.prompt()),
        output: count(usage.output),
        cache_read: cached(usage.cache_read),
        cache_write: cached(usage.cache_write()),
        reasoning: usage.reasoning.and_then(count),
        basis: match basis {
            UsageBasis::Exact => TokenBasis::Exact,
            UsageBasis::Estimated => TokenBasis::Estimated,
            UsageBasis::Unknown => TokenBasis::Unknown,
        },
    }
}

fn cost(cost: Cost, pricing: &Pricing) -> CostView {
    let usd = cost.usd.map(Nanos::to_f64);
    CostView {
        usd,
        cny: usd.map(|usd| pricing.cny(usd)),
        basis: cost.basis,
    }
}

/// Microseconds as milliseconds.
pub(crate) fn millis(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}
