//! Exchanges that tests show.

use app::view::{
    CostBasis, CostView, ErrorView, ExchangeRow, Message, Phase, ProxyView, RowTiming, TokenBasis,
    TokenView, Totals, Trace,
};

/// 14:32:30 UTC on 13 November 2025.
pub(crate) const NOW: i64 = 1_763_044_350_000;

/// Complete, with cache and cost.
pub(crate) fn finished() -> ExchangeRow {
    ExchangeRow {
        id: "req_01".to_owned(),
        revision: 1.0,
        started_at: "2025-11-13T14:32:20.000Z".to_owned(),
        phase: Phase::Finished,
        outcome: "done".to_owned(),
        method: "POST".to_owned(),
        path: "/v1/messages?beta=true".to_owned(),
        dialect: "anthropic".to_owned(),
        upstream_dialect: "anthropic".to_owned(),
        model: Some("claude-opus-4-1-20250805".to_owned()),
        model_served: None,
        project: Some("账单服务".to_owned()),
        client: Some("Claude Code 2.1.328".to_owned()),
        site: Some("api.anthropic.com".to_owned()),
        key: Some("work".to_owned()),
        stream: true,
        status: Some(200),
        tokens: TokenView {
            input: Some(58_410),
            output: Some(1_204),
            cache_read: Some(52_100),
            cache_write: Some(0),
            reasoning: Some(310),
            basis: TokenBasis::Exact,
        },
        cost: CostView {
            usd: Some(0.0567),
            cny: Some(0.41391),
            basis: CostBasis::Exact,
        },
        timing: RowTiming {
            ttfb_ms: Some(504.0),
            ttft_ms: Some(1_184.0),
            duration_ms: Some(23_300.0),
        },
        speed: Some(84.2),
        attempts: 1,
        advisor_level: 0,
        error: None,
    }
}

/// The answer arrives.
pub(crate) fn streaming() -> ExchangeRow {
    ExchangeRow {
        id: "req_04".to_owned(),
        started_at: "2025-11-13T14:32:26.600Z".to_owned(),
        phase: Phase::Streaming,
        outcome: "running".to_owned(),
        model: Some("claude-sonnet-4-5".to_owned()),
        tokens: TokenView {
            output: Some(312),
            basis: TokenBasis::Estimated,
            reasoning: None,
            ..finished().tokens
        },
        cost: CostView {
            usd: Some(0.067),
            cny: Some(0.4891),
            basis: CostBasis::Estimate,
        },
        timing: RowTiming {
            duration_ms: None,
            ..finished().timing
        },
        speed: Some(97.6),
        ..finished()
    }
}

/// Nothing has been answered.
pub(crate) fn waiting() -> ExchangeRow {
    ExchangeRow {
        id: "req_05".to_owned(),
        started_at: "2025-11-13T14:32:29.200Z".to_owned(),
        phase: Phase::Waiting,
        outcome: "running".to_owned(),
        status: None,
        project: None,
        tokens: unknown(),
        cost: nothing(CostBasis::Unpriced),
        timing: RowTiming {
            ttfb_ms: None,
            ttft_ms: None,
            duration_ms: None,
        },
        speed: None,
        attempts: 0,
        ..finished()
    }
}

/// The upstream is down.
pub(crate) fn unreachable() -> ExchangeRow {
    ExchangeRow {
        id: "req_03".to_owned(),
        started_at: "2025-11-13T14:32:26.000Z".to_owned(),
        phase: Phase::Finished,
        outcome: "error".to_owned(),
        path: "/v1/responses".to_owned(),
        model: Some("gpt-5.1".to_owned()),
        site: Some("api.openai.com".to_owned()),
        key: None,
        status: Some(502),
        cost: nothing(CostBasis::None),
        timing: RowTiming {
            duration_ms: Some(31.0),
            ..waiting().timing
        },
        attempts: 1,
        error: Some(ErrorView {
            code: "upstream_unreachable".to_owned(),
            params: vec![("host".to_owned(), "api.openai.com".to_owned())],
            message: Some("The upstream could not be called: connection refused".to_owned()),
        }),
        ..waiting()
    }
}

/// The client went away.
pub(crate) fn left() -> ExchangeRow {
    ExchangeRow {
        id: "req_02".to_owned(),
        started_at: "2025-11-13T14:32:22.000Z".to_owned(),
        outcome: "client_left".to_owned(),
        model: Some("my-local-model".to_owned()),
        cost: nothing(CostBasis::Unpriced),
        ..finished()
    }
}

/// A snapshot of the live list with these rows.
pub(crate) fn snapshot(exchanges: Vec<ExchangeRow>) -> Message {
    Message::Snapshot {
        revision: 1.0,
        run: "run".to_owned(),
        exchanges,
        totals: totals(),
        proxy: proxy(),
    }
}

/// Figures of a morning.
pub(crate) fn totals() -> Totals {
    Totals {
        in_flight: 2,
        streaming: 1,
        waiting: 1,
        requests_today: 128,
        failed_today: 4,
        retried_today: 0,
        ttft_median_ms: Some(1_184.0),
        ttft_p95_ms: None,
        speed_median: Some(84.2),
        cost_today_usd: 9.84,
        cost_today_cny: 71.832,
        unpriced_today: 0,
        estimated_today: 0,
        cache_hit_ratio: Some(0.78),
        cache_saved_usd: None,
        requests_per_minute: 4,
        trace: Trace {
            in_flight: Vec::new(),
            requests: Vec::new(),
            ttft_ms: Vec::new(),
            speed: Vec::new(),
            cost_usd: Vec::new(),
            cache_hit: Vec::new(),
            minute: Vec::new(),
        },
        shown: 5,
        kept: 5,
        kept_bytes: 0.0,
        kept_limit_bytes: None,
        bodies_lost: 0,
    }
}

/// A proxy that is on.
pub(crate) fn proxy() -> ProxyView {
    ProxyView {
        on: true,
        address: "127.0.0.1:7357".to_owned(),
        route: None,
        fallbacks: 0,
        error: None,
        ever_used: true,
        demo: false,
    }
}

fn nothing(basis: CostBasis) -> CostView {
    CostView {
        usd: None,
        cny: None,
        basis,
    }
}

fn unknown() -> TokenView {
    TokenView {
        input: None,
        output: None,
        cache_read: None,
        cache_write: None,
        reasoning: None,
        basis: TokenBasis::Unknown,
    }
}
