//! Events of Anthropic's stream, as the official clients demand them.

use std::io::Write;

use serde_json::{Value, json};

/// The kinds of block that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Thinking,
}

/// Writes events; knows which block is open and what its index is.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) started: bool,
    /// Blocks begun.
    blocks: usize,
}

impl Writer {
    /// `message_start` and a first ping.
    pub(super) fn start(&mut self, id: &str, model: &str, usage: &Value, out: &mut Vec<u8>) {
        self.started = true;
        let message = json!({
            "id": id, "type": "message", "role": "assistant", "model": model, "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": usage,
        });
        event(
            out,
            "message_start",
            &json!({"type": "message_start", "message": message}),
        );
        ping(out);
    }

    /// A block begins.
    pub(super) fn block(&mut self, block: Value, out: &mut Vec<u8>) {
        let start = json!({
            "type": "content_block_start", "index": self.blocks, "content_block": block,
        });
        self.blocks += 1;
        event(out, "content_block_start", &start);
    }

    /// A text or thinking block begins.
    pub(super) fn say_block(&mut self, kind: Kind, out: &mut Vec<u8>) {
        let block = match kind {
            Kind::Text => json!({"type": "text", "text": ""}),
            Kind::Thinking => json!({"type": "thinking", "thinking": "", "signature": ""}),
        };
        self.block(block, out);
    }

    /// More of the open text or thinking block.
    pub(super) fn say(&self, kind: Kind, text: &str, out: &mut Vec<u8>) {
        match kind {
            Kind::Text => self.delta("text_delta", "text", text, out),
            Kind::Thinking => self.delta("thinking_delta", "thinking", text, out),
        }
    }

    /// More of the open block, which is the last one. Written by hand: there is one for each token.
    pub(super) fn delta(&self, kind: &str, member: &str, text: &str, out: &mut Vec<u8>) {
        let index = self.blocks.saturating_sub(1);
        let text = Value::String(text.to_owned());
        out.reserve(128);
        // Writing to memory does not fail.
        write!(
            out,
            "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":{index},\"delta\":{{\"type\":\"{kind}\",\"{member}\":{text}}}}}\n\n"
        )
        .unwrap_or_default();
    }

    /// The open block ends. `signs` is for thinking, whose signature must be a text.
    pub(super) fn stop(&self, signs: bool, out: &mut Vec<u8>) {
        let index = self.blocks.saturating_sub(1);
        if signs {
            self.delta("signature_delta", "signature", "", out);
        }
        event(
            out,
            "content_block_stop",
            &json!({"type": "content_block_stop", "index": index}),
        );
    }

    /// The end of a good answer.
    pub(super) fn end(&self, delta: &Value, usage: &Value, out: &mut Vec<u8>) {
        event(
            out,
            "message_delta",
            &json!({"type": "message_delta", "delta": delta, "usage": usage}),
        );
        event(out, "message_stop", &json!({"type": "message_stop"}));
    }

    /// Blocks begun so far.
    pub(super) fn blocks(&self) -> usize {
        self.blocks
    }
}

/// A sign of life.
pub(super) fn ping(out: &mut Vec<u8>) {
    event(out, "ping", &json!({"type": "ping"}));
}

/// One event.
pub(super) fn event(out: &mut Vec<u8>, name: &str, data: &Value) {
    write!(out, "event: {name}\ndata: {data}\n\n").unwrap_or_default();
}
