//! Streams of Anthropic Messages.

use std::collections::HashMap;

use serde_json::Value;

use super::parts::{
    Object, append, filled, integer, object, overwrite, push, set, string, take_object,
};
use super::{Assembled, BlockKind, BlockSpan, Incoming};

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Machine {
    message: Object,
    blocks: Vec<Block>,
    /// Position of the block that an index means now.
    by_index: HashMap<i64, usize>,
    began: bool,
    stopped: bool,
}

#[derive(Debug)]
struct Block {
    json: Object,
    /// Pieces of the input of a tool call.
    input: String,
    span: BlockSpan,
}

impl Machine {
    pub(super) fn take(&mut self, event: Incoming<'_>) {
        let mut data = object(event.value);
        match event.name {
            "message_start" => self.start(data),
            "content_block_start" => {
                let json = take_object(&mut data, "content_block").unwrap_or_default();
                let index = integer(&data, "index");
                self.open(index, json, event.index);
            }
            "content_block_delta" => {
                let delta = take_object(&mut data, "delta").unwrap_or_default();
                self.delta(integer(&data, "index"), delta, event.index);
            }
            "content_block_stop" => {
                if let Some(block) = self.block(integer(&data, "index")) {
                    block.span.last_event = event.index;
                }
            }
            "message_delta" => self.message_delta(data),
            "message_stop" => self.stopped = true,
            // `ping`, and whatever comes in the future.
            _ => {}
        }
    }

    /// A second `message_start` (a relay that began anew) may add figures; the first one names the
    /// answer, and what came before stays.
    fn start(&mut self, mut data: Object) {
        let mut message = take_object(&mut data, "message").unwrap_or_default();
        message.remove("content");
        if !self.began {
            self.began = true;
            overwrite(&mut message, std::mem::take(&mut self.message));
            self.message = message;
        } else if let Some(usage) = take_object(&mut message, "usage") {
            self.usage(usage);
        }
    }

    /// Each start is a new block, also one that reuses an index: that is how the vendor's own clients
    /// read it.
    fn open(&mut self, index: Option<i64>, json: Object, event: u32) {
        let kind = match string(&json, "type").unwrap_or_default() {
            "text" => BlockKind::Text,
            "thinking" | "redacted_thinking" => BlockKind::Thinking,
            "tool_use" | "server_tool_use" | "mcp_tool_use" => BlockKind::ToolUse,
            _ => BlockKind::Other,
        };
        let position = self.blocks.len();
        let index = index.unwrap_or_else(|| i64::try_from(position).unwrap_or(i64::MAX));
        self.by_index.insert(index, position);
        self.blocks.push(Block {
            json,
            input: String::new(),
            span: BlockSpan::at(kind, event),
        });
    }

    /// The block that an index means; the last one without an index.
    fn block(&mut self, index: Option<i64>) -> Option<&mut Block> {
        match index {
            Some(index) => self.blocks.get_mut(*self.by_index.get(&index)?),
            None => self.blocks.last_mut(),
        }
    }

    fn delta(&mut self, index: Option<i64>, mut delta: Object, event: u32) {
        let name = string(&delta, "type").unwrap_or_default().to_owned();
        if self.block(index).is_none() {
            let Some(json) = block_of_delta(&name) else {
                return;
            };
            self.open(index, json, event);
        }
        let Some(block) = self.block(index) else {
            return;
        };
        block.span.last_event = event;
        let kind = block.span.kind;
        match name.as_str() {
            // A delta that does not fit its block is ignored, as the vendor's clients do.
            "text_delta" if kind == BlockKind::Text => {
                append(
                    &mut block.json,
                    "text",
                    string(&delta, "text").unwrap_or_default(),
                );
            }
            "thinking_delta" if kind == BlockKind::Thinking => {
                append(
                    &mut block.json,
                    "thinking",
                    string(&delta, "thinking").unwrap_or_default(),
                );
            }
            "signature_delta" if kind == BlockKind::Thinking => {
                set(
                    &mut block.json,
                    "signature",
                    string(&delta, "signature").unwrap_or_default(),
                );
            }
            "input_json_delta" if matches!(kind, BlockKind::ToolUse | BlockKind::Other) => {
                block
                    .input
                    .push_str(string(&delta, "partial_json").unwrap_or_default());
            }
            "citations_delta" => {
                if let Some(citation) = delta.get_mut("citation").map(Value::take) {
                    push(&mut block.json, "citations", citation);
                }
            }
            "compaction_delta" => {
                append(
                    &mut block.json,
                    "content",
                    string(&delta, "content").unwrap_or_default(),
                );
            }
            _ => {}
        }
    }

    fn message_delta(&mut self, mut data: Object) {
        if let Some(delta) = take_object(&mut data, "delta") {
            overwrite(&mut self.message, delta);
        }
        if let Some(usage) = take_object(&mut data, "usage") {
            self.usage(usage);
        }
        for name in ["type", "delta", "usage"] {
            data.remove(name);
        }
        overwrite(&mut self.message, data);
    }

    fn usage(&mut self, with: Object) {
        match self.message.get_mut("usage") {
            Some(Value::Object(usage)) => overwrite(usage, with),
            _ => set(&mut self.message, "usage", with),
        }
    }

    pub(super) fn finish(mut self) -> Assembled {
        if self.message.is_empty() && self.blocks.is_empty() {
            return Assembled {
                complete: false,
                ..Assembled::default()
            };
        }
        let blocks = self.blocks.iter().map(|block| block.span).collect();
        let content: Vec<Value> = self.blocks.into_iter().map(Block::finish).collect();
        let complete = self.stopped || filled(&self.message, "stop_reason").is_some();
        self.message.remove("content");
        self.message
            .insert("content".to_owned(), Value::Array(content));
        Assembled {
            json: Value::Object(self.message),
            complete,
            error: None,
            blocks,
        }
    }
}

impl Block {
    /// Input comes in pieces; input that stands in the start is kept only if no piece came.
    fn finish(mut self) -> Value {
        if !self.input.trim().is_empty() {
            let input = super::tolerant::value(self.input.as_bytes());
            set(
                &mut self.json,
                "input",
                input.unwrap_or(Value::String(self.input)),
            );
        }
        Value::Object(self.json)
    }
}

/// The block that a delta without a start belongs to.
fn block_of_delta(name: &str) -> Option<Object> {
    let json = match name {
        "text_delta" => serde_json::json!({"type": "text", "text": ""}),
        "thinking_delta" => {
            serde_json::json!({"type": "thinking", "thinking": "", "signature": ""})
        }
        "input_json_delta" => {
            serde_json::json!({"type": "tool_use", "id": "", "name": "", "input": {}})
        }
        _ => return None,
    };
    Some(object(json))
}
