//! How an exchange ended.

use std::borrow::Cow;
use std::sync::Arc;

use base::{Usage, UsageBasis};
use bytes::Bytes;
use http::Uri;
use serde::{Deserialize, Serialize};

use crate::error::ProxyError;
use crate::header_list::HeaderList;
use crate::translation::Translation;

/// How an exchange ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer is complete.
    Done,
    /// An error status, a redirect, or no answer at all.
    Error,
    /// A 200 whose content is an error.
    ErrorInside,
    /// The upstream stopped in the middle.
    Cut,
    /// The client went away.
    #[default]
    ClientLeft,
    /// A success without content.
    Empty,
}

impl Outcome {
    /// The name used in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Error => "error",
            Self::ErrorInside => "error_inside",
            Self::Cut => "cut",
            Self::ClientLeft => "client_left",
            Self::Empty => "empty",
        }
    }
}

/// When a piece of the answer arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Bytes of the answer's body up to and with this piece, as transferred.
    pub end: u64,
    /// Microseconds from the arrival of the request.
    pub at_us: u64,
}

/// The connection that carried the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Whether it was open before.
    pub reused: bool,
    /// Name look-up, µs; only for a new one.
    pub dns_us: Option<u64>,
    /// TCP connect, µs; only for a new one.
    pub connect_us: Option<u64>,
    /// TLS handshake, µs; only for a new secure one.
    pub tls_us: Option<u64>,
    /// Address reached.
    pub remote: Option<Arc<str>>,
    /// `http/1.1` or `h2`.
    pub protocol: Option<Cow<'static, str>>,
    /// `direct`, or the proxy on the way.
    pub path: Arc<str>,
}

/// Moments in µs from the arrival of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The request's body was complete.
    pub received: u64,
    /// The route was chosen.
    pub planned: Option<u64>,
    /// The request was handed to the connection.
    pub sent: Option<u64>,
    /// Head of the answer.
    pub head: Option<u64>,
    /// First byte of the answer's body.
    pub first_byte: Option<u64>,
    /// First content delta.
    pub first_token: Option<u64>,
    /// Last content delta.
    pub last_token: Option<u64>,
    /// Last byte, or the moment it broke.
    pub last_byte: u64,
}

/// One try.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Site, or host name.
    pub site: Arc<str>,
    /// Label of the key.
    pub key_label: Option<Arc<str>>,
    /// Status of the upstream.
    pub status: Option<u16>,
    /// Why it brought nothing: an error code.
    pub cause: Option<String>,
    /// How long it took, µs.
    pub took_us: u64,
    /// Why this place was chosen.
    #[serde(default)]
    pub why: Option<Arc<Why>>,
}

/// A reason as a code with values, for a sentence in the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// For example `fallback_of`.
    pub code: String,
    /// The values that the sentence names.
    pub params: Vec<(String, String)>,
}

/// Everything about the end of an exchange; while it runs, what is known so far.
#[derive(Clone, Debug, Default)]
pub struct Finish {
    /// How it ended.
    pub outcome: Outcome,
    /// What went wrong on our side or on the way.
    pub error: Option<ProxyError>,
    /// What the upstream said went wrong inside its answer: kind and message.
    pub inner_error: Option<(String, String)>,
    /// Status the client got; `None` when it left before.
    pub status: Option<u16>,
    /// Address called, with its query.
    pub upstream_url: Option<Uri>,
    /// Headers as they went upstream.
    pub sent_headers: HeaderList,
    /// Headers as the upstream answered.
    pub response_headers: HeaderList,
    /// The answer's body as transferred.
    pub response_body: Bytes,
    /// Bytes of the answer's body, also those beyond what is kept.
    pub response_bytes: u64,
    /// Arrival of each piece.
    pub arrivals: Vec<Arrival>,
    /// Whether the answer was a stream of events.
    pub is_stream: bool,
    /// Usage.
    pub usage: Usage,
    /// Where the usage is from.
    pub usage_basis: UsageBasis,
    /// Whether the upstream told the tokens of the prompt.
    pub input_told: bool,
    /// Whether it told those it generated.
    pub output_told: bool,
    /// Bytes of generated content seen in the stream.
    pub content_bytes: u64,
    /// Model that the answer names.
    pub model: Option<String>,
    /// The answer's own id.
    pub response_id: Option<String>,
    /// Why the model stopped.
    pub stop_reason: Option<String>,
    /// Moments.
    pub times: Times,
    /// The connection.
    pub connection: Option<Connection>,
    /// Every try.
    pub attempts: Vec<Attempt>,
    /// How the upstream was spoken to, where that was not in the caller's dialect: the answer's body is in
    /// its dialect then.
    pub translation: Option<Translation>,
}
