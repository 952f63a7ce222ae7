//! The items of a Responses request.

use serde_json::{Value, json};

use super::seal;
use super::tools::Offer;
use crate::translate::Capabilities;
use crate::translate::change::{Changes, Reason};
use crate::translate::error::TranslateError;
use crate::translate::memory::ToolShape;
use crate::translate::object::Object;
use crate::translate::to_anthropic::compose::Reader;
use crate::translate::to_anthropic::media::Parts;
use crate::translate::to_anthropic::turns::{Piece, Sourced};
use crate::translate::to_anthropic::{input_of, result_content, text_of};

/// The name of a call that has none.
const NAMELESS: &str = "unnamed_tool";

/// Reads items one after the other.
pub(super) struct Items<'a> {
    pub(super) capabilities: &'a Capabilities,
    /// The model that shall read thoughts again.
    pub(super) model: &'a str,
    pub(super) reader: Reader,
    pub(super) offer: &'a mut Offer,
    pub(super) changes: &'a mut Changes,
    pub(super) system: Vec<Value>,
    pub(super) pieces: Vec<Sourced>,
}

impl Items<'_> {
    /// The next item.
    pub(super) fn take(&mut self, index: usize, item: Value) -> Result<(), TranslateError> {
        let mut item = match item {
            Value::Object(item) => item,
            Value::String(text) => {
                let blocks = self.blocks(json!(text), &format!("/input/{index}"));
                self.pieces.push((Piece::User(blocks), index));
                return Ok(());
            }
            _ => {
                return Err(TranslateError::Type {
                    field: format!("input.{index}"),
                    wanted: "dictionary",
                });
            }
        };
        let path = format!("/input/{index}");
        let kind = item
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or("message")
            .to_owned();
        match kind.as_str() {
            "message" | "agent_message" => self.message(item, index),
            "reasoning" => self.reasoning(&mut item, &path, index),
            "function_call" | "custom_tool_call" => {
                let is_custom = kind == "custom_tool_call";
                let member = if is_custom { "input" } else { "arguments" };
                let told = item.remove(member);
                let input = match is_custom {
                    true => json!({"input": text_of(&told.unwrap_or_default())}),
                    false => input_of(told),
                };
                let object = Value::Object(item);
                let name = self.offer.book.named(&object, is_custom);
                let name = name.unwrap_or_else(|| NAMELESS.to_owned());
                self.call(&object, name, input, index);
            }
            "local_shell_call" => {
                let input = shell_input(item.remove("action"));
                let name = self.offer.book.upstream(ToolShape::LocalShell);
                self.call(&Value::Object(item), name, input, index);
            }
            "tool_search_call" => {
                let input = input_of(item.remove("arguments"));
                let name = self.offer.book.upstream(ToolShape::ToolSearch);
                self.call(&Value::Object(item), name, input, index);
            }
            "tool_search_output" => self.found(item, &path, index),
            "function_call_output" | "custom_tool_call_output" | "local_shell_call_output" => {
                self.output(item, &path, index);
            }
            "additional_tools" => {
                let tools = take_list(&mut item, "tools");
                self.offer
                    .list(tools, &format!("{path}/tools"), true, self.changes);
            }
            "mcp_call" | "code_interpreter_call" | "apply_patch_call" | "shell_call" => {
                item.remove("encrypted_content");
                self.changes.converted(&path, Reason::AsText, "text");
                let text = Value::Object(item).to_string();
                let block = json!({"type": "text", "text": text});
                self.pieces.push((Piece::Assistant(vec![block]), index));
            }
            // What the vendor did itself, or what only the vendor can read.
            _ => self.changes.dropped(&path, Reason::CallerOnly),
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

    fn message(&mut self, mut item: Object, index: usize) {
        let content = item.remove("content").unwrap_or_default();
        let path = format!("/input/{index}/content");
        match item.get("role").and_then(Value::as_str).unwrap_or("user") {
            "system" | "developer" if self.pieces.is_empty() => {
                let text = text_of(&content);
                if !text.trim().is_empty() {
                    self.system.push(json!({"type": "text", "text": text}));
                }
            }
            "system" | "developer" => {
                let text = text_of(&content);
                if !text.trim().is_empty() {
                    self.pieces.push((Piece::System(text), index));
                }
            }
            "assistant" => {
                let blocks = self.blocks(content, &path);
                self.pieces.push((Piece::Assistant(blocks), index));
            }
            _ => {
                let blocks = self.blocks(content, &path);
                self.pieces.push((Piece::User(blocks), index));
            }
        }
    }

    /// Thoughts: our own with their signature; the words of others only for whoever takes words.
    fn reasoning(&mut self, item: &mut Object, path: &str, index: usize) {
        let sealed = item.get("encrypted_content").and_then(Value::as_str);
        if let Some(block) = sealed.and_then(|sealed| seal::open(sealed, self.model)) {
            self.pieces.push((Piece::Assistant(vec![block]), index));
            return;
        }
        let said = ["content", "summary"]
            .into_iter()
            .filter_map(|name| item.remove(name));
        let said = said
            .map(|said| text_of(&said))
            .find(|said| !said.trim().is_empty());
        match said.filter(|_| self.reader == Reader::Translation) {
            Some(said) => {
                let block = json!({"type": "thinking", "thinking": said, "signature": ""});
                self.pieces.push((Piece::Assistant(vec![block]), index));
            }
            None => self.changes.dropped(path, Reason::NotSupported),
        }
    }

    fn call(&mut self, item: &Value, name: String, input: Value, index: usize) {
        let call = Piece::Call {
            id: id_of(item),
            name,
            input,
        };
        self.pieces.push((call, index));
    }

    fn output(&mut self, mut item: Object, path: &str, index: usize) {
        let mut output = item.remove("output").unwrap_or_default();
        let mut is_error = false;
        if let Value::Object(told) = &mut output
            && told.get("type").is_none()
        {
            is_error = told.get("success") == Some(&json!(false));
            if let Some(content) = told.remove("content") {
                output = content;
            }
        }
        let blocks = self.blocks(output, &format!("{path}/output"));
        let result = Piece::Result {
            id: id_of(&Value::Object(item)),
            content: result_content(blocks),
            is_error,
        };
        self.pieces.push((result, index));
    }

    /// Tools that a search found: from here on they are offered.
    fn found(&mut self, mut item: Object, path: &str, index: usize) {
        let tools = take_list(&mut item, "tools");
        let path = format!("{path}/tools");
        let names = self.offer.found(tools, &path, self.changes);
        let text = match names.is_empty() {
            true => "No tool was found.".to_owned(),
            false => format!("Loaded: {}", names.join(", ")),
        };
        let id = id_of(&Value::Object(item));
        let result = Piece::Result {
            id,
            content: json!(text),
            is_error: false,
        };
        self.pieces.push((result, index));
    }
}

/// The id of a call: `call_id`, or the item's own where that is missing.
fn id_of(item: &Value) -> Option<String> {
    let told = |name: &str| item[name].as_str().filter(|id| !id.is_empty());
    told("call_id").or_else(|| told("id")).map(str::to_owned)
}

pub(super) fn take_list(object: &mut Object, name: &str) -> Vec<Value> {
    match object.get_mut(name).map(Value::take) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// The command of a shell call, without what is empty.
fn shell_input(action: Option<Value>) -> Value {
    let Some(Value::Object(mut action)) = action else {
        return json!({"command": []});
    };
    action.remove("type");
    action.retain(|_, value| !value.is_null());
    Value::Object(action)
}
