//! Anthropic Messages.

use serde_json::{Value, json};

use crate::answer::{Answer, Block, Stop, UsageForm};
use crate::sse::{Event, Weight};
use crate::tokens::pieces;

/// The answer as one document.
pub(crate) fn whole(answer: &Answer) -> Value {
    let content: Vec<Value> = answer
        .blocks
        .iter()
        .enumerate()
        .map(|(at, block)| finished(answer, at, block))
        .collect();
    let mut message = envelope(answer);
    message["content"] = content.into();
    message["stop_reason"] = stop_reason(answer.stop).into();
    set_usage(&mut message, answer, usage(answer, answer.output_tokens()));
    message
}

/// The answer as events.
pub(crate) fn events(answer: &Answer) -> Vec<Event> {
    let mut message = envelope(answer);
    set_usage(&mut message, answer, usage(answer, 1));
    let mut events = vec![event(
        Weight::Opening,
        json!({ "type": "message_start", "message": message }),
    )];
    for (at, block) in answer.blocks.iter().enumerate() {
        block_events(answer, at, block, &mut events);
        if at == 0 {
            events.insert(2, event(Weight::Opening, json!({ "type": "ping" })));
        }
    }
    let end = last_delta(answer, answer.output_tokens());
    if answer.usage_form == UsageForm::Twice {
        events.push(end.clone());
    }
    events.push(end);
    events.push(event(Weight::Closing, json!({ "type": "message_stop" })));
    events
}

fn block_events(answer: &Answer, at: usize, block: &Block, events: &mut Vec<Event>) {
    let delta = |weight, delta: Value| {
        event(
            weight,
            json!({ "type": "content_block_delta", "index": at, "delta": delta }),
        )
    };
    let start = json!({ "type": "content_block_start", "index": at, "content_block": begun(answer, at, block) });
    events.push(event(Weight::Opening, start));
    match block {
        Block::Thinking(text) => {
            for piece in pieces(text) {
                events.push(delta(
                    Weight::Token,
                    json!({ "type": "thinking_delta", "thinking": piece }),
                ));
            }
            let signature =
                json!({ "type": "signature_delta", "signature": signature(answer, at) });
            events.push(delta(Weight::Closing, signature));
        }
        Block::Text(text) => {
            for piece in pieces(text) {
                events.push(delta(
                    Weight::Token,
                    json!({ "type": "text_delta", "text": piece }),
                ));
            }
        }
        Block::ToolUse { input, .. } => {
            let json = |part: &str| json!({ "type": "input_json_delta", "partial_json": part });
            events.push(delta(Weight::Opening, json("")));
            for piece in pieces(&input.to_string()) {
                events.push(delta(Weight::Token, json(piece)));
            }
        }
    }
    if answer.usage_form == UsageForm::Running {
        let so_far = answer.blocks[..=at].iter().map(Block::tokens).sum();
        events.push(last_delta(answer, so_far));
    }
    events.push(event(
        Weight::Closing,
        json!({ "type": "content_block_stop", "index": at }),
    ));
}

fn last_delta(answer: &Answer, output: u64) -> Event {
    let mut delta = json!({
        "type": "message_delta",
        "delta": { "stop_reason": stop_reason(answer.stop), "stop_sequence": null },
    });
    let usage = json!({
        "input_tokens": answer.usage.fresh,
        "cache_creation_input_tokens": answer.usage.cache_write(),
        "cache_read_input_tokens": answer.usage.cache_read,
        "output_tokens": output,
        "output_tokens_details": { "thinking_tokens": answer.reasoning_tokens() },
    });
    set_usage(&mut delta, answer, usage);
    event(Weight::Closing, delta)
}

fn envelope(answer: &Answer) -> Value {
    json!({
        "model": answer.model,
        "id": answer.id("msg_", 0),
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": null,
    })
}

fn usage(answer: &Answer, output: u64) -> Value {
    let mut usage = json!({
        "input_tokens": answer.usage.fresh,
        "cache_creation_input_tokens": answer.usage.cache_write(),
        "cache_read_input_tokens": answer.usage.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": answer.usage.cache_write_5m,
            "ephemeral_1h_input_tokens": answer.usage.cache_write_1h,
        },
        "output_tokens": output,
        "service_tier": "standard",
        "inference_geo": "not_available",
    });
    if output > 1 {
        usage["output_tokens_details"] = json!({ "thinking_tokens": answer.reasoning_tokens() });
    }
    usage
}

fn set_usage(document: &mut Value, answer: &Answer, usage: Value) {
    match answer.usage_form {
        UsageForm::Usual | UsageForm::Twice | UsageForm::Running => document["usage"] = usage,
        UsageForm::Null => document["usage"] = Value::Null,
        UsageForm::Absent => {
            if let Some(members) = document.as_object_mut() {
                members.remove("usage");
            }
        }
    }
}

fn begun(answer: &Answer, at: usize, block: &Block) -> Value {
    match block {
        Block::Thinking(_) => json!({ "type": "thinking", "thinking": "", "signature": "" }),
        Block::Text(_) => json!({ "type": "text", "text": "" }),
        Block::ToolUse { name, .. } => {
            json!({ "type": "tool_use", "id": answer.id("toolu_", at + 1), "name": name, "input": {} })
        }
    }
}

fn finished(answer: &Answer, at: usize, block: &Block) -> Value {
    let mut finished = begun(answer, at, block);
    match block {
        Block::Thinking(text) => {
            finished["thinking"] = text.as_str().into();
            finished["signature"] = signature(answer, at).into();
        }
        Block::Text(text) => finished["text"] = text.as_str().into(),
        Block::ToolUse { input, .. } => finished["input"] = input.clone(),
    }
    finished
}

fn signature(answer: &Answer, at: usize) -> String {
    format!("EqQB{}{}==", answer.id("", at + 40), answer.id("", at + 80))
}

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::EndTurn => "end_turn",
        Stop::ToolUse => "tool_use",
        Stop::MaxTokens => "max_tokens",
        Stop::Refusal => "refusal",
    }
}

fn event(weight: Weight, data: Value) -> Event {
    let name = data["type"].as_str().unwrap_or_default().to_owned();
    Event::named(&name, weight, &data)
}
