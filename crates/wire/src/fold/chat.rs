//! OpenAI Chat Completions.

use memchr::memmem;
use serde::Deserialize;
use serde_json::Value;

use super::number::object;
use super::usage::OpenAiUsage;
use super::{Content, Delta, Fold, delta_of};
use crate::sse::Event;

/// Members that hold added content, by what they add.
const DELTAS: &[(&[u8], Content)] = &[
    (b"\"content\":\"", Content::Text),
    (b"\"arguments\":\"", Content::ToolCall),
    (b"\"reasoning_content\":\"", Content::Thinking),
    (b"\"reasoning\":\"", Content::Thinking),
    (b"\"refusal\":\"", Content::Text),
    (b"\"content\": \"", Content::Text),
    (b"\"arguments\": \"", Content::ToolCall),
    (b"\"reasoning_content\": \"", Content::Thinking),
];

/// What only a chunk worth parsing holds. `"usage":null` stands in every chunk of some upstreams.
const TELLING: &[&[u8]] = &[
    b"\"usage\":{",
    b"\"usage\": {",
    b"\"error\":",
    b"\"finish_reason\":\"",
    b"\"finish_reason\": \"",
];

impl Fold {
    pub(super) fn chat_event(&mut self, event: &Event<'_>) -> Option<Delta> {
        if event.data == b"[DONE]" {
            self.ended = true;
            return None;
        }
        let delta = delta_of(event.data, DELTAS);
        let telling = self.model.is_none()
            || TELLING
                .iter()
                .any(|key| memmem::find(event.data, key).is_some());
        if telling && let Ok(chunk) = serde_json::from_slice::<Chunk>(event.data) {
            self.chat_chunk(chunk);
        }
        delta
    }

    pub(super) fn chat_answer(&mut self, body: &[u8]) {
        if let Ok(chunk) = serde_json::from_slice::<Chunk>(body) {
            self.has_content = chunk.choices.iter().any(|choice| !choice.message.is_null());
            self.content_bytes = if self.has_content { body.len() } else { 0 };
            self.ended = self.has_content;
            self.chat_chunk(chunk);
        }
    }

    fn chat_chunk(&mut self, chunk: Chunk) {
        self.model = chunk
            .model
            .filter(|model| !model.is_empty())
            .or(self.model.take());
        self.response_id = chunk.id.or(self.response_id.take());
        let stopped = chunk
            .choices
            .into_iter()
            .find_map(|choice| choice.finish_reason);
        self.stop_reason = stopped.or(self.stop_reason.take());
        if let Some(usage) = &chunk.usage {
            self.reading.merge_openai(usage);
            self.reading.is_final = self.stop_reason.is_some();
        }
        self.openai_error(&chunk.error);
    }

    /// An `error` member: an object, or in some relays a bare text.
    pub(super) fn openai_error(&mut self, error: &Value) {
        match error {
            Value::Null => {}
            Value::String(message) => self.note_error(None, Some(message)),
            error => {
                let text = |name: &str| error.get(name).and_then(Value::as_str);
                self.note_error(text("code").or(text("type")), text("message"));
            }
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chunk {
    id: Option<String>,
    model: Option<String>,
    choices: Vec<Choice>,
    #[serde(deserialize_with = "object")]
    usage: Option<OpenAiUsage>,
    error: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Choice {
    finish_reason: Option<String>,
    message: Value,
}
