//! How long the large ones take: `cargo nextest run --release --run-ignored all --no-capture speed`.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::time::Instant;

use relayscope_wire::dialect::Dialect;
use relayscope_wire::text_lines::Lines;
use relayscope_wire::{assemble, conversation, count};
use serde_json::{Value, json};

fn measure<T>(name: &str, bytes: usize, work: impl Fn() -> T) -> T {
    let mut best = f64::MAX;
    let mut result = None;
    for _ in 0..5 {
        let start = Instant::now();
        result = Some(std::hint::black_box(&work)());
        best = best.min(start.elapsed().as_secs_f64() * 1_000.0);
    }
    println!("{name}: {:.2} MB in {best:.1} ms", bytes as f64 / 1e6);
    result.unwrap()
}

/// A long session of an agent: prose, code with escapes, tool calls with their results.
fn session(turns: usize) -> String {
    let prose = include_str!("samples/english.txt");
    let code = include_str!("samples/code.txt");
    let schema = json!({"type": "object", "properties": {"path": {"type": "string", "description": "Where"}}});
    let tools: Vec<_> = (0..40)
        .map(|index| json!({"name": format!("tool_{index}"), "description": prose, "input_schema": schema}))
        .collect();
    let messages: Vec<Value> = (0..turns)
        .map(|index| match index % 2 {
            0 => json!({"role": "assistant", "content": [
                {"type": "text", "text": prose},
                {"type": "tool_use", "id": format!("t{index}"), "name": "write", "input": {"path": "a", "content": code}},
            ]}),
            _ => json!({"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": format!("t{}", index - 1), "content": [{"type": "text", "text": code}]},
            ]}),
        })
        .collect();
    json!({"model": "m", "system": prose, "tools": tools, "messages": messages}).to_string()
}

#[test]
#[ignore = "measures"]
fn speed() {
    let long = session(1_700);
    measure("session, view", long.len(), || {
        conversation::request(Dialect::Anthropic, long.as_bytes())
    });
    measure("session, text_at", long.len(), || {
        conversation::text_at(long.as_bytes(), "/messages/1600/content/0/text", 0, 65_536).unwrap()
    });
    measure("session, count", long.len(), || {
        count::request(Dialect::Anthropic, long.as_bytes())
    });
    measure("session, quick", long.len(), || {
        count::quick(long.as_bytes())
    });
    let lines = measure("session, pretty", long.len(), || {
        Lines::pretty(long.as_bytes())
    });
    measure("session, find", long.len(), || lines.find("not in there"));
    measure("session, 200 lines", long.len(), || {
        lines.slice(lines.total() / 2, 200).len()
    });

    let image = json!({"role": "user", "content": [{"type": "image", "source":
        {"type": "base64", "media_type": "image/png", "data": format!("iVBORw0KGgo{}", "A".repeat(1_000_001))}}]});
    let images = json!({"messages": vec![image; 5]}).to_string();
    measure("images, view", images.len(), || {
        conversation::request(Dialect::Anthropic, images.as_bytes())
    });
    measure("images, image_at", images.len(), || {
        conversation::image_at(images.as_bytes(), "/messages/4/content/0/source/data").unwrap()
    });

    let call = json!({"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}});
    let calls =
        json!({"messages": [{"role": "assistant", "tool_calls": vec![call; 60_000]}]}).to_string();
    measure("60,000 calls, view", calls.len(), || {
        conversation::request(Dialect::OpenAiChat, calls.as_bytes())
    });

    let deep = format!(
        "{{\"messages\":{}{}}}",
        "[".repeat(2_500_000),
        "]".repeat(2_500_000)
    );
    measure("depth bomb, view", deep.len(), || {
        conversation::request(Dialect::OpenAiChat, deep.as_bytes())
    });
    measure("depth bomb, pretty", deep.len(), || {
        Lines::pretty(deep.as_bytes()).bytes()
    });

    let chunk = json!({"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": {"content": "word "}}]});
    let stream = format!("data: {chunk}\n\n").repeat(40_000) + "data: [DONE]\n\n";
    measure("chat stream", stream.len(), || {
        assemble::answer(Dialect::OpenAiChat, stream.as_bytes())
    });
    let delta = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "1,"}});
    let stream = format!("event: content_block_delta\ndata: {delta}\n\n").repeat(40_000);
    measure("Anthropic stream", stream.len(), || {
        assemble::answer(Dialect::Anthropic, stream.as_bytes())
    });
    let calls: String = (0..20_000)
        .map(|index| json!({"choices": [{"delta": {"tool_calls": [{"index": index, "id": format!("c{index}"), "function": {"name": "f", "arguments": "{}"}}]}}]}))
        .map(|chunk| format!("data: {chunk}\n\n"))
        .collect();
    measure("20,000 streamed calls", calls.len(), || {
        assemble::answer(Dialect::OpenAiChat, calls.as_bytes())
    });
    for (name, text) in [
        ("a", "a".repeat(1_000_000)),
        ("space", " ".repeat(1_000_000)),
        ("base64", "iVBORw0K".repeat(125_000)),
    ] {
        measure(&format!("count 1 MB of {name}"), text.len(), || {
            count::text(&text)
        });
    }
}
