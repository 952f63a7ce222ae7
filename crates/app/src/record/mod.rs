//! From what happened to what is kept.

mod backlog;
mod keep;
mod kept;
mod lag;
mod lines;
mod masked;
mod queue;
mod recorder;
mod redact;
mod waiting;

pub use kept::Kept;
pub(crate) use masked::masked;
pub use recorder::{OnRow, Pace, Recorder};
pub(crate) use redact::{Said, address, headers, secrets, word};
