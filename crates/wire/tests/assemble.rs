//! Streams put together: lifelike ones as snapshots, odd ones as a table.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use relayscope_wire::assemble::{Assembled, BlockKind, answer};
use relayscope_wire::conversation::{self, Content};
use relayscope_wire::dialect::Dialect;
use serde_json::{Value, json};

#[test]
fn lifelike_streams() {
    for (name, dialect, stream) in [
        (
            "anthropic_stream",
            Dialect::Anthropic,
            include_str!("bodies/anthropic.sse"),
        ),
        (
            "chat_stream",
            Dialect::OpenAiChat,
            include_str!("bodies/chat.sse"),
        ),
        (
            "responses_stream",
            Dialect::OpenAiResponses,
            include_str!("bodies/responses.sse"),
        ),
    ] {
        let assembled = answer(dialect, stream.as_bytes());
        assert!(assembled.complete && assembled.error.is_none(), "{name}");
        let body = serde_json::to_vec(&assembled.json).unwrap();
        let said = conversation::answer(dialect, &body).unwrap();
        insta::assert_json_snapshot!(
            name,
            json!({
                "answer": assembled.json,
                "blocks": assembled.blocks,
                "conversation": said,
            })
        );
    }
}

/// A stream of unnamed events with the given data.
fn stream(events: &[Value]) -> String {
    events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect()
}

fn anthropic(events: &[Value]) -> Assembled {
    answer(Dialect::Anthropic, stream(events).as_bytes())
}

fn chat(deltas: &[Value]) -> Assembled {
    let events: Vec<_> = deltas
        .iter()
        .map(|delta| json!({"choices": [{"index": 0, "delta": delta}]}))
        .collect();
    answer(
        Dialect::OpenAiChat,
        (stream(&events) + "data: [DONE]\n\n").as_bytes(),
    )
}

fn responses(events: &[Value]) -> Assembled {
    answer(Dialect::OpenAiResponses, stream(events).as_bytes())
}

fn block_start(index: u32, block: Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn block_delta(index: u32, delta: Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

#[test]
fn anthropic_oddities() {
    let start =
        json!({"type": "message_start", "message": {"id": "msg_1", "usage": {"input_tokens": 5}}});
    let again = json!({"type": "message_start", "message": {"id": "msg_2", "usage": {"input_tokens": 6, "output_tokens": null}}});
    let tool = json!({"type": "tool_use", "id": "t", "name": "n", "input": {}});
    let piece = |text: &str| json!({"type": "input_json_delta", "partial_json": text});
    let text = |text: &str| json!({"type": "text_delta", "text": text});
    // Interleaved blocks, a start in the middle, an unknown event, a delta that does not fit, no stop.
    let odd = anthropic(&[
        start.clone(),
        block_start(0, tool.clone()),
        block_start(1, json!({"type": "text", "text": ""})),
        block_delta(0, piece("{\"a\":")),
        block_delta(1, text("x")),
        again,
        json!({"type": "of_the_future", "index": 0}),
        block_delta(1, piece("lost")),
        block_delta(0, piece("1}")),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 3}}),
    ]);
    assert_eq!(
        odd.json,
        json!({
            "id": "msg_1",
            "usage": {"input_tokens": 6, "output_tokens": 3},
            "stop_reason": "tool_use",
            "content": [
                {"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}},
                {"type": "text", "text": "x"},
            ],
        })
    );
    assert!(odd.complete);
    assert_eq!(
        odd.blocks
            .iter()
            .map(|span| (span.first_event, span.last_event))
            .collect::<Vec<_>>(),
        [(1, 8), (2, 7)]
    );

    // Input that is no JSON stays what it is; input in the start is kept if nothing follows.
    let given = json!({"type": "tool_use", "id": "u", "name": "m", "input": {"b": 2}});
    let cut = anthropic(&[
        start.clone(),
        block_start(0, given.clone()),
        block_start(1, tool),
        block_delta(1, piece("{\"a\":[1,")),
    ]);
    assert_eq!(cut.json["content"][0], given);
    assert_eq!(cut.json["content"][1]["input"], json!("{\"a\":[1,"));
    assert!(!cut.complete);
    let said = conversation::answer(Dialect::Anthropic, cut.json.to_string().as_bytes()).unwrap();
    let last = &said.turns[0].blocks[1].content;
    assert!(
        matches!(last, Content::ToolCall { valid: false, .. }),
        "{last:?}"
    );

    // Deltas without a start, without an index, and an index used twice.
    let orphans = anthropic(&[
        block_delta(4, text("a")),
        json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "b"}}),
        block_start(4, json!({"type": "text", "text": ""})),
        block_delta(4, text("c")),
    ]);
    assert_eq!(
        orphans.json["content"],
        json!([{"type": "text", "text": "ab"}, {"type": "text", "text": "c"}])
    );

    // An error in the middle: what came before stays.
    let broken = anthropic(&[
        start,
        block_start(0, json!({"type": "text", "text": ""})),
        block_delta(0, text("half")),
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    ]);
    assert_eq!(
        broken.error.as_ref().unwrap().kind.as_deref(),
        Some("overloaded_error")
    );
    assert_eq!(broken.json["content"][0]["text"], "half");
    assert_eq!(broken.json["error"]["message"], "Overloaded");
    assert!(!broken.complete);
}

/// The tool calls of a stream as (id, name, arguments).
fn calls(deltas: &[Value]) -> Vec<(String, String, String)> {
    let assembled = chat(deltas);
    let calls = assembled.json["choices"][0]["message"]["tool_calls"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let call = |call: &Value| {
        (
            text(&call["id"]),
            text(&call["function"]["name"]),
            text(&call["function"]["arguments"]),
        )
    };
    calls.iter().map(call).collect()
}

fn check_calls(deltas: &[Value], wanted: &[(&str, &str, &str)]) {
    let calls = calls(deltas);
    let calls: Vec<_> = calls
        .iter()
        .map(|(id, name, input)| (id.as_str(), name.as_str(), input.as_str()))
        .collect();
    assert_eq!(calls, wanted, "{}", json!(deltas));
}

#[test]
fn tool_calls_of_chat() {
    let one = |call: Value| json!({"tool_calls": [call]});
    let function = |name: &str, arguments: &str| json!({"name": name, "arguments": arguments});
    // Several calls in one chunk, with and without numbers.
    check_calls(
        &[json!({"tool_calls": [
            {"index": 0, "id": "a", "function": function("f", "{}")},
            {"index": 1, "id": "b", "function": function("g", "{}")},
        ]})],
        &[("a", "f", "{}"), ("b", "g", "{}")],
    );
    check_calls(
        &[
            json!({"tool_calls": [{"id": "a", "function": function("f", "{}")}, {"id": "b", "function": function("f", "{}")}]}),
        ],
        &[("a", "f", "{}"), ("b", "f", "{}")],
    );
    // No id and no number: a new name after whole arguments is a new call.
    check_calls(
        &[
            one(json!({"function": function("f", "{\"x\"")})),
            one(json!({"function": {"arguments": ":1}"}})),
            one(json!({"function": function("g", "{}")})),
        ],
        &[("", "f", "{\"x\":1}"), ("", "g", "{}")],
    );
    // Two calls under one number, told apart by id.
    check_calls(
        &[
            one(json!({"index": 0, "id": "a", "function": function("f", "{}")})),
            one(json!({"index": 0, "id": "b", "function": function("f", "{}")})),
        ],
        &[("a", "f", "{}"), ("b", "f", "{}")],
    );
    // A new id with each piece is no new call.
    check_calls(
        &[
            one(json!({"index": 0, "id": "a", "function": function("f", "{")})),
            one(json!({"index": 0, "id": "b", "function": {"arguments": "}"}})),
        ],
        &[("a", "f", "{}")],
    );
    // Names in pieces, repeated, late; ids late.
    check_calls(
        &[
            one(json!({"index": 0, "id": "a", "function": {"name": "read_"}})),
            one(json!({"index": 0, "function": {"name": "file"}})),
            one(json!({"index": 0, "function": {"arguments": "{}"}})),
        ],
        &[("a", "read_file", "{}")],
    );
    check_calls(
        &[
            one(json!({"index": 0, "id": "a", "function": function("f", "{")})),
            one(json!({"index": 0, "function": function("f", "}")})),
        ],
        &[("a", "f", "{}")],
    );
    check_calls(
        &[
            one(json!({"index": 0, "function": {"arguments": "{}"}})),
            one(json!({"index": 0, "id": "a", "function": {"name": "f"}})),
        ],
        &[("a", "f", "{}")],
    );
    // The same id under two numbers; arguments as an object; huge and negative numbers.
    check_calls(
        &[
            one(
                json!({"index": 7_000_000_000_000_i64, "id": "a", "function": {"name": "f", "arguments": {"x": 1}}}),
            ),
            one(json!({"index": -1, "id": "a", "function": function("f", "")})),
        ],
        &[("a", "f", "{\"x\":1}"), ("a", "f", "")],
    );
    // The old form.
    check_calls(
        &[
            json!({"function_call": {"name": "f", "arguments": "{"}}),
            json!({"function_call": {"arguments": "}"}}),
        ],
        &[("", "f", "{}")],
    );
}

#[test]
fn chat_oddities() {
    let odd = chat(&[
        json!({"role": "assistant", "content": [{"type": "text", "text": "a"}]}),
        json!({"content": "b", "reasoning": "r", "reasoning_content": "r"}),
        json!({"refusal": "no"}),
    ]);
    let message = &odd.json["choices"][0]["message"];
    assert_eq!(
        *message,
        json!({"role": "assistant", "content": "ab", "reasoning_content": "r", "refusal": "no"})
    );
    assert!(odd.complete);

    let text = json!({"choices": [{"delta": {"content": "x"}}]});
    let end = |reason: &str| json!({"choices": [{"delta": {}, "finish_reason": reason}]});
    let run = |events: &[Value]| answer(Dialect::OpenAiChat, stream(events).as_bytes());
    // The end is the word of the upstream, with or without [DONE].
    assert!(!run(std::slice::from_ref(&text)).complete);
    let twice = run(&[
        text.clone(),
        end("tool_calls"),
        end("stop"),
        json!({"choices": [], "usage": {"total_tokens": 9}}),
    ]);
    assert!(twice.complete);
    assert_eq!(twice.json["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(twice.json["usage"]["total_tokens"], 9);
    for error in [
        json!({"error": {"code": 502, "message": "bad"}}),
        json!({"object": "error", "message": "bad", "code": 502}),
        json!({"choices": [{"delta": {}, "finish_reason": "error", "error": {"code": 502, "message": "bad"}}]}),
    ] {
        let broken = run(&[text.clone(), error]);
        let failure = broken.error.unwrap();
        assert_eq!(
            (failure.kind.as_deref(), failure.message.as_str()),
            (Some("502"), "bad")
        );
        assert_eq!(broken.json["choices"][0]["message"]["content"], "x");
        assert!(!broken.complete);
    }
    // Lines that are no JSON are skipped, and half an emoji is no reason to lose its text.
    let odd = "data: nonsense\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\\ud83d\"}}]}\n\ndata: [1]\n\n";
    let odd = answer(Dialect::OpenAiChat, odd.as_bytes());
    assert_eq!(odd.json["choices"][0]["message"]["content"], "a\u{fffd}");
    assert_eq!(odd.blocks[0].first_event, 1);
}

#[test]
fn responses_oddities() {
    let item = json!({"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]});
    let done = json!({"type": "response.output_item.done", "output_index": 0, "item": item});
    let completed = json!({"type": "response.completed", "response": {"id": "r"}});
    // The least that Codex needs.
    let least = responses(&[done.clone(), completed]);
    assert!(least.complete);
    assert_eq!(
        least.json,
        json!({"id": "r", "object": "response", "output": [item]})
    );
    // Deltas that were never announced, without places.
    let bare = responses(&[
        json!({"type": "response.output_text.delta", "delta": "a"}),
        json!({"type": "response.output_text.delta", "delta": "b"}),
        json!({"type": "response.output_text.done", "text": "abc"}),
    ]);
    assert_eq!(
        bare.json["output"][0],
        json!({"type": "message", "content": [{"type": "output_text", "text": "abc"}]})
    );
    assert!(!bare.complete);
    assert_eq!(bare.blocks[0].kind, BlockKind::Text);
    // How it may end.
    let failed = responses(&[
        done.clone(),
        json!({"type": "response.failed", "response": {"status": "failed", "error": {"code": "server_error", "message": "bad"}}}),
    ]);
    assert_eq!(
        failed.error.as_ref().unwrap().kind.as_deref(),
        Some("server_error")
    );
    assert_eq!(failed.json["output"][0], item);
    assert!(!failed.complete);
    let incomplete = responses(&[
        done.clone(),
        json!({"type": "response.incomplete", "response": {"incomplete_details": {"reason": "max_output_tokens"}}}),
    ]);
    assert!(incomplete.complete);
    assert_eq!(
        incomplete.json["incomplete_details"]["reason"],
        "max_output_tokens"
    );
    let error = responses(&[
        done,
        json!({"type": "error", "code": "rate_limit_exceeded", "message": "slow", "param": null}),
    ]);
    assert_eq!(
        error.error.unwrap().kind.as_deref(),
        Some("rate_limit_exceeded")
    );
}

#[test]
fn bodies_that_are_no_stream() {
    for dialect in [
        Dialect::Anthropic,
        Dialect::OpenAiChat,
        Dialect::OpenAiResponses,
    ] {
        let whole = answer(dialect, b" {\"id\":\"x\",\"content\":[]}");
        assert!(whole.complete);
        assert_eq!(whole.json["id"], "x");
        let error = answer(dialect, b"{\"error\":{\"message\":\"bad\"}}");
        assert_eq!(error.error.unwrap().message, "bad");
        for nothing in [
            &b""[..],
            b"<html>",
            b"\xff\xfe",
            b": ping\n\n",
            b"data: [DONE]\n\n",
        ] {
            let nothing = answer(dialect, nothing);
            assert_eq!((nothing.json, nothing.complete), (Value::Null, false));
        }
        let first = answer(
            dialect,
            b"event: error\ndata: {\"error\":{\"type\":\"api_error\",\"message\":\"bad\"}}\n\n",
        );
        assert_eq!(
            first.json["error"],
            json!({"type": "api_error", "message": "bad"}),
            "{dialect:?}"
        );
    }
    assert_eq!(
        answer(Dialect::Other, b"data: {}\n\n"),
        Assembled::default()
    );
}
