//! Chat streams as Messages streams: every oddity that upstreams are known for.

use relayscope_wire::translate::{Memory, Pair, StreamMachine};
use serde_json::{Value, json};

use crate::anthropic_events::{Message, read};

pub(crate) fn memory() -> Memory {
    Memory {
        model: "claude-sonnet-5-5".into(),
        upstream_model: "gpt-x".into(),
        stream: true,
        input_tokens: 321,
        ..Memory::new(Pair::AnthropicChat, "req_1")
    }
}

/// A chunk with one choice.
pub(crate) fn chunk(delta: Value) -> Value {
    json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-x",
        "choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

pub(crate) fn finish(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

pub(crate) fn text(text: &str) -> Value {
    chunk(json!({"content": text}))
}

pub(crate) fn call(delta: Value) -> Value {
    chunk(json!({"tool_calls": [delta]}))
}

pub(crate) fn sse(chunks: &[Value]) -> String {
    chunks
        .iter()
        .map(|chunk| format!("data: {chunk}\n\n"))
        .collect()
}

pub(crate) fn whole(chunks: &[Value]) -> String {
    sse(chunks) + "data: [DONE]\n\n"
}

/// The events for a stream that ends well or not.
pub(crate) fn translate(stream: &[u8]) -> (Vec<u8>, StreamMachine) {
    let mut machine = StreamMachine::new(memory());
    let mut out = Vec::new();
    machine.feed(stream, &mut out);
    machine.finish(&mut out);
    (out, machine)
}

fn answer(stream: &str) -> Message {
    let (out, machine) = translate(stream.as_bytes());
    assert!(machine.failed_early().is_none(), "{stream}");
    read(&out)
}

/// The content of a good answer, without minted ids.
fn content(chunks: &[Value]) -> Value {
    let stream = whole(chunks);
    let message = answer(&stream);
    assert!(message.stopped, "{stream}");
    message.json["content"].clone()
}

fn tool(id: &str, name: &str, input: Value) -> Value {
    json!({"type": "tool_use", "id": id, "name": name, "input": input})
}

#[test]
fn a_plain_answer() {
    let message = answer(&whole(&[
        chunk(json!({"role": "assistant", "content": ""})),
        text("Hel"),
        text("lo"),
        finish("stop"),
        json!({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 1}}}),
    ]));
    assert_eq!(
        message.json["content"],
        json!([{"type": "text", "text": "Hello"}])
    );
    assert_eq!(message.json["model"], "claude-sonnet-5-5");
    assert_eq!(message.json["stop_reason"], "end_turn");
    assert_eq!(
        message.json["usage"],
        json!({"input_tokens": 6, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 4,
            "output_tokens": 3, "output_tokens_details": {"thinking_tokens": 1}})
    );
}

#[test]
fn thinking_comes_first_and_is_signed() {
    assert_eq!(
        content(&[
            chunk(json!({"reasoning_content": "hm", "reasoning": "hm"})),
            chunk(json!({"reasoning_content": "m"})),
            text("a"),
            finish("stop"),
        ]),
        json!([{"type": "thinking", "thinking": "hmm", "signature": ""}, {"type": "text", "text": "a"}])
    );
}

#[test]
fn tool_calls_however_they_come() {
    let a = || tool("a", "f", json!({"x": 1}));
    let b = || tool("b", "g", json!({"y": "}"}));
    let part =
        |index: i64, arguments: &str| json!({"index": index, "function": {"arguments": arguments}});
    let head = |index: i64, id: &str, name: &str| json!({"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": ""}});
    for (about, chunks, wanted) in [
        (
            "one in pieces",
            vec![
                call(head(0, "a", "f")),
                call(part(0, "{\"x\"")),
                call(part(0, ":1}")),
            ],
            json!([a()]),
        ),
        (
            "two in turn",
            vec![
                call(head(0, "a", "f")),
                call(part(0, "{\"x\":1}")),
                call(head(1, "b", "g")),
                call(part(1, "{\"y\":\"}\"}")),
            ],
            json!([a(), b()]),
        ),
        (
            "two interleaved",
            vec![
                call(head(0, "a", "f")),
                call(head(1, "b", "g")),
                call(part(1, "{\"y\":")),
                call(part(0, "{\"x\"")),
                call(part(1, "\"}\"")),
                call(part(0, ":1}")),
                call(part(1, "}")),
            ],
            json!([a(), b()]),
        ),
        (
            "several in one chunk",
            vec![chunk(json!({"tool_calls": [
                {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                {"index": 1, "id": "b", "function": {"name": "g", "arguments": "{\"y\":\"}\"}"}}]}))],
            json!([a(), b()]),
        ),
        (
            "several in one chunk without index",
            vec![chunk(json!({"tool_calls": [
                {"id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                {"id": "b", "function": {"name": "g", "arguments": "{\"y\":\"}\"}"}}]}))],
            json!([a(), b()]),
        ),
        (
            "two under one number",
            vec![
                call(
                    json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}}),
                ),
                call(
                    json!({"index": 0, "id": "b", "function": {"name": "g", "arguments": "{\"y\":\"}\"}"}}),
                ),
            ],
            json!([a(), b()]),
        ),
        (
            "no index",
            vec![
                call(json!({"id": "a", "function": {"name": "f", "arguments": "{\"x\""}})),
                call(json!({"function": {"arguments": ":1}"}})),
                call(json!({"id": "b", "function": {"name": "g", "arguments": "{\"y\":\"}\"}"}})),
            ],
            json!([a(), b()]),
        ),
        (
            "split name",
            vec![
                call(head(0, "a", "get_")),
                call(json!({"index": 0, "function": {"name": "it"}})),
                call(part(0, "{}")),
            ],
            json!([tool("a", "get_it", json!({}))]),
        ),
        (
            "repeated name",
            vec![
                call(
                    json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\""}}),
                ),
                call(json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": ":1}"}})),
            ],
            json!([a()]),
        ),
        (
            "late name",
            vec![
                call(json!({"index": 0, "id": "a", "function": {"arguments": "{\"x\":1}"}})),
                call(json!({"index": 0, "function": {"name": "f"}})),
            ],
            json!([a()]),
        ),
        (
            "no arguments",
            vec![call(head(0, "a", "f"))],
            json!([tool("a", "f", json!({}))]),
        ),
        (
            "arguments as an object",
            vec![call(
                json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": {"x": 1}}}),
            )],
            json!([a()]),
        ),
        (
            "arguments as a text in a text",
            vec![call(
                json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "\"{\\\"x\\\":1}\""}}),
            )],
            json!([a()]),
        ),
        (
            "a placeholder before the arguments",
            vec![
                call(json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}})),
                call(part(0, "{\"x\":1}")),
            ],
            json!([a()]),
        ),
        (
            "arguments told twice",
            vec![
                call(head(0, "a", "f")),
                call(part(0, "{\"x\":1}")),
                call(part(0, "{\"x\":1}")),
            ],
            json!([a()]),
        ),
        (
            "bad JSON",
            vec![call(head(0, "a", "f")), call(part(0, "{\"x\":1,}"))],
            json!([tool("a", "f", json!("{\"x\":1,}"))]),
        ),
        (
            "an index that is a text",
            vec![call(
                json!({"index": "0", "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}}),
            )],
            json!([a()]),
        ),
    ] {
        let mut chunks = chunks;
        chunks.push(finish("tool_calls"));
        let message = answer(&whole(&chunks));
        assert_eq!(message.json["content"], wanted, "{about}");
        assert_eq!(message.json["stop_reason"], "tool_use", "{about}");
    }
}

#[test]
fn ids_are_made_where_they_are_missing_or_taken() {
    for ids in [[json!(null), json!("")], [json!("x"), json!("x")]] {
        let content = content(&[
            call(json!({"index": 0, "id": ids[0], "function": {"name": "f", "arguments": "{}"}})),
            call(json!({"index": 1, "id": ids[1], "function": {"name": "g", "arguments": "{}"}})),
            finish("tool_calls"),
        ]);
        assert_eq!(content.as_array().unwrap().len(), 2, "{ids:?}");
        assert_eq!(content[1]["id"].as_str().unwrap().len(), 30, "{content}");
    }
}

#[test]
fn text_in_the_middle_of_a_call_waits() {
    let content = content(&[
        text("before"),
        call(json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\""}})),
        text("mid"),
        text("dle"),
        call(json!({"index": 0, "function": {"arguments": ":1}"}})),
        text(" after"),
        finish("tool_calls"),
    ]);
    assert_eq!(
        content,
        json!([{"type": "text", "text": "before"}, tool("a", "f", json!({"x": 1})), {"type": "text", "text": "middle after"}])
    );
}

#[test]
fn the_old_function_call() {
    let content = content(&[
        chunk(json!({"function_call": {"name": "f", "arguments": "{\"x\""}})),
        chunk(json!({"function_call": {"arguments": ":1}"}})),
        finish("function_call"),
    ]);
    assert_eq!(content[0]["input"], json!({"x": 1}));
    assert_eq!(content[0]["name"], "f");
}

#[test]
fn all_choices_are_one_answer() {
    let content = content(&[json!({"choices": [
        {"index": 0, "delta": {"content": "I will"}, "finish_reason": null},
        {"index": 1, "delta": {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}}]}, "finish_reason": "tool_calls"}]})]);
    assert_eq!(
        content,
        json!([{"type": "text", "text": "I will"}, tool("a", "f", json!({"x": 1}))])
    );
}

#[test]
fn refusals() {
    let message = answer(&whole(&[
        chunk(json!({"refusal": "I can"})),
        chunk(json!({"refusal": "not"})),
        finish("stop"),
    ]));
    assert_eq!(
        message.json["content"],
        json!([{"type": "text", "text": "I cannot"}])
    );
    assert_eq!(message.json["stop_reason"], "refusal");
    assert_eq!(message.json["stop_details"]["explanation"], "I cannot");
}

#[test]
fn ends_that_are_good() {
    let said = sse(&[text("a")]);
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 8}});
    for (about, stream, reason, output) in [
        (
            "no [DONE]",
            sse(&[text("a"), finish("stop"), usage.clone()]),
            "end_turn",
            8,
        ),
        (
            "no finish_reason",
            format!("{said}data: [DONE]\n\n"),
            "end_turn",
            1,
        ),
        (
            "finish_reason twice",
            whole(&[text("a"), finish("stop"), finish("stop"), usage.clone()]),
            "end_turn",
            8,
        ),
        (
            "length before stop",
            whole(&[text("a"), finish("length"), finish("stop")]),
            "max_tokens",
            1,
        ),
        (
            "usage in each chunk",
            whole(&[
                json!({"choices": [{"delta": {"content": "a"}}], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}),
                json!({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 9, "completion_tokens": 8}}),
                json!({"choices": [], "usage": null}),
            ]),
            "end_turn",
            8,
        ),
        (
            "nothing closes the last event",
            sse(&[text("a"), finish("stop")]).trim_end().to_owned(),
            "end_turn",
            1,
        ),
        (
            "after the end",
            format!(
                "{}{said}",
                whole(&[text("a"), finish("stop"), usage.clone()])
            ),
            "end_turn",
            8,
        ),
    ] {
        let message = answer(&stream);
        assert!(message.stopped && message.error.is_none(), "{about}");
        assert_eq!(message.json["stop_reason"], reason, "{about}");
        assert_eq!(message.json["usage"]["output_tokens"], output, "{about}");
        assert_eq!(message.json["content"][0]["text"], "a", "{about}");
    }
}

#[test]
fn usage_that_is_missing_is_estimated() {
    let message = answer(&whole(&[text(&"word ".repeat(80)), finish("stop")]));
    assert_eq!(message.json["usage"]["input_tokens"], 321);
    assert_eq!(message.json["usage"]["output_tokens"], 100);
}

#[test]
fn a_cut_stream_is_never_finished() {
    for chunks in [
        vec![text("a")],
        vec![call(
            json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":"}}),
        )],
        vec![chunk(json!({"reasoning_content": "a"}))],
    ] {
        for broken in [false, true] {
            let mut machine = StreamMachine::new(memory());
            let mut out = Vec::new();
            machine.feed(sse(&chunks).as_bytes(), &mut out);
            match broken {
                true => machine.broke(&mut out),
                false => machine.finish(&mut out),
            }
            let message = read(&out);
            assert!(!message.stopped);
            assert_eq!(message.error.unwrap()["error"]["type"], "api_error");
            assert!(machine.ended() && machine.failed_early().is_none());
        }
    }
}

#[test]
fn errors_in_the_stream() {
    for (error, kind) in [
        (
            json!({"error": {"message": "no", "type": "server_error"}}),
            "api_error",
        ),
        (
            json!({"error": {"message": "no", "code": 429}}),
            "rate_limit_error",
        ),
        (json!({"error": "no"}), "api_error"),
        (
            json!({"object": "error", "message": "no", "code": 400}),
            "invalid_request_error",
        ),
        (
            json!({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}),
            "overloaded_error",
        ),
        (
            json!({"error": {"message": "no", "code": 502}, "choices": [{"delta": {"content": ""}, "finish_reason": "error"}]}),
            "api_error",
        ),
        (
            json!([{"error": {"message": "no", "status": "UNAVAILABLE"}}]),
            "overloaded_error",
        ),
    ] {
        let late = answer(&sse(&[text("a"), error.clone(), text("b"), finish("stop")]));
        let told = late.error.unwrap();
        assert_eq!(told["error"]["type"], kind, "{error}");
        assert_eq!(told["error"]["message"], "no", "{error}");
        assert_eq!(late.json["content"][0]["text"], "a");

        let role = chunk(json!({"role": "assistant", "content": ""}));
        for before in [vec![], vec![role]] {
            let mut chunks = before;
            chunks.push(error.clone());
            let (out, machine) = translate(sse(&chunks).as_bytes());
            assert_eq!(out, b"", "{error}");
            let answer = machine.failed_early().unwrap();
            assert!(answer.status >= 400, "{error}");
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(body["error"]["type"], kind, "{error}");
        }
    }
}

#[test]
fn streams_without_an_answer_are_errors() {
    for (stream, status) in [
        ("", 502),
        ("data: [DONE]\n\n", 502),
        (": hello\n\n", 502),
        (
            "<html><head><title>Just a moment...</title></head></html>",
            502,
        ),
        ("{\"choices\":[]}", 502),
        ("{}", 502),
        (
            "{\"error\":{\"message\":\"no\",\"code\":\"rate_limit_exceeded\"}}",
            429,
        ),
        ("{\"detail\":\"no\"}", 500),
        ("not json at all", 502),
        (
            "event: response.created\ndata: {\"type\":\"response.created\"}\n\n",
            502,
        ),
    ] {
        let (out, machine) = translate(stream.as_bytes());
        assert_eq!(out, b"", "{stream}");
        assert_eq!(
            machine.failed_early().map(|answer| answer.status),
            Some(status),
            "{stream}"
        );
    }
}

#[test]
fn json_where_a_stream_was_asked_for() {
    let body = json!({"id": "x", "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
        "role": "assistant", "reasoning_content": "hm", "content": "ok",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}}]}}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 6}});
    let message = answer(&serde_json::to_string_pretty(&body).unwrap());
    assert!(message.stopped);
    assert_eq!(
        message.json["content"],
        json!([{"type": "thinking", "thinking": "hm", "signature": ""}, {"type": "text", "text": "ok"}, tool("a", "f", json!({"x": 1}))])
    );
    assert_eq!(message.json["usage"]["input_tokens"], 5);
}

#[test]
fn another_dialect_than_the_upstream_was_asked_in() {
    let stream = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"real\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n";
    let (out, machine) = translate(stream.as_bytes());
    assert!(machine.ended());
    let message = read(&out);
    assert_eq!(message.json["model"], "claude-sonnet-5-5");
    assert!(message.error.is_some(), "it was cut");
}

#[test]
fn framing_does_not_matter() {
    let plain = whole(&[text("grüß 😀"), finish("stop")]);
    let wanted = answer(&plain);
    for stream in [
        plain.replace('\n', "\r\n"),
        plain.replace("data: ", "data:"),
        format!("\u{feff}{plain}"),
        format!(": OPENROUTER PROCESSING\n\n{plain}"),
        format!("\n\n{plain}"),
        plain.replacen("\n\n", "\n\ndata: {broken\n\n", 1),
        plain.replace("{\"choices\"", "{\ndata: \"choices\""),
    ] {
        assert_eq!(answer(&stream), wanted, "{stream}");
    }
}

#[test]
fn pings_before_and_during() {
    let mut machine = StreamMachine::new(memory());
    let mut out = Vec::new();
    assert!(!machine.started());
    machine.ping(&mut out);
    assert!(machine.started());
    machine.feed(sse(&[text("a")]).as_bytes(), &mut out);
    machine.ping(&mut out);
    machine.feed(whole(&[finish("stop")]).as_bytes(), &mut out);
    machine.ping(&mut out);
    let message = read(&out);
    assert!(message.stopped);
    let mut late = StreamMachine::new(memory());
    let mut out = Vec::new();
    late.ping(&mut out);
    late.feed(b"data: {\"error\":{\"message\":\"no\"}}\n\n", &mut out);
    assert!(late.failed_early().is_none());
    assert_eq!(read(&out).error.unwrap()["error"]["message"], "no");
}

#[test]
fn renamed_tools_come_back() {
    let mut renamed = memory();
    renamed
        .tool_names
        .insert("short".into(), "mcp__very_long".into());
    let mut machine = StreamMachine::new(renamed);
    let mut out = Vec::new();
    let head =
        call(json!({"index": 0, "id": "a", "function": {"name": "short", "arguments": "{}"}}));
    machine.feed(whole(&[head, finish("tool_calls")]).as_bytes(), &mut out);
    assert_eq!(read(&out).json["content"][0]["name"], "mcp__very_long");
}

#[test]
fn white_space_between_blocks_is_no_text() {
    let call =
        call(json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}}));
    assert_eq!(
        content(&[text("\n\n"), call, text("\n"), finish("tool_calls")]),
        json!([tool("a", "f", json!({"x": 1}))])
    );
    assert_eq!(
        content(&[text(" "), text("a"), text(" "), finish("stop")]),
        json!([{"type": "text", "text": " a "}])
    );
    assert_eq!(
        content(&[text("\n"), finish("stop")]),
        json!([{"type": "text", "text": "\n"}])
    );
}

#[test]
fn giants_end_in_an_error() {
    let giant = format!("data: {}\n\n", "x".repeat(9 * 1024 * 1024));
    let (_, machine) = translate(giant.as_bytes());
    assert_eq!(machine.failed_early().unwrap().status, 502);
    let many: Vec<Value> = (0..10_000)
        .map(|index| json!({"index": index, "id": format!("c{index}"), "function": {"name": "f", "arguments": "{}"}}))
        .collect();
    let content = content(&[chunk(json!({"tool_calls": many})), finish("tool_calls")]);
    assert_eq!(content.as_array().unwrap().len(), 10_000);
}
