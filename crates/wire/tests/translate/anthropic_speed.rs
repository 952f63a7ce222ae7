//! How long translating takes: `cargo nextest run --release --no-capture translating_is_quick`.

use std::time::Instant;

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

fn tell(name: &str, times: &[f64]) {
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name}: p50 {:.1} µs, p99 {:.1} µs, most {:.1} µs",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

#[test]
fn translating_is_quick() {
    let mut said: Vec<Value> = (0..20_000).map(|at| text(&format!("word {at} "))).collect();
    said.push(finish("stop"));
    tell("a text delta", &events(&whole(&said)));

    let head = json!({"index": 0, "id": "a", "function": {"name": "Write", "arguments": "{\"content\":\""}});
    let mut written = vec![call(head)];
    let more =
        |at: usize| call(json!({"index": 0, "function": {"arguments": format!("line {at}\\n")}}));
    written.extend((0..20_000).map(more));
    written.extend([
        call(json!({"index": 0, "function": {"arguments": "\"}"}})),
        finish("tool_calls"),
    ]);
    tell("a tool delta", &events(&whole(&written)));

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
    let mut times: Vec<f64> = (0..200)
        .map(|_| {
            let start = Instant::now();
            translate::request(Pair::AnthropicChat, body.as_bytes(), &target).unwrap();
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    tell(&format!("a request of {} kB", body.len() / 1_000), &times);
}
