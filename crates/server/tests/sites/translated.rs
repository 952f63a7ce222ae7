//! Clients and sites that speak different dialects.

use serde_json::{Value, json};

use super::relay::{Called, Relay, Reply, events, good, reply};
use super::{MODEL, door};
use crate::harness::{Ask, Door};

/// A site that speaks one API only, as the only one.
async fn only(
    api: &str,
    answer: impl Fn(&Called) -> Reply + Send + Sync + 'static,
) -> (Relay, Door) {
    let relay = Relay::start(answer).await;
    let door = door().await;
    let aliases = json!({"opus": "deepseek-chat"});
    let site = json!({
        "name": "relay", "url": relay.url(), "keys": ["sk-relay"], "api": api, "aliases": aliases,
    });
    door.api("POST", "/api/sites", &site).await;
    (relay, door)
}

fn sent(relay: &Relay) -> Value {
    serde_json::from_slice(&relay.calls().last().unwrap().body).unwrap()
}

fn completion(text: &str) -> Reply {
    let choice = json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    let usage = json!({"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15});
    reply(
        200,
        &json!({
            "id": "chatcmpl-1", "object": "chat.completion", "model": "deepseek-chat", "choices": [choice], "usage": usage,
        }),
    )
}

fn chunks() -> Reply {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        format!(
            "data: {}\n\n",
            json!({"id": "c1", "model": "deepseek-chat", "choices": [choice]})
        )
    };
    let usage = json!({"id": "c1", "model": "deepseek-chat", "choices": [],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}});
    let text = [
        chunk(json!({"role": "assistant", "content": ""}), Value::Null),
        chunk(json!({"content": "Bon"}), Value::Null),
        chunk(json!({"content": "jour"}), json!("stop")),
        format!("data: {usage}\n\ndata: [DONE]\n\n"),
    ];
    events(&text.concat())
}

#[tokio::test]
async fn an_anthropic_client_uses_a_site_that_speaks_chat_only() {
    let (relay, door) = only("openai", |_| completion("Bonjour")).await;
    let heard = door
        .message(false)
        .header("anthropic-beta", "x")
        .send()
        .await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    let answer = heard.json();
    assert_eq!(answer["type"], "message");
    assert_eq!(answer["model"], MODEL, "the name that the client asked for");
    assert_eq!(answer["content"][0]["text"], "Bonjour");
    assert_eq!(answer["usage"]["input_tokens"], 12);
    let call = relay.calls().pop().unwrap();
    assert_eq!(
        (&call.path[..], &call.key[..]),
        ("/v1/chat/completions", "sk-relay")
    );
    assert!(!call.headers.contains_key("anthropic-beta"));
    assert_eq!(sent(&relay)["model"], "deepseek-chat");
    assert_eq!(
        sent(&relay)["messages"][0],
        json!({"role": "user", "content": "hi"})
    );

    let detail = door.detail(heard.id()).await;
    assert_eq!(detail["outcome"], "done");
    assert_eq!(
        (&detail["dialect"], &detail["upstream_dialect"]),
        (&json!("anthropic"), &json!("openai-chat"))
    );
    assert_eq!(detail["translation"]["to"], "openai-chat");
    assert_eq!(detail["translation"]["model"], "deepseek-chat");
    assert_eq!(detail["tokens"]["input"], 12);
    assert_eq!(
        detail["response"]["turns"][0]["blocks"][0]["text"]["text"],
        "Bonjour"
    );
}

#[tokio::test]
async fn the_record_shows_both_sides_of_a_translated_stream() {
    let (relay, door) = only("openai", |_| chunks()).await;
    let heard = door.message(true).send().await;
    assert_eq!(heard.header("content-type"), "text/event-stream");
    let text = heard.text();
    assert!(text.starts_with("event: message_start\n"), "{text}");
    assert!(
        text.trim_end().ends_with("{\"type\":\"message_stop\"}"),
        "{text}"
    );
    let body = async |side: &str| {
        let path = format!("/api/request/{}/body?side={side}", heard.id());
        door.signed_in("GET", &path).send().await.text()
    };
    assert_eq!(
        body("answered").await,
        text,
        "translated again to the same bytes"
    );
    assert!(body("response").await.starts_with("data: {"));
    assert_eq!(body("sent").await.as_bytes(), &relay.calls()[0].body[..]);
    assert!(body("request").await.contains(MODEL));
    let curl = format!("/api/request/{}/curl", heard.id());
    let curl = door.get(&curl).send().await.text();
    assert!(
        curl.contains("/v1/chat/completions'") && curl.contains("deepseek-chat"),
        "{curl}"
    );
    let har = door.get("/api/export.har").send().await.json();
    let request = &har["log"]["entries"][0]["request"];
    assert_eq!(request["url"], "/v1/messages");
    assert!(
        request["postData"]["text"]
            .as_str()
            .unwrap()
            .contains(MODEL)
    );
    let detail = door.detail(heard.id()).await;
    assert_eq!(detail["outcome"], "done");
    assert!(detail["timing"]["ttft_ms"].is_number());
}

#[tokio::test]
async fn an_error_before_the_first_token_is_an_http_error_in_the_clients_words() {
    let (_relay, door) = only("openai", |called| {
        let body: Value = serde_json::from_slice(&called.body).unwrap();
        let text = "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens";
        let error = json!({"error": {"message": text, "type": "invalid_request_error", "code": "context_length_exceeded"}});
        match body["stream"] == true {
            true => events(&format!("data: {error}\n\n")),
            false => reply(400, &error),
        }
    })
    .await;
    for stream in [false, true] {
        let heard = door.message(stream).send().await;
        assert_eq!(heard.status, 400, "{}", heard.text());
        let error = &heard.json()["error"];
        assert_eq!(error["type"], "invalid_request_error");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.starts_with("prompt is too long: 70000 tokens > 65536 maximum"),
            "{message}"
        );
        let answered = format!("/api/request/{}/body?side=answered", heard.id());
        assert_eq!(
            door.signed_in("GET", &answered).send().await.text(),
            heard.text()
        );
    }
}

/// What a refusal teaches is used at once, and for every later request.
#[tokio::test]
async fn a_refusal_teaches_how_to_speak() {
    let (relay, door) = only("openai", |called| {
        let body: Value = serde_json::from_slice(&called.body).unwrap();
        if body.get("max_tokens").is_some() {
            let text = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
            let error = json!({"message": text, "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter"});
            return reply(400, &json!({"error": error}));
        }
        completion("ok")
    })
    .await;
    let heard = door.message(false).send().await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    assert_eq!(relay.calls().len(), 2);
    let chain = door.chain(heard.id()).await;
    assert_eq!((&chain[0].3[..], chain[1].2), ("learned", Some(200)));
    assert_eq!(door.message(false).send().await.status, 200);
    assert_eq!(relay.calls().len(), 3, "nothing is learnt twice");
    let speech = door
        .api("GET", "/api/sites/relay/speech", &Value::Null)
        .await;
    let model = &speech["models"][0];
    assert_eq!(model["model"], "deepseek-chat");
    assert_eq!(model["learned"][0]["lesson"], "max_completion_tokens");
    let forget = json!({"model": "deepseek-chat", "forget": true, "set": {"max_tokens_field": "max_completion_tokens"}});
    door.api("PUT", "/api/sites/relay/speech", &forget).await;
    assert_eq!(door.message(false).send().await.status, 200);
    assert_eq!(relay.calls().len(), 4, "what is set by hand holds");
    let wrong = door
        .signed_in("PUT", "/api/sites/relay/speech")
        .header("content-type", "application/json");
    let heard = wrong.body(r#"{"set":{"imagess":true}}"#).send().await;
    assert_eq!(
        (heard.status, &heard.json()["error"]["code"]),
        (400, &json!("bad_capability"))
    );
}

#[tokio::test]
async fn tokens_are_counted_here_where_the_site_cannot() {
    let (relay, door) = only("openai", |_| completion("never")).await;
    let count = |text: &str| {
        let body = json!({"model": MODEL, "messages": [{"role": "user", "content": text}]});
        let ask = door.ask("POST", "/v1/messages/count_tokens");
        ask.header("content-type", "application/json")
            .body(body.to_string())
    };
    let short = count("hi").send().await;
    assert_eq!(short.status, 200, "{}", short.text());
    assert_eq!(short.header("x-token-count-basis"), "estimate");
    let long = count(&"word ".repeat(1_000)).send().await;
    let tokens = |heard: &crate::harness::Heard| heard.json()["input_tokens"].as_u64().unwrap();
    assert!(tokens(&short) > 3 && tokens(&long) > 900 && tokens(&long) < 1_500);
    assert!(relay.calls().is_empty());
    assert_eq!(
        count("hi").body("not json".to_owned()).send().await.status,
        400
    );
    // A relay without the endpoint answers 404 for it.
    let (relay, door) = only("anthropic", |_| {
        reply(
            404,
            &json!({"error": {"message": "Invalid URL (POST /v1/messages/count_tokens)"}}),
        )
    })
    .await;
    let body = json!({"model": MODEL, "messages": [{"role": "user", "content": "hi"}]});
    let ask = door.ask("POST", "/v1/messages/count_tokens");
    let heard = ask
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    assert_eq!(relay.calls().len(), 1);
}

#[tokio::test]
async fn models_are_listed_in_the_clients_dialect() {
    let list = json!({"object": "list", "data": [{"id": "deepseek-chat", "object": "model", "created": 1}]});
    let (relay, door) = only("openai", move |_| reply(200, &list)).await;
    let ask = || door.ask("GET", "/v1/models");
    let heard = ask().header("anthropic-version", "2023-06-01").send().await;
    let ids: Vec<Value> = heard.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].clone())
        .collect();
    assert_eq!(ids, ["claude-via-deepseek-chat", "deepseek-chat"]);
    assert_eq!(relay.calls()[0].key, "sk-relay");
    assert_eq!(ask().send().await.json()["object"], "list");
}

#[tokio::test]
async fn a_truncated_stream_is_not_finished() {
    let (_relay, door) = only("openai", |_| {
        let whole = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"},\"finish_reason\":null}]}\n\n";
        events(whole)
    })
    .await;
    let heard = door.message(true).send().await;
    let text = heard.text();
    assert!(
        text.contains("half") && text.contains("event: error"),
        "{text}"
    );
    assert!(!text.contains("message_stop"));
    assert_eq!(door.detail(heard.id()).await["outcome"], "cut");
}

/// A site that speaks the client's dialect is left alone.
#[tokio::test]
async fn nothing_is_translated_without_need() {
    let (relay, door) = only("both", |_| good("hello")).await;
    let heard = door.message(false).send().await;
    assert_eq!(heard.json()["content"][0]["text"], "hello");
    assert_eq!(relay.calls()[0].path, "/v1/messages");
    assert_eq!(door.detail(heard.id()).await["translation"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_translated_names_its_field() {
    let (relay, door) = only("openai", |_| completion("never")).await;
    let ask = |body: &str| -> Ask {
        let ask = door.ask("POST", "/v1/messages");
        ask.header("content-type", "application/json")
            .body(body.to_owned())
    };
    let heard = ask(r#"{"model":"claude-opus-5-5","max_tokens":5,"messages":7}"#)
        .send()
        .await;
    assert_eq!(heard.status, 400);
    assert!(
        heard.json()["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("messages"),
        "{}",
        heard.text()
    );
    let heard = ask("{broken").send().await;
    assert_eq!(heard.status, 400);
    assert!(relay.calls().is_empty());
}
