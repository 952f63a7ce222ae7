//! The nouns everybody shares: ids, time, money, tokens, secrets, redaction.
//!
//! This crate does no IO and knows neither tokio nor reqwest nor SQL.

pub mod id;
pub mod measured;
pub mod money;
pub mod redact;
pub mod secret;
pub mod time;
pub mod usage;

pub use id::ExchangeId;
pub use measured::{Measured, Unknown};
pub use money::{Currency, Nanos};
pub use secret::Secret;
pub use time::{Clock, SystemClock, Timestamp};
pub use usage::{Usage, UsageBasis};
