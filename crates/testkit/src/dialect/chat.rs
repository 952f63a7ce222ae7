//! OpenAI Chat Completions.

use serde_json::{Value, json};

use super::CREATED;
use crate::answer::{Answer, Block, Stop, UsageForm};
use crate::sse::{Event, Weight};
use crate::tokens::pieces;

/// Models that count reasoning and do not show it, by the beginning of their names.
const SILENT_THINKERS: &[&str] = &["gpt-", "o1", "o3", "o4"];

/// The answer as one document.
pub(crate) fn whole(answer: &Answer) -> Value {
    let text = joined(answer, |block| match block {
        Block::Text(text) => Some(text),
        _ => None,
    });
    let mut message =
        json!({ "role": "assistant", "content": text, "refusal": null, "annotations": [] });
    if shows_reasoning(answer) {
        let reasoning = joined(answer, |block| match block {
            Block::Thinking(text) => Some(text),
            _ => None,
        });
        if let Some(reasoning) = reasoning {
            message["reasoning_content"] = reasoning.into();
        }
    }
    let calls: Vec<Value> = calls(answer)
        .map(|(at, name, input)| call(answer, at, name, &input.to_string()))
        .collect();
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    let mut document = envelope(answer, "chat.completion");
    document["choices"] = json!([{
        "index": 0,
        "message": message,
        "logprobs": null,
        "finish_reason": finish_reason(answer.stop),
    }]);
    match answer.usage_form {
        UsageForm::Absent => {}
        UsageForm::Null => document["usage"] = Value::Null,
        _ => document["usage"] = usage(answer, answer.output_tokens()),
    }
    document
}

/// The answer as chunks.
pub(crate) fn events(answer: &Answer, include_usage: bool) -> Vec<Event> {
    let with_usage = include_usage && answer.usage_form != UsageForm::Absent;
    let chunk = |weight, delta: Value, finish: Value| {
        let mut chunk = envelope(answer, "chat.completion.chunk");
        chunk["choices"] =
            json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]);
        if with_usage {
            chunk["usage"] = match answer.usage_form {
                UsageForm::Running => usage(answer, 1),
                _ => Value::Null,
            };
        }
        Event::unnamed(weight, chunk)
    };
    let opening = json!({ "role": "assistant", "content": "", "refusal": null });
    let mut events = vec![chunk(Weight::Opening, opening, Value::Null)];
    for (at, block) in answer.blocks.iter().enumerate() {
        for (weight, delta) in deltas(answer, at, block) {
            events.push(chunk(weight, delta, Value::Null));
        }
    }
    events.push(chunk(
        Weight::Closing,
        json!({}),
        finish_reason(answer.stop).into(),
    ));
    if with_usage {
        let mut last = envelope(answer, "chat.completion.chunk");
        last["choices"] = json!([]);
        last["usage"] = match answer.usage_form {
            UsageForm::Null => Value::Null,
            _ => usage(answer, answer.output_tokens()),
        };
        if answer.usage_form == UsageForm::Twice {
            events.push(Event::unnamed(Weight::Closing, &last));
        }
        events.push(Event::unnamed(Weight::Closing, last));
    }
    events.push(Event::unnamed(Weight::Closing, "[DONE]"));
    events
}

fn deltas(answer: &Answer, at: usize, block: &Block) -> Vec<(Weight, Value)> {
    match block {
        Block::Thinking(text) if shows_reasoning(answer) => pieces(text)
            .into_iter()
            .map(|piece| (Weight::Token, json!({ "reasoning_content": piece })))
            .collect(),
        Block::Thinking(_) => Vec::new(),
        Block::Text(text) => pieces(text)
            .into_iter()
            .map(|piece| (Weight::Token, json!({ "content": piece })))
            .collect(),
        Block::ToolUse { name, input } => {
            let index = calls(answer)
                .position(|(place, ..)| place == at)
                .unwrap_or(0);
            let mut first = call(answer, at, name, "");
            first["index"] = index.into();
            let mut deltas = vec![(Weight::Opening, json!({ "tool_calls": [first] }))];
            for piece in pieces(&input.to_string()) {
                let part = json!({ "index": index, "function": { "arguments": piece } });
                deltas.push((Weight::Token, json!({ "tool_calls": [part] })));
            }
            deltas
        }
    }
}

fn envelope(answer: &Answer, object: &str) -> Value {
    json!({
        "id": answer.id("chatcmpl-", 0),
        "object": object,
        "created": CREATED,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": "fp_3f8a1c77d0",
        "choices": [],
    })
}

fn usage(answer: &Answer, output: u64) -> Value {
    json!({
        "prompt_tokens": answer.usage.prompt(),
        "completion_tokens": output,
        "total_tokens": answer.usage.prompt() + output,
        "prompt_tokens_details": {
            "cached_tokens": answer.usage.cache_read,
            "cache_write_tokens": answer.usage.cache_write(),
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": answer.reasoning_tokens(),
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}

fn call(answer: &Answer, at: usize, name: &str, arguments: &str) -> Value {
    json!({
        "id": answer.id("call_", at + 1),
        "type": "function",
        "function": { "name": name, "arguments": arguments },
    })
}

fn calls(answer: &Answer) -> impl Iterator<Item = (usize, &str, &Value)> {
    answer
        .blocks
        .iter()
        .enumerate()
        .filter_map(|(at, block)| match block {
            Block::ToolUse { name, input } => Some((at, name.as_str(), input)),
            _ => None,
        })
}

fn joined<'a>(
    answer: &'a Answer,
    pick: impl Fn(&'a Block) -> Option<&'a String>,
) -> Option<String> {
    let texts: Vec<&str> = answer
        .blocks
        .iter()
        .filter_map(pick)
        .map(String::as_str)
        .collect();
    (!texts.is_empty()).then(|| texts.concat())
}

fn shows_reasoning(answer: &Answer) -> bool {
    !SILENT_THINKERS
        .iter()
        .any(|prefix| answer.model.starts_with(prefix))
}

fn finish_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::EndTurn => "stop",
        Stop::ToolUse => "tool_calls",
        Stop::MaxTokens => "length",
        Stop::Refusal => "content_filter",
    }
}
