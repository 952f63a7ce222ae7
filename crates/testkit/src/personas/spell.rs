//! Puts an answer on the wire: a document with its length, or a message as events.

use serde_json::{Map, Value, json};

use super::site::{Answered, Said, Visit};
use super::style::{EndUsage, Padding, Ping, StartUsage, Style, Writes};
use super::tokens::{Family, pieces};
use crate::dice::Dice;
use crate::reply::{Reply, Stream};
use crate::script::{Script, Step};

/// The bytes and waits of an answer.
pub(crate) fn script(visit: &Visit, answered: Answered, dice: &mut Dice) -> Script {
    let reply = Reply::new(answered.status).headers(answered.headers);
    let script = match answered.said {
        Said::Script(script) => return script,
        Said::Text(kind, text) => reply.header("content-type", kind).whole(text),
        Said::Document(document) => document_script(reply, &document),
        Said::Message(message) if !visit.wants_stream() => {
            let message = if answered.style.sorted {
                sorted(message)
            } else {
                message
            };
            document_script(reply, &message)
        }
        Said::Message(message) => {
            let reply = reply
                .header("content-type", "text/event-stream; charset=utf-8")
                .header("cache-control", "no-cache");
            let frames = frames(visit, &message, &answered.style, dice);
            return stream(reply, frames, &answered.style, answered.pace);
        }
    };
    script.after(Step::Wait(answered.pace.first))
}

fn document_script(reply: Reply, document: &Value) -> Script {
    reply
        .header("content-type", "application/json")
        .whole(document.to_string())
}

fn stream(reply: Reply, frames: Vec<String>, style: &Style, pace: super::site::Pace) -> Script {
    let mut stream = reply.chunked();
    match style.writes {
        Writes::PerEvent => {
            for (at, frame) in frames.iter().enumerate() {
                // One sleep for several events where the gap is below what a timer can do.
                if at > 0 && !pace.gap.is_zero() {
                    stream.wait(pace.gap);
                }
                stream.write(frame);
            }
        }
        Writes::Burst => stream.write(frames.concat()),
        Writes::Rechunked(size) => rechunk(&mut stream, frames.concat().as_bytes(), size, pace),
    }
    stream.finish().after(Step::Wait(pace.first))
}

fn rechunk(stream: &mut Stream, bytes: &[u8], size: usize, pace: super::site::Pace) {
    for piece in bytes.chunks(size.max(1)) {
        stream.write(piece);
        stream.wait(pace.gap);
    }
}

/// The frames of a stream, blank lines included.
fn frames(visit: &Visit, message: &Value, style: &Style, dice: &mut Dice) -> Vec<String> {
    let mut frames = Vec::new();
    for event in events(visit, message, style, dice) {
        frames.push(frame(&event, style, dice));
        let kind = event["type"].as_str().unwrap_or_default();
        let first_block = event["index"] == 0 || event["index"].is_null();
        let pings = match style.ping {
            Ping::Never => false,
            Ping::Genuine | Ping::Compact | Ping::Comment => {
                kind == "content_block_start" && first_block
            }
            Ping::Early => kind == "message_start",
        };
        if pings {
            frames.push(match style.ping {
                Ping::Comment => ": ping\n\n".to_owned(),
                Ping::Genuine => named("ping", r#"{"type": "ping"}"#, style),
                _ => named("ping", r#"{"type":"ping"}"#, style),
            });
        }
    }
    frames.extend(style.trailer.iter().map(|line| format!("{line}\n\n")));
    frames
}

fn frame(event: &Value, style: &Style, dice: &mut Dice) -> String {
    let mut data = if style.sorted {
        sorted(event.clone()).to_string()
    } else {
        event.to_string()
    };
    let spaces = match style.padding {
        Padding::None => 0,
        Padding::Uniform => dice.below(16),
        Padding::Constant(count) => count,
    };
    data.insert_str(data.len() - 1, &" ".repeat(spaces));
    named(event["type"].as_str().unwrap_or_default(), &data, style)
}

fn named(name: &str, data: &str, style: &Style) -> String {
    let gap = style.gap;
    if style.names {
        format!("event:{gap}{name}\ndata:{gap}{data}\n\n")
    } else {
        format!("data:{gap}{data}\n\n")
    }
}

/// A message as the events of its stream.
fn events(visit: &Visit, message: &Value, style: &Style, dice: &mut Dice) -> Vec<Value> {
    let mut events = vec![message_start(visit, message, style, dice)];
    let blocks = message["content"].as_array().map_or(&[][..], Vec::as_slice);
    let mut open = None;
    for (index, block) in blocks.iter().enumerate() {
        let stop = json!({ "type": "content_block_stop", "index": index });
        let mut of_block = block_events(index, block, style);
        if style.overlapping {
            // The block before is closed only when this one has begun.
            let begun = of_block.remove(0);
            events.push(begun);
            events.extend(open.take());
        }
        events.extend(of_block);
        if style.overlapping {
            open = Some(stop);
        } else {
            events.push(stop);
        }
    }
    events.extend(open);
    events.push(message_delta(message, style));
    events.push(json!({ "type": "message_stop" }));
    if let (Some(metrics), Some(last)) = (
        message.get("amazon-bedrock-invocationMetrics"),
        events.last_mut(),
    ) {
        last["amazon-bedrock-invocationMetrics"] = metrics.clone();
    }
    events
}

fn message_start(visit: &Visit, message: &Value, style: &Style, dice: &mut Dice) -> Value {
    let mut start = Map::new();
    for (name, value) in message.as_object().into_iter().flatten() {
        let value = match name.as_str() {
            "content" => json!([]),
            "stop_reason" | "stop_sequence" | "stop_details" => Value::Null,
            "usage" => start_usage(visit, value, style, dice),
            "amazon-bedrock-invocationMetrics" | "context_management" => continue,
            _ => value.clone(),
        };
        start.insert(name.clone(), value);
    }
    json!({ "type": "message_start", "message": start })
}

fn start_usage(visit: &Visit, usage: &Value, style: &Style, dice: &mut Dice) -> Value {
    let mut usage = usage.clone();
    if let Some(figures) = usage.as_object_mut() {
        figures.shift_remove("output_tokens_details");
        figures.shift_remove("server_tool_use");
    }
    match style.start {
        StartUsage::Genuine => {
            let all = usage["output_tokens"].as_u64().unwrap_or(1).max(1);
            usage["output_tokens"] = dice.between(1, 8).min(all).into();
        }
        StartUsage::Zeros => {
            usage["input_tokens"] = 0.into();
            usage["output_tokens"] = 0.into();
        }
        StartUsage::Estimated => {
            usage["input_tokens"] = (visit.body.to_string().len() / 4).into();
            usage["output_tokens"] = 0.into();
        }
    }
    usage
}

fn message_delta(message: &Value, style: &Style) -> Value {
    let mut delta = Map::new();
    for name in ["stop_reason", "stop_sequence", "stop_details", "container"] {
        if let Some(value) = message.get(name) {
            delta.insert(name.to_owned(), value.clone());
        }
    }
    let kept: &[&str] = match style.end {
        EndUsage::Genuine => &[
            "input_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
            "output_tokens",
            "output_tokens_details",
            "server_tool_use",
        ],
        EndUsage::Plain => &["input_tokens", "output_tokens"],
        EndUsage::OutputOnly => &["output_tokens"],
    };
    let mut usage = Map::new();
    for name in kept {
        match message["usage"].get(name) {
            None | Some(Value::Null) => {}
            Some(value) => {
                usage.insert((*name).to_owned(), value.clone());
            }
        }
    }
    let mut event = json!({ "type": "message_delta", "delta": delta, "usage": usage });
    if let Some(applied) = message.get("context_management") {
        event["context_management"] = applied.clone();
    }
    event
}

fn block_events(index: usize, block: &Value, style: &Style) -> Vec<Value> {
    let mut start = block.clone();
    let mut deltas = Vec::new();
    match block["type"].as_str() {
        Some("text") => {
            start["text"] = "".into();
            for text in cut(block["text"].as_str().unwrap_or_default(), style) {
                deltas.push(json!({ "type": "text_delta", "text": text }));
            }
        }
        Some("thinking") => {
            start["thinking"] = "".into();
            for text in cut(block["thinking"].as_str().unwrap_or_default(), style) {
                deltas.push(json!({ "type": "thinking_delta", "thinking": text }));
            }
            if let Some(signature) = block.get("signature") {
                start["signature"] = "".into();
                deltas.push(json!({ "type": "signature_delta", "signature": signature }));
            }
        }
        Some("tool_use" | "server_tool_use") => {
            start["input"] = json!({});
            if style.empty_first_json {
                deltas.push(json!({ "type": "input_json_delta", "partial_json": "" }));
            }
            for text in cut(&block["input"].to_string(), style) {
                deltas.push(json!({ "type": "input_json_delta", "partial_json": text }));
            }
        }
        _ => {}
    }
    let mut events =
        vec![json!({ "type": "content_block_start", "index": index, "content_block": start })];
    events.extend(
        deltas
            .into_iter()
            .map(|delta| json!({ "type": "content_block_delta", "index": index, "delta": delta })),
    );
    events
}

fn cut(text: &str, style: &Style) -> Vec<String> {
    let pieces = pieces(Family::Old, text);
    let size = match style.tokens_per_delta {
        0 => pieces.len().max(1),
        size => size,
    };
    let joined =
        |group: &[super::tokens::Piece<'_>]| group.iter().map(|piece| piece.text).collect();
    pieces.chunks(size).map(joined).collect()
}

/// The same value with keys in alphabetical order.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, sorted(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
