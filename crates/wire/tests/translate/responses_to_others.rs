//! Responses (Codex) to an Anthropic and to a Chat upstream.

use http::HeaderMap;
use relayscope_wire::assemble;
use relayscope_wire::dialect::Dialect;
use relayscope_wire::translate::{
    self, Capabilities, Memory, Pair, StreamMachine, Target, TranslateError, Translated,
    UpstreamError,
};
use serde_json::{Value, json};

use crate::valid::responses as check;

const CODEX: &str = include_str!("bodies/codex_request.json");
const BOTH: [Pair; 2] = [Pair::ResponsesAnthropic, Pair::ResponsesChat];

fn translated(pair: Pair, body: &str) -> Result<Translated, TranslateError> {
    translated_with(pair, body, &Capabilities::default())
}

fn translated_with(
    pair: Pair,
    body: &str,
    capabilities: &Capabilities,
) -> Result<Translated, TranslateError> {
    let target = Target {
        model: "upstream-model",
        capabilities,
        seed: "req_019aa1c0b1f07abc8def0123456789ab",
        input_tokens: Some(33),
    };
    translate::request(pair, body.as_bytes(), &target)
}

fn sent(pair: Pair, body: Value) -> Value {
    let made = translated(pair, &body.to_string()).unwrap();
    serde_json::from_slice(&made.body).unwrap()
}

fn asked(more: Value) -> Value {
    let mut body = json!({"model": "m", "input": "hi"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[test]
fn codex_to_anthropic() {
    let made = translated(Pair::ResponsesAnthropic, CODEX).unwrap();
    assert_eq!(made.path, "/v1/messages");
    let body: Value = serde_json::from_slice(&made.body).unwrap();
    insta::assert_json_snapshot!("codex_to_anthropic", body);
    insta::assert_json_snapshot!("codex_to_anthropic_changes", made.changes);
}

#[test]
fn codex_to_chat() {
    let made = translated(Pair::ResponsesChat, CODEX).unwrap();
    assert_eq!(made.path, "/v1/chat/completions");
    let body: Value = serde_json::from_slice(&made.body).unwrap();
    insta::assert_json_snapshot!("codex_to_chat", body);
    insta::assert_json_snapshot!("codex_to_chat_changes", made.changes);
}

#[test]
fn every_member_by_its_rule() {
    let gone = Value::Null;
    for (more, anthropic, to_anthropic, chat, to_chat) in [
        (
            json!({"max_output_tokens": 5}),
            "max_tokens",
            json!(5),
            "max_tokens",
            json!(5),
        ),
        (
            json!({}),
            "max_tokens",
            json!(32000),
            "max_tokens",
            gone.clone(),
        ),
        (
            json!({"temperature": 1.5}),
            "temperature",
            json!(1.0),
            "temperature",
            json!(1.5),
        ),
        (
            json!({"temperature": 0.5, "top_p": 0.5}),
            "top_p",
            gone.clone(),
            "top_p",
            json!(0.5),
        ),
        (
            json!({"reasoning": {"effort": "high"}}),
            "output_config",
            json!({"effort": "high"}),
            "reasoning_effort",
            gone.clone(),
        ),
        (
            json!({"reasoning": {"effort": "high"}}),
            "thinking",
            json!({"type": "adaptive"}),
            "thinking",
            gone.clone(),
        ),
        (
            json!({"reasoning": null}),
            "thinking",
            gone.clone(),
            "thinking",
            gone.clone(),
        ),
        (
            json!({"stream": true}),
            "stream",
            json!(true),
            "stream_options",
            json!({"include_usage": true}),
        ),
        (
            json!({"tools": [], "parallel_tool_calls": true}),
            "tools",
            gone.clone(),
            "parallel_tool_calls",
            gone.clone(),
        ),
        (
            json!({"text": {"format": {"type": "json_object"}}}),
            "output_config",
            gone.clone(),
            "response_format",
            json!({"type": "json_object"}),
        ),
        (
            json!({"truncation": "auto", "background": false, "top_logprobs": 3}),
            "truncation",
            gone.clone(),
            "truncation",
            gone.clone(),
        ),
        (
            json!({"service_tier": "auto", "metadata": {"a": "b"}}),
            "metadata",
            gone.clone(),
            "metadata",
            gone,
        ),
    ] {
        assert_eq!(
            sent(Pair::ResponsesAnthropic, asked(more.clone()))[anthropic],
            to_anthropic,
            "{more}"
        );
        assert_eq!(
            sent(Pair::ResponsesChat, asked(more.clone()))[chat],
            to_chat,
            "{more}"
        );
    }
    let schema = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let format = json!({"text": {"format": {"type": "json_schema", "name": "x", "schema": schema, "strict": true}}});
    let anthropic = sent(Pair::ResponsesAnthropic, asked(format.clone()));
    assert_eq!(
        anthropic["output_config"]["format"],
        json!({"type": "json_schema", "schema": schema})
    );
    let chat = sent(Pair::ResponsesChat, asked(format));
    assert_eq!(chat["response_format"]["json_schema"]["schema"], schema);
}

#[test]
fn tool_choices() {
    let tools = json!([
        {"type": "function", "name": "f", "parameters": {}},
        {"type": "custom", "name": "c"},
        {"type": "namespace", "name": "ns", "tools": [{"type": "function", "name": "f"}]},
    ]);
    for (choice, anthropic, chat) in [
        (json!("required"), json!({"type": "any"}), json!("required")),
        (json!("none"), json!({"type": "none"}), json!("none")),
        (
            json!({"type": "function", "name": "f"}),
            json!({"type": "tool", "name": "f"}),
            json!({"type": "function", "function": {"name": "f"}}),
        ),
        (
            json!({"type": "custom", "name": "c"}),
            json!({"type": "tool", "name": "c"}),
            json!({"type": "function", "function": {"name": "c"}}),
        ),
        (
            json!({"type": "function", "name": "f", "namespace": "ns"}),
            json!({"type": "tool", "name": "ns__f"}),
            json!({"type": "function", "function": {"name": "ns__f"}}),
        ),
    ] {
        let body =
            asked(json!({"tools": tools, "tool_choice": choice, "parallel_tool_calls": false}));
        let mut made = sent(Pair::ResponsesAnthropic, body.clone())["tool_choice"].clone();
        made.as_object_mut()
            .unwrap()
            .shift_remove("disable_parallel_tool_use");
        assert_eq!(made, anthropic, "{choice}");
        let made = sent(Pair::ResponsesChat, body);
        assert_eq!(made["tool_choice"], chat, "{choice}");
    }
    let some = json!({"type": "allowed_tools", "mode": "required", "tools": [{"type": "custom", "name": "c"}]});
    let made = sent(
        Pair::ResponsesAnthropic,
        asked(json!({"tools": tools, "tool_choice": some})),
    );
    assert_eq!(made["tools"].as_array().unwrap().len(), 1);
    assert_eq!(made["tool_choice"]["type"], "any");
}

#[test]
fn what_cannot_be_carried_is_named() {
    for pair in BOTH {
        for (body, field) in [
            (json!({"model": "m"}), "input"),
            (json!({"model": "m", "input": 5}), "input"),
            (json!({"model": "m", "input": []}), "input"),
            (json!({"model": "m", "input": [5]}), "input.0"),
            (
                asked(json!({"previous_response_id": "resp_1"})),
                "previous_response_id",
            ),
            (asked(json!({"conversation": "conv_1"})), "conversation"),
        ] {
            let error = translated(pair, &body.to_string()).unwrap_err();
            assert_eq!(error.field(), field, "{body}");
            assert!(error.to_string().contains(field));
        }
        assert!(translated(pair, "{\"input\":[{\"type\":\"mess").is_err());
        assert!(
            translated(
                pair,
                &asked(json!({"previous_response_id": null})).to_string()
            )
            .is_ok()
        );
    }
}

#[test]
fn hostile_bodies_are_answered() {
    let deep = format!(
        "{{\"input\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let calls: Vec<Value> = (0..10_000)
        .flat_map(|at| [json!({"type": "function_call", "name": "f", "call_id": format!("c{at}"), "arguments": "{"})])
        .collect();
    for pair in BOTH {
        assert!(matches!(
            translated(pair, &deep),
            Err(TranslateError::TooDeep { .. })
        ));
        let many = sent(pair, json!({"model": "m", "input": calls}));
        assert!(
            many.to_string().matches("no result").count() >= 10_000,
            "each call has a result"
        );
        for item in [
            json!({"type": "function_call"}),
            json!({"type": "function_call_output"}),
            json!({"type": "custom_tool_call", "name": "x", "input": {"a": 1}}),
            json!({"type": "reasoning", "encrypted_content": "relayscope1.!!!"}),
            json!({"type": "local_shell_call", "call_id": "s", "action": {"type": "exec", "command": ["ls"], "env": {}}}),
            json!({"type": "tool_search_output", "tools": null}),
            json!({"type": "item_reference", "id": "msg_1"}),
            json!({"type": "something_new", "content": []}),
            json!({"role": "user", "content": [{"type": "input_image"}, 5, null, {"type": 7}]}),
            json!("text"),
        ] {
            let input = json!([{"role": "user", "content": "a\u{0}b"}, item]);
            let made = sent(pair, json!({"model": "m", "input": input}));
            assert!(made["messages"].is_array(), "{item}");
        }
    }
    let made = translated(Pair::ResponsesAnthropic, "{\"input\":\"\\ud800\\u0000\"}").unwrap();
    assert!(String::from_utf8(made.body).unwrap().contains('\u{fffd}'));
}

#[test]
fn thoughts_come_back_to_the_model_that_had_them() {
    let memory = translated(Pair::ResponsesAnthropic, CODEX).unwrap().memory;
    let answer = json!({"content": [
        {"type": "thinking", "thinking": "deep", "signature": "sig"},
        {"type": "redacted_thinking", "data": "sealed"},
        {"type": "tool_use", "id": "toolu_1", "name": "exec_command", "input": {"cmd": "ls"}},
    ], "stop_reason": "tool_use"});
    let body = translate::answer(&memory, answer.to_string().as_bytes()).unwrap();
    let response: Value = serde_json::from_slice(&body).unwrap();
    let mut input = vec![json!({"role": "user", "content": "q"})];
    input.extend(response["output"].as_array().unwrap().iter().cloned());
    input.push(json!({"type": "function_call_output", "call_id": "toolu_1", "output": "ok"}));
    let made = sent(
        Pair::ResponsesAnthropic,
        json!({"model": "m", "input": input}),
    );
    assert_eq!(made["messages"][1]["content"], answer["content"]);
    let chat = sent(Pair::ResponsesChat, json!({"model": "m", "input": input}));
    assert!(!chat.to_string().contains("sealed"));
}

// ---- answers ----

fn memory(pair: Pair) -> Memory {
    let mut memory = translated(pair, CODEX).unwrap().memory;
    memory.model = "gpt-x".to_owned();
    memory
}

fn run(pair: Pair, stream: &str) -> (String, StreamMachine) {
    let mut machine = StreamMachine::new(memory(pair));
    let mut out = Vec::new();
    machine.feed(stream.as_bytes(), &mut out);
    machine.finish(&mut out);
    (String::from_utf8(out).unwrap(), machine)
}

fn event(name: &str, data: Value) -> String {
    let mut data = data;
    data["type"] = json!(name);
    format!("event: {name}\ndata: {data}\n\n")
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

fn call(index: u64, id: &str, name: &str, pieces: &[&str]) -> String {
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

fn text(index: u64, pieces: &[&str]) -> String {
    let deltas: Vec<Value> = pieces
        .iter()
        .map(|piece| json!({"type": "text_delta", "text": piece}))
        .collect();
    block(index, json!({"type": "text", "text": ""}), &deltas)
}

fn start() -> String {
    event(
        "message_start",
        json!({"message": {"id": "msg_1", "content": [], "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1}}}),
    )
}

fn end(reason: &str) -> String {
    event(
        "message_delta",
        json!({"delta": {"stop_reason": reason}, "usage": {"output_tokens": 20, "output_tokens_details": {"thinking_tokens": 7}}}),
    ) + &event("message_stop", json!({}))
}

fn rich() -> String {
    start()
        + &block(
            0,
            json!({"type": "thinking", "thinking": "", "signature": ""}),
            &[
                json!({"type": "thinking_delta", "thinking": "hm"}),
                json!({"type": "signature_delta", "signature": "sig"}),
            ],
        )
        + &text(1, &["I ", "look."])
        + &text(2, &[" And patch."])
        + &call(3, "t1", "exec_command", &["{\"cmd\":", "\"ls\"}"])
        + &call(4, "t2", "multi_agent_v1__spawn", &["{}"])
        + &call(
            5,
            "t3",
            "apply_patch",
            &["{\"input\":\"*** Begin\\n", "*** End\"}"],
        )
        + &call(6, "t4", "tool_search", &["{\"query\":\"x\"}"])
        + &end("tool_use")
}

#[test]
fn a_stream_of_anthropic() {
    let (out, machine) = run(Pair::ResponsesAnthropic, &rich());
    assert!(machine.ended());
    check(&out);
    insta::assert_snapshot!("responses_stream", out);
}

fn chunk(delta: Value, finish: Option<&str>) -> String {
    format!(
        "data: {}\n\n",
        json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    )
}

fn chat_call(index: u64, id: &str, name: &str, arguments: &str) -> Value {
    json!({"tool_calls": [{"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": arguments}}]})
}

#[test]
fn a_stream_of_chat() {
    let stream = chunk(json!({"role": "assistant", "content": ""}), None)
        + &chunk(json!({"reasoning_content": "hm"}), None)
        + &chunk(json!({"content": "I look."}), None)
        + &chunk(chat_call(0, "c1", "exec_command", ""), None)
        + &chunk(
            json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"cmd\":\"ls\"}"}}]}),
            None,
        )
        + &chunk(
            chat_call(1, "c2", "apply_patch", "{\"input\":\"*** Begin\"}"),
            None,
        )
        + &chunk(chat_call(2, "c3", "multi_agent_v1__wait", "{}"), None)
        + &chunk(json!({}), Some("tool_calls"))
        + &format!(
            "data: {}\n\ndata: [DONE]\n\n",
            json!({"choices": [], "usage": {"prompt_tokens": 15, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 5}, "completion_tokens_details": {"reasoning_tokens": 7}}})
        );
    let (out, _) = run(Pair::ResponsesChat, &stream);
    let events = check(&out);
    let response = &events.last().unwrap()["response"];
    assert_eq!(response["status"], "completed");
    assert_eq!(response["model"], "gpt-x");
    assert_eq!(
        response["usage"],
        json!({"input_tokens": 15, "input_tokens_details": {"cached_tokens": 5}, "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 7}, "total_tokens": 35})
    );
    let kinds: Vec<_> = response["output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "reasoning",
            "message",
            "function_call",
            "custom_tool_call",
            "function_call"
        ]
    );
    assert_eq!(response["output"][3]["input"], "*** Begin");
    assert_eq!(response["output"][4]["namespace"], "multi_agent_v1");
    assert_eq!(response["output"][4]["name"], "wait");
    for length in [1, 3, 17] {
        let mut machine = StreamMachine::new(memory(Pair::ResponsesChat));
        let mut pieces = Vec::new();
        for piece in stream.as_bytes().chunks(length) {
            machine.feed(piece, &mut pieces);
        }
        machine.finish(&mut pieces);
        assert_eq!(String::from_utf8(pieces).unwrap(), out);
    }
}

#[test]
fn pieces_of_bytes_do_not_matter() {
    let (whole, _) = run(Pair::ResponsesAnthropic, &rich());
    for length in [1, 2, 5, 64] {
        let mut machine = StreamMachine::new(memory(Pair::ResponsesAnthropic));
        let mut out = Vec::new();
        for piece in rich().as_bytes().chunks(length) {
            machine.feed(piece, &mut out);
        }
        machine.finish(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), whole);
    }
}

#[test]
fn the_stream_is_the_whole_answer() {
    let (out, _) = run(Pair::ResponsesAnthropic, &rich());
    let last = check(&out).pop().unwrap();
    let whole = translate::answer(&memory(Pair::ResponsesAnthropic), rich().as_bytes()).unwrap();
    let whole: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(whole, last["response"]);
    let assembled = assemble::answer(Dialect::OpenAiResponses, out.as_bytes());
    assert!(assembled.complete);
    assert_eq!(assembled.json["output"], whole["output"]);
}

#[test]
fn whole_answers_of_chat() {
    let answer = json!({"choices": [{"message": {"content": "Done.", "tool_calls": [{"id": "c", "function": {"name": "exec_command", "arguments": "{\"cmd\":\"ls\"}"}}]}, "finish_reason": "tool_calls"}]});
    let whole =
        translate::answer(&memory(Pair::ResponsesChat), answer.to_string().as_bytes()).unwrap();
    let whole: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(whole["output"][0]["content"][0]["text"], "Done.");
    assert_eq!(whole["output"][1]["call_id"], "c");
    assert_eq!(whole["output"][1]["arguments"], "{\"cmd\":\"ls\"}");
    assert_eq!(whole["usage"]["input_tokens"], 33);
    for body in [
        "",
        "<html>",
        "{\"error\":{\"message\":\"no\"}}",
        "{\"choices\":[]}",
        "{}",
    ] {
        let error = translate::answer(&memory(Pair::ResponsesChat), body.as_bytes()).unwrap_err();
        assert!(error.status >= 400, "{body}");
        let told: Value = serde_json::from_slice(&error.body).unwrap();
        assert!(
            told["error"]["message"].is_string() && told.get("type").is_none(),
            "{told}"
        );
    }
}

#[test]
fn endings() {
    for (reason, event, details) in [
        ("end_turn", "response.completed", Value::Null),
        ("stop_sequence", "response.completed", Value::Null),
        (
            "max_tokens",
            "response.incomplete",
            json!({"reason": "max_output_tokens"}),
        ),
        (
            "model_context_window_exceeded",
            "response.incomplete",
            json!({"reason": "max_output_tokens"}),
        ),
        (
            "refusal",
            "response.incomplete",
            json!({"reason": "content_filter"}),
        ),
    ] {
        let (out, _) = run(
            Pair::ResponsesAnthropic,
            &(start() + &text(0, &["a"]) + &end(reason)),
        );
        let last = check(&out).pop().unwrap();
        assert_eq!(last["type"], event, "{reason}");
        assert_eq!(last["response"]["incomplete_details"], details, "{reason}");
    }
    let refused = event(
        "message_delta",
        json!({"delta": {"stop_reason": "refusal", "stop_details": {"type": "refusal", "explanation": "No."}}}),
    );
    let (out, _) = run(
        Pair::ResponsesAnthropic,
        &(start() + &refused + &event("message_stop", json!({}))),
    );
    assert!(
        check(&out)
            .iter()
            .any(|event| event["type"] == "response.refusal.done")
    );
}

#[test]
fn a_turn_that_lost_its_only_call_is_an_error() {
    let lost = [
        (
            Pair::ResponsesAnthropic,
            start() + &text(0, &["I look."]) + &end("tool_use"),
        ),
        (
            Pair::ResponsesAnthropic,
            start() + &text(0, &["I look."]) + &call(1, "t", "", &["{}"]) + &end("tool_use"),
        ),
        (
            Pair::ResponsesChat,
            chunk(json!({"content": "I look."}), None)
                + &chunk(json!({}), Some("tool_calls"))
                + "data: [DONE]\n\n",
        ),
        (
            Pair::ResponsesChat,
            chunk(json!({"content": "I look."}), None)
                + &chunk(
                    chat_call(0, "c", "", "{\"cmd\":\"ls\"}"),
                    Some("tool_calls"),
                )
                + "data: [DONE]\n\n",
        ),
    ];
    for (pair, stream) in lost {
        let (out, _) = run(pair, &stream);
        let last = check(&out).pop().unwrap();
        assert_eq!(last["type"], "response.failed", "{stream}");
        assert_eq!(last["response"]["status"], "failed");
        assert!(translate::answer(&memory(pair), stream.as_bytes()).is_err());
    }
}

#[test]
fn a_cut_stream_never_looks_finished() {
    let anthropic = start() + &text(0, &["a", "b"]) + &call(1, "t", "exec_command", &["{}"]);
    let chat = chunk(json!({"content": "ab"}), None)
        + &chunk(chat_call(0, "c", "exec_command", "{}"), None);
    for (pair, whole) in [
        (Pair::ResponsesAnthropic, anthropic),
        (Pair::ResponsesChat, chat),
    ] {
        for cut in (0..whole.len()).step_by(11) {
            let (out, machine) = run(pair, &whole[..cut]);
            assert!(!out.contains("response.completed"));
            match machine.started() {
                true => assert_eq!(check(&out).pop().unwrap()["type"], "response.failed"),
                false => assert_eq!(machine.failed_early().unwrap().status, 502, "{cut}"),
            }
        }
    }
}

#[test]
fn errors_have_openais_words() {
    let long = "prompt is too long: 214321 tokens > 200000 maximum";
    let anthropic =
        json!({"type": "error", "error": {"type": "invalid_request_error", "message": long}})
            .to_string();
    let chat = json!({"error": {"message": "This model's maximum context length is 128000 tokens. However, your messages resulted in 214321 tokens.", "type": "invalid_request_error", "code": "context_length_exceeded"}}).to_string();
    for (pair, body) in [
        (Pair::ResponsesAnthropic, &anthropic),
        (Pair::ResponsesChat, &chat),
    ] {
        let told = UpstreamError {
            status: 400,
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
        };
        let error = translate::error(&memory(pair), &told);
        let told: Value = serde_json::from_slice(&error.body).unwrap();
        assert_eq!(
            (error.status, &told["error"]["code"]),
            (400, &json!("context_length_exceeded"))
        );
        let (out, machine) = run(pair, body);
        assert_eq!(out, "");
        assert_eq!(
            machine.failed_early().unwrap().status,
            400,
            "as the first thing of a stream too"
        );
    }
    for (status, code, wanted) in [
        (401, "invalid_api_key", "invalid_api_key"),
        (404, "model_not_found", "model_not_found"),
        (429, "rate_limit_exceeded", "rate_limit_exceeded"),
        (429, "insufficient_quota", "insufficient_quota"),
        (400, "unsupported_parameter", "unsupported_parameter"),
    ] {
        let body =
            json!({"error": {"message": "no", "type": "invalid_request_error", "code": code}})
                .to_string();
        let told = UpstreamError {
            status,
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
        };
        let error = translate::error(&memory(Pair::ResponsesChat), &told);
        let told: Value = serde_json::from_slice(&error.body).unwrap();
        assert_eq!(
            (error.status, told["error"]["code"].as_str().unwrap()),
            (status, wanted)
        );
    }
    let late = chunk(json!({"content": "a"}), None)
        + "data: {\"error\":{\"message\":\"slow down\",\"code\":429}}\n\n";
    let (out, _) = run(Pair::ResponsesChat, &late);
    let last = check(&out).pop().unwrap();
    assert_eq!(
        last["response"]["error"],
        json!({"code": "rate_limit_exceeded", "message": "slow down"})
    );
}

#[test]
fn a_ping_begins_the_answer() {
    for pair in BOTH {
        let mut machine = StreamMachine::new(memory(pair));
        let mut out = Vec::new();
        machine.ping(&mut out);
        machine.ping(&mut out);
        assert!(machine.started());
        let stream = match pair {
            Pair::ResponsesChat => {
                chunk(json!({"content": "a"}), Some("stop")) + "data: [DONE]\n\n"
            }
            _ => start() + &text(0, &["a"]) + &end("end_turn"),
        };
        machine.feed(stream.as_bytes(), &mut out);
        machine.finish(&mut out);
        let length = out.len();
        machine.ping(&mut out);
        assert_eq!(out.len(), length);
        let events = check(&String::from_utf8(out).unwrap());
        assert_eq!(
            events
                .iter()
                .filter(|event| event["type"] == "keepalive")
                .count(),
            2
        );
        assert_eq!(
            events
                .iter()
                .filter(|event| event["type"] == "response.created")
                .count(),
            1
        );
    }
}

#[test]
fn interleaved_calls_stay_apart() {
    let mut stream = start();
    for index in 0..3 {
        stream += &event(
            "content_block_start",
            json!({"index": index, "content_block": {"type": "tool_use", "id": format!("t{index}"), "name": "exec_command", "input": {}}}),
        );
    }
    for piece in ["{\"cmd\":", "\"ls\"}"] {
        for index in 0..3 {
            stream += &event(
                "content_block_delta",
                json!({"index": index, "delta": {"type": "input_json_delta", "partial_json": piece}}),
            );
        }
    }
    let (out, _) = run(Pair::ResponsesAnthropic, &(stream + &end("tool_use")));
    let last = check(&out).pop().unwrap();
    for index in 0..3 {
        assert_eq!(
            last["response"]["output"][index]["arguments"],
            "{\"cmd\":\"ls\"}"
        );
    }
}

#[test]
fn the_memory_can_be_stored() {
    for pair in BOTH {
        let memory = memory(pair);
        let text = serde_json::to_string(&memory).unwrap();
        assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), memory);
    }
}
