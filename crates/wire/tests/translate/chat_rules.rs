//! What strict Chat Completions servers demand of a request.

use serde_json::{Map, Value};

/// Members of a request that OpenAI's own server knows and we send.
const MEMBERS: [&str; 21] = [
    "model",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "stop",
    "stream",
    "stream_options",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "reasoning_effort",
    "response_format",
    "service_tier",
    "seed",
    "n",
    "store",
];

/// Checks a request.
///
/// # Panics
/// Where a strict server would answer 400.
pub(crate) fn check(body: &Value) {
    let members = body.as_object().expect("a body is an object");
    for name in members.keys() {
        assert!(MEMBERS.contains(&name.as_str()), "unknown member {name}");
    }
    if let Some(stop) = members.get("stop") {
        let stop = stop.as_array().unwrap();
        assert!((1..=4).contains(&stop.len()) && stop.iter().all(|stop| stop != ""));
    }
    if let Some(user) = members.get("user").and_then(Value::as_str) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        assert!(user.len() <= 64 && user.bytes().all(plain), "{user}");
    }
    let tools = members.get("tools").map(|tools| tools.as_array().unwrap());
    assert!(tools.is_none_or(|tools| !tools.is_empty()), "empty tools");
    assert!(tools.is_some() || !members.contains_key("tool_choice"));
    for tool in tools.into_iter().flatten() {
        only(tool, &["type", "function"]);
        let function = &tool["function"];
        only(function, &["name", "description", "parameters", "strict"]);
        name(&function["name"]);
        assert_eq!(function["parameters"]["type"], "object", "{tool}");
        assert!(function["parameters"]["properties"].is_object(), "{tool}");
    }
    messages(members["messages"].as_array().unwrap());
}

fn messages(messages: &[Value]) {
    assert!(!messages.is_empty(), "no messages");
    let mut open: Vec<&str> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap();
        if role != "tool" {
            assert!(
                open.is_empty(),
                "message {at}: calls without results: {open:?}"
            );
        }
        match role {
            "system" => {
                assert_eq!(at, 0, "a system message in the middle");
                only(message, &["role", "content"]);
                assert!(
                    message["content"]
                        .as_str()
                        .is_some_and(|text| !text.is_empty())
                );
            }
            "user" => {
                only(message, &["role", "content"]);
                user(&message["content"]);
            }
            "assistant" => {
                only(message, &["role", "content", "tool_calls"]);
                let calls = message
                    .get("tool_calls")
                    .map(|calls| calls.as_array().unwrap());
                assert!(
                    calls.is_none_or(|calls| !calls.is_empty()),
                    "empty tool_calls"
                );
                let said = message["content"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty());
                assert!(
                    said || message["content"].is_null() && calls.is_some(),
                    "{message}"
                );
                open = calls.into_iter().flatten().map(call).collect();
                let mut ids = open.clone();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), open.len(), "two calls have one id");
            }
            "tool" => {
                only(message, &["role", "tool_call_id", "content"]);
                let id = message["tool_call_id"].as_str().unwrap();
                assert_eq!(
                    open.first(),
                    Some(&id),
                    "message {at}: results in the order of calls"
                );
                open.remove(0);
                assert!(
                    message["content"]
                        .as_str()
                        .is_some_and(|text| !text.is_empty()),
                    "{message}"
                );
            }
            other => panic!("no such role: {other}"),
        }
    }
    assert!(open.is_empty(), "calls without results at the end");
}

fn call(call: &Value) -> &str {
    only(call, &["id", "type", "function"]);
    only(&call["function"], &["name", "arguments"]);
    name(&call["function"]["name"]);
    let arguments = call["function"]["arguments"].as_str().unwrap();
    assert!(
        serde_json::from_str::<Map<String, Value>>(arguments).is_ok(),
        "{arguments}"
    );
    let id = call["id"].as_str().unwrap();
    assert!(!id.is_empty() && id.len() <= 40, "{id}");
    id
}

fn user(content: &Value) {
    let Some(parts) = content.as_array() else {
        assert!(
            content.as_str().is_some_and(|text| !text.is_empty()),
            "{content}"
        );
        return;
    };
    assert!(!parts.is_empty());
    for part in parts {
        match part["type"].as_str().unwrap() {
            "text" => {
                only(part, &["type", "text"]);
                assert!(part["text"].as_str().is_some_and(|text| !text.is_empty()));
            }
            "image_url" => {
                only(part, &["type", "image_url"]);
                only(&part["image_url"], &["url", "detail"]);
                assert!(
                    part["image_url"]["url"]
                        .as_str()
                        .is_some_and(|url| !url.is_empty())
                );
            }
            "file" => only(&part["file"], &["filename", "file_data"]),
            other => panic!("no such part: {other}"),
        }
    }
}

fn name(name: &Value) {
    let name = name.as_str().unwrap();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    assert!(
        (1..=64).contains(&name.len()) && name.bytes().all(plain),
        "{name}"
    );
}

fn only(value: &Value, members: &[&str]) {
    for name in value.as_object().unwrap().keys() {
        assert!(
            members.contains(&name.as_str()),
            "unknown member {name} in {value}"
        );
    }
}
