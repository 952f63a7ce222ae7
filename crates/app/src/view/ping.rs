//! The connectivity of a site as the doors show it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ErrorView;

/// One step of `POST /api/sites/{id}/ping`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PingStep {
    /// `dns|connect|tls|first_byte|models|completion|stream`.
    pub step: String,
    /// `anthropic|openai-chat|openai-responses` for a completion and its stream.
    #[serde(default)]
    pub dialect: Option<String>,
    /// Whether it went well.
    pub ok: bool,
    /// How long it took.
    pub ms: Option<f64>,
    /// What was seen: an address, a way out, a model.
    pub detail: Option<String>,
    /// What was found, as a code of `pingSaid.<code>` or `causes.<code>`.
    #[serde(default)]
    pub found: Option<ErrorView>,
    /// The same where the step failed.
    pub error: Option<ErrorView>,
}

/// The way to the first byte with one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PingKey {
    /// Id of the key; `None` for a site without keys.
    pub id: Option<String>,
    /// Its label.
    pub label: String,
    /// `ok|warn|err`.
    pub state: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Name look-up.
    pub dns_ms: Option<f64>,
    /// TCP connection, or the tunnel through the proxy on the way out.
    pub connect_ms: Option<f64>,
    /// TLS handshake.
    pub tls_ms: Option<f64>,
    /// From the open connection to the answer's head.
    pub first_byte_ms: Option<f64>,
    /// All in all, also where it failed.
    pub total_ms: f64,
    /// What was found.
    pub found: ErrorView,
}

/// One endpoint of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PingEndpoint {
    /// Its path.
    pub path: String,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// `anthropic|openai-chat|openai-responses|other`.
    pub dialect: String,
    /// `ok|warn|err|off`; `off`: the site does not offer it.
    pub state: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// What was found.
    pub found: ErrorView,
    /// From the sending to the first content.
    pub ttft_ms: Option<f64>,
    /// From the sending to the end.
    pub total_ms: Option<f64>,
    /// When content arrived, from the sending.
    pub chunks_ms: Vec<f64>,
    /// The model that answered.
    pub model: Option<String>,
    /// Tokens of the prompt, as the site counts them.
    pub input_tokens: Option<u32>,
    /// Generated tokens, as the site counts them.
    pub output_tokens: Option<u32>,
}

/// A model in the list of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PingModel {
    /// Its name there.
    pub id: String,
    /// List price of a million prompt tokens, US dollars; `None`: no price known.
    pub input_usd: Option<f64>,
    /// List price of a million generated tokens, US dollars; `None`: no price known.
    pub output_usd: Option<f64>,
}

/// Answer of `POST /api/sites/{id}/ping`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Ping {
    /// Name of the site.
    pub site: String,
    /// Whether all steps went well.
    pub ok: bool,
    /// The steps, in order; those after a failed one may be missing.
    pub steps: Vec<PingStep>,
    /// The model that answered.
    pub model: Option<String>,
    /// When it was begun, RFC 3339.
    pub at: String,
    /// Label of the key that the endpoints were asked with.
    pub key: Option<String>,
    /// The way to the first byte, by key.
    pub keys: Vec<PingKey>,
    /// The endpoints that were asked.
    pub endpoints: Vec<PingEndpoint>,
    /// The site's list of models.
    pub models: Vec<PingModel>,
}
