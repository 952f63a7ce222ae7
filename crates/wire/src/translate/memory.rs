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
    /// Tools of a Responses caller that are no plain functions of the same name, by the upstream's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, ToolShape>,
    /// Of the second of two translations, where the way leads over a third dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<Box<Memory>>,
    /// Whether a Chat caller offered its tools as `functions`, in the form of 2023.
    #[serde(default)]
    pub functions: bool,
    /// Size of the model's context in tokens, where known.
    #[serde(default)]
    pub context_tokens: Option<u64>,
    /// Largest output of the model in tokens, where known.
    #[serde(default)]
    pub max_output_tokens: Option<u64>,
}

/// What a tool is to a Responses caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToolShape {
    /// A function, maybe of a namespace.
    Function {
        /// The caller's name.
        name: String,
        /// The caller's namespace.
        namespace: Option<String>,
    },
    /// A tool that takes free text.
    Custom {
        /// The caller's name.
        name: String,
        /// The caller's namespace.
        namespace: Option<String>,
    },
    /// The search for tools that the caller runs.
    ToolSearch,
    /// The shell that the caller runs.
    LocalShell,
}

impl ToolShape {
    /// Whether both are the same tool, as far as a call tells.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let named = |shape: &Self| match shape {
            Self::Function { name, namespace } | Self::Custom { name, namespace } => {
                Some((name.clone(), namespace.clone()))
            }
            _ => None,
        };
        self == other || (named(self).is_some() && named(self) == named(other))
    }
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
            tools: BTreeMap::new(),
            inner: None,
            functions: false,
            context_tokens: None,
            max_output_tokens: None,
        }
    }

    /// What a tool of the upstream is to a Responses caller.
    pub fn tool(&self, upstream: &str) -> ToolShape {
        let plain = || ToolShape::Function {
            name: self.tool_name(upstream).to_owned(),
            namespace: None,
        };
        self.tools.get(upstream).cloned().unwrap_or_else(plain)
    }

    /// The caller's name of a tool.
    pub fn tool_name<'a>(&'a self, upstream: &'a str) -> &'a str {
        self.tool_names
            .get(upstream)
            .map_or(upstream, String::as_str)
    }
}
