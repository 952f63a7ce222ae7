//! One line of the Live list.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where an exchange stands while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The upstream has not answered yet.
    Waiting,
    /// The answer is arriving.
    Streaming,
    /// Over: `outcome` says how.
    Finished,
}

/// Where a token count comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TokenBasis {
    /// The upstream said so.
    Exact,
    /// Counted here, because the upstream did not say (or has not said yet).
    Estimated,
    /// Nothing to count from.
    Unknown,
}

/// Tokens of one exchange. `input` is the whole prompt, cached parts included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TokenView {
    /// Prompt tokens, cache reads and writes included.
    pub input: Option<u32>,
    /// Generated tokens, reasoning included.
    pub output: Option<u32>,
    /// Part of `input` read from the prompt cache.
    pub cache_read: Option<u32>,
    /// Part of `input` written to the prompt cache.
    pub cache_write: Option<u32>,
    /// Part of `output` spent on reasoning.
    pub reasoning: Option<u32>,
    /// Where the counts come from.
    pub basis: TokenBasis,
}

/// Where a cost comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CostBasis {
    /// Exact usage at a known price.
    Exact,
    /// Estimated usage, or an answer that still runs.
    Estimate,
    /// No price for this model. Never shown as free.
    Unpriced,
    /// Nothing was used, so nothing was charged (a failed request).
    None,
    /// Something may have been used and nobody said how much.
    Unknown,
}

/// What an exchange cost: the vendor's list price times the site's multiplier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CostView {
    /// US dollars.
    pub usd: Option<f64>,
    /// Renminbi at the configured rate.
    pub cny: Option<f64>,
    /// Where it comes from.
    pub basis: CostBasis,
}

/// The three times of the list, in milliseconds from the arrival of the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RowTiming {
    /// First byte of the answer's head.
    pub ttfb_ms: Option<f64>,
    /// First content delta: text, thinking or tool JSON.
    pub ttft_ms: Option<f64>,
    /// Whole exchange. `None` while it runs: count from `started_at`.
    pub duration_ms: Option<f64>,
}

/// What went wrong, as a code; the words are in the locale files under `errors.<code>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErrorView {
    /// For example `upstream_unreachable`.
    pub code: String,
    /// Values that the sentence names, in the order of the locale text.
    pub params: Vec<(String, String)>,
    /// What the upstream said, redacted and shortened.
    pub message: Option<String>,
}

/// One exchange as a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ExchangeRow {
    /// `req_…`.
    pub id: String,
    /// Revision of the live state at which this row last changed.
    pub revision: f64,
    /// Arrival of the request, RFC 3339 in UTC.
    pub started_at: String,
    /// Where it stands.
    pub phase: Phase,
    /// `running|done|error|error_inside|cut|client_left|empty|interrupted`.
    pub outcome: String,
    /// HTTP method.
    pub method: String,
    /// Path and query as called (credentials in the query redacted).
    pub path: String,
    /// What the client spoke: `anthropic|openai-chat|openai-responses|other`.
    pub dialect: String,
    /// What the upstream spoke.
    pub upstream_dialect: String,
    /// Model that was asked for.
    pub model: Option<String>,
    /// Model that the answer names, where it differs from `model`.
    pub model_served: Option<String>,
    /// Project of the caller.
    pub project: Option<String>,
    /// Calling program with version, for example `Claude Code 2.1.328`.
    pub client: Option<String>,
    /// Site, or the host name of the upstream where no site is configured.
    pub site: Option<String>,
    /// Label of the key that was used.
    pub key: Option<String>,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// Status that the client received.
    pub status: Option<u16>,
    /// Tokens.
    pub tokens: TokenView,
    /// Cost.
    pub cost: CostView,
    /// Times.
    pub timing: RowTiming,
    /// Output tokens per second: over the last two seconds while streaming, over the generation when done.
    pub speed: Option<f64>,
    /// How many attempts it took.
    pub attempts: u32,
    /// Advisor level 0–4.
    pub advisor_level: u8,
    /// What went wrong.
    pub error: Option<ErrorView>,
}
