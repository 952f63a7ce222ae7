//! The vendors' protocols: how an answer, a failure and the headers around them are written.

pub(crate) mod anthropic;
pub(crate) mod chat;
mod failure;
mod headers;
pub(crate) mod models;
pub(crate) mod responses;

use serde_json::Value;

use crate::answer::Answer;
use crate::request::Request;
use crate::sse::Event;

pub use failure::Failure;
pub(crate) use headers::vendor_headers;

/// A moment for everything that is dated inside answers: equal requests get equal bytes.
pub(crate) const CREATED: u64 = 1_795_132_800;

/// How a request speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Anthropic Messages.
    Messages,
    /// OpenAI Chat Completions.
    Chat,
    /// OpenAI Responses.
    Responses,
}

impl Dialect {
    /// By path; what is common to both vendors by the header that only Anthropic's clients send.
    pub fn of(request: &Request) -> Self {
        let path = request.path();
        if path.ends_with("/chat/completions") {
            Self::Chat
        } else if path.ends_with("/responses") {
            Self::Responses
        } else if path.contains("/messages") || request.header("anthropic-version").is_some() {
            Self::Messages
        } else {
            Self::Chat
        }
    }

    /// The answer as one JSON document.
    pub fn whole(self, answer: &Answer) -> Value {
        match self {
            Self::Messages => anthropic::whole(answer),
            Self::Chat => chat::whole(answer),
            Self::Responses => responses::whole(answer),
        }
    }

    /// The answer as events. `include_usage` counts for chat streams alone.
    pub fn events(self, answer: &Answer, include_usage: bool) -> Vec<Event> {
        match self {
            Self::Messages => anthropic::events(answer),
            Self::Chat => chat::events(answer, include_usage),
            Self::Responses => responses::events(answer),
        }
    }
}
