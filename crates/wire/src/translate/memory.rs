//! What the way back must know of the request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::pair::Pair;

/// What translating an answer must know of its request. Small, and storable with the exchange: with it a
/// recorded answer is translated again to the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Which way it goes.
    pub pair: Pair,
    /// What ids are made from: the id of the exchange.
    pub seed: String,
    /// The model as the caller named it.
    #[serde(default)]
    pub model: String,
    /// The model as the upstream was asked for it.
    #[serde(default)]
    pub upstream_model: String,
    /// Whether the caller wants a stream.
    #[serde(default)]
    pub stream: bool,
    /// Whether a Chat caller asked for usage in the stream.
    #[serde(default)]
    pub include_usage: bool,
    /// Tokens of the request, estimated: for an upstream that does not tell them.
    #[serde(default)]
    pub input_tokens: u64,
    /// The output limit that the caller asked for, in tokens.
    #[serde(default)]
    pub max_tokens: Option<u64>,
    /// Tools that have another name at the upstream: the upstream's name to the caller's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tool_names: BTreeMap<String, String>,
    /// Size of the model's context in tokens, where known.
    #[serde(default)]
    pub context_tokens: Option<u64>,
    /// Largest output of the model in tokens, where known.
    #[serde(default)]
    pub max_output_tokens: Option<u64>,
}

impl Memory {
    /// For a request of which nothing more is known.
    pub fn new(pair: Pair, seed: impl Into<String>) -> Self {
        Self {
            pair,
            seed: seed.into(),
            model: String::new(),
            upstream_model: String::new(),
            stream: false,
            include_usage: false,
            input_tokens: 0,
            max_tokens: None,
            tool_names: BTreeMap::new(),
            context_tokens: None,
            max_output_tokens: None,
        }
    }

    /// The caller's name of a tool.
    pub fn tool_name<'a>(&'a self, upstream: &'a str) -> &'a str {
        self.tool_names
            .get(upstream)
            .map_or(upstream, String::as_str)
    }
}
