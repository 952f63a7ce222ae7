//! What the assistant said and called.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::part::Part;
use super::turns::Block;
use super::{Request, media, wording};
use crate::translate::capabilities::{Passback, ReasoningField};
use crate::translate::change::{ChangeKind, Reason};
use crate::translate::object::{Object, one, string, take_string};

/// What Google documents for calls that come from elsewhere and have no signature.
const UNSIGNED: &str = "skip_thought_signature_validator";

/// A call that waits for its result.
#[derive(Debug)]
pub(super) struct Call {
    /// The caller's id.
    pub(super) id: String,
    /// The id that goes out.
    pub(super) sent: String,
}

/// An assistant turn in the making.
#[derive(Debug, Default)]
pub(super) struct Said {
    texts: Vec<String>,
    thoughts: Vec<String>,
    tool_calls: Vec<Value>,
    pub(super) calls: Vec<Call>,
    /// How often each id has come: no two calls go out under one id.
    seen: HashMap<String, usize>,
    /// What has to be said by the user before: the summary of a compaction.
    pub(super) before: Vec<Part>,
}

impl Request<'_> {
    /// Takes one block of the assistant.
    pub(super) fn assistant_block(&mut self, mut block: Block, said: &mut Said) {
        self.cache_mark(&mut block);
        match block.kind.as_str() {
            "text" => match take_string(&mut block.json, "text") {
                Some(text) if !text.is_empty() => said.texts.push(text),
                _ => self.changes.dropped(&block.path, Reason::Empty),
            },
            "tool_use" if self.able.tools => self.tool_use(block, said),
            "tool_use" => {
                let tool = string(&block.json, "name").unwrap_or_default();
                said.texts
                    .push(wording::called(tool, &arguments(block.json.get("input"))));
                self.changes
                    .converted(&block.path, Reason::NotSupported, "text");
            }
            "thinking" => self.thinking(block, said),
            "redacted_thinking" | "fallback" => {
                self.changes.dropped(&block.path, Reason::CallerOnly);
            }
            "compaction" => match take_string(&mut block.json, "content") {
                Some(summary) if !summary.is_empty() => {
                    self.changes.note(
                        &block.path,
                        ChangeKind::Moved,
                        Reason::AsText,
                        Some("user".to_owned()),
                    );
                    said.before.push(Part::text(summary));
                }
                _ => self.changes.dropped(&block.path, Reason::Empty),
            },
            "tool_addition" | "tool_removal" => {
                self.changes.note(
                    &block.path,
                    ChangeKind::Moved,
                    Reason::OtherForm,
                    Some("/tools".to_owned()),
                );
            }
            "image" => {
                self.changes
                    .converted(&block.path, Reason::NotSupported, "text");
                said.texts.push(wording::left_out("image", "", None));
            }
            // Tools that the caller's own service ran, and whatever else there may be.
            _ => {
                self.changes.converted(&block.path, Reason::AsText, "text");
                said.texts.push(media::compact(block.json));
            }
        }
    }

    fn tool_use(&mut self, block: Block, said: &mut Said) {
        let id = string(&block.json, "id").unwrap_or_default();
        let seen = said.seen.entry(id.to_owned()).or_default();
        let again = std::mem::replace(seen, *seen + 1);
        let place = match (id.is_empty(), again) {
            (false, 0) => None,
            (false, again) => Some(again),
            (true, _) => {
                self.unnamed += 1;
                Some(self.unnamed)
            }
        };
        let sent = self.names.call(id, place);
        if sent != id {
            let path = format!("{}/id", block.path);
            self.changes.converted(&path, Reason::Limit, sent.as_str());
        }
        let tool = string(&block.json, "name").unwrap_or_default();
        let name = self.names.tool(tool);
        if name != tool {
            let path = format!("{}/name", block.path);
            self.changes.converted(&path, Reason::Limit, name.as_str());
        }
        let mut call = json!({
            "id": sent,
            "type": "function",
            "function": {"name": name, "arguments": arguments(block.json.get("input"))},
        });
        if self.able.call_signatures {
            call["extra_content"] = json!({"google": {"thought_signature": UNSIGNED}});
        }
        said.tool_calls.push(call);
        said.calls.push(Call {
            id: id.to_owned(),
            sent,
        });
    }

    fn thinking(&mut self, mut block: Block, said: &mut Said) {
        if self.able.reasoning_passback == Passback::Never {
            return self.changes.dropped(&block.path, Reason::NoSuchField);
        }
        match take_string(&mut block.json, "thinking") {
            Some(text) if !text.is_empty() => {
                self.changes.converted(
                    &block.path,
                    Reason::OtherForm,
                    reasoning_field(self.able.reasoning_field),
                );
                said.thoughts.push(text);
            }
            _ => self.changes.dropped(&block.path, Reason::Empty),
        }
    }

    /// The message; `None` where nothing was said.
    pub(super) fn assistant_message(&self, said: &mut Said) -> Option<Value> {
        if said.texts.is_empty() && said.tool_calls.is_empty() {
            return None;
        }
        let mut message = Object::new();
        message.insert("role".to_owned(), json!("assistant"));
        let content = match said.texts.is_empty() {
            true => Value::Null,
            false => Value::String(std::mem::take(&mut said.texts).join("\n")),
        };
        message.insert("content".to_owned(), content);
        if let Some(reasoning) = self.reasoning_sent_back(said) {
            let field = reasoning_field(self.able.reasoning_field);
            message.insert(field.to_owned(), Value::String(reasoning));
        }
        if !said.tool_calls.is_empty() {
            let calls = std::mem::take(&mut said.tool_calls);
            message.insert("tool_calls".to_owned(), Value::Array(calls));
        }
        Some(Value::Object(message))
    }

    fn reasoning_sent_back(&self, said: &Said) -> Option<String> {
        let known = Some(said.thoughts.join("\n")).filter(|thoughts| !thoughts.is_empty());
        match self.able.reasoning_passback {
            Passback::Never => None,
            Passback::Always => known,
            Passback::ToolCalls if said.tool_calls.is_empty() => None,
            Passback::ToolCalls => known.or(Some(wording::NO_REASONING.to_owned())),
        }
    }
}

fn reasoning_field(field: ReasoningField) -> &'static str {
    match field {
        ReasoningField::ReasoningContent => "reasoning_content",
        ReasoningField::Reasoning => "reasoning",
    }
}

/// A call's input as the text that it is in Chat Completions. A text that is an object already stays one.
fn arguments(input: Option<&Value>) -> String {
    match input {
        None | Some(Value::Null) => "{}".to_owned(),
        Some(Value::String(text)) => match serde_json::from_str::<Object>(text) {
            Ok(_) => text.clone(),
            Err(_) if text.trim().is_empty() => "{}".to_owned(),
            Err(_) => one("input", text.as_str()).to_string(),
        },
        Some(object @ Value::Object(_)) => object.to_string(),
        Some(other) => one("input", other.clone()).to_string(),
    }
}
