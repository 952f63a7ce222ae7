//! Anthropic Messages.

use serde::Deserialize;

use super::usage::AnthropicUsage;
use super::{Content, Delta, Fold, delta_of};
use crate::scan;
use crate::sse::Event;

/// Members that hold added content, by what they add. A `signature_delta` is no content.
const DELTAS: &[(&[u8], Content)] = &[
    (b"\"text\":\"", Content::Text),
    (b"\"partial_json\":\"", Content::ToolCall),
    (b"\"thinking\":\"", Content::Thinking),
    (b"\"text\": \"", Content::Text),
    (b"\"partial_json\": \"", Content::ToolCall),
    (b"\"thinking\": \"", Content::Thinking),
];

/// Whether a block begins that calls a tool: `tool_use`, `server_tool_use`, `mcp_tool_use`.
fn begins_a_call(data: &[u8]) -> bool {
    let block = scan::member(data, "content_block");
    let kind = block.and_then(|block| scan::member(block, "type"));
    kind.is_some_and(|kind| kind.ends_with(b"tool_use\""))
}

impl Fold {
    pub(super) fn anthropic_event(&mut self, event: &Event<'_>) -> Option<Delta> {
        // Relays may drop the `event:` line; the data names its type too.
        let named = scan::member(event.data, "type").and_then(|kind| kind.strip_prefix(b"\""));
        match named.map_or(event.name, |kind| &kind[..kind.len() - 1]) {
            b"content_block_delta" => return delta_of(event.data, DELTAS),
            // A call without input has no delta, and is an answer all the same.
            b"content_block_start" if begins_a_call(event.data) => self.has_content = true,
            b"message_start" => {
                if let Ok(start) = serde_json::from_slice::<Start>(event.data) {
                    self.anthropic_message(start.message);
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
        if let Ok(failure) = serde_json::from_slice::<Failure>(body)
            && (failure.error.kind.is_some() || failure.error.message.is_some())
        {
            self.note_error(
                failure.error.kind.as_deref(),
                failure.error.message.as_deref(),
            );
            return;
        }
        if let Ok(message) = serde_json::from_slice::<Message>(body) {
            self.has_content = message
                .content
                .as_ref()
                .is_some_and(|content| !content.is_empty());
            self.content_bytes = if self.has_content { body.len() } else { 0 };
            self.ended = message.stop_reason.is_some();
            self.anthropic_message(message);
        }
    }

    fn anthropic_message(&mut self, message: Message) {
        self.model = message.model.or(self.model.take());
        self.response_id = message.id.or(self.response_id.take());
        self.stop_reason = message.stop_reason.or(self.stop_reason.take());
        if let Some(usage) = &message.usage {
            self.reading.merge_anthropic(usage);
        }
    }
}

#[derive(Debug, Deserialize)]
struct Start {
    message: Message,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    id: Option<String>,
    model: Option<String>,
    stop_reason: Option<String>,
    usage: Option<AnthropicUsage>,
    content: Option<Vec<serde::de::IgnoredAny>>,
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
