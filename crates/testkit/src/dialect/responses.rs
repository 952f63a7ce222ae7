//! OpenAI Responses.

use serde_json::{Value, json};

use super::CREATED;
use crate::answer::{Answer, Block, Stop, UsageForm};
use crate::sse::{Event, Weight};
use crate::tokens::pieces;

/// Numbers the events of one stream.
struct Numbered {
    events: Vec<Event>,
}

/// The answer as one document.
pub(crate) fn whole(answer: &Answer) -> Value {
    let items: Vec<Value> = answer
        .blocks
        .iter()
        .enumerate()
        .map(|(at, block)| finished(answer, at, block))
        .collect();
    let mut document = envelope(answer, status(answer.stop));
    document["output"] = items.into();
    document["completed_at"] = (CREATED + 1).into();
    if answer.stop == Stop::MaxTokens {
        document["incomplete_details"] = json!({ "reason": "max_output_tokens" });
    }
    match answer.usage_form {
        UsageForm::Absent => {
            if let Some(members) = document.as_object_mut() {
                members.remove("usage");
            }
        }
        UsageForm::Null => {}
        _ => document["usage"] = usage(answer),
    }
    document
}

/// The answer as events.
pub(crate) fn events(answer: &Answer) -> Vec<Event> {
    let mut stream = Numbered { events: Vec::new() };
    let begun = envelope(answer, "in_progress");
    stream.add(
        Weight::Opening,
        "response.created",
        json!({ "response": begun }),
    );
    stream.add(
        Weight::Opening,
        "response.in_progress",
        json!({ "response": begun }),
    );
    for (at, block) in answer.blocks.iter().enumerate() {
        stream.item(answer, at, block);
    }
    let last = match answer.stop {
        Stop::MaxTokens => "response.incomplete",
        _ => "response.completed",
    };
    stream.add(Weight::Closing, last, json!({ "response": whole(answer) }));
    if answer.usage_form == UsageForm::Twice {
        stream.add(Weight::Closing, last, json!({ "response": whole(answer) }));
    }
    stream.events
}

// === impl Numbered ===

impl Numbered {
    fn add(&mut self, weight: Weight, name: &str, members: Value) {
        let mut data = json!({ "type": name, "sequence_number": self.events.len() });
        if let (Some(data), Value::Object(members)) = (data.as_object_mut(), members) {
            data.extend(members);
        }
        self.events.push(Event::named(name, weight, &data));
    }

    fn item(&mut self, answer: &Answer, at: usize, block: &Block) {
        let added = json!({ "output_index": at, "item": begun(answer, at, block) });
        self.add(Weight::Opening, "response.output_item.added", added);
        match block {
            Block::Thinking(text) => self.summary(answer, at, text),
            Block::Text(text) => self.text(answer, at, text),
            Block::ToolUse { input, .. } => self.arguments(answer, at, &input.to_string()),
        }
        let done = json!({ "output_index": at, "item": finished(answer, at, block) });
        self.add(Weight::Closing, "response.output_item.done", done);
    }

    fn summary(&mut self, answer: &Answer, at: usize, text: &str) {
        let place = |members| placed(answer, "rs_", at, "summary_index", members);
        let part = |text: &str| json!({ "part": { "type": "summary_text", "text": text } });
        self.add(
            Weight::Opening,
            "response.reasoning_summary_part.added",
            place(part("")),
        );
        for piece in pieces(text) {
            let delta = place(json!({ "delta": piece }));
            self.add(
                Weight::Token,
                "response.reasoning_summary_text.delta",
                delta,
            );
        }
        let done = place(json!({ "text": text }));
        self.add(
            Weight::Closing,
            "response.reasoning_summary_text.done",
            done,
        );
        self.add(
            Weight::Closing,
            "response.reasoning_summary_part.done",
            place(part(text)),
        );
    }

    fn text(&mut self, answer: &Answer, at: usize, text: &str) {
        let place = |members| placed(answer, "msg_", at, "content_index", members);
        let part = |text: &str| json!({ "part": output_text(text) });
        self.add(
            Weight::Opening,
            "response.content_part.added",
            place(part("")),
        );
        for piece in pieces(text) {
            let delta = place(json!({ "delta": piece, "logprobs": [] }));
            self.add(Weight::Token, "response.output_text.delta", delta);
        }
        let done = place(json!({ "text": text, "logprobs": [] }));
        self.add(Weight::Closing, "response.output_text.done", done);
        self.add(
            Weight::Closing,
            "response.content_part.done",
            place(part(text)),
        );
    }

    fn arguments(&mut self, answer: &Answer, at: usize, arguments: &str) {
        let id = answer.id("fc_", at + 1);
        for piece in pieces(arguments) {
            let delta = json!({ "item_id": id, "output_index": at, "delta": piece });
            self.add(
                Weight::Token,
                "response.function_call_arguments.delta",
                delta,
            );
        }
        let done = json!({ "item_id": id, "output_index": at, "arguments": arguments });
        self.add(
            Weight::Closing,
            "response.function_call_arguments.done",
            done,
        );
    }
}

fn placed(answer: &Answer, prefix: &str, at: usize, index: &str, members: Value) -> Value {
    let mut place = json!({ "item_id": answer.id(prefix, at + 1), "output_index": at, index: 0 });
    if let (Some(place), Value::Object(members)) = (place.as_object_mut(), members) {
        place.extend(members);
    }
    place
}

fn begun(answer: &Answer, at: usize, block: &Block) -> Value {
    match block {
        Block::Thinking(_) => {
            json!({ "id": answer.id("rs_", at + 1), "type": "reasoning", "summary": [] })
        }
        Block::Text(_) => json!({
            "id": answer.id("msg_", at + 1),
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
        }),
        Block::ToolUse { name, .. } => json!({
            "id": answer.id("fc_", at + 1),
            "type": "function_call",
            "status": "in_progress",
            "arguments": "",
            "call_id": answer.id("call_", at + 1),
            "name": name,
        }),
    }
}

fn finished(answer: &Answer, at: usize, block: &Block) -> Value {
    let mut item = begun(answer, at, block);
    match block {
        Block::Thinking(text) => {
            item["summary"] = json!([{ "type": "summary_text", "text": text }]);
            item["encrypted_content"] = format!("gAAAAAB{}", answer.id("", at + 60)).into();
        }
        Block::Text(text) => {
            item["status"] = "completed".into();
            item["content"] = json!([output_text(text)]);
        }
        Block::ToolUse { input, .. } => {
            item["status"] = "completed".into();
            item["arguments"] = input.to_string().into();
        }
    }
    item
}

fn output_text(text: &str) -> Value {
    json!({ "type": "output_text", "annotations": [], "logprobs": [], "text": text })
}

fn envelope(answer: &Answer, status: &str) -> Value {
    json!({
        "id": answer.id("resp_", 0),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": false,
        "error": null,
        "incomplete_details": null,
        "instructions": null,
        "max_output_tokens": null,
        "model": answer.model,
        "output": [],
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": { "effort": null, "summary": null },
        "service_tier": "default",
        "store": false,
        "temperature": 1.0,
        "text": { "format": { "type": "text" } },
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": null,
        "user": null,
        "metadata": {},
    })
}

fn usage(answer: &Answer) -> Value {
    json!({
        "input_tokens": answer.usage.prompt(),
        "input_tokens_details": {
            "cached_tokens": answer.usage.cache_read,
            "cache_write_tokens": answer.usage.cache_write(),
        },
        "output_tokens": answer.output_tokens(),
        "output_tokens_details": { "reasoning_tokens": answer.reasoning_tokens() },
        "total_tokens": answer.usage.prompt() + answer.output_tokens(),
    })
}

fn status(stop: Stop) -> &'static str {
    match stop {
        Stop::MaxTokens => "incomplete",
        _ => "completed",
    }
}
