//! The question: what does this usage cost?

use base::{Timestamp, Usage};

use crate::factor::Factor;

/// What has to be priced.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The model, in any spelling. Where the answer names another one than the request, the answer's.
    pub model: &'a str,
    /// What was used.
    pub usage: &'a Usage,
    /// When the request started.
    pub at: Timestamp,
    /// Renminbi for one US dollar, above 0.
    pub exchange_rate: Factor,
    /// The relay's multiplier, applied once to the sum.
    pub multiplier: Factor,
    /// Ways of asking that change token prices: `batch`, `service_tier:flex`, `speed:fast`,
    /// `inference_geo:us`. Ordinary values (`service_tier:default`) change nothing; a modifier that the
    /// model has no factor for makes the usage unpriced.
    pub modifiers: &'a [&'a str],
}

impl<'a> Ask<'a> {
    /// A usage at list price.
    pub fn new(model: &'a str, usage: &'a Usage, at: Timestamp, exchange_rate: Factor) -> Self {
        Self {
            model,
            usage,
            at,
            exchange_rate,
            multiplier: Factor::ONE,
            modifiers: &[],
        }
    }
}
