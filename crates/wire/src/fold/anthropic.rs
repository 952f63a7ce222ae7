//! Anthropic Messages.

use memchr::memmem;
use serde::Deserialize;

use super::usage::AnthropicUsage;
use super::{Content, Delta, Fold};
use crate::scan;
use crate::sse::Event;

/// What a delta adds, by the member that holds it. A `signature_delta` is no content.
fn content_of(member: &[u8]) -> Option<Content> {
    match member {
        b"text" => Some(Content::Text),
        b"partial_json" => Some(Content::ToolCall),
        b"thinking" => Some(Content::Thinking),
        _ => None,
    }
}

/// The content in the `delta` of a `content_block_delta`.
fn content(delta: &[u8]) -> Option<Delta> {
    scan::members(delta).find_map(|(name, value)| {
        let content = content_of(name)?;
        let text = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        (!text.is_empty()).then_some(Delta {
            content,
            bytes: text.len(),
        })
    })
}

/// `type` and `delta` of an event's data.
fn type_and_delta(data: &[u8]) -> (Option<&[u8]>, Option<&[u8]>) {
    let (mut kind, mut delta) = (None, None);
    for (name, value) in scan::members(data) {
        match name {
            b"type" => {
                kind = value
                    .strip_prefix(b"\"")
                    .and_then(|kind| kind.strip_suffix(b"\""))
            }
            b"delta" => delta = Some(value),
            _ => {}
        }
        if kind.is_some() && delta.is_some() {
            break;
        }
    }
    (kind, delta)
}

/// Whether a block begins that calls a tool: `tool_use`, `server_tool_use`, `mcp_tool_use`.
fn begins_a_call(data: &[u8]) -> bool {
    let block = scan::member(data, "content_block");
    let kind = block.and_then(|block| scan::member(block, "type"));
    kind.is_some_and(|kind| kind.ends_with(b"tool_use\""))
}

/// Whether a list is not empty.
fn holds_something(list: &[u8]) -> bool {
    let inside = list
        .strip_prefix(b"[")
        .and_then(|rest| rest.strip_suffix(b"]"));
    inside.is_some_and(|inside| !inside.trim_ascii().is_empty())
}

impl Fold {
    pub(super) fn anthropic_event(&mut self, event: &Event<'_>) -> Option<Delta> {
        // Relays may drop the `event:` line; the data names its type too.
        let (kind, delta) = type_and_delta(event.data);
        match kind.unwrap_or(event.name) {
            b"content_block_delta" => return delta.and_then(content),
            // A call without input has no delta, and is an answer all the same.
            b"content_block_start" if begins_a_call(event.data) => self.has_content = true,
            b"message_start" => {
                if let Some(message) = scan::member(event.data, "message") {
                    self.anthropic_message(message);
                }
            }
            b"message_delta" => {
                if let Ok(delta) = serde_json::from_slice::<MessageDelta>(event.data) {
                    self.stop_reason = delta.delta.stop_reason.or(self.stop_reason.take());
                    if let Some(usage) = &delta.usage {
                        self.reading.merge_anthropic(usage);
                        self.reading.is_final = self.stop_reason.is_some();
                    }
                }
            }
            b"message_stop" => self.ended = true,
            b"error" => {
                let failure = serde_json::from_slice::<Failure>(event.data).unwrap_or_default();
                self.note_error(
                    failure.error.kind.as_deref(),
                    failure.error.message.as_deref(),
                );
            }
            _ => {}
        }
        None
    }

    pub(super) fn anthropic_answer(&mut self, body: &[u8]) {
        let may_fail = memmem::find(body, b"\"error\"").is_some();
        if may_fail
            && let Ok(failure) = serde_json::from_slice::<Failure>(body)
            && (failure.error.kind.is_some() || failure.error.message.is_some())
        {
            self.note_error(
                failure.error.kind.as_deref(),
                failure.error.message.as_deref(),
            );
            return;
        }
        // Half an answer is none.
        if !body.trim_ascii_end().ends_with(b"}") {
            return;
        }
        let content = scan::member(body, "content");
        self.has_content = content.is_some_and(holds_something);
        self.content_bytes = if self.has_content { body.len() } else { 0 };
        self.anthropic_message(body);
        self.ended = self.stop_reason.is_some();
    }

    /// The members of a message besides its content. Scanned, not parsed: most of it is text.
    fn anthropic_message(&mut self, message: &[u8]) {
        for (name, value) in scan::members(message) {
            match name {
                b"id" => self.response_id = scan::string(value).or(self.response_id.take()),
                b"model" => self.model = scan::string(value).or(self.model.take()),
                b"stop_reason" => {
                    self.stop_reason = scan::string(value).or(self.stop_reason.take())
                }
                b"usage" => {
                    if let Ok(usage) = serde_json::from_slice(value) {
                        self.reading.merge_anthropic(&usage);
                    }
                }
                _ => {}
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct MessageDelta {
    #[serde(default)]
    delta: Stop,
    usage: Option<AnthropicUsage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stop {
    stop_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    error: Told,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    #[serde(rename = "type")]
    kind: Option<String>,
    message: Option<String>,
}
