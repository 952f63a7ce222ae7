//! Usage to money, from the price tables in `config/pricing`.
//!
//! A [`Catalog`] is loaded once and never changes. It leads a model's spelling to a [`Model`], picks
//! the [`Row`] that held when the request started, and answers a [`Quote`]: the exact amount, or why
//! there is none. What is not known is never 0 and never another model's price.
//!
//! This crate does no IO. It does not read usage from answers and knows no relay's tariffs: a relay's
//! multiplier comes in with the [`Ask`].

mod ask;
mod bucket;
mod bundled;
mod catalog;
mod compile;
mod decimal;
mod entry;
mod error;
mod exact;
mod factor;
mod file;
mod model;
mod names;
mod place;
mod quote;
mod rates;
mod reckon;
mod resolve;
mod row;
mod spelling;
mod suffix;
mod tool;
mod unpriced;
mod window;

pub use ask::Ask;
pub use bucket::Bucket;
pub use catalog::Catalog;
pub use error::{PriceError, Problem};
pub use factor::Factor;
pub use file::Source;
pub use model::{Confidence, Model};
pub use quote::{Bill, Caveat, Line, Money, Quote};
pub use rates::{Lifetime, Rates};
pub use resolve::{Match, Rule};
pub use row::{Provenance, Row, Tier};
pub use tool::{ToolKind, ToolPrice};
pub use unpriced::Unpriced;
pub use window::Window;
