//! What the official clients enforce on a Messages stream, as a checker that puts the answer together.

use std::collections::HashSet;

use relayscope_wire::sse::{Event, Parser};
use serde_json::{Value, json};

/// The answer that a stream stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Message {
    pub(crate) json: Value,
    /// The error event that ended it.
    pub(crate) error: Option<Value>,
    /// Whether `message_stop` came.
    pub(crate) stopped: bool,
}

#[derive(Default)]
struct Checker {
    message: Option<Value>,
    blocks: Vec<(Value, String)>,
    ids: HashSet<String>,
    open: Option<usize>,
    delta: Option<Value>,
    error: Option<Value>,
    stopped: bool,
}

/// Reads a stream.
///
/// # Panics
/// When an official client would throw, ignore something, or lose a block.
pub(crate) fn read(stream: &[u8]) -> Message {
    let mut checker = Checker::default();
    let mut parser = Parser::new();
    let mut each = |event: Event<'_>| checker.event(&event);
    parser.feed(stream, &mut each);
    parser.finish(&mut each);
    checker.finish()
}

impl Checker {
    fn event(&mut self, event: &Event<'_>) {
        let name = std::str::from_utf8(event.name).expect("event names are text");
        let data: Value = serde_json::from_slice(event.data).expect("data is JSON");
        assert_eq!(data["type"], name, "the type is the event's name");
        assert!(
            !self.stopped && self.error.is_none(),
            "{name} after the end"
        );
        if name == "error" {
            assert!(data["error"]["type"].is_string(), "{data}");
            assert!(data["error"]["message"].is_string(), "{data}");
            self.error = Some(data);
            return;
        }
        if name == "message_start" {
            return self.start(&data);
        }
        assert!(self.message.is_some(), "{name} before message_start");
        if name == "ping" {
            return;
        }
        assert!(
            self.delta.is_none() || name == "message_stop",
            "{name} after message_delta"
        );
        match name {
            "content_block_start" => self.block(&data),
            "content_block_delta" => self.block_delta(&data),
            "content_block_stop" => {
                assert_eq!(self.open, index(&data), "stops the open block");
                self.open = None;
            }
            "message_delta" => {
                assert_eq!(self.open, None, "a block is open at the end");
                assert!(data["usage"]["output_tokens"].is_u64(), "{data}");
                assert!(data["usage"]["input_tokens"].is_u64(), "{data}");
                assert!(data["delta"]["stop_reason"].is_string(), "{data}");
                self.delta = Some(data);
            }
            "message_stop" => {
                assert!(self.delta.is_some(), "message_stop without message_delta");
                self.stopped = true;
            }
            _ => panic!("no such event: {name}"),
        }
    }

    fn start(&mut self, data: &Value) {
        assert!(self.message.is_none(), "a second message_start");
        let message = &data["message"];
        assert_eq!(message["content"], json!([]));
        assert!(message["id"].as_str().unwrap().starts_with("msg_"));
        assert_eq!(message["type"], "message");
        assert_eq!(message["role"], "assistant");
        assert!(message["model"].is_string());
        assert!(message["stop_reason"].is_null());
        assert!(message["usage"]["input_tokens"].is_u64());
        assert!(message["usage"]["output_tokens"].is_u64());
        self.message = Some(message.clone());
    }

    fn block(&mut self, data: &Value) {
        assert_eq!(self.open, None, "one block at a time");
        assert_eq!(index(data), Some(self.blocks.len()), "indices have no gaps");
        let block = &data["content_block"];
        match block["type"].as_str().unwrap() {
            "text" => assert_eq!(block["text"], ""),
            "thinking" => {
                assert_eq!(block["thinking"], "");
                assert!(block["signature"].is_string());
            }
            "tool_use" => {
                assert_eq!(block["input"], json!({}));
                assert!(!block["id"].as_str().unwrap().is_empty());
                assert!(!block["name"].as_str().unwrap().is_empty());
                let id = block["id"].as_str().unwrap().to_owned();
                assert!(self.ids.insert(id), "ids are unique");
            }
            other => panic!("no such block: {other}"),
        }
        self.open = index(data);
        self.blocks.push((block.clone(), String::new()));
    }

    fn block_delta(&mut self, data: &Value) {
        assert_eq!(self.open, index(data), "a delta of the open block");
        let (block, input) = self.blocks.last_mut().unwrap();
        let delta = &data["delta"];
        let kind = block["type"].as_str().unwrap();
        let (member, wanted) = match delta["type"].as_str().unwrap() {
            "text_delta" => ("text", "text"),
            "thinking_delta" => ("thinking", "thinking"),
            "signature_delta" => {
                assert_eq!(kind, "thinking");
                block["signature"] = delta["signature"].clone();
                return;
            }
            "input_json_delta" => {
                assert_eq!(kind, "tool_use");
                input.push_str(delta["partial_json"].as_str().unwrap());
                return;
            }
            other => panic!("no such delta: {other}"),
        };
        assert_eq!(kind, wanted, "the delta fits its block");
        let said = block[member].as_str().unwrap().to_owned() + delta[member].as_str().unwrap();
        block[member] = Value::String(said);
    }

    fn finish(self) -> Message {
        let content = self.blocks.into_iter().map(|(mut block, input)| {
            if !input.is_empty() {
                block["input"] = serde_json::from_str(&input).unwrap_or(Value::String(input));
            }
            block
        });
        let content: Vec<Value> = content.collect();
        let mut json = self.message.unwrap_or(json!({}));
        json["content"] = Value::Array(content);
        if let Some(end) = self.delta {
            for (name, value) in end["delta"].as_object().unwrap() {
                json[name] = value.clone();
            }
            json["usage"] = end["usage"].clone();
        }
        Message {
            json,
            error: self.error,
            stopped: self.stopped,
        }
    }
}

fn index(data: &Value) -> Option<usize> {
    data["index"]
        .as_u64()
        .and_then(|index| usize::try_from(index).ok())
}
