//! Anthropic Messages.

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
                    let message = Message::of(message);
                    self.anthropic_message(&message);
                    if let Some(usage) = message.usage.and_then(AnthropicUsage::read) {
                        self.reading.merge_anthropic_start(&usage);
                    }
                }
            }
            b"message_delta" => {
                let reason = delta.and_then(|delta| scan::member(delta, "stop_reason"));
                let reason = reason.and_then(scan::string);
                self.stop_reason = reason.or(self.stop_reason.take());
                let usage = scan::member(event.data, "usage").and_then(AnthropicUsage::read);
                if let Some(usage) = usage {
                    self.reading.merge_anthropic(&usage);
                    self.reading.is_final = self.stop_reason.is_some();
                }
            }
            b"message_stop" => self.ended = true,
            b"error" => {
                let told = scan::member(event.data, "error").and_then(told);
                let told = told.unwrap_or_default();
                self.note_error(told.kind.as_deref(), told.message.as_deref());
            }
            _ => {}
        }
        None
    }

    pub(super) fn anthropic_answer(&mut self, body: &[u8]) {
        // Half an answer is none.
        if !body.trim_ascii_end().ends_with(b"}") {
            return;
        }
        let message = Message::of(body);
        if let Some(told) = message.error.and_then(told) {
            self.note_error(told.kind.as_deref(), told.message.as_deref());
            return;
        }
        self.has_content = message.content.is_some_and(holds_something);
        self.content_bytes = if self.has_content { body.len() } else { 0 };
        self.anthropic_message(&message);
        if let Some(usage) = message.usage.and_then(AnthropicUsage::read) {
            self.reading.merge_anthropic(&usage);
        }
        self.ended = self.stop_reason.is_some();
    }

    fn anthropic_message(&mut self, message: &Message<'_>) {
        let text = |value: Option<&[u8]>| value.and_then(scan::string);
        self.response_id = text(message.id).or(self.response_id.take());
        self.model = text(message.model).or(self.model.take());
        self.stop_reason = text(message.stop_reason).or(self.stop_reason.take());
    }
}

/// The members of a message. Scanned, not parsed: most of it is text.
#[derive(Default)]
struct Message<'a> {
    id: Option<&'a [u8]>,
    model: Option<&'a [u8]>,
    stop_reason: Option<&'a [u8]>,
    usage: Option<&'a [u8]>,
    content: Option<&'a [u8]>,
    error: Option<&'a [u8]>,
}

impl<'a> Message<'a> {
    fn of(json: &'a [u8]) -> Self {
        let mut message = Self::default();
        for (name, value) in scan::members(json) {
            let member = match name {
                b"id" => &mut message.id,
                b"model" => &mut message.model,
                b"stop_reason" => &mut message.stop_reason,
                b"usage" => &mut message.usage,
                b"content" => &mut message.content,
                b"error" => &mut message.error,
                _ => continue,
            };
            *member = Some(value);
        }
        message
    }
}

/// What an `error` tells, if anything.
fn told(error: &[u8]) -> Option<Told> {
    let told: Told = serde_json::from_slice(error).ok()?;
    (told.kind.is_some() || told.message.is_some()).then_some(told)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    #[serde(rename = "type")]
    kind: Option<String>,
    message: Option<String>,
}
