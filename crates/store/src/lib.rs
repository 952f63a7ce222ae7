//! Remembers exchanges: SQLite, schema steps, de-duplicated bodies, search, retention.
//!
//! One [`Store`] owns the file. Writes come in batches, one at a time; reads have connections of
//! their own and never wait for a write. Everything here blocks: callers are on threads that may.

mod body;
mod clean;
mod compress;
mod detail;
mod error;
mod exchange;
mod list;
mod memory;
mod number;
mod open;
#[cfg(test)]
mod plans;
mod read;
mod rows;
mod search;
pub mod sites;
mod spans;
mod spend;
mod tally;
pub mod vault;
mod write;

pub use body::{Body, NewBody, Side};
pub use clean::{Cleaned, Retention};
pub use error::{Holds, StoreError};
pub use exchange::{Exchange, Filter, Page};
pub use open::{Size, Store};
pub use search::{Found, ReadAnswer, Search};
pub use spend::Spend;
pub use write::Change;
