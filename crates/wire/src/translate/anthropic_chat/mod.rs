//! The caller speaks Anthropic Messages, the upstream Chat Completions.

mod machine;

use http::HeaderMap;

use super::Translated;
use super::error::{ErrorAnswer, TranslateError, UpstreamError};
use super::memory::Memory;
use super::target::Target;
use crate::dialect::Dialect;

pub(super) use machine::StreamMachine;

pub(super) fn request(_: &[u8], _: &Target<'_>) -> Result<Translated, TranslateError> {
    Err(TranslateError::Unsupported {
        from: Dialect::Anthropic,
        to: Dialect::OpenAiChat,
    })
}

pub(super) fn answer(memory: &Memory, _: &[u8]) -> Result<Vec<u8>, ErrorAnswer> {
    Err(unsupported(memory))
}

pub(super) fn error(memory: &Memory, _: &UpstreamError<'_>) -> ErrorAnswer {
    unsupported(memory)
}

pub(super) fn headers(_: &Memory, _: &HeaderMap) -> Vec<(&'static str, String)> {
    Vec::new()
}

fn unsupported(memory: &Memory) -> ErrorAnswer {
    TranslateError::Unsupported {
        from: Dialect::Anthropic,
        to: Dialect::OpenAiChat,
    }
    .answer(Dialect::Anthropic, &memory.seed)
}
