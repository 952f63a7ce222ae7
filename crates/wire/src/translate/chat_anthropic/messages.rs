//! The messages.

use serde_json::{Value, json};

use crate::translate::Capabilities;
use crate::translate::change::{Changes, Reason};
use crate::translate::error::TranslateError;
use crate::translate::object::Object;
use crate::translate::to_anthropic::media::Parts;
use crate::translate::to_anthropic::names::Names;
use crate::translate::to_anthropic::turns::{Piece, Sourced};
use crate::translate::to_anthropic::{input_of, result_content, text_of};

/// The name of a call that has none.
const NAMELESS: &str = "unnamed_tool";

/// Reads messages one after the other.
pub(super) struct Messages<'a> {
    capabilities: &'a Capabilities,
    names: &'a mut Names,
    changes: &'a mut Changes,
    system: Vec<Value>,
    pieces: Vec<Sourced>,
}

impl<'a> Messages<'a> {
    pub(super) fn new(
        capabilities: &'a Capabilities,
        names: &'a mut Names,
        changes: &'a mut Changes,
    ) -> Self {
        Self {
            capabilities,
            names,
            changes,
            system: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// The system prompt, and the conversation.
    pub(super) fn finish(self) -> (Vec<Value>, Vec<Sourced>) {
        (self.system, self.pieces)
    }

    /// The next message.
    pub(super) fn take(&mut self, index: usize, message: Value) -> Result<(), TranslateError> {
        let Value::Object(mut message) = message else {
            return Err(TranslateError::Type {
                field: format!("messages.{index}"),
                wanted: "dictionary",
            });
        };
        let content = message.remove("content").unwrap_or_default();
        let path = format!("/messages/{index}/content");
        match message
            .get("role")
            .and_then(Value::as_str)
            .unwrap_or("user")
        {
            "system" | "developer" => self.system(content, &path, index),
            "assistant" | "model" => self.assistant(message, content, index),
            "tool" | "function" => {
                let id = ["tool_call_id", "name"].into_iter();
                let id = id.filter_map(|name| message.get(name)?.as_str()).next();
                let id = id.filter(|id| !id.is_empty()).map(str::to_owned);
                let blocks = self.blocks(content, &path);
                let result = Piece::Result {
                    id,
                    content: result_content(blocks),
                    is_error: false,
                };
                self.pieces.push((result, index));
            }
            _ => {
                let blocks = self.blocks(content, &path);
                self.pieces.push((Piece::User(blocks), index));
            }
        }
        Ok(())
    }

    fn blocks(&mut self, content: Value, path: &str) -> Vec<Value> {
        Parts {
            capabilities: self.capabilities,
            changes: self.changes,
        }
        .blocks(content, path)
    }

    /// Instructions: the system prompt, as long as nobody else has spoken.
    fn system(&mut self, content: Value, path: &str, index: usize) {
        if self.pieces.is_empty() {
            let mut blocks = self.blocks(content, path);
            blocks.retain(|block| {
                block["type"] == "text"
                    && block["text"]
                        .as_str()
                        .is_some_and(|text| !text.trim().is_empty())
            });
            self.system.append(&mut blocks);
            return;
        }
        let text = text_of(&content);
        if !text.trim().is_empty() {
            self.pieces.push((Piece::System(text), index));
        }
    }

    fn assistant(&mut self, mut message: Object, content: Value, index: usize) {
        let path = format!("/messages/{index}");
        let mut blocks = self.thoughts(&mut message, &path);
        blocks.append(&mut self.blocks(content, &format!("{path}/content")));
        if let Some(refusal) = message.remove("refusal").filter(Value::is_string) {
            let part = json!([{"type": "refusal", "refusal": refusal}]);
            blocks.append(&mut self.blocks(part, &format!("{path}/refusal")));
        }
        self.pieces.push((Piece::Assistant(blocks), index));
        if let Some(Value::Array(calls)) = message.remove("tool_calls") {
            for call in calls {
                self.call(call, index);
            }
        }
        if let Some(Value::Object(mut function)) = message.remove("function_call") {
            let name = function.remove("name");
            let name = name.as_ref().and_then(Value::as_str).unwrap_or(NAMELESS);
            let call = Piece::Call {
                // A message of the role `function` answers by the name.
                id: Some(name.to_owned()),
                name: self.names.upstream(name),
                input: input_of(function.remove("arguments")),
            };
            self.pieces.push((call, index));
        }
    }

    /// What the assistant thought, where it is sealed: everything else Anthropic would refuse.
    fn thoughts(&mut self, message: &mut Object, path: &str) -> Vec<Value> {
        for name in ["reasoning_content", "reasoning", "reasoning_details"] {
            if message.get(name).is_some_and(|thought| !thought.is_null()) {
                self.changes
                    .dropped(&format!("{path}/{name}"), Reason::NotSupported);
            }
        }
        let Some(Value::Array(thoughts)) = message.remove("thinking_blocks") else {
            return Vec::new();
        };
        let is_sealed = |thought: &Value| {
            let seal = match thought["type"].as_str() {
                Some("thinking") => &thought["signature"],
                Some("redacted_thinking") => &thought["data"],
                _ => &Value::Null,
            };
            seal.as_str().is_some_and(|seal| !seal.is_empty())
        };
        thoughts.into_iter().filter(is_sealed).collect()
    }

    fn call(&mut self, call: Value, index: usize) {
        let Value::Object(mut call) = call else {
            return;
        };
        let custom = call.remove("custom");
        let (inner, member) = match custom {
            Some(custom) => (Some(custom), "input"),
            None => (call.remove("function"), "arguments"),
        };
        let mut inner = match inner {
            Some(Value::Object(inner)) => inner,
            _ => Object::new(),
        };
        let told = inner.remove(member);
        let input = match member {
            "input" => json!({"input": told.unwrap_or_default()}),
            _ => input_of(told),
        };
        let name = inner
            .get("name")
            .and_then(Value::as_str)
            .filter(|name| !name.is_empty());
        let id = call
            .get("id")
            .and_then(Value::as_str)
            .filter(|id| !id.is_empty());
        let piece = Piece::Call {
            id: id.map(str::to_owned),
            name: self.names.upstream(name.unwrap_or(NAMELESS)),
            input,
        };
        self.pieces.push((piece, index));
    }
}
