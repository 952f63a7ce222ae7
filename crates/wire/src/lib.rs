//! Understands bytes: dialects, server-sent events, usage, the conversation view.
//!
//! Pure: no IO, no clock. Tolerant: an unknown event or member is skipped, never an error.

pub mod assemble;
pub mod client;
pub mod conversation;
pub mod count;
pub mod dialect;
pub mod encoding;
pub mod fold;
pub mod scan;
pub mod signals;
pub mod sse;
pub mod summary;
pub mod text_lines;
pub mod translate;

pub use dialect::Dialect;
pub use fold::Fold;
pub use signals::Signals;
pub use summary::{Rest, Summary};
