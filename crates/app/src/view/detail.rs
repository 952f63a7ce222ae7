//! Everything about one exchange except the bodies' text.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wire::conversation::Conversation;
use wire::translate::Change;

use super::{ErrorView, ExchangeRow};

/// Answer of `GET /api/request/{id}`. Its `timing` stands in place of the row's and holds the same members.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Detail {
    /// The line of the list: its members stand beside these (see `ui/src/api/detail.ts`).
    #[serde(flatten)]
    #[ts(skip)]
    pub row: ExchangeRow,
    /// Session of the client (a Claude Code run, a Codex thread).
    pub session: Option<String>,
    /// Address called upstream, credentials redacted.
    pub upstream_url: Option<String>,
    /// As the client sent them, secrets redacted.
    pub request_headers: Vec<HeaderView>,
    /// As they went upstream, secrets redacted.
    pub sent_headers: Vec<HeaderView>,
    /// As the upstream answered, secrets redacted.
    pub response_headers: Vec<HeaderView>,
    /// Request body.
    pub request_body: BodyView,
    /// Response body.
    pub response_body: BodyView,
    /// What was said to the model. Long texts are cut: see `Text`.
    pub request: Option<Conversation>,
    /// What the model said.
    pub response: Option<Conversation>,
    /// Why the model stopped, in the upstream's words.
    pub stop_reason: Option<String>,
    /// Time marks.
    pub timing: TimingView,
    /// Every try, in order.
    pub attempts: Vec<AttemptView>,
    /// How the cost came about.
    pub pricing: Option<PricingView>,
    /// How the upstream was spoken to, where that was not in the client's dialect.
    pub translation: Option<TranslationView>,
    /// What could not be recorded.
    pub loss: Option<LossView>,
}

/// How the upstream was spoken to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TranslationView {
    /// The dialect of the upstream, and of the answer as it came: `anthropic|openai-chat|openai-responses`.
    pub to: String,
    /// The model that was asked for.
    pub model: String,
    /// What was dropped or changed in the request, in the order of the body.
    pub changes: Vec<Change>,
}

/// One header line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HeaderView {
    /// Name in lower case.
    pub name: String,
    /// Value, or its masked form.
    pub value: String,
    /// Whether the value is masked.
    pub secret: bool,
}

/// What is kept of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BodyView {
    /// Bytes on the wire, as transferred.
    pub bytes: f64,
    /// Bytes kept.
    pub kept_bytes: f64,
    /// Whether the kept body is shorter than the real one.
    pub truncated: bool,
    /// `content-type`.
    pub content_type: Option<String>,
    /// `content-encoding` as received; the text shown is decoded.
    pub encoding: Option<String>,
    /// The text, only when asked for (`?bodies=true`); decoded, invalid UTF-8 replaced.
    pub text: Option<String>,
}

/// Times of one exchange. Everything is in milliseconds from the arrival of the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TimingView {
    /// As in the row: head of the answer.
    pub ttfb_ms: Option<f64>,
    /// As in the row: first content delta.
    pub ttft_ms: Option<f64>,
    /// As in the row: whole exchange.
    pub duration_ms: Option<f64>,
    /// The connection that carried it.
    pub connection: ConnectionView,
    /// Named moments in the order of time:
    /// `received|planned|sent|head|first_byte|first_token|last_token|last_byte`.
    pub marks: Vec<MarkView>,
    /// Output tokens (estimated while they arrive) per slice of the answer's time, for the chart.
    pub tokens_over_time: Vec<(f64, f64)>,
    /// Pauses between deltas longer than a second: when (ms), how long (ms).
    pub stalls: Vec<(f64, f64)>,
    /// Arrival of each content block: kind (`thinking|text|tool_use`), from ms, to ms.
    pub blocks: Vec<(String, f64, f64)>,
}

/// The upstream connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    /// Whether it was open already.
    pub reused: bool,
    /// Name look-up, ms.
    pub dns_ms: Option<f64>,
    /// TCP connect, ms.
    pub connect_ms: Option<f64>,
    /// TLS handshake, ms.
    pub tls_ms: Option<f64>,
    /// Address reached, `1.2.3.4:443`.
    pub remote: Option<String>,
    /// `http/1.1` or `h2`.
    pub protocol: Option<String>,
    /// Outbound path: `direct`, or the proxy used.
    pub path: String,
}

/// One named moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MarkView {
    /// Name, see [`TimingView::marks`].
    pub name: String,
    /// Milliseconds from the arrival of the request.
    pub at_ms: f64,
}

/// One try of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AttemptView {
    /// Site, or host name.
    pub site: String,
    /// Label of the key.
    pub key: Option<String>,
    /// Status of the upstream, where it answered.
    pub status: Option<u16>,
    /// Why it was not used: an error code, `None` for the attempt that answered.
    pub cause: Option<String>,
    /// How long it took, ms.
    pub ms: f64,
    /// Why this site was chosen, as a code with values.
    pub why: Option<ErrorView>,
}

/// How a cost came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PricingView {
    /// Model whose price was used.
    pub matched: Option<String>,
    /// Lines: kind (`input|output|cache_read|cache_write_5m|cache_write_1h`), tokens, US dollars a million, US dollars.
    pub lines: Vec<(String, u32, f64, f64)>,
    /// What it would have cost without a prompt cache, US dollars.
    pub without_cache_usd: Option<f64>,
    /// What the site multiplies list prices with, as a decimal; `null` for list price. It is in every amount.
    #[serde(default)]
    pub multiplier: Option<String>,
    /// First day of the price row.
    pub since: Option<String>,
    /// Where the price is from.
    pub source: Option<String>,
    /// Why there is no price.
    pub reason: Option<String>,
}

/// What is missing from the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LossView {
    /// The queue was full and the bodies were dropped.
    pub bodies_dropped: bool,
    /// The retention removed the bodies.
    pub bodies_expired: bool,
}
