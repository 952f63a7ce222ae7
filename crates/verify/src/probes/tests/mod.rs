//! Every probe against hand-made answers, genuine and not.

mod behaviour;
mod errors;
mod figures;
mod passive;
mod replays;

use std::sync::Arc;

use base::Timestamp;
use serde_json::{Value, json};

use crate::call::{Call, CallId};
use crate::context::Context;
use crate::exchange::{Arrival, Exchange};
use crate::observe::Observation;
use crate::plan::{Depth, OptIns};
use crate::preset::PLAIN;
use crate::probe::Probe;
use crate::reading::{Outcome, Reading};
use crate::tables::Tables;
use crate::target::Target;

/// When every hand-made call happens.
const NOW: &str = "2026-10-01T18:37:11Z";

/// The recorded id of an answer that was made then.
const ID: &str = "msg_011Cfc15HcW2d3o2uDoJzQbq";

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

fn context(model: &str) -> Context {
    Context {
        target: Target::new("site", model),
        tables: Arc::new(Tables::bundled().unwrap()),
        depth: Depth::Full,
        opt_ins: OptIns::default(),
        seed: 7,
        started: now(),
    }
}

fn probe(id: &str) -> &'static dyn Probe {
    let mut all = super::all().iter();
    *all.find(|probe| probe.about().id == id).unwrap()
}

/// Lets a probe ask until it has no more questions, and read.
fn read(id: &str, model: &str, answer: impl Fn(&Call) -> Exchange) -> Reading {
    let (probe, context) = (probe(id), context(model));
    let mut seen: Vec<Observation> = Vec::new();
    for _ in 0..8 {
        let so_far: Vec<&Observation> = seen.iter().collect();
        let asks = probe.ask(&context, &so_far);
        if asks.is_empty() {
            break;
        }
        for ask in asks {
            let call = Call {
                id: CallId(seen.len() as u32),
                probe: id.to_owned(),
                slot: ask.slot,
                door: ask.door,
                preset: PLAIN.to_owned(),
                attempt: 1,
                timeout_ms: ask.timeout_ms,
                request: ask.request,
            };
            let exchange = answer(&call);
            seen.push(Observation::new(call, exchange));
        }
    }
    let all: Vec<&Observation> = seen.iter().collect();
    probe.read(&context, &all, &all)
}

/// Lets a probe read answers to calls of others.
fn read_along(id: &str, model: &str, answers: Vec<Exchange>) -> Reading {
    let context = context(model);
    let calls = answers.into_iter().enumerate().map(|(number, exchange)| {
        let body = context.turn(64, &format!("question {number}"));
        let stream = exchange.body.starts_with(b"event:");
        let call = Call {
            id: CallId(number as u32),
            probe: "other".to_owned(),
            slot: format!("other-{number}"),
            door: crate::call::Door::Site,
            preset: PLAIN.to_owned(),
            attempt: 1,
            timeout_ms: 1_000,
            request: crate::call::Request {
                path: "/v1/messages".to_owned(),
                body: Some(body),
                stream,
                ..Default::default()
            },
        };
        Observation::new(call, exchange)
    });
    let seen: Vec<Observation> = calls.collect();
    let all: Vec<&Observation> = seen.iter().collect();
    probe(id).read(&context, &[], &all)
}

fn exchange(status: u16, body: impl Into<Vec<u8>>) -> Exchange {
    let body = body.into();
    Exchange {
        started: now(),
        head_ms: Some(400.0),
        ended_ms: 2_000.0,
        status: Some(status),
        arrivals: vec![Arrival {
            at_ms: 2_000.0,
            bytes: body.len(),
        }],
        body,
        ..Exchange::default()
    }
}

fn refuse(message: &str) -> Exchange {
    let error = json!({ "type": "invalid_request_error", "message": message });
    let body =
        json!({ "type": "error", "error": error, "request_id": "req_011CfgPgb5Hb65NsZbSeNHb5" });
    exchange(400, body.to_string())
}

fn usage(input: u64, output: u64) -> Value {
    json!({
        "input_tokens": input,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": { "ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0 },
        "output_tokens": output,
        "service_tier": "standard",
        "inference_geo": "global",
    })
}

fn message(content: Value, stop: &str, usage: Value) -> Value {
    json!({
        "model": "claude-opus-5-5",
        "id": ID,
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": stop,
        "stop_sequence": null,
        "usage": usage,
    })
}

fn say(text: &str, input: u64, output: u64) -> Exchange {
    let content = json!([{ "type": "text", "text": text }]);
    exchange(
        200,
        message(content, "end_turn", usage(input, output)).to_string(),
    )
}

/// A message as a stream; `padding` gives the spaces before the last brace of each event.
fn stream(message: &Value, padding: impl Fn(usize) -> usize) -> Exchange {
    let mut start = message.clone();
    start["content"] = json!([]);
    start["usage"]["output_tokens"] = json!(1);
    let mut events = vec![json!({ "type": "message_start", "message": start })];
    for (index, block) in message["content"].as_array().unwrap().iter().enumerate() {
        let mut empty = block.clone();
        let mut deltas = Vec::new();
        match block["type"].as_str().unwrap() {
            "thinking" => {
                empty["thinking"] = json!("");
                deltas.push(json!({ "type": "thinking_delta", "thinking": block["thinking"] }));
                if block.get("signature").is_some() {
                    empty["signature"] = json!("");
                    deltas.push(
                        json!({ "type": "signature_delta", "signature": block["signature"] }),
                    );
                }
            }
            "tool_use" => {
                empty["input"] = json!({});
                let input = block["input"].to_string();
                deltas.push(json!({ "type": "input_json_delta", "partial_json": input }));
            }
            _ => {
                empty["text"] = json!("");
                deltas.push(json!({ "type": "text_delta", "text": block["text"] }));
            }
        }
        events
            .push(json!({ "type": "content_block_start", "index": index, "content_block": empty }));
        events.push(json!({ "type": "ping" }));
        for delta in deltas {
            events.push(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
        }
        events.push(json!({ "type": "content_block_stop", "index": index }));
    }
    let delta =
        json!({ "stop_reason": message["stop_reason"], "stop_sequence": message["stop_sequence"] });
    events.push(json!({ "type": "message_delta", "delta": delta, "usage": message["usage"] }));
    events.push(json!({ "type": "message_stop" }));
    let mut body = String::new();
    for (number, event) in events.iter().enumerate() {
        let mut data = event.to_string();
        if event["type"] != "ping" {
            data.pop();
            data.push_str(&" ".repeat(padding(number)));
            data.push('}');
        }
        body.push_str(&format!(
            "event: {}\ndata: {data}\n\n",
            event["type"].as_str().unwrap()
        ));
    }
    exchange(200, body)
}

/// An assertion that says what was read instead.
fn expect(reading: &Reading, outcome: Outcome, result: &str) {
    assert!(
        reading.outcome == outcome && reading.result == result,
        "expected {outcome:?} {result}, read {:?} {} ({:?})",
        reading.outcome,
        reading.result,
        reading.summary
    );
}
