//! What the vendor's servers do besides generating.

use std::sync::Arc;

use base::{Currency, Nanos, Timestamp};
use serde::Deserialize;

/// What a tool price counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolKind {
    /// Searches, [`base::Usage::web_searches`].
    WebSearch,
    /// Pages read. Answers do not count them apart, so that no quote uses this price yet.
    Fetch,
}

/// Price of something that the vendor's servers do.
#[derive(Clone, Debug)]
pub struct ToolPrice {
    /// Name of the tool, `anthropic.web_search`.
    pub id: Arc<str>,
    /// Who sells it.
    pub vendor: Arc<str>,
    /// What is counted.
    pub counts: ToolKind,
    /// Beginnings of the ids of the models that have it; empty means all of the vendor's.
    pub models: Box<[Arc<str>]>,
    /// Currency of the price.
    pub currency: Currency,
    /// Price of a thousand.
    pub per_thousand: Nanos,
    /// Since when it is billed; `None` means always.
    pub from: Option<Timestamp>,
    /// Keys of the sources.
    pub sources: Box<[Arc<str>]>,
    /// What a reader should know.
    pub notes: Option<Arc<str>>,
    /// 0 for the bundled prices; a higher layer goes before a lower one.
    pub(crate) layer: u8,
}

impl ToolPrice {
    /// Whether this is the price of a search by that model at that moment.
    pub(crate) fn is_search_of(&self, vendor: &str, model: &str, at: Timestamp) -> bool {
        self.counts == ToolKind::WebSearch
            && *self.vendor == *vendor
            && (self.models.is_empty()
                || self.models.iter().any(|begin| model.starts_with(&**begin)))
            && self.from.is_none_or(|from| from <= at)
    }
}
