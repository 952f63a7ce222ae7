//! Why there is no price. Never 0, never another model's.

use base::Nanos;

use crate::bucket::Bucket;
use crate::model::Model;
use crate::row::Row;

/// Why a usage has no price.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum Unpriced<'a> {
    /// No file knows the model.
    #[error("the price table does not know this model")]
    UnknownModel,
    /// The name is that of a variant with a price of its own, such as OpenRouter's `:free`.
    #[error(
        "this variant of the model has a price of its own, which the price table does not know"
    )]
    OtherVariant,
    /// The model is known, and no row held when the request started.
    #[error("the price table has no price of {} for that time", .model.id)]
    NoRow {
        /// The model.
        model: &'a Model,
    },
    /// Something was used that has no published price.
    #[error("no price is published for the {count} {bucket:?} of this answer in {}", .row.id)]
    NoPrice {
        /// The row that held.
        row: &'a Row,
        /// What was used.
        bucket: Bucket,
        /// How much of it.
        count: u64,
        /// What all the rest costs, in US dollars: the least that the answer cost. `None` does not fit.
        rest_usd: Option<Nanos>,
    },
    /// The request was made in a way whose factor is not known for the model.
    #[error("the price table does not know what `{modifier}` does to the price of {}", .model.id)]
    UnknownModifier {
        /// The model.
        model: &'a Model,
        /// The modifier.
        modifier: &'a str,
    },
    /// The amount does not fit, or the exchange rate is 0.
    #[error("the amount is too large, or the exchange rate is 0")]
    OutOfRange,
}

impl Unpriced<'_> {
    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownModel => "unknown_model",
            Self::OtherVariant => "other_variant",
            Self::NoRow { .. } => "no_row",
            Self::NoPrice { .. } => "no_price",
            Self::UnknownModifier { .. } => "unknown_modifier",
            Self::OutOfRange => "out_of_range",
        }
    }
}
