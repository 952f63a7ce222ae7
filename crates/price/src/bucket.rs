//! What a line of a bill counts.

use serde::Serialize;

/// A part of the usage that has a price of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// Fresh prompt tokens.
    Input,
    /// Prompt tokens read from a cache.
    CacheRead,
    /// Prompt tokens written to a cache that lives five minutes or for an unnamed time.
    #[serde(rename = "cache_write_5m")]
    CacheWrite5m,
    /// Prompt tokens written to a cache that lives an hour.
    #[serde(rename = "cache_write_1h")]
    CacheWrite1h,
    /// Generated tokens, reasoning included.
    Output,
    /// Searches that the vendor ran.
    WebSearch,
}

impl Bucket {
    /// How many of them one price is for: a million tokens, a thousand searches.
    pub fn per(self) -> u32 {
        match self {
            Self::WebSearch => 1_000,
            _ => 1_000_000,
        }
    }
}
