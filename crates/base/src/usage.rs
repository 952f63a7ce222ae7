//! What an answer used, in buckets that do not overlap.

use serde::{Deserialize, Serialize};

/// Tokens of one answer. The buckets are disjoint, whatever the vendor's own counting is:
/// `input` is *fresh* prompt tokens only, and reasoning is part of `output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Prompt tokens that were neither read from nor written to a cache.
    pub input: u64,
    /// Prompt tokens read from a cache.
    pub cache_read: u64,
    /// Prompt tokens written to a cache that lives 5 minutes, or for a time the vendor does not name.
    pub cache_write_5m: u64,
    /// Prompt tokens written to a cache that lives an hour.
    pub cache_write_1h: u64,
    /// Generated tokens, reasoning included.
    pub output: u64,
    /// Part of `output` spent on reasoning, where the vendor says so.
    pub reasoning: Option<u64>,
    /// Whether the vendor said anything about the cache (so that 0 means 0).
    pub cache_known: bool,
    /// Web searches the vendor ran and bills.
    pub web_searches: u64,
}

impl Usage {
    /// All prompt tokens.
    pub fn prompt(&self) -> u64 {
        self.input
            .saturating_add(self.cache_read)
            .saturating_add(self.cache_write())
    }

    /// Prompt tokens written to any cache.
    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m.saturating_add(self.cache_write_1h)
    }
}

/// Where a usage comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageBasis {
    /// The upstream's own final figures.
    Exact,
    /// Counted here, or the upstream's figures of an answer that did not end.
    Estimated,
    /// Nothing to count from.
    #[default]
    Unknown,
}
