//! Translation of requests, answers, streams and errors: what a caller would notice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod anthropic_events;
mod anthropic_stream;
