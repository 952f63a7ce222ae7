//! What the user says, tool results among it.

use serde_json::{Value, json};

use super::part::Part;
use super::turns::{Block, blocks};
use super::{Request, media, wording};
use crate::translate::change::{ChangeKind, Reason};
use crate::translate::object::{filled, string, take_string};

/// A tool's answer, ready for a tool message.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) text: String,
    /// What no tool message can hold.
    pub(super) attachments: Vec<Part>,
}

impl Request<'_> {
    /// The content parts of a block that is no tool result.
    pub(super) fn user_block(&mut self, mut block: Block) -> Vec<Part> {
        let mark = self.cache_mark(&mut block);
        match block.kind.as_str() {
            "text" => match take_string(&mut block.json, "text") {
                Some(text) if !text.is_empty() => vec![Part::Text(text, mark)],
                _ => {
                    self.changes.dropped(&block.path, Reason::Empty);
                    Vec::new()
                }
            },
            "image" => vec![self.image(block)],
            "document" => self.document(block),
            "search_result" => vec![self.search_result(block)],
            "tool_reference" => {
                self.changes.converted(&block.path, Reason::AsText, "text");
                vec![Part::text(reference(&block))]
            }
            // What belongs to the assistant is dropped here too, if it comes from the wrong side.
            "thinking" | "redacted_thinking" | "fallback" => {
                self.changes.dropped(&block.path, Reason::CallerOnly);
                Vec::new()
            }
            "tool_addition" | "tool_removal" => {
                self.changes.note(
                    &block.path,
                    ChangeKind::Moved,
                    Reason::OtherForm,
                    Some("/tools".to_owned()),
                );
                Vec::new()
            }
            _ => {
                self.changes.converted(&block.path, Reason::AsText, "text");
                vec![Part::text(media::compact(block.json))]
            }
        }
    }

    /// The answer of a `tool_result` block.
    pub(super) fn outcome(&mut self, block: &mut Block) -> Outcome {
        self.cache_mark(block);
        let failed = block.json.get("is_error") == Some(&Value::Bool(true));
        let content = block
            .json
            .get_mut("content")
            .map(Value::take)
            .unwrap_or_default();
        let path = format!("{}/content", block.path);
        let inner = match content {
            Value::Bool(_) | Value::Number(_) => {
                blocks(Value::String(content.to_string()), &path, &mut self.changes)
            }
            content => blocks(content, &path, &mut self.changes),
        };
        let (mut texts, mut attachments) = (Vec::new(), Vec::new());
        for block in inner.unwrap_or_default() {
            for part in self.user_block(block) {
                match part {
                    Part::Text(text, _) => texts.push(text),
                    Part::Media(_) => attachments.push(part),
                }
            }
        }
        if !attachments.is_empty() {
            texts.push(wording::follows(attachments.len()));
            self.changes.note(
                &path,
                ChangeKind::Moved,
                Reason::OtherForm,
                Some("user".to_owned()),
            );
        }
        let text = match texts.join("\n") {
            text if text.is_empty() => wording::NO_OUTPUT.to_owned(),
            text => text,
        };
        if failed {
            let path = format!("{}/is_error", block.path);
            self.changes.converted(&path, Reason::AsText, "text");
        }
        Outcome {
            text: if failed { wording::failed(&text) } else { text },
            attachments,
        }
    }

    /// A result whose call is not there: the user says it.
    pub(super) fn orphan(&mut self, mut block: Block) -> Vec<Part> {
        let call = string(&block.json, "tool_use_id")
            .unwrap_or_default()
            .to_owned();
        let outcome = self.outcome(&mut block);
        self.changes.converted(&block.path, Reason::Missing, "text");
        let mut parts = vec![Part::text(wording::orphan(&call, &outcome.text))];
        parts.extend(outcome.attachments);
        parts
    }

    /// A block's cache mark, where the upstream understands it.
    pub(super) fn cache_mark(&mut self, block: &mut Block) -> Option<Value> {
        let mark = block
            .json
            .remove("cache_control")
            .filter(|mark| !mark.is_null())?;
        if self.able.cache_control {
            return Some(mark);
        }
        let path = format!("{}/cache_control", block.path);
        self.changes.dropped(&path, Reason::NoSuchField);
        None
    }
}

/// A message of role `tool`.
pub(super) fn tool_message(call: &str, text: String) -> Value {
    json!({"role": "tool", "tool_call_id": call, "content": text})
}

fn reference(block: &Block) -> String {
    let tool = filled(&block.json, "tool_name").or(filled(&block.json, "name"));
    wording::loaded(tool.unwrap_or_default())
}
