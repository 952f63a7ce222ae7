//! The answer: what a usage costs, line by line, or why there is no price.

use base::{Currency, Nanos};
use serde::Serialize;

use crate::bucket::Bucket;
use crate::factor::Factor;
use crate::resolve::Match;
use crate::row::{Row, Tier};
use crate::unpriced::Unpriced;

/// The price of a usage.
#[derive(Clone, Debug)]
pub enum Quote<'a> {
    /// It has one.
    Priced(Bill<'a>),
    /// It has none.
    Unpriced(Unpriced<'a>),
}

impl<'a> Quote<'a> {
    /// The bill, if there is one.
    pub fn bill(&self) -> Option<&Bill<'a>> {
        match self {
            Self::Priced(bill) => Some(bill),
            Self::Unpriced(_) => None,
        }
    }
}

/// What a usage costs. Every amount has the modifiers and the multiplier in it and is rounded once, half
/// to even, from the exact sum; lines are rounded each for itself.
#[derive(Clone, Debug)]
pub struct Bill<'a> {
    /// The model, and how its name was found.
    pub matched: Match<'a>,
    /// The row that held when the request started.
    pub row: &'a Row,
    /// The tier that the prompt's length chose; `None` is the row's base price.
    pub tier: Option<&'a Tier>,
    /// What was used, without what was not.
    pub lines: Vec<Line>,
    /// Product of the modifiers, on token prices.
    pub modifier: Factor,
    /// The multiplier, on everything.
    pub multiplier: Factor,
    /// By the vendor's own list: the renminbi list where it publishes one, else the row's currency.
    pub native: Money,
    /// In US dollars: by the dollar list where the row has one, else converted.
    pub usd: Nanos,
    /// In renminbi: always `usd` times the exchange rate, unless the row itself is in renminbi.
    pub cny: Nanos,
    /// In US dollars, had the vendor no cache: every prompt token at the input price.
    pub without_cache: Nanos,
    /// What makes the amount less sure.
    pub caveat: Option<Caveat>,
}

/// An amount with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// The amount.
    pub amount: Nanos,
}

/// One bucket of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was used.
    pub bucket: Bucket,
    /// How much: tokens, or searches.
    pub count: u64,
    /// List price of [`Bucket::per`] of them.
    pub price: Money,
    /// What they cost, in US dollars.
    pub usd: Nanos,
}

/// Something that the price table could not take into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Caveat {
    /// The row holds on working days, and no list of that year's holidays is known.
    HolidaysUnknown {
        /// The year.
        year: i16,
    },
}
