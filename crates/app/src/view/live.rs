//! Messages of the WebSocket `/ws`.
//!
//! On connect the server sends one `snapshot` (or, for `/ws?run=RUN&since=REV`, only what changed after
//! that revision as `started`/`finished` messages, when the server still is the run that gave the
//! number). Later messages come at most every 50 ms. The client may send `{"watch":false}` to be left
//! alone and `{"watch":true,"run":"RUN","since":REV}` to go on.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CostView, ExchangeRow, Phase, TokenView};

/// What the server says.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// The whole live list, newest first.
    Snapshot {
        /// Revision of the live state.
        revision: f64,
        /// Changes with every start of the server: revisions of another run mean nothing.
        run: String,
        /// Rows, newest first, at most `capture.max_history` finished ones.
        exchanges: Vec<ExchangeRow>,
        /// KPI figures.
        totals: Totals,
        /// The proxy.
        proxy: ProxyView,
    },
    /// New exchanges, oldest first.
    Started {
        /// Revision of the live state.
        revision: f64,
        /// The new rows.
        exchanges: Vec<ExchangeRow>,
    },
    /// What changed in exchanges that run.
    Progress {
        /// Revision of the live state.
        revision: f64,
        /// The changed members.
        exchanges: Vec<Progress>,
    },
    /// Exchanges that are over, as whole rows.
    Finished {
        /// Revision of the live state.
        revision: f64,
        /// The final rows.
        exchanges: Vec<ExchangeRow>,
    },
    /// KPI figures, at most once a second.
    Totals {
        /// Revision of the live state.
        revision: f64,
        /// The figures.
        totals: Totals,
        /// The proxy.
        proxy: ProxyView,
    },
    /// Sites, keys or routes have changed: ask for them anew.
    Sites {
        /// Revision of the live state.
        revision: f64,
    },
    /// The live list was emptied; running exchanges stay.
    Cleared {
        /// Revision of the live state.
        revision: f64,
        /// How many rows went.
        cleared: u32,
    },
}

/// What changed in one running exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// `req_…`.
    pub id: String,
    /// Waiting or streaming.
    pub phase: Phase,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Time to first byte.
    pub ttfb_ms: Option<f64>,
    /// Time to first token.
    pub ttft_ms: Option<f64>,
    /// Tokens so far.
    pub tokens: TokenView,
    /// Cost so far.
    pub cost: CostView,
    /// Output tokens per second over the last two seconds.
    pub speed: Option<f64>,
    /// Model that the answer names.
    pub model_served: Option<String>,
}

/// Figures of the KPI strip. "Today" begins at local midnight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Totals {
    /// Exchanges that run.
    pub in_flight: u32,
    /// Of these: the answer is arriving.
    pub streaming: u32,
    /// Of these: the upstream has not answered.
    pub waiting: u32,
    /// Exchanges that began today.
    pub requests_today: u32,
    /// Of these: failed.
    pub failed_today: u32,
    /// Of these: needed more than one attempt.
    pub retried_today: u32,
    /// Median time to first token of the last 200 successful streams.
    pub ttft_median_ms: Option<f64>,
    /// 95th percentile of the same.
    pub ttft_p95_ms: Option<f64>,
    /// Median output speed of the last hour, tokens per second. Answers under 500 ms of generation or
    /// 10 tokens are left out.
    pub speed_median: Option<f64>,
    /// Cost of today in US dollars, unpriced exchanges left out.
    pub cost_today_usd: f64,
    /// The same in renminbi.
    pub cost_today_cny: f64,
    /// Exchanges of today whose model has no price.
    pub unpriced_today: u32,
    /// Exchanges of today whose cost is an estimate.
    pub estimated_today: u32,
    /// Cache reads ÷ prompt tokens of today, 0–1; `None` without prompt tokens.
    pub cache_hit_ratio: Option<f64>,
    /// What today's cache reads would have cost more as fresh input, US dollars.
    pub cache_saved_usd: Option<f64>,
    /// Exchanges that began in the last 60 s.
    pub requests_per_minute: u32,
    /// Lines of the small charts.
    pub trace: Trace,
    /// Live rows held, and all kept exchanges.
    pub shown: u32,
    /// Exchanges in the store.
    pub kept: u32,
    /// Bytes on disk of the traffic store.
    pub kept_bytes: f64,
    /// Limit of the same, `None` without a limit.
    pub kept_limit_bytes: Option<f64>,
    /// Bodies that were not recorded because the queue was full, since the start.
    pub bodies_lost: u32,
}

/// Points of the small charts, oldest first; 15 each (60 for `minute`). `None` where nothing happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Trace {
    /// Running exchanges, every 4 s.
    pub in_flight: Vec<f64>,
    /// Requests started per 4 minutes.
    pub requests: Vec<f64>,
    /// Median time to first token per 4 minutes, ms.
    pub ttft_ms: Vec<Option<f64>>,
    /// Median speed per 4 minutes.
    pub speed: Vec<Option<f64>>,
    /// Cost of today so far, at the end of each 4 minutes, US dollars.
    pub cost_usd: Vec<f64>,
    /// Cache hit ratio per 4 minutes.
    pub cache_hit: Vec<Option<f64>>,
    /// Requests started per second of the last minute.
    pub minute: Vec<f64>,
}

/// State of the proxy card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProxyView {
    /// Whether requests are carried.
    pub on: bool,
    /// `127.0.0.1:7357`.
    pub address: String,
    /// Where requests go: the site, or `None` while no site is configured.
    pub route: Option<String>,
    /// Number of fallbacks.
    pub fallbacks: u32,
    /// What hinders the proxy.
    pub error: Option<super::ErrorView>,
    /// Whether the first request ever has arrived (the welcome page leaves then).
    pub ever_used: bool,
    /// Whether everything on screen is made up.
    pub demo: bool,
}
