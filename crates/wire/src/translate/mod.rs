//! Translation: a caller speaks one dialect, the upstream another.
//!
//! The life of one translated call, all of it pure:
//!
//! 1. [`Pair::of`] says whether there is a way from the caller's dialect to the upstream's.
//! 2. [`request`] turns the caller's body into the upstream's, by the [`Capabilities`] of that site and
//!    model, and gives the [`Memory`] that the way back needs and the list of [`Change`]s for the panel.
//! 3. The answer comes: [`StreamMachine`] where a stream was asked for, [`answer`] where not, [`error`]
//!    for a status of 400 and more; [`headers`] for what a good answer gets besides.
//! 4. Where the upstream refused something it cannot do, [`lesson::learn`] says what, and the call can be
//!    made again with better [`Capabilities`].
//!
//! Bytes go in, bytes come out; nothing here fails on an unknown member, and ids are made from a seed, so
//! that a recorded exchange is translated again to the same bytes.

mod anthropic_chat;
pub mod capabilities;
pub mod change;
mod chat_anthropic;
pub mod error;
mod estimate;
mod from_anthropic;
mod json_end;
pub mod lesson;
pub mod machine;
pub mod memory;
mod mint;
pub mod models;
mod names;
mod object;
pub mod pair;
mod parse;
pub mod presets;
mod reasoning;
mod responses_anthropic;
mod responses_chat;
mod schema;
mod size;
pub mod target;
mod to_anthropic;
mod told;

use http::HeaderMap;

pub use capabilities::Capabilities;
pub use change::{Change, ChangeKind};
pub use error::{ErrorAnswer, TranslateError, UpstreamError};
pub use lesson::Lesson;
pub use machine::StreamMachine;
pub use memory::Memory;
pub use pair::Pair;
pub use presets::Preset;
pub use target::Target;

/// A request in the upstream's dialect.
#[derive(Clone, Debug)]
pub struct Translated {
    /// The body to send.
    pub body: Vec<u8>,
    /// The upstream's path, such as `/v1/chat/completions`.
    pub path: &'static str,
    /// What the way back needs.
    pub memory: Memory,
    /// What was dropped or changed, in the order of the body; at most [`change::MOST`].
    pub changes: Vec<Change>,
}

/// Translates a caller's request.
///
/// # Errors
/// When the body cannot be read or lacks what no request can do without. The error names the field.
pub fn request(pair: Pair, body: &[u8], target: &Target<'_>) -> Result<Translated, TranslateError> {
    match pair {
        Pair::AnthropicChat => anthropic_chat::request(body, target),
        Pair::ChatAnthropic => chat_anthropic::request(body, target),
        Pair::ResponsesAnthropic => responses_anthropic::request(body, target),
        Pair::ResponsesChat => responses_chat::request(body, target),
    }
}

/// Translates a whole answer (status 2xx) for the caller. A stream that came although none was asked for is
/// put together first.
///
/// # Errors
/// When the body is an error although the status said 200, or is no answer at all.
pub fn answer(memory: &Memory, body: &[u8]) -> Result<Vec<u8>, ErrorAnswer> {
    match memory.pair {
        Pair::AnthropicChat => anthropic_chat::answer(memory, body),
        Pair::ChatAnthropic => chat_anthropic::answer(memory, body),
        Pair::ResponsesAnthropic => responses_anthropic::answer(memory, body),
        Pair::ResponsesChat => responses_chat::answer(memory, body),
    }
}

/// Translates the upstream's error answer (status 400 and more) for the caller.
pub fn error(memory: &Memory, told: &UpstreamError<'_>) -> ErrorAnswer {
    match memory.pair {
        Pair::AnthropicChat => anthropic_chat::error(memory, told),
        Pair::ChatAnthropic => chat_anthropic::error(memory, told),
        Pair::ResponsesAnthropic => responses_anthropic::error(memory, told),
        Pair::ResponsesChat => responses_chat::error(memory, told),
    }
}

/// Headers that a good answer gets besides content type and our own: name and value.
pub fn headers(memory: &Memory, upstream: &HeaderMap) -> Vec<(&'static str, String)> {
    match memory.pair {
        Pair::AnthropicChat => anthropic_chat::headers(memory, upstream),
        Pair::ChatAnthropic => chat_anthropic::headers(memory, upstream),
        Pair::ResponsesAnthropic => responses_anthropic::headers(memory, upstream),
        Pair::ResponsesChat => responses_chat::headers(memory, upstream),
    }
}
