//! The caller speaks Responses (Codex), the upstream Chat Completions.
//!
//! The way leads over Anthropic Messages: what is known of Responses is known once, and so is what is known
//! of the oddities of Chat servers.

mod paths;
mod request;
mod stream;

use http::HeaderMap;

use super::error::{ErrorAnswer, UpstreamError};
use super::from_anthropic::failure;
use super::memory::Memory;

pub(super) use request::request;
pub(super) use stream::StreamMachine;

pub(super) fn answer(memory: &Memory, body: &[u8]) -> Result<Vec<u8>, ErrorAnswer> {
    StreamMachine::new(memory.clone()).whole(body)
}

/// OpenAI's errors stay what they are, only in one form and with the headers that clients act on.
pub(super) fn error(memory: &Memory, told: &UpstreamError<'_>) -> ErrorAnswer {
    failure::answer(memory, told)
}

pub(super) fn headers(_: &Memory, upstream: &HeaderMap) -> Vec<(&'static str, String)> {
    failure::headers(upstream)
}
