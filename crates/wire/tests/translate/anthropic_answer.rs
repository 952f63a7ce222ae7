//! Whole Chat answers as Messages answers.

use relayscope_wire::translate::{self, ErrorAnswer};
use serde_json::{Value, json};

use crate::anthropic_stream::{finish, memory, sse, text, whole};

fn answer(body: &str) -> Result<Value, ErrorAnswer> {
    let answer = translate::answer(&memory(), body.as_bytes())?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

fn of_message(message: Value, finish: &str) -> Value {
    let body = json!({"id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-x",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5}});
    answer(&body.to_string()).unwrap()
}

#[test]
fn everything_at_once() {
    let told = of_message(
        json!({"role": "assistant", "content": "hi", "reasoning": "hm", "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"}},
            {"id": "call_2", "type": "function", "function": {"name": "g", "arguments": ""}}]}),
        "tool_calls",
    );
    let id = told["id"].as_str().unwrap();
    assert_eq!((&id[..4], id.len()), ("msg_", 28));
    assert_eq!(
        told,
        json!({"id": id, "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": ""},
                {"type": "text", "text": "hi"},
                {"type": "tool_use", "id": "call_1", "name": "f", "input": {"a": 1}},
                {"type": "tool_use", "id": "call_2", "name": "g", "input": {}}],
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": {"input_tokens": 10, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 5}})
    );
}

#[test]
fn each_form_of_content() {
    let call = |id: Value, arguments: Value| json!({"tool_calls": [{"id": id, "function": {"name": "f", "arguments": arguments}}]});
    let used = |input: Value| json!([{"type": "tool_use", "id": "a", "name": "f", "input": input}]);
    for (message, finish, content, reason) in [
        (
            json!({"content": "a"}),
            "stop",
            json!([{"type": "text", "text": "a"}]),
            "end_turn",
        ),
        (
            json!({"content": "a"}),
            "length",
            json!([{"type": "text", "text": "a"}]),
            "max_tokens",
        ),
        (json!({"content": ""}), "stop", json!([]), "end_turn"),
        (
            json!({"content": null}),
            "content_filter",
            json!([]),
            "refusal",
        ),
        (
            json!({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}),
            "stop",
            json!([{"type": "text", "text": "ab"}]),
            "end_turn",
        ),
        (
            json!({"refusal": "no"}),
            "stop",
            json!([{"type": "text", "text": "no"}]),
            "refusal",
        ),
        (
            call(json!("a"), json!("{\"x\":1}")),
            "stop",
            used(json!({"x": 1})),
            "tool_use",
        ),
        (
            call(json!("a"), json!({"x": 1})),
            "tool_calls",
            used(json!({"x": 1})),
            "tool_use",
        ),
        (
            call(json!("a"), json!("{bad")),
            "tool_calls",
            used(json!({"__raw_arguments": "{bad"})),
            "tool_use",
        ),
        (
            call(json!("a"), json!("[1]")),
            "tool_calls",
            used(json!({"__raw_arguments": "[1]"})),
            "tool_use",
        ),
        (
            call(json!("a"), json!(null)),
            "tool_calls",
            used(json!({})),
            "tool_use",
        ),
        (
            json!({"tool_calls": []}),
            "tool_calls",
            json!([]),
            "end_turn",
        ),
    ] {
        let told = of_message(message.clone(), finish);
        assert_eq!(told["content"], content, "{message}");
        assert_eq!(told["stop_reason"], reason, "{message}");
    }
}

#[test]
fn ids_are_made_where_they_are_missing_or_taken() {
    for id in [json!(null), json!("x")] {
        let call = json!({"id": id, "function": {"name": "f", "arguments": "{}"}});
        let told = of_message(json!({"tool_calls": [call, call]}), "tool_calls");
        let [first, second] = [0, 1].map(|at| told["content"][at]["id"].as_str().unwrap());
        assert_ne!(first, second);
        assert!(second.starts_with("toolu_"), "{second}");
    }
    let old = of_message(
        json!({"function_call": {"name": "f", "arguments": "{\"x\":1}"}}),
        "function_call",
    );
    assert_eq!(old["content"][0]["input"], json!({"x": 1}));
    assert_eq!(old["stop_reason"], "tool_use");
}

#[test]
fn all_choices_count() {
    let body = json!({"choices": [
        {"message": {"content": "I will"}, "finish_reason": "stop"},
        {"message": {"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]}, "finish_reason": "tool_calls"}]});
    let told = answer(&body.to_string()).unwrap();
    assert_eq!(told["content"].as_array().unwrap().len(), 2);
    assert_eq!(told["stop_reason"], "tool_use");
    assert_eq!(
        told["usage"]["input_tokens"], 321,
        "estimated when it was sent"
    );
}

#[test]
fn a_stream_where_none_was_asked_for() {
    let told = answer(&whole(&[text("a"), text("b"), finish("stop")])).unwrap();
    assert_eq!(told["content"], json!([{"type": "text", "text": "ab"}]));
    let cut = answer(&sse(&[text("a")])).unwrap_err();
    assert_eq!(cut.status, 502);
}

#[test]
fn what_is_no_answer() {
    for (body, status) in [
        ("", 502),
        ("{}", 502),
        ("{\"choices\":[]}", 502),
        ("null", 502),
        ("<html><title>Hello</title></html>", 502),
        (
            "{\"error\":{\"message\":\"no\",\"type\":\"rate_limit_error\"}}",
            429,
        ),
        ("{\"error\":{\"message\":\"no\"}}", 500),
        ("{\"object\":\"response\",\"output\":[]}", 502),
        (
            "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"error\"}]}",
            502,
        ),
    ] {
        let told = answer(body).unwrap_err();
        assert_eq!(told.status, status, "{body}");
        let json: Value = serde_json::from_slice(&told.body).unwrap();
        assert_eq!(json["type"], "error");
        assert!(!json["error"]["message"].as_str().unwrap().is_empty());
    }
}

#[test]
fn an_answer_in_the_callers_own_dialect_is_passed_on() {
    let body = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "real", "content": []});
    assert_eq!(
        answer(&body.to_string()).unwrap()["model"],
        "claude-sonnet-5-5"
    );
}
