//! One item of the output, from its beginning to its end.

use serde_json::{Value, json};

use super::free_text::FreeText;
use super::seal::seal;
use crate::assemble::tolerant;
use crate::translate::memory::{Memory, ToolShape};
use crate::translate::mint::mint;

/// An item on its way.
#[derive(Debug)]
pub(super) struct Item {
    id: String,
    place: usize,
    kind: Kind,
    /// Text, thoughts, or arguments so far.
    text: String,
    /// Whether its part was announced.
    part: bool,
}

#[derive(Debug)]
enum Kind {
    Message,
    Reasoning {
        signature: String,
    },
    /// Thoughts that nobody can read.
    Sealed {
        data: String,
    },
    Call {
        id: String,
        shape: ToolShape,
        free: FreeText,
    },
}

/// Events: name, and members besides type and number.
pub(super) type Events = Vec<(&'static str, Value)>;

impl Item {
    fn new(prefix: &str, place: usize, kind: Kind, memory: &Memory) -> Self {
        Self {
            id: mint(prefix, 48, &[&memory.seed, "item", &place.to_string()]),
            place,
            kind,
            text: String::new(),
            part: false,
        }
    }

    pub(super) fn message(place: usize, memory: &Memory) -> Self {
        Self::new("msg_", place, Kind::Message, memory)
    }

    pub(super) fn reasoning(place: usize, memory: &Memory) -> Self {
        let signature = String::new();
        Self::new("rs_", place, Kind::Reasoning { signature }, memory)
    }

    pub(super) fn sealed(place: usize, data: String, memory: &Memory) -> Self {
        Self::new("rs_", place, Kind::Sealed { data }, memory)
    }

    pub(super) fn call(place: usize, id: String, shape: ToolShape, memory: &Memory) -> Self {
        let prefix = match shape {
            ToolShape::Function { .. } => "fc_",
            ToolShape::Custom { .. } => "ctc_",
            ToolShape::ToolSearch => "tsc_",
            ToolShape::LocalShell => "lsh_",
        };
        let free = FreeText::default();
        Self::new(prefix, place, Kind::Call { id, shape, free }, memory)
    }

    /// Its place in the output.
    pub(super) fn place(&self) -> usize {
        self.place
    }

    /// Notes the signature of its thoughts.
    pub(super) fn sign(&mut self, more: &str) {
        if let Kind::Reasoning { signature } = &mut self.kind {
            signature.clear();
            signature.push_str(more);
        }
    }

    /// The events of its beginning.
    pub(super) fn begin(&self, memory: &Memory) -> Events {
        let item = self.json("in_progress", "", memory);
        vec![(
            "response.output_item.added",
            json!({"output_index": self.place, "item": item}),
        )]
    }

    /// The events of a piece.
    pub(super) fn piece(&mut self, piece: &str) -> Events {
        let mut events = Events::new();
        let first = !std::mem::replace(&mut self.part, true);
        let (id, place) = (&self.id, self.place);
        match &mut self.kind {
            Kind::Message => {
                if first {
                    let part = text_part("");
                    events.push(("response.content_part.added", json!({"item_id": id, "output_index": place, "content_index": 0, "part": part})));
                }
                events.push(("response.output_text.delta", json!({"item_id": id, "output_index": place, "content_index": 0, "delta": piece, "logprobs": []})));
                self.text.push_str(piece);
            }
            Kind::Reasoning { .. } => {
                if first {
                    let part = json!({"type": "summary_text", "text": ""});
                    events.push(("response.reasoning_summary_part.added", json!({"item_id": id, "output_index": place, "summary_index": 0, "part": part})));
                }
                events.push(("response.reasoning_summary_text.delta", json!({"item_id": id, "output_index": place, "summary_index": 0, "delta": piece})));
                self.text.push_str(piece);
            }
            Kind::Call {
                shape: ToolShape::Function { .. },
                ..
            } => {
                events.push((
                    "response.function_call_arguments.delta",
                    json!({"item_id": id, "output_index": place, "delta": piece}),
                ));
                self.text.push_str(piece);
            }
            Kind::Call {
                shape: ToolShape::Custom { .. },
                free,
                id: call,
            } => {
                let added = free.feed(piece);
                if !added.is_empty() {
                    events.push(("response.custom_tool_call_input.delta", json!({"item_id": id, "call_id": call, "output_index": place, "delta": added})));
                }
            }
            Kind::Call { .. } => self.text.push_str(piece),
            Kind::Sealed { .. } => {}
        }
        events
    }

    /// The events of its end, and the whole item.
    pub(super) fn end(mut self, complete: bool, memory: &Memory) -> (Events, Value) {
        let mut events = Events::new();
        let (id, place) = (self.id.clone(), self.place);
        match &mut self.kind {
            Kind::Message if self.part => {
                events.push(("response.output_text.done", json!({"item_id": id, "output_index": place, "content_index": 0, "text": self.text, "logprobs": []})));
                let part = text_part(&self.text);
                events.push((
                    "response.content_part.done",
                    json!({"item_id": id, "output_index": place, "content_index": 0, "part": part}),
                ));
            }
            Kind::Reasoning { .. } if self.part => {
                events.push(("response.reasoning_summary_text.done", json!({"item_id": id, "output_index": place, "summary_index": 0, "text": self.text})));
                let part = json!({"type": "summary_text", "text": self.text});
                events.push((
                    "response.reasoning_summary_part.done",
                    json!({"item_id": id, "output_index": place, "summary_index": 0, "part": part}),
                ));
            }
            Kind::Call {
                shape: ToolShape::Function { name, .. },
                ..
            } => {
                events.push(("response.function_call_arguments.done", json!({"item_id": id, "output_index": place, "name": name, "arguments": self.text})));
            }
            Kind::Call {
                shape: ToolShape::Custom { .. },
                free,
                id: call,
            } => {
                let (whole, rest) = std::mem::take(free).finish();
                if !rest.is_empty() {
                    events.push(("response.custom_tool_call_input.delta", json!({"item_id": id, "call_id": call, "output_index": place, "delta": rest})));
                }
                events.push((
                    "response.custom_tool_call_input.done",
                    json!({"item_id": id, "call_id": call, "output_index": place, "input": whole}),
                ));
                self.text = whole;
            }
            _ => {}
        }
        let status = if complete { "completed" } else { "incomplete" };
        let item = self.json(status, &self.text, memory);
        events.push((
            "response.output_item.done",
            json!({"output_index": place, "item": item}),
        ));
        (events, item)
    }

    fn json(&self, status: &str, text: &str, memory: &Memory) -> Value {
        match &self.kind {
            Kind::Message => {
                let content: Vec<Value> = self.part.then(|| text_part(text)).into_iter().collect();
                json!({"id": self.id, "type": "message", "status": status, "role": "assistant", "content": content})
            }
            Kind::Reasoning { signature } => {
                let summary = self
                    .part
                    .then(|| json!({"type": "summary_text", "text": text}));
                let summary: Vec<Value> = summary.into_iter().collect();
                let block = json!({"type": "thinking", "thinking": text, "signature": signature});
                let sealed = (!signature.is_empty()).then(|| seal(&memory.upstream_model, &block));
                json!({"id": self.id, "type": "reasoning", "summary": summary, "encrypted_content": sealed})
            }
            Kind::Sealed { data } => {
                let block = json!({"type": "redacted_thinking", "data": data});
                let sealed = seal(&memory.upstream_model, &block);
                json!({"id": self.id, "type": "reasoning", "summary": [], "encrypted_content": sealed})
            }
            Kind::Call { id, shape, .. } => self.call_json(id, shape, status, text),
        }
    }

    fn call_json(&self, call: &str, shape: &ToolShape, status: &str, text: &str) -> Value {
        let mut item = json!({"id": self.id});
        let mut put = |name: &str, value: Value| item[name] = value;
        match shape {
            ToolShape::Function { name, namespace } => {
                put("type", json!("function_call"));
                put("status", json!(status));
                put("arguments", json!(text));
                put("call_id", json!(call));
                put("name", json!(name));
                if let Some(namespace) = namespace {
                    put("namespace", json!(namespace));
                }
            }
            ToolShape::Custom { name, namespace } => {
                put("type", json!("custom_tool_call"));
                put("status", json!(status));
                put("call_id", json!(call));
                put("name", json!(name));
                put("input", json!(text));
                if let Some(namespace) = namespace {
                    put("namespace", json!(namespace));
                }
            }
            ToolShape::ToolSearch => {
                let arguments = tolerant::value(text.as_bytes()).filter(Value::is_object);
                put("type", json!("tool_search_call"));
                put("status", json!(status));
                put("call_id", json!(call));
                put("execution", json!("client"));
                put("arguments", arguments.unwrap_or_else(|| json!({})));
            }
            ToolShape::LocalShell => {
                let told = tolerant::value(text.as_bytes()).unwrap_or_default();
                let action = json!({
                    "type": "exec",
                    "command": told.get("command").cloned().unwrap_or_else(|| json!([])),
                    "working_directory": told.get("working_directory"),
                    "timeout_ms": told.get("timeout_ms"),
                    "env": {},
                    "user": null,
                });
                put("type", json!("local_shell_call"));
                put("status", json!(status));
                put("call_id", json!(call));
                put("action", action);
            }
        }
        item
    }
}

fn text_part(text: &str) -> Value {
    json!({"type": "output_text", "annotations": [], "logprobs": [], "text": text})
}

/// A message that says no.
pub(super) fn refusal(place: usize, explanation: &str, memory: &Memory) -> (Events, Value) {
    let mut item = Item::message(place, memory).json("completed", "", memory);
    let id = item["id"].clone();
    let part = json!({"type": "refusal", "refusal": explanation});
    let begun = item.clone();
    item["content"] = json!([part]);
    let at = |more: Value| {
        let mut members = json!({"item_id": id, "output_index": place, "content_index": 0});
        if let (Some(members), Value::Object(more)) = (members.as_object_mut(), more) {
            members.extend(more);
        }
        members
    };
    let events = vec![
        (
            "response.output_item.added",
            json!({"output_index": place, "item": begun}),
        ),
        (
            "response.content_part.added",
            at(json!({"part": {"type": "refusal", "refusal": ""}})),
        ),
        ("response.refusal.delta", at(json!({"delta": explanation}))),
        ("response.refusal.done", at(json!({"refusal": explanation}))),
        ("response.content_part.done", at(json!({"part": part}))),
        (
            "response.output_item.done",
            json!({"output_index": place, "item": item}),
        ),
    ];
    (events, item)
}
