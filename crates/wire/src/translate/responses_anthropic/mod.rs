//! The caller speaks Responses (Codex), the upstream Anthropic Messages.

mod book;
mod free_text;
mod items;
mod output;
mod request;
mod response;
mod seal;
mod stream;
mod tools;

use http::HeaderMap;

use super::error::{ErrorAnswer, UpstreamError};
use super::from_anthropic::failure;
use super::memory::Memory;

pub(super) use request::{Read, read, request};
pub(super) use stream::StreamMachine;

pub(super) fn answer(memory: &Memory, body: &[u8]) -> Result<Vec<u8>, ErrorAnswer> {
    StreamMachine::new(memory.clone()).whole(body)
}

pub(super) fn error(memory: &Memory, told: &UpstreamError<'_>) -> ErrorAnswer {
    failure::answer(memory, told)
}

pub(super) fn headers(_: &Memory, upstream: &HeaderMap) -> Vec<(&'static str, String)> {
    failure::headers(upstream)
}
