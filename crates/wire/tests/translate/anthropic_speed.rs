//! How long translating takes, beside what is done for an answer that passes through:
//! `cargo nextest run --release -p relayscope-wire --no-capture translating_is_quick`.

use std::time::Instant;

use http::HeaderMap;
use relayscope_wire::{Dialect, Fold, Summary, sse};

use relayscope_wire::translate::{self, Capabilities, Pair, StreamMachine, Target};
use serde_json::{Value, json};

use crate::anthropic_stream::{call, finish, memory, text, whole};

/// Microseconds that each event took, sorted.
fn events(stream: &str) -> Vec<f64> {
    let mut machine = StreamMachine::new(memory());
    let mut out = Vec::new();
    let mut times = Vec::new();
    for event in stream.split_inclusive("\n\n") {
        let start = Instant::now();
        machine.feed(event.as_bytes(), &mut out);
        times.push(start.elapsed().as_secs_f64() * 1e6);
        out.clear();
    }
    machine.finish(&mut out);
    assert!(machine.ended() && machine.failed_early().is_none());
    times.sort_unstable_by(f64::total_cmp);
    times
}

/// The same for a stream that passes through: it is read along for its usage, and nothing is written.
fn read_along(stream: &str) -> Vec<f64> {
    let (mut parser, mut fold) = (sse::Parser::new(), Fold::new(Dialect::OpenAiChat));
    let mut times = Vec::new();
    for event in stream.split_inclusive("\n\n") {
        let start = Instant::now();
        parser.feed(event.as_bytes(), &mut |event| {
            fold.event(&event);
        });
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    assert!(fold.has_content);
    times.sort_unstable_by(f64::total_cmp);
    times
}

fn tell(name: &str, passed: &[f64], translated: &[f64]) {
    let at = |times: &[f64], share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name}: translated p50 {:.1} µs, p99 {:.1} µs; passed through p50 {:.1} µs, p99 {:.1} µs; p50 {:.1}×",
        at(translated, 0.5),
        at(translated, 0.99),
        at(passed, 0.5),
        at(passed, 0.99),
        at(translated, 0.5) / at(passed, 0.5),
    );
}

#[test]
fn translating_is_quick() {
    let mut said: Vec<Value> = (0..20_000).map(|at| text(&format!("word {at} "))).collect();
    said.push(finish("stop"));
    let said = whole(&said);
    tell("a text delta", &read_along(&said), &events(&said));

    let head = json!({"index": 0, "id": "a", "function": {"name": "Write", "arguments": "{\"content\":\""}});
    let mut written = vec![call(head)];
    let more =
        |at: usize| call(json!({"index": 0, "function": {"arguments": format!("line {at}\\n")}}));
    written.extend((0..20_000).map(more));
    written.extend([
        call(json!({"index": 0, "function": {"arguments": "\"}"}})),
        finish("tool_calls"),
    ]);
    let written = whole(&written);
    tell("a tool delta", &read_along(&written), &events(&written));

    let tools: Vec<Value> = (0..25)
        .map(|at| json!({"name": format!("tool_{at}"), "description": "d".repeat(1_500), "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}}))
        .collect();
    let body = json!({"system": "s".repeat(9_000), "tools": tools, "messages": [{"role": "user", "content": "hi"}]}).to_string();
    let able = Capabilities::default();
    let target = Target {
        model: "m",
        capabilities: &able,
        seed: "s",
        input_tokens: None,
    };
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..200 {
        let start = Instant::now();
        let summary = Summary::of(&HeaderMap::new(), body.as_bytes());
        assert!(!summary.rest(body.as_bytes()).stream);
        times.0.push(start.elapsed().as_secs_f64() * 1e6);
        let start = Instant::now();
        translate::request(Pair::AnthropicChat, body.as_bytes(), &target).unwrap();
        times.1.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.0.sort_unstable_by(f64::total_cmp);
    times.1.sort_unstable_by(f64::total_cmp);
    let name = format!("a request of {} kB", body.len() / 1_000);
    tell(&name, &times.0, &times.1);
}
