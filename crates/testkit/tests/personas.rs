//! The personas are what they say: asked over real connections, each shows what it is known for.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::HashMap;

use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use relayscope_testkit::personas::{self, Persona, Standing};
use serde_json::{Value, json};

/// An answer, whole.
#[derive(Debug)]
struct Heard {
    status: u16,
    headers: HashMap<String, String>,
    text: String,
}

impl Heard {
    fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The data of each event.
    fn frames(&self) -> Vec<&str> {
        self.text
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .collect()
    }

    fn error(&self) -> String {
        self.body()["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

async fn ask_with(site: &Standing, body: Value, betas: &str) -> Heard {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<bytes::Bytes>>();
    let request = http::Request::post(format!("{}/v1/messages", site.base_url()))
        .header("x-api-key", "sk-made-up")
        .header("anthropic-version", "2023-06-01")
        .header("anthropic-beta", betas)
        .body(Full::from(body.to_string()))
        .unwrap();
    let answer = client.request(request).await.unwrap();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    Heard {
        status,
        headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

async fn ask(site: &Standing, body: Value) -> Heard {
    ask_with(site, body, "").await
}

fn named(name: &str) -> Persona {
    let mut all = personas::all().unwrap();
    all.extend(personas::held_out().unwrap());
    all.into_iter()
        .find(|persona| persona.name == name)
        .unwrap()
}

async fn start(name: &str) -> Standing {
    named(name).start().await.unwrap()
}

fn question(model: &str, text: &str) -> Value {
    json!({ "model": model, "max_tokens": 400, "messages": [{ "role": "user", "content": text }] })
}

#[tokio::test]
async fn the_first_party_is_genuine_to_the_byte() {
    let site = start("first-party").await;
    let mut body = question("claude-opus-5-5", "Write a story of about 80 words.");
    body["stream"] = true.into();
    let heard = ask(&site, body).await;
    assert_eq!(heard.status, 200);
    assert_eq!(
        heard.headers["content-type"],
        "text/event-stream; charset=utf-8"
    );
    let number = |name: &str| {
        heard.headers[&format!("anthropic-ratelimit-{name}")]
            .parse::<u64>()
            .unwrap()
    };
    assert_eq!(
        number("tokens-limit"),
        number("input-tokens-limit") + number("output-tokens-limit")
    );
    assert_eq!(
        number("tokens-remaining"),
        number("input-tokens-remaining") + number("output-tokens-remaining")
    );
    assert!(heard.headers["request-id"].starts_with("req_011C"));
    assert!(
        heard
            .text
            .contains("event: ping\ndata: {\"type\": \"ping\"}\n\n")
    );
    let padded = heard
        .frames()
        .iter()
        .filter(|frame| frame.ends_with(" }"))
        .count();
    assert!(padded > heard.frames().len() / 2, "{}", heard.text);
    let start: Value = serde_json::from_str(heard.frames()[0]).unwrap();
    assert!(
        start["message"]["id"]
            .as_str()
            .unwrap()
            .starts_with("msg_011C")
    );
    assert_eq!(start["message"]["usage"]["inference_geo"], "global");
}

#[tokio::test]
async fn measured_prompts_cost_what_was_measured() {
    let site = start("first-party").await;
    for (model, text, thinking, tokens) in [
        ("claude-haiku-4-5", "hello", Value::Null, 8),
        ("claude-haiku-4-5", "Say just hello", Value::Null, 10),
        ("claude-opus-4-6", "What is 2+2?", Value::Null, 14),
        (
            "claude-opus-4-6",
            "What is 2+2?",
            json!({ "type": "adaptive" }),
            31,
        ),
        (
            "claude-opus-4-7",
            "What is 2+2?",
            json!({ "type": "adaptive" }),
            18,
        ),
        ("claude-opus-4-8", "What is 2+2?", Value::Null, 13),
        ("claude-opus-5", "What is 2+2?", Value::Null, 13),
        (
            "claude-sonnet-4-5",
            "How do I cross the street?",
            json!({ "type": "enabled", "budget_tokens": 1024 }),
            43,
        ),
        (
            "claude-sonnet-4-6",
            "How do I cross the street?",
            json!({ "type": "enabled", "budget_tokens": 1024 }),
            42,
        ),
    ] {
        let mut body = question(model, text);
        body["max_tokens"] = 2_000.into();
        if !thinking.is_null() {
            body["thinking"] = thinking;
        }
        let heard = ask(&site, body).await;
        assert_eq!(
            heard.body()["usage"]["input_tokens"],
            tokens,
            "{model} {text} {}",
            heard.text
        );
    }
}

#[tokio::test]
async fn errors_name_the_model_that_was_asked() {
    let body = || {
        let mut body = question("claude-opus-5-5", "hi");
        body["max_tokens"] = 9_999_999.into();
        body
    };
    let genuine = ask(&start("first-party").await, body()).await;
    assert_eq!(
        (genuine.status, genuine.error().as_str()),
        (
            400,
            "max_tokens: 9999999 > 128000, which is the maximum allowed number of output tokens for claude-opus-5-5"
        )
    );
    let cheap = ask(&start("haiku-as-opus").await, body()).await;
    assert!(cheap.error().ends_with("> 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5-20251001"));
    let relayed = ask(&start("gateway-new-api").await, body()).await;
    assert!(
        relayed
            .error()
            .contains("for claude-opus-5-5 (request id: "),
        "{}",
        relayed.text
    );
    let converted = ask(&start("openai-converted").await, body()).await;
    assert_eq!(converted.body()["error"]["type"], "new_api_error");
}

#[tokio::test]
async fn models_accept_what_theirs_accept() {
    let site = start("first-party").await;
    let with = |model: &str, name: &str, value: Value| {
        let mut body = question(model, "What is 2+2?");
        body["max_tokens"] = 3_000.into();
        body[name] = value;
        body
    };
    let enabled = json!({ "type": "enabled", "budget_tokens": 1024 });
    for (model, name, value, expected) in [
        ("claude-opus-5-5", "thinking", enabled.clone(), 400),
        ("claude-opus-4-6", "thinking", enabled.clone(), 200),
        (
            "claude-haiku-4-5",
            "thinking",
            json!({ "type": "adaptive" }),
            400,
        ),
        (
            "claude-opus-5-5",
            "thinking",
            json!({ "type": "disabled" }),
            400,
        ),
        (
            "claude-opus-5",
            "thinking",
            json!({ "type": "disabled" }),
            200,
        ),
        (
            "claude-sonnet-5-5",
            "thinking",
            json!({ "type": "between_tools" }),
            200,
        ),
        ("claude-opus-5-5", "temperature", json!(0.5), 400),
        ("claude-opus-4-6", "temperature", json!(0.5), 200),
        ("claude-opus-5-5", "foo", json!(1), 400),
        (
            "claude-haiku-4-5",
            "output_config",
            json!({ "effort": "low" }),
            400,
        ),
        (
            "claude-opus-4-6",
            "output_config",
            json!({ "effort": "xhigh" }),
            400,
        ),
        ("claude-haiku-4-5", "inference_geo", json!("global"), 400),
        ("claude-nonexistent-x", "top_k", json!(5), 404),
    ] {
        let heard = ask(&site, with(model, name, value.clone())).await;
        assert_eq!(
            heard.status, expected,
            "{model} {name} {value} {}",
            heard.text
        );
    }
}

fn thinking_turn(model: &str) -> Value {
    json!({
        "model": model, "max_tokens": 4_000, "system": "Work with care.", "thinking": { "type": "adaptive" },
        "tools": [{ "name": "get_time", "description": "The time in a city", "input_schema": {
            "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] } }],
        "messages": [{ "role": "user", "content": "Compute 417 * 338, then call get_time for the city \"Lisbon\"." }],
    })
}

fn replay(first: &Value, content: Value) -> Value {
    let mut body = first.clone();
    let called = content
        .as_array()
        .unwrap()
        .iter()
        .find(|block| block["type"] == "tool_use")
        .unwrap()["id"]
        .clone();
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "assistant", "content": content }));
    messages.push(json!({ "role": "user", "content": [{ "type": "tool_result", "tool_use_id": called, "content": "12:00" }] }));
    body
}

const BINDING: &str = "thinking-binding-controls-2026-08-01";

#[tokio::test]
async fn thinking_is_bound_and_billed() {
    let site = start("first-party").await;
    let first = thinking_turn("claude-opus-5-5");
    let answer = ask(&site, first.clone()).await.body();
    assert_eq!(answer["content"][0]["type"], "thinking", "{answer}");
    assert_eq!(answer["content"][0]["thinking"], "");
    assert_eq!(answer["content"][1]["input"], json!({ "city": "Lisbon" }));
    let thought = answer["usage"]["output_tokens_details"]["thinking_tokens"]
        .as_u64()
        .unwrap();
    let content = answer["content"].clone();

    let whole = ask_with(&site, replay(&first, content.clone()), BINDING)
        .await
        .body();
    assert_eq!(whole["input_transformations"], json!([]));
    let without: Value = content.as_array().unwrap()[1..].to_vec().into();
    let without = ask(&site, replay(&first, without)).await.body();
    let difference = whole["usage"]["input_tokens"].as_u64().unwrap()
        - without["usage"]["input_tokens"].as_u64().unwrap();
    assert_eq!(difference, thought);

    let mut edited = replay(&first, content.clone());
    edited["system"] = "Work with great care.".into();
    let refused = ask(&site, edited.clone()).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.error().contains("The `system` prompt differs"),
        "{}",
        refused.text
    );
    edited["thinking"]["block_binding"] = json!({ "prefix_mismatch_behavior": "drop_block" });
    let dropped = ask_with(&site, edited, BINDING).await.body();
    assert_eq!(
        dropped["input_transformations"][0]["reason"],
        "prefix_binding_mismatch"
    );

    let mut tampered = content;
    let signature = tampered[0]["signature"].as_str().unwrap().to_owned();
    let middle = signature.len() / 2;
    let other = if signature.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    tampered[0]["signature"] = format!(
        "{}{other}{}",
        &signature[..middle],
        &signature[middle + 1..]
    )
    .into();
    let refused = ask(&site, replay(&first, tampered)).await;
    assert_eq!(
        refused.error(),
        "messages.1.content.0: Invalid `signature` in `thinking` block"
    );
}

#[tokio::test]
async fn a_prompt_that_varies_breaks_the_binding_and_a_constant_one_does_not() {
    for (name, status) in [("injected-constant", 200), ("injected-varying", 400)] {
        let site = start(name).await;
        let first = thinking_turn("claude-opus-5-5");
        let answer = ask(&site, first.clone()).await.body();
        let again = ask(&site, replay(&first, answer["content"].clone())).await;
        assert_eq!(again.status, status, "{name}: {}", again.text);
    }
}

#[tokio::test]
async fn thoughts_are_as_long_as_they_are_counted() {
    let site = start("first-party").await;
    let mut body = question("claude-haiku-4-5", "Compute 173 * 219 and 88 * 12.");
    body["max_tokens"] = 4_000.into();
    body["thinking"] = json!({ "type": "enabled", "budget_tokens": 2_000 });
    let answer = ask(&site, body).await.body();
    let bytes = answer["content"][0]["thinking"].as_str().unwrap().len() as f64;
    let tokens = answer["usage"]["output_tokens_details"]["thinking_tokens"]
        .as_f64()
        .unwrap();
    assert!((1.8..4.2).contains(&(bytes / tokens)), "{bytes} / {tokens}");
}

#[tokio::test]
async fn caches_begin_where_theirs_begin() {
    let site = start("first-party").await;
    let cached = |model: &str, words: usize| {
        let prose =
            "The harbour was quiet and the boats came home late that day. ".repeat(words / 12);
        let mut body = question(model, "ok?");
        body["system"] =
            json!([{ "type": "text", "text": prose, "cache_control": { "type": "ephemeral" } }]);
        body
    };
    for (model, words, expected) in [
        ("claude-opus-5-5", 640, true),
        ("claude-opus-4-8", 640, false),
        ("claude-opus-4-8", 2_000, true),
        ("claude-haiku-4-5", 2_000, false),
    ] {
        let first = ask(&site, cached(model, words)).await.body();
        let second = ask(&site, cached(model, words)).await.body();
        let wrote = first["usage"]["cache_creation_input_tokens"]
            .as_u64()
            .unwrap();
        assert_eq!(wrote > 0, expected, "{model} {words}: {first}");
        assert_eq!(second["usage"]["cache_read_input_tokens"], wrote);
        assert_eq!(
            first["usage"]["input_tokens"],
            second["usage"]["input_tokens"]
        );
    }
}

#[tokio::test]
async fn limits_and_stops_are_kept() {
    let site = start("first-party").await;
    let mut story = question("claude-opus-5-5", "Write a long story about the sea.");
    story["max_tokens"] = 64.into();
    let answer = ask(&site, story).await.body();
    assert_eq!(
        (&answer["usage"]["output_tokens"], &answer["stop_reason"]),
        (&json!(64), &json!("max_tokens"))
    );
    let mut count = question("claude-opus-5-5", "Count from 1 to 20.");
    count["stop_sequences"] = json!(["7"]);
    let answer = ask(&site, count).await.body();
    assert_eq!(
        (&answer["stop_reason"], &answer["stop_sequence"]),
        (&json!("stop_sequence"), &json!("7"))
    );
    assert_eq!(answer["content"][0]["text"], "1, 2, 3, 4, 5, 6, ");
}

#[tokio::test]
async fn every_persona_answers_every_kind_of_request() {
    let mut all = personas::all().unwrap();
    all.extend(personas::held_out().unwrap());
    let names: std::collections::HashSet<&str> = all.iter().map(|persona| persona.name).collect();
    assert_eq!(names.len(), all.len());
    for persona in all {
        let site = persona.start().await.unwrap();
        for stream in [false, true] {
            let mut body = question(persona.claimed, "What is 17 * 23?");
            body["stream"] = stream.into();
            let heard = ask(&site, body).await;
            assert!(!heard.text.is_empty(), "{}", persona.name);
            let spoke = heard.text.contains("391");
            let gated = [429, 529].contains(&heard.status) || persona.name.starts_with("canned");
            assert!(spoke || gated, "{} {}", persona.name, heard.text);
        }
    }
}
