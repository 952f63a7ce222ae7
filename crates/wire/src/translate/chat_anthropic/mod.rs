//! The caller speaks Chat Completions, the upstream Anthropic Messages.

mod answer;
mod chunks;
mod messages;
mod request;
mod stream;

use http::HeaderMap;

use super::error::{ErrorAnswer, UpstreamError};
use super::from_anthropic::failure;
use super::memory::Memory;

pub(super) use answer::answer;
pub(super) use request::request;
pub(super) use stream::StreamMachine;

pub(super) fn error(memory: &Memory, told: &UpstreamError<'_>) -> ErrorAnswer {
    failure::answer(memory, told)
}

pub(super) fn headers(_: &Memory, upstream: &HeaderMap) -> Vec<(&'static str, String)> {
    failure::headers(upstream)
}
