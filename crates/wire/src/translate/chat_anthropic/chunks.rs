//! Chunks of Chat Completions.

use serde_json::{Value, json};

use crate::translate::from_anthropic::calls::Calls;
use crate::translate::from_anthropic::events::Stop;
use crate::translate::from_anthropic::moment;
use crate::translate::memory::Memory;
use crate::translate::mint::mint;

/// What all chunks of one answer share.
#[derive(Debug)]
pub(super) struct Chunks {
    id: String,
    created: u64,
    model: String,
    include_usage: bool,
}

impl Chunks {
    pub(super) fn new(memory: &Memory) -> Self {
        Self {
            id: id(memory),
            created: moment::seconds(&memory.seed),
            model: memory.model.clone(),
            include_usage: memory.include_usage,
        }
    }

    /// One chunk with an addition to the message.
    pub(super) fn delta(&self, delta: Value, finish: Option<&str>, out: &mut Vec<u8>) {
        let choice = json!({
            "index": 0,
            "delta": delta,
            "logprobs": null,
            "finish_reason": finish,
        });
        self.write(json!([choice]), Value::Null, out);
    }

    /// The chunk behind the last one, which tells usage.
    pub(super) fn usage(&self, usage: Value, out: &mut Vec<u8>) {
        self.write(json!([]), usage, out);
    }

    fn write(&self, choices: Value, usage: Value, out: &mut Vec<u8>) {
        let mut chunk = json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
        });
        if self.include_usage {
            chunk["usage"] = usage;
        }
        data(&chunk.to_string(), out);
    }
}

/// One event.
pub(super) fn data(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\n\n");
}

/// The id of the answer.
pub(super) fn id(memory: &Memory) -> String {
    mint("chatcmpl-", 32, &[&memory.seed, "answer"])
}

/// `finish_reason`.
pub(super) fn finish(stop: &Stop, calls: &Calls, memory: &Memory) -> &'static str {
    match stop.reason.as_str() {
        "max_tokens" | "model_context_window_exceeded" => "length",
        "refusal" => "content_filter",
        _ if calls.count() > 0 && memory.functions => "function_call",
        _ if calls.count() > 0 => "tool_calls",
        _ => "stop",
    }
}
