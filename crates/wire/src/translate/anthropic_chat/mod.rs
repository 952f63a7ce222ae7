//! The caller speaks Anthropic Messages, the upstream Chat Completions.

mod calls;
mod errors;
mod finish;
mod inside;
mod machine;
mod pieces;
mod request;
mod stream;
mod whole;
mod writer;

use http::HeaderMap;

use super::memory::Memory;

pub(super) use errors::error;
pub(super) use machine::UNKNOWN_TOOL;
pub(super) use request::request;
pub(super) use stream::StreamMachine;
pub(super) use whole::answer;

pub(super) fn headers(memory: &Memory, upstream: &HeaderMap) -> Vec<(&'static str, String)> {
    let id = errors::request_id(upstream).unwrap_or_else(|| memory.seed.clone());
    vec![("request-id", id)]
}
