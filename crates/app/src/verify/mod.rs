//! Authenticity tests: the pure tester of `crates/verify` driven over real HTTP, its results kept.

mod drive;
mod error;
mod keep;
mod passive;
mod presets;
mod schedule;
mod send;
mod start;
mod tester;

pub use error::VerifyError;
pub(crate) use passive::{Message, Watch, run as run_passive};
pub(crate) use schedule::run as run_schedule;
pub use tester::Tester;
