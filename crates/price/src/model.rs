//! A model with its rows.

use std::sync::Arc;

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::factor::Factor;
use crate::row::Row;

/// Modifier for requests of a batch.
const BATCH: &str = "batch";

/// Values of modifiers by which vendors say that nothing special was asked for.
const ORDINARY: &[&str] = &[
    "default",
    "standard",
    "auto",
    "global",
    "not_available",
    "none",
];

/// A model that somebody sells.
#[derive(Clone, Debug)]
pub struct Model {
    /// The vendor's name of it.
    pub id: Arc<str>,
    /// Who sells it.
    pub vendor: Arc<str>,
    /// Other names of the same model.
    pub aliases: Box<[Arc<str>]>,
    /// Longest prompt in tokens; `None` is not known.
    pub context: Option<u64>,
    /// Shortest prefix in tokens that is cached; `None` is not known.
    pub cache_min_tokens: Option<u64>,
    /// Factor for batches; 1 where no discount is known.
    pub batch: Factor,
    /// Factors for ways of asking, `service_tier:flex`.
    pub modifiers: Vec<(Arc<str>, Factor)>,
    /// The vendor's word about its end; `None` while it is sold.
    pub deprecated: Option<Arc<str>>,
    /// Prices, in the order of the files.
    pub rows: Vec<Row>,
}

impl Model {
    /// A model of which nothing is known yet.
    pub(crate) fn unpriced(id: &str, vendor: &Arc<str>) -> Self {
        Self {
            id: id.into(),
            vendor: Arc::clone(vendor),
            aliases: Box::default(),
            context: None,
            cache_min_tokens: None,
            batch: Factor::ONE,
            modifiers: Vec::new(),
            deprecated: None,
            rows: Vec::new(),
        }
    }

    /// The row that holds for a request that started at that moment.
    pub fn row_at(&self, at: Timestamp) -> Option<&Row> {
        let rows = self.rows.iter().filter(|row| row.holds_at(at));
        rows.max_by_key(|row| (row.layer, row.window.is_some()))
    }

    /// Gives a modifier its factor, in place of the one it had.
    pub(crate) fn set_modifier(&mut self, name: &str, factor: Factor) {
        self.modifiers.retain(|(known, _)| **known != *name);
        self.modifiers.push((name.into(), factor));
    }

    /// The factor of one modifier on token prices; `None` when none is known for this model.
    pub(crate) fn modifier(&self, name: &str) -> Option<Factor> {
        if name == BATCH {
            return Some(self.batch);
        }
        if let Some((_, factor)) = self.modifiers.iter().find(|(known, _)| **known == *name) {
            return Some(*factor);
        }
        let (_, value) = name.split_once(':')?;
        ORDINARY.contains(&value).then_some(Factor::ONE)
    }
}

/// How sure a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The vendor's page, or two independent sources.
    High,
    /// One secondary source, or partly derived.
    Medium,
    /// Sources disagree.
    Low,
    /// The user's own row.
    User,
}
