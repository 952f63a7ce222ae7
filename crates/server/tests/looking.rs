//! Looking at an exchange while it runs.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;
use tokio::time::timeout;

use crate::harness::{Door, Harness, eventually};

/// An upstream that falls silent in the middle of its answer for longer than any test.
const SILENT: &str = "pause?ms=60000";

/// Nothing came for so long: the upstream is silent.
const SILENCE: Duration = Duration::from_millis(500);

/// Everything up to the silence.
async fn until_silence(response: &mut Response<Incoming>) -> String {
    let mut heard = Vec::new();
    let body = response.body_mut();
    while let Ok(Some(frame)) = timeout(SILENCE, body.frame()).await {
        heard.extend_from_slice(frame.unwrap().data_ref().unwrap_or(&Bytes::new()));
    }
    String::from_utf8(heard).unwrap()
}

fn id(response: &Response<Incoming>) -> String {
    let id = response.headers()["x-request-id"].to_str();
    id.unwrap().to_owned()
}

async fn get(door: &Door, id: &str, what: &str) -> Value {
    let path = format!("/api/request/{id}{what}");
    let heard = door.signed_in("GET", &path).send().await;
    assert_eq!(heard.status, 200, "{what}: {}", heard.text());
    heard.json()
}

/// What the model has said.
fn said(detail: &Value) -> &str {
    let text = &detail["response"]["turns"][0]["blocks"][0]["text"]["text"];
    text.as_str().unwrap_or_default()
}

#[tokio::test]
async fn what_a_silent_upstream_has_said_is_seen_at_once() {
    let door = Harness::new().start().await;
    let key = "sk-of-the-caller-0123456789";
    let question = crate::harness::question(SILENT, true).replace("\"hi\"", &format!("\"{key}\""));
    let ask = door.ask("POST", "/v1/messages").body(question);
    let ask = ask.header("content-type", "application/json");
    let mut response = ask.header("x-api-key", key).head().await.unwrap();
    let (id, heard) = (id(&response), until_silence(&mut response).await);
    assert!(heard.contains("content_block_delta"), "{heard}");
    assert!(!heard.contains("message_stop"));
    // The first look: nobody has asked before, and nothing more comes.
    let detail = get(&door, &id, "?bodies=true").await;
    assert_ne!(detail["phase"], "finished");
    let body = &detail["response_body"];
    assert_eq!(body["text"], heard.as_str());
    assert_eq!(body["bytes"], heard.len() as f64);
    assert_eq!(body["truncated"], false);
    assert!(
        body["content_type"]
            .as_str()
            .unwrap()
            .contains("event-stream")
    );
    assert!(said(&detail).starts_with("Hello "), "{}", said(&detail));
    assert_eq!(detail["attempts"].as_array().unwrap().len(), 1);
    let names = |list: &str, member: &str| -> Vec<String> {
        let list = detail[list]
            .as_array()
            .or(detail["timing"][list].as_array());
        let names = list.unwrap().iter().map(|it| it[member].as_str().unwrap());
        names.map(str::to_owned).collect()
    };
    assert!(names("response_headers", "name").contains(&"content-type".to_owned()));
    assert!(names("sent_headers", "name").contains(&"x-api-key".to_owned()));
    let marks = names("marks", "name");
    assert!(marks.contains(&"first_token".to_owned()), "{marks:?}");
    assert!(!marks.contains(&"last_byte".to_owned()), "{marks:?}");
    assert!(!detail.to_string().contains(key), "secrets are masked");
    let events = get(&door, &id, "/events?side=response&from=0&count=100").await;
    assert_eq!(
        events["total"].as_u64().unwrap() as usize,
        heard.matches("\n\n").count()
    );
    for form in ["assembled", "exact"] {
        let what = format!("/lines?side=response&form={form}&from=0&count=500");
        let lines = get(&door, &id, &what).await;
        assert!(lines.to_string().contains("Hello "), "{form}");
    }
    drop(response);
    let over = door.detail(&id).await;
    assert_eq!(over["outcome"], "client_left");
    assert_eq!(over["response_body"]["text"], heard.as_str());
}

#[tokio::test]
async fn a_growing_answer_is_seen_growing() {
    let door = Harness::new().start().await;
    let slow = "slow?ttft=50&rate=100&tokens=300";
    let response = door.call("/v1/messages", slow, true).head().await.unwrap();
    let id = id(&response);
    let reading = tokio::spawn(response.into_body().collect());
    let (mut texts, mut counts) = (Vec::new(), Vec::new());
    while texts.len() < 4 {
        let detail = get(&door, &id, "?bodies=true").await;
        assert_ne!(detail["phase"], "finished", "three seconds are enough");
        if let Some(text) = detail["response_body"]["text"].as_str() {
            texts.push(text.to_owned());
        }
        let events = format!("/api/request/{id}/events?side=response&from=0&count=1");
        let events = door.signed_in("GET", &events).send().await.json();
        counts.extend(events["total"].as_u64());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let whole = reading.await.unwrap().unwrap().to_bytes();
    let whole = String::from_utf8(whole.to_vec()).unwrap();
    assert!(texts.is_sorted_by(|one, next| one.len() < next.len()));
    assert!(texts.iter().all(|text| whole.starts_with(text)));
    let detail = door.detail(&id).await;
    assert_eq!(detail["response_body"]["text"], whole);
    assert!(counts.is_sorted_by(|one, next| one < next), "{counts:?}");
    // What was seen of the half answer is not what is shown of the whole.
    let events = get(&door, &id, "/events?side=response&from=0&count=1").await;
    assert_eq!(
        events["total"].as_u64().unwrap() as usize,
        whole.matches("\n\n").count()
    );
}

#[tokio::test]
async fn a_translated_answer_is_seen_in_both_dialects() {
    let settings = "[security]\nvault = \"file\"\n";
    let door = Harness::new().settings_file(settings).start().await;
    let site = serde_json::json!({
        "name": "relay", "url": door.upstream.base_url(), "keys": ["sk-relay-0123456789"],
        "api": "openai", "aliases": {"opus": format!("scenario:{SILENT}")},
    });
    let added = door
        .signed_in("POST", "/api/sites")
        .header("content-type", "application/json")
        .body(site.to_string())
        .send()
        .await;
    assert!(added.status < 300, "{}", added.text());
    let question =
        crate::harness::question("text", true).replace("scenario:text", "claude-opus-5-5");
    let ask = door.ask("POST", "/v1/messages").body(question);
    let ask = ask.header("content-type", "application/json");
    let mut response = ask.head().await.unwrap();
    assert_eq!(response.status(), 200);
    let (id, heard) = (id(&response), until_silence(&mut response).await);
    assert!(heard.contains("content_block_delta"), "{heard}");
    let detail = get(&door, &id, "?bodies=true").await;
    assert_eq!(detail["translation"]["to"], "openai-chat");
    let text = detail["response_body"]["text"].as_str().unwrap();
    assert!(text.contains("chat.completion.chunk"), "{text}");
    assert!(said(&detail).starts_with("Hello "), "{}", said(&detail));
    assert!(!detail.to_string().contains("sk-relay-0123456789"));
    let body = |side: &str| {
        let path = format!("/api/request/{id}/body?side={side}");
        door.signed_in("GET", &path).send()
    };
    assert_eq!(body("response").await.text(), text);
    let answered = body("answered").await.text();
    assert!(answered.contains("content_block_delta"), "{answered}");
    assert!(!answered.contains("message_stop"), "it is not over");
    assert!(!answered.contains("\"error\""), "and has not failed");
    assert!(body("sent").await.text().contains("scenario:pause"));
    assert!(body("request").await.text().contains("claude-opus-5-5"));
}

#[tokio::test]
async fn before_the_answer_there_is_the_request() {
    let door = Harness::new().start().await;
    let slow = "slow?ttft=60000";
    let calling = tokio::spawn(door.call("/v1/messages", slow, false).head());
    let running = eventually("it runs", async || {
        let list = door.signed_in("GET", "/api/requests").send().await.json();
        list["requests"][0]["id"].as_str().map(str::to_owned)
    })
    .await;
    let detail = get(&door, &running, "?bodies=true").await;
    assert_eq!(detail["request"]["turns"][0]["role"], "user");
    assert_eq!(detail["response"], Value::Null);
    assert_eq!(detail["response_body"]["bytes"], 0.0);
    assert_eq!(detail["response_body"]["truncated"], false);
    let nothing = format!("/api/request/{running}/lines?side=response&form=exact&from=0&count=9");
    assert_eq!(door.signed_in("GET", &nothing).send().await.status, 404);
    calling.abort();
}
