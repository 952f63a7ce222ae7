//! The live list: what runs and what has just ended, and who is watching.

mod day;
mod frames;
mod list;
mod news;
pub(crate) mod row;

pub use frames::{Watch, run_frames};
pub use list::{FinishedSince, Live};
