//! Chat Completions to an Anthropic upstream, field by field.

use http::HeaderMap;
use relayscope_wire::dialect::Dialect;
use relayscope_wire::translate::{
    self, Capabilities, ChangeKind, Memory, Pair, StreamMachine, Target, Translated, UpstreamError,
};
use serde_json::{Value, json};

fn translated_with(body: &Value, capabilities: &Capabilities) -> Translated {
    let target = Target {
        model: "claude-upstream",
        capabilities,
        seed: "req_seed",
        input_tokens: Some(11),
    };
    translate::request(Pair::ChatAnthropic, body.to_string().as_bytes(), &target).unwrap()
}

fn sent_with(body: Value, capabilities: &Capabilities) -> Value {
    serde_json::from_slice(&translated_with(&body, capabilities).body).unwrap()
}

fn sent(body: Value) -> Value {
    sent_with(body, &Capabilities::default())
}

fn hello(more: Value) -> Value {
    let mut body = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "hi"}]});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[test]
fn the_smallest_request() {
    assert_eq!(
        sent(hello(json!({}))),
        json!({
            "model": "claude-upstream",
            "max_tokens": 32000,
            "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        })
    );
    assert_eq!(
        Pair::of(Dialect::OpenAiChat, Dialect::Anthropic),
        Some(Pair::ChatAnthropic)
    );
    let made = translated_with(&hello(json!({})), &Capabilities::default());
    assert_eq!(made.path, "/v1/messages");
    assert_eq!(made.memory.model, "gpt-x");
}

#[test]
fn every_member_by_its_rule() {
    let gone = Value::Null;
    for (more, member, wanted) in [
        (json!({"max_tokens": 5}), "max_tokens", json!(5)),
        (
            json!({"max_tokens": 5, "max_completion_tokens": 7}),
            "max_tokens",
            json!(7),
        ),
        (json!({"max_tokens": null}), "max_tokens", json!(32000)),
        (json!({"temperature": 1.5}), "temperature", json!(1.0)),
        (
            json!({"temperature": 0.5, "top_p": 0.5}),
            "top_p",
            gone.clone(),
        ),
        (json!({"top_p": 0.5}), "top_p", json!(0.5)),
        (json!({"stop": "END"}), "stop_sequences", json!(["END"])),
        (
            json!({"stop": ["a", " ", "b"]}),
            "stop_sequences",
            json!(["a", "b"]),
        ),
        (json!({"stop": [""]}), "stop_sequences", gone.clone()),
        (json!({"stream": true}), "stream", json!(true)),
        (json!({"stream": false}), "stream", gone.clone()),
        (
            json!({"user": "u-1"}),
            "metadata",
            json!({"user_id": "u-1"}),
        ),
        (
            json!({"reasoning_effort": "high"}),
            "output_config",
            json!({"effort": "high"}),
        ),
        (
            json!({"reasoning_effort": "high"}),
            "thinking",
            json!({"type": "adaptive"}),
        ),
        (
            json!({"reasoning_effort": "high", "temperature": 1}),
            "temperature",
            gone.clone(),
        ),
        (
            json!({"reasoning_effort": "high", "top_p": 0.5}),
            "top_p",
            gone.clone(),
        ),
        (
            json!({"reasoning_effort": "none"}),
            "thinking",
            gone.clone(),
        ),
        (
            json!({"reasoning": {"effort": "low"}}),
            "output_config",
            json!({"effort": "low"}),
        ),
        (json!({"n": 3}), "n", gone.clone()),
        (json!({"seed": 3}), "seed", gone.clone()),
        (
            json!({"logprobs": true, "top_logprobs": 3}),
            "logprobs",
            gone.clone(),
        ),
        (
            json!({"presence_penalty": 1}),
            "presence_penalty",
            gone.clone(),
        ),
        (
            json!({"frequency_penalty": 1}),
            "frequency_penalty",
            gone.clone(),
        ),
        (json!({"logit_bias": {"1": 2}}), "logit_bias", gone.clone()),
        (
            json!({"metadata": {"a": "b"}, "store": true}),
            "metadata",
            gone.clone(),
        ),
        (
            json!({"service_tier": "flex"}),
            "service_tier",
            gone.clone(),
        ),
        (
            json!({"stream_options": {"include_usage": true}}),
            "stream_options",
            gone.clone(),
        ),
        (
            json!({"tools": [], "tool_choice": "auto"}),
            "tools",
            gone.clone(),
        ),
        (
            json!({"tools": [], "tool_choice": "auto"}),
            "tool_choice",
            gone,
        ),
    ] {
        assert_eq!(sent(hello(more.clone()))[member], wanted, "{more}");
    }
}

#[test]
fn users_are_not_told_by_name() {
    for user in [
        "a@example.com",
        "+49 170 1234567",
        "01701234567",
        &"x".repeat(300),
    ] {
        let id = sent(hello(json!({"user": user})))["metadata"]["user_id"].clone();
        let id = id.as_str().unwrap();
        assert!(
            id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}"
        );
    }
}

#[test]
fn what_was_dropped_is_listed() {
    let body = hello(json!({"seed": 1, "temperature": 1.5, "user": "a@b.c", "n": 2}));
    let changes = translated_with(&body, &Capabilities::default()).changes;
    let of = |path: &str| {
        changes
            .iter()
            .find(|change| change.path == path)
            .map(|change| change.kind)
    };
    assert_eq!(of("/seed"), Some(ChangeKind::Dropped));
    assert_eq!(of("/n"), Some(ChangeKind::Dropped));
    assert_eq!(of("/temperature"), Some(ChangeKind::Clamped));
    assert_eq!(of("/user"), Some(ChangeKind::Converted));
    assert_eq!(of("/messages"), None);
}

fn weather() -> Value {
    json!({"type": "function", "function": {"name": "weather", "description": "Tells it.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}, "strict": true}})
}

#[test]
fn tools_and_their_choice() {
    let tool = json!({"name": "weather", "description": "Tells it.", "input_schema": weather()["function"]["parameters"]});
    let with = |more: Value| {
        let mut body = hello(more);
        body["tools"] = json!([weather()]);
        sent(body)
    };
    let plain = with(json!({}));
    let mut made = plain["tools"][0].clone();
    made.as_object_mut().unwrap().remove("cache_control");
    assert_eq!(made, tool);
    assert_eq!(plain["tool_choice"], Value::Null);
    for (more, wanted) in [
        (json!({"tool_choice": "auto"}), json!({"type": "auto"})),
        (json!({"tool_choice": "none"}), json!({"type": "none"})),
        (json!({"tool_choice": "required"}), json!({"type": "any"})),
        (
            json!({"tool_choice": {"type": "function", "function": {"name": "weather"}}}),
            json!({"type": "tool", "name": "weather"}),
        ),
        (
            json!({"tool_choice": {"type": "function", "function": {"name": "other"}}}),
            json!({"type": "auto"}),
        ),
        (
            json!({"parallel_tool_calls": false}),
            json!({"type": "auto", "disable_parallel_tool_use": true}),
        ),
        (
            json!({"parallel_tool_calls": false, "tool_choice": "required"}),
            json!({"type": "any", "disable_parallel_tool_use": true}),
        ),
        (json!({"parallel_tool_calls": true}), Value::Null),
    ] {
        assert_eq!(with(more.clone())["tool_choice"], wanted, "{more}");
    }
    let forced = with(json!({"tool_choice": "required", "reasoning_effort": "high"}));
    assert_eq!(
        forced["thinking"],
        Value::Null,
        "who must call may not think"
    );
    assert_eq!(forced["output_config"]["effort"], "high");
}

#[test]
fn odd_tools() {
    let tools = json!([
        {"type": "function", "function": {"name": "bare"}},
        {"type": "function", "function": {"name": "null", "parameters": null}},
        {"type": "function", "name": "flat", "parameters": {}},
        {"type": "custom", "custom": {"name": "patch", "description": "Patches.", "format": {"type": "grammar"}}},
        {"type": "function", "function": {"name": format!("mcp__{}", "y".repeat(80))}},
        {"type": "web_search"},
        {"type": "function"},
        "nonsense",
    ]);
    let made = translated_with(&hello(json!({"tools": tools})), &Capabilities::default());
    let body: Value = serde_json::from_slice(&made.body).unwrap();
    let tools = body["tools"].as_array().unwrap();
    assert_eq!(tools.len(), 5);
    for tool in tools {
        assert_eq!(tool["input_schema"]["type"], "object", "{tool}");
        assert!(tool["input_schema"]["properties"].is_object(), "{tool}");
    }
    assert_eq!(tools[3]["input_schema"]["required"], json!(["input"]));
    let short = tools[4]["name"].as_str().unwrap();
    assert_eq!(short.len(), 64);
    assert_eq!(
        made.memory.tool_name(short),
        format!("mcp__{}", "y".repeat(80))
    );
}

#[test]
fn a_tool_loop() {
    let body = json!({"model": "m", "tools": [weather()], "messages": [
        {"role": "system", "content": "Be short."},
        {"role": "developer", "content": [{"type": "text", "text": "In German."}]},
        {"role": "user", "content": "Weather?"},
        {"role": "user", "content": "In two cities."},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Ulm\"}"}},
            {"id": "c2", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":"}},
        ]},
        {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "rain"}]},
        {"role": "tool", "tool_call_id": "c1", "content": ""},
        {"role": "user", "content": "So?"},
        {"role": "assistant", "content": "Rain.", "reasoning_content": "thought", "refusal": null},
        {"role": "system", "content": "Now in French."},
        {"role": "user", "content": [{"type": "text", "text": "Again."}, {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
    ]});
    let mut sent = sent(body);
    let marks = |value: &Value| value.to_string().matches("cache_control").count();
    assert_eq!(marks(&sent), 3, "prefix and two user turns");
    without_marks(&mut sent);
    insta::assert_json_snapshot!("chat_tool_loop", sent);
}

fn without_marks(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.shift_remove("cache_control");
            members.values_mut().for_each(without_marks);
        }
        Value::Array(list) => list.iter_mut().for_each(without_marks),
        _ => {}
    }
}

#[test]
fn conversations_that_anthropic_would_refuse() {
    let with = |messages: Value| sent(json!({"model": "m", "messages": messages}));
    let only_system = with(json!([{"role": "system", "content": "Say hi."}]));
    assert_eq!(
        only_system["messages"],
        json!([{"role": "user", "content": [{"type": "text", "text": "Say hi."}]}])
    );
    assert_eq!(only_system["system"], Value::Null);
    let begun =
        with(json!([{"role": "assistant", "content": "Hi."}, {"role": "user", "content": "q"}]));
    assert_eq!(begun["messages"][0]["role"], "user");
    let prefill =
        with(json!([{"role": "user", "content": "q"}, {"role": "assistant", "content": "So: "}]));
    assert_eq!(prefill["messages"][1]["content"][0]["text"], "So:");
    let blank = with(
        json!([{"role": "user", "content": "q"}, {"role": "assistant", "content": ""}, {"role": "user", "content": [{"type": "text", "text": ""}]}]),
    );
    assert_eq!(blank["messages"].as_array().unwrap().len(), 1);
    let called = with(json!([
        {"role": "user", "content": "q"},
        {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "t", "arguments": {"a": 1}}}]},
        {"role": "tool", "tool_call_id": "c", "content": "ok"},
    ]));
    assert_eq!(
        called["tools"][0]["name"], "t",
        "tools of the history must be known"
    );
    assert_eq!(called["tool_choice"]["type"], "none");
    assert_eq!(
        called["messages"][1]["content"][0]["input"],
        json!({"a": 1})
    );
}

#[test]
fn the_form_of_2023() {
    let body = json!({"model": "m",
    "functions": [{"name": "weather", "parameters": {"type": "object"}}],
    "function_call": {"name": "weather"},
    "messages": [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": null, "function_call": {"name": "weather", "arguments": "{}"}},
        {"role": "function", "name": "weather", "content": "rain"},
    ]});
    let made = translated_with(&body, &Capabilities::default());
    let sent: Value = serde_json::from_slice(&made.body).unwrap();
    assert_eq!(
        sent["tool_choice"],
        json!({"type": "tool", "name": "weather"})
    );
    assert_eq!(sent["messages"][2]["content"][0]["content"], "rain");
    let call = json!({"content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"a": 1}}], "stop_reason": "tool_use"});
    let answer = translate::answer(&made.memory, call.to_string().as_bytes()).unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["choices"][0]["finish_reason"], "function_call");
    assert_eq!(
        answer["choices"][0]["message"]["function_call"],
        json!({"name": "weather", "arguments": "{\"a\":1}"})
    );
}

#[test]
fn structured_outputs() {
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]});
    let format = json!({"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": true}});
    let sent = sent(hello(
        json!({"response_format": format, "reasoning_effort": "low"}),
    ));
    let mut closed = schema;
    closed["additionalProperties"] = json!(false);
    assert_eq!(
        sent["output_config"],
        json!({"effort": "low", "format": {"type": "json_schema", "schema": closed}})
    );
}

#[test]
fn old_models_think_by_budget() {
    let old = Capabilities {
        adaptive_thinking: false,
        max_output_tokens: Some(64_000),
        ..Capabilities::default()
    };
    let sent = sent_with(
        hello(json!({"reasoning_effort": "medium", "temperature": 0})),
        &old,
    );
    assert_eq!(
        sent["thinking"],
        json!({"type": "enabled", "budget_tokens": 8192})
    );
    assert_eq!(sent["output_config"], Value::Null);
    assert_eq!(sent["temperature"], Value::Null);
    assert_eq!(sent["max_tokens"], 64_000);
}

#[test]
fn bad_bodies_name_the_field() {
    let capabilities = Capabilities::default();
    let target = Target {
        model: "m",
        capabilities: &capabilities,
        seed: "s",
        input_tokens: None,
    };
    let deep = format!(
        "{{\"messages\":[{{\"role\":\"user\",\"content\":{}{}}}]}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    for (body, field) in [
        ("{}", "messages"),
        ("{\"messages\":null}", "messages"),
        ("{\"messages\":{}}", "messages"),
        ("{\"messages\":[{\"role\":\"user\"},7]}", "messages.1"),
        ("[]", ""),
        ("{\"messages\":[", ""),
        ("", ""),
    ] {
        let error = translate::request(Pair::ChatAnthropic, body.as_bytes(), &target).unwrap_err();
        assert_eq!(error.field(), field, "{body}");
        let answer = error.answer(Dialect::OpenAiChat, "req_1");
        assert_eq!(answer.status, 400);
    }
    let error = translate::request(Pair::ChatAnthropic, deep.as_bytes(), &target).unwrap_err();
    assert!(error.field().starts_with("messages.0.content"), "{error}");
}

// ---- answers ----

fn memory() -> Memory {
    let mut memory = Memory::new(Pair::ChatAnthropic, "req_019aa1c0b1f07abc8def0123456789ab");
    memory.model = "gpt-x".to_owned();
    memory.include_usage = true;
    memory.input_tokens = 42;
    memory
        .tool_names
        .insert("short".to_owned(), "long.name".to_owned());
    memory
}

fn answered(answer: Value) -> Value {
    let body = translate::answer(&memory(), answer.to_string().as_bytes()).unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn a_whole_answer() {
    let answer = answered(json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-upstream",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "sig"},
            {"type": "redacted_thinking", "data": "xyz"},
            {"type": "text", "text": "Let me "},
            {"type": "text", "text": "look."},
            {"type": "server_tool_use", "id": "srv", "name": "web_search", "input": {}},
            {"type": "tool_use", "id": "toolu_1", "name": "short", "input": {"a": [1, "ä"]}},
            {"type": "tool_use", "id": "toolu_1", "name": "other", "input": {}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 1, "output_tokens": 9},
    }));
    insta::assert_json_snapshot!("chat_whole_answer", answer);
}

#[test]
fn reasons_to_stop() {
    for (reason, wanted) in [
        (json!("end_turn"), "stop"),
        (json!("stop_sequence"), "stop"),
        (json!("max_tokens"), "length"),
        (json!("model_context_window_exceeded"), "length"),
        (json!("refusal"), "content_filter"),
        (json!("pause_turn"), "stop"),
        (json!("something_new"), "stop"),
        (Value::Null, "stop"),
    ] {
        let answer =
            answered(json!({"content": [{"type": "text", "text": "a"}], "stop_reason": reason}));
        assert_eq!(answer["choices"][0]["finish_reason"], wanted, "{reason}");
        assert_eq!(
            answer["usage"]["prompt_tokens"], 42,
            "estimated where nothing is told"
        );
        assert!(answer["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    }
    let call = json!([{"type": "tool_use", "id": "t", "name": "f", "input": {}}]);
    let answer = answered(json!({"content": call, "stop_reason": "end_turn"}));
    assert_eq!(
        answer["choices"][0]["finish_reason"], "tool_calls",
        "a call is a call"
    );
    assert_eq!(answer["choices"][0]["message"]["content"], Value::Null);
    let refused = answered(
        json!({"content": [], "stop_reason": "refusal", "stop_details": {"type": "refusal", "explanation": "No."}}),
    );
    assert_eq!(refused["choices"][0]["message"]["refusal"], "No.");
}

#[test]
fn answers_that_are_none() {
    for (body, status, code) in [
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#,
            503,
            json!("server_error"),
        ),
        (
            r#"{"error":{"message":"no such model","code":"model_not_found"}}"#,
            500,
            json!("server_error"),
        ),
        (
            "<html><title>502</title></html>",
            500,
            json!("server_error"),
        ),
        ("", 502, json!("server_error")),
        (r#"{"choices":[]}"#, 502, json!("server_error")),
        (
            r#"{"content":[],"stop_reason":"tool_use"}"#,
            502,
            json!("server_error"),
        ),
    ] {
        let error = translate::answer(&memory(), body.as_bytes()).unwrap_err();
        let told: Value = serde_json::from_slice(&error.body).unwrap();
        if !body.contains("model_not_found") {
            assert_eq!(
                (error.status, &told["error"]["code"]),
                (status, &code),
                "{body}"
            );
        }
        assert!(!told["error"]["message"].as_str().unwrap().is_empty());
    }
}

// ---- streams ----

fn event(name: &str, data: Value) -> String {
    let mut data = data;
    data["type"] = json!(name);
    format!("event: {name}\ndata: {data}\n\n")
}

fn start() -> String {
    event(
        "message_start",
        json!({"message": {"id": "msg_1", "role": "assistant", "content": [], "model": "c", "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1}}}),
    )
}

fn block(index: u64, block: Value, deltas: &[Value]) -> String {
    let mut text = event(
        "content_block_start",
        json!({"index": index, "content_block": block}),
    );
    for delta in deltas {
        text += &event(
            "content_block_delta",
            json!({"index": index, "delta": delta}),
        );
    }
    text + &event("content_block_stop", json!({"index": index}))
}

fn text_block(index: u64, pieces: &[&str]) -> String {
    let deltas: Vec<Value> = pieces
        .iter()
        .map(|piece| json!({"type": "text_delta", "text": piece}))
        .collect();
    block(index, json!({"type": "text", "text": ""}), &deltas)
}

fn call_block(index: u64, id: &str, name: &str, pieces: &[&str]) -> String {
    let deltas: Vec<Value> = pieces
        .iter()
        .map(|piece| json!({"type": "input_json_delta", "partial_json": piece}))
        .collect();
    block(
        index,
        json!({"type": "tool_use", "id": id, "name": name, "input": {}}),
        &deltas,
    )
}

fn end(reason: &str) -> String {
    event(
        "message_delta",
        json!({"delta": {"stop_reason": reason}, "usage": {"output_tokens": 20}}),
    ) + &event("message_stop", json!({}))
}

fn run(stream: &str, memory: Memory) -> (String, StreamMachine) {
    let mut machine = StreamMachine::new(memory);
    let mut out = Vec::new();
    machine.feed(stream.as_bytes(), &mut out);
    machine.finish(&mut out);
    (String::from_utf8(out).unwrap(), machine)
}

/// The data of each event: chunks as JSON, everything else as text.
fn chunks(stream: &str) -> Vec<Value> {
    let events = stream.split("\n\n").filter(|event| !event.is_empty());
    let data = events.map(|event| event.strip_prefix("data: ").unwrap_or(event));
    data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| json!(data)))
        .collect()
}

/// Deltas, in short.
fn deltas(stream: &str) -> Vec<Value> {
    let is_delta = |chunk: &Value| chunk.pointer("/choices/0/delta").is_some();
    let deltas = chunks(stream).into_iter().filter(is_delta);
    deltas
        .map(|chunk| chunk["choices"][0]["delta"].clone())
        .collect()
}

#[test]
fn a_stream() {
    let stream = start()
        + &event("ping", json!({}))
        + &block(
            0,
            json!({"type": "thinking", "thinking": "", "signature": ""}),
            &[
                json!({"type": "thinking_delta", "thinking": "hm"}),
                json!({"type": "signature_delta", "signature": "s"}),
            ],
        )
        + &text_block(1, &["Let ", "me."])
        + &call_block(2, "toolu_1", "short", &["{\"a\":", "1}"])
        + &call_block(3, "toolu_2", "other", &[])
        + &end("tool_use");
    let (out, machine) = run(&stream, memory());
    assert!(machine.ended() && machine.started() && machine.failed_early().is_none());
    for chunk in chunks(&out).iter().filter(|chunk| chunk.is_object()) {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!(chunk["created"], 1_763_650_351);
        if let Some(choice) = chunk["choices"].get(0) {
            assert!(
                choice.get("finish_reason").is_some(),
                "always there, null until the end"
            );
            assert_eq!(chunk["usage"], Value::Null);
        }
    }
    insta::assert_snapshot!("chat_stream", out);
}

#[test]
fn pieces_of_bytes_do_not_matter() {
    let stream = start()
        + &text_block(0, &["ä", "😀"])
        + &call_block(1, "t", "f", &["{}"])
        + &end("tool_use");
    let (whole, _) = run(&stream, memory());
    for length in [1, 2, 3, 7, 64] {
        let mut machine = StreamMachine::new(memory());
        let mut out = Vec::new();
        for piece in stream.replace('\n', "\r\n").as_bytes().chunks(length) {
            machine.feed(piece, &mut out);
        }
        machine.finish(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), whole, "{length}");
    }
}

#[test]
fn usage_only_where_it_was_asked_for() {
    let stream = start() + &text_block(0, &["a"]) + &end("end_turn");
    let (with, _) = run(&stream, memory());
    let all = chunks(&with);
    let usage = &all[all.len() - 2];
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"]["prompt_tokens"], 15);
    assert_eq!(usage["usage"]["completion_tokens"], 20);
    assert_eq!(all[all.len() - 1], "[DONE]");
    let (without, _) = run(
        &stream,
        Memory {
            include_usage: false,
            ..memory()
        },
    );
    assert!(!without.contains("usage"));
}

#[test]
fn a_cut_stream_never_looks_finished() {
    let whole = start() + &text_block(0, &["a", "b"]) + &call_block(1, "t", "f", &["{}"]);
    for cut in (0..whole.len()).step_by(7) {
        let (out, machine) = run(&whole[..cut], memory());
        assert!(!out.contains("[DONE]"), "{cut}");
        assert!(!out.contains("\"finish_reason\":\""), "{cut}");
        match machine.started() {
            true => assert!(
                chunks(&out).last().unwrap().get("error").is_some(),
                "{cut}: {out}"
            ),
            false => assert_eq!(machine.failed_early().unwrap().status, 502, "{cut}"),
        }
        assert!(machine.ended());
    }
    let mut machine = StreamMachine::new(memory());
    let mut out = Vec::new();
    machine.feed(whole.as_bytes(), &mut out);
    machine.broke(&mut out);
    assert!(
        chunks(&String::from_utf8(out).unwrap())
            .last()
            .unwrap()
            .get("error")
            .is_some()
    );
}

#[test]
fn errors_before_and_after_the_first_token() {
    let busy = event(
        "error",
        json!({"error": {"type": "overloaded_error", "message": "busy"}}),
    );
    for early in [
        busy.clone(),
        start() + &busy,
        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}"
            .to_owned(),
    ] {
        let (out, machine) = run(&early, memory());
        assert_eq!(out, "");
        let failed = machine.failed_early().unwrap();
        assert_eq!(failed.status, 503);
        assert!(!machine.started());
    }
    let (out, machine) = run(
        &(start() + &text_block(0, &["a"]) + &busy + &end("end_turn")),
        memory(),
    );
    assert!(machine.failed_early().is_none());
    let last = chunks(&out).pop().unwrap();
    assert_eq!(last["error"]["code"], "server_error");
    assert_eq!(last["error"]["message"], "busy");
}

#[test]
fn odd_streams_are_understood() {
    let done = end("end_turn");
    for (name, stream) in [
        ("no message_start", text_block(0, &["a"]) + &done),
        ("no message_stop", start() + &text_block(0, &["a"]) + &event("message_delta", json!({"delta": {"stop_reason": "end_turn"}}))),
        ("no content_block_start", start() + &event("content_block_delta", json!({"index": 0, "delta": {"type": "text_delta", "text": "a"}})) + &done),
        ("text in the start", start() + &event("content_block_start", json!({"index": 0, "content_block": {"type": "text", "text": "a"}})) + &done),
        ("no event lines", (start() + &text_block(0, &["a"]) + &done).lines().filter(|line| !line.starts_with("event")).collect::<Vec<_>>().join("\n")),
        ("a broken line", start() + "data: {oops\n\n" + &text_block(0, &["a"]) + &done),
        ("a JSON body", json!({"type": "message", "content": [{"type": "text", "text": "a"}], "stop_reason": "end_turn"}).to_string()),
        ("content in message_start", event("message_start", json!({"message": {"content": [{"type": "text", "text": "a"}]}})) + &done),
    ] {
        let (out, _) = run(&stream, memory());
        let texts: String = deltas(&out).iter().filter_map(|delta| delta["content"].as_str().map(str::to_owned)).collect();
        assert_eq!(texts, "a", "{name}: {out}");
        assert!(out.ends_with("data: [DONE]\n\n"), "{name}: {out}");
    }
    let early = block(
        0,
        json!({"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}),
        &[],
    );
    let (out, _) = run(&(start() + &early + &end("tool_use")), memory());
    assert!(out.contains(r#""arguments":"{\"a\":1}""#), "{out}");
    let other = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
    let (_, machine) = run(other, memory());
    assert_eq!(
        machine.failed_early().unwrap().status,
        502,
        "another dialect than it said"
    );
}

#[test]
fn interleaved_and_many_calls() {
    let mut stream = start();
    for index in 0..3 {
        stream += &event(
            "content_block_start",
            json!({"index": index, "content_block": {"type": "tool_use", "id": "same", "name": "f", "input": {}}}),
        );
    }
    for piece in ["{\"n\":", "1}"] {
        for index in 0..3 {
            stream += &event(
                "content_block_delta",
                json!({"index": index, "delta": {"type": "input_json_delta", "partial_json": piece}}),
            );
        }
    }
    let (out, _) = run(&(stream + &end("tool_use")), memory());
    let mut arguments = vec![String::new(); 3];
    let mut ids = std::collections::HashSet::new();
    for delta in deltas(&out) {
        let Some(call) = delta.pointer("/tool_calls/0") else {
            continue;
        };
        arguments[call["index"].as_u64().unwrap() as usize] +=
            call["function"]["arguments"].as_str().unwrap();
        ids.extend(call["id"].as_str().map(str::to_owned));
    }
    assert_eq!(arguments, ["{\"n\":1}"; 3]);
    assert_eq!(ids.len(), 3, "each has an id of its own");
    let many: String = (0..10_000)
        .map(|index| call_block(index, &format!("t{index}"), "f", &["{}"]))
        .collect();
    let (out, _) = run(&(start() + &many + &end("tool_use")), memory());
    assert_eq!(out.matches("\"type\":\"function\"").count(), 10_000);
}

#[test]
fn a_ping_begins_the_answer() {
    let mut machine = StreamMachine::new(memory());
    let mut out = Vec::new();
    machine.ping(&mut out);
    machine.ping(&mut out);
    let text = String::from_utf8(out.clone()).unwrap();
    assert_eq!(text.matches(": ping\n\n").count(), 2);
    assert_eq!(text.matches("\"role\":\"assistant\"").count(), 1);
    machine.feed(start().as_bytes(), &mut out);
    machine.feed(text_block(0, &["a"]).as_bytes(), &mut out);
    machine.feed(end("end_turn").as_bytes(), &mut out);
    let length = out.len();
    machine.ping(&mut out);
    machine.finish(&mut out);
    assert_eq!(out.len(), length, "nothing comes after the end");
    assert_eq!(
        String::from_utf8(out)
            .unwrap()
            .matches("\"role\":\"assistant\"")
            .count(),
        1
    );
}

#[test]
fn refusals_keep_what_the_upstream_said() {
    let headers = HeaderMap::new();
    let body =
        json!({"type": "error", "error": {"type": "not_found_error", "message": "model: nope"}})
            .to_string();
    let error = translate::error(
        &memory(),
        &UpstreamError {
            status: 404,
            headers: &headers,
            body: body.as_bytes(),
        },
    );
    assert_eq!(error.status, 404);
    let told: Value = serde_json::from_slice(&error.body).unwrap();
    assert_eq!(told["error"]["code"], "model_not_found");
    assert_eq!(told["error"]["message"], "model: nope");
}
