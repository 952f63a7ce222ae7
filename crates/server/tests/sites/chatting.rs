//! Conversations with a site through the API.

use serde_json::{Value, json};

use super::{MODEL, Relay, door, relay};
use crate::harness::{Door, eventually};

/// What the site is asked, in the shape of the panel.
fn ask(model: &str) -> Value {
    json!({
        "model": model, "preset": "anthropic", "max_tokens": 300, "thinking": "2048",
        "turns": [{"role": "user", "text": "hello SENTINEL-TEXT"}],
    })
}

/// The events of an answer, once it is over.
async fn talk(door: &Door, site: &str, ask: &Value) -> Vec<Value> {
    let path = format!("/api/sites/{site}/chat");
    let heard = door
        .signed_in("POST", &path)
        .body(ask.to_string())
        .send()
        .await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    let text = heard.text();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn end(events: &[Value]) -> &Value {
    assert_eq!(events.last().unwrap()["type"], "end", "{events:#?}");
    &events.last().unwrap()["end"]
}

fn said(events: &[Value], kind: &str) -> String {
    let of_kind = |it: &&Value| it["type"] == "delta" && it["kind"] == kind;
    let text = |it: &Value| it["text"].as_str().unwrap().to_owned();
    events.iter().filter(of_kind).map(text).collect()
}

#[tokio::test]
async fn an_answer_is_told_with_usage_cost_and_times_and_nothing_is_stored() {
    let door = door().await;
    let key = "sk-chat-SENTINEL-1";
    door.site("main", &door.upstream.base_url(), &[key]).await;
    let events = talk(&door, "main", &ask("scenario:thinking")).await;
    assert_eq!(events[0]["type"], "sent");
    assert_eq!(events[1]["status"], 200, "{events:#?}");
    let end = end(&events);
    assert_eq!(end["error"], Value::Null, "{end:#}");
    assert!(!said(&events, "text").is_empty() && !said(&events, "thinking").is_empty());
    assert!(end["first_token_ms"].as_f64() > Some(0.0), "{end:#}");
    assert!(end["output_tokens"].as_u64() > Some(0), "{end:#}");
    let answer = &end["answer"]["content"];
    assert_eq!(
        answer[0]["type"], "thinking",
        "the answer goes back as it came: {answer:#}"
    );
    assert!(answer[0]["signature"].is_string(), "{answer:#}");
    let shown = serde_json::to_string(&events).unwrap();
    assert!(!shown.contains(key), "the key is masked");
    let sent = door.upstream.journal().requests();
    let body = sent.last().unwrap().body.clone();
    assert!(body.contains("\"budget_tokens\":2048"), "{body}");
    let list = door.get("/api/requests").send().await.json();
    assert_eq!(
        list["requests"],
        json!([]),
        "a chat is no exchange of the proxy"
    );
    let data = door.stop().await;
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        let found = memchr::memmem::find(&bytes, b"SENTINEL-TEXT");
        assert!(found.is_none(), "a chat leaves nothing behind");
    }
}

#[tokio::test]
async fn what_goes_wrong_is_told_at_the_end_and_not_as_a_broken_answer() {
    let door = door().await;
    door.site("main", &door.upstream.base_url(), &["sk-main-1"])
        .await;
    let expected = [
        ("error-529", "overloaded"),
        ("error-event", "error_inside"),
        ("cut", "answer_broken"),
        ("cut-clean", "answer_truncated"),
        ("garbage-sse", "other_shape"),
        ("close-before-head", "connection_reset"),
    ];
    for (scenario, code) in expected {
        let events = talk(&door, "main", &ask(&format!("scenario:{scenario}"))).await;
        assert_eq!(
            end(&events)["error"]["code"],
            code,
            "{scenario}: {events:#?}"
        );
    }
    let mut openai = ask("scenario:text");
    openai["preset"] = json!("openai");
    let events = talk(&door, "main", &openai).await;
    assert_eq!(events[0]["request"]["path"], "/v1/chat/completions");
    assert!(!said(&events, "text").is_empty());
}

#[tokio::test]
async fn a_panel_that_goes_away_cancels_the_request() {
    let door = door().await;
    door.site("main", &door.upstream.base_url(), &["sk-main-1"])
        .await;
    let path = "/api/sites/main/chat";
    let ask = ask("scenario:hang-mid-stream");
    let going = door.signed_in("POST", path).body(ask.to_string());
    let left = tokio::time::timeout(std::time::Duration::from_millis(300), going.send()).await;
    assert!(left.is_err(), "the site never ends this answer");
    eventually("the site sees the client leave", async || {
        let counters = door.upstream.journal().counters();
        (counters.cancelled_by_client > 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn custom_headers_and_members_go_out_and_credentials_cannot_be_replaced() {
    let door = door().await;
    let relay = Relay::start(|_| relay::good("hi")).await;
    door.site("relay", &relay.url(), &["sk-own-1"]).await;
    let mut ask = ask(MODEL);
    ask["headers"] = json!([
        ["X-App", "cli"],
        ["x-api-key", "sk-forged"],
        ["host", "elsewhere"]
    ]);
    ask["body"] = json!({"top_k": 5});
    let seen = door
        .api("POST", "/api/sites/relay/chat/preview", &ask)
        .await;
    assert_eq!(seen["body"]["top_k"], 5, "{seen:#}");
    assert!(relay.calls().is_empty(), "a preview sends nothing");
    talk(&door, "relay", &ask).await;
    let called = relay.calls().remove(0);
    assert_eq!(
        (&called.key[..], called.headers["x-app"].to_str().unwrap()),
        ("sk-own-1", "cli")
    );
    let unsigned = door
        .ask("POST", "/api/sites/relay/chat")
        .body(ask.to_string())
        .send()
        .await;
    assert_eq!(unsigned.status, 401);
}
