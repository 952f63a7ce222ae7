//! One row of the price table: the prices of a model in a period.

use std::sync::Arc;

use base::{Currency, Timestamp};

use crate::model::Confidence;
use crate::rates::Rates;
use crate::window::Window;

/// Prices of a model that hold from a moment to another, perhaps only in some hours of the week.
#[derive(Clone, Debug)]
pub struct Row {
    /// Name for reports and re-pricing: `deepseek-flash@2026-09-10/peak`; `+user` ends the user's own.
    pub id: Arc<str>,
    /// The vendor's word for the row, `peak`.
    pub label: Option<Arc<str>>,
    /// First moment; `None` means since ever.
    pub from: Option<Timestamp>,
    /// First moment after it; `None` means until further notice.
    pub until: Option<Timestamp>,
    /// Hours of the week in which the row goes before rows without.
    pub window: Option<Arc<Window>>,
    /// Currency of `rates` and `tiers`.
    pub currency: Currency,
    /// Prices of prompts up to the first tier.
    pub rates: Rates,
    /// Prices of longer prompts, ascending.
    pub tiers: Box<[Tier]>,
    /// The vendor's renminbi list, where it publishes one beside the dollars.
    pub cny: Option<Rates>,
    /// Where the row comes from.
    pub provenance: Arc<Provenance>,
    /// 0 for the bundled rows; a higher layer goes before a lower one.
    pub(crate) layer: u8,
}

impl Row {
    /// The prices for a prompt of so many tokens. The tier is a cliff: above its edge the whole
    /// request bills at the tier; exactly at the edge it does not.
    pub fn tier_for(&self, prompt_tokens: u64) -> Option<&Tier> {
        let mut tiers = self.tiers.iter().rev();
        tiers.find(|tier| prompt_tokens > tier.above)
    }

    pub(crate) fn holds_at(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
            && self.window.as_ref().is_none_or(|window| window.is_open(at))
    }

    /// Whether there may be a moment for which neither row goes before the other.
    pub(crate) fn rivals(&self, other: &Self) -> bool {
        let starts_before_end = |row: &Self, end: &Self| match (row.from, end.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        let same_hours = match (&self.window, &other.window) {
            (None, None) => true,
            (Some(left), Some(right)) => left.shares_hours_with(right),
            _ => false,
        };
        self.layer == other.layer
            && same_hours
            && starts_before_end(self, other)
            && starts_before_end(other, self)
    }
}

/// Prices of prompts longer than a number of tokens.
#[derive(Clone, Debug)]
pub struct Tier {
    /// The longest prompt, in tokens, that this tier does not price.
    pub above: u64,
    /// Its prices.
    pub rates: Rates,
}

/// Where a row comes from.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// Keys of the sources.
    pub sources: Box<[Arc<str>]>,
    /// How sure the figures are.
    pub confidence: Confidence,
    /// What a reader should know.
    pub notes: Option<Arc<str>>,
}
