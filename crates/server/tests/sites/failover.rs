//! One request goes from key to key and from site to site, and only where that can help.

use serde_json::json;

use super::relay::{bad, good, unknown_key};
use super::{MODEL, Relay, door, step};

#[tokio::test]
async fn failover() {
    let relay = Relay::start(|called| match &called.key[..] {
        "sk-bad" => unknown_key(),
        _ => good("from the relay"),
    })
    .await;
    let door = door().await;
    door.site("main", &relay.url(), &["sk-bad", "sk-good"])
        .await;
    let heard = door.message(false).send().await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    assert_eq!(heard.json()["content"][0]["text"], "from the relay");
    assert_eq!(relay.keys(), ["sk-bad", "sk-good"]);
    let chain = door.chain(heard.id()).await;
    assert_eq!(
        chain,
        [
            step("main", "key 1", 401, "invalid_key"),
            step("main", "key 2", 200, ""),
        ]
    );
    let detail = door.detail(heard.id()).await;
    for attempt in detail["attempts"].as_array().unwrap() {
        assert!(attempt["ms"].as_f64().unwrap() > 0.0, "{attempt}");
        assert_eq!(attempt["why"]["code"], "default_route", "{attempt}");
    }
    assert_eq!(door.key("main", "key 1").await["state"], "invalid");
    assert_eq!(door.key("main", "key 2").await["state"], "active");
    // The bad one is not asked again.
    assert_eq!(door.message(false).send().await.status, 200);
    assert_eq!(relay.keys(), ["sk-bad", "sk-good", "sk-good"]);
}

#[tokio::test]
async fn failover_to_another_site() {
    let relay = Relay::start(|_| good("from the spare")).await;
    let door = door().await;
    door.scenario("main", "error-500", &["sk-main"]).await;
    door.site("spare", &relay.url(), &["sk-spare"]).await;
    door.default_route(&["main", "spare"]).await;
    let heard = door.message(false).send().await;
    assert_eq!(heard.json()["content"][0]["text"], "from the spare");
    let chain = door.chain(heard.id()).await;
    assert_eq!(
        chain,
        [
            step("main", "key 1", 500, "server_error"),
            step("spare", "key 1", 200, ""),
        ]
    );
    let why = door.detail(heard.id()).await["attempts"][1]["why"].clone();
    assert_eq!(why["code"], "fallback_of");
    assert_eq!(why["params"], json!([["site", "main"]]));
    // Each site was shown its own key only.
    assert_eq!(relay.keys(), ["sk-spare"]);
    let first = &door.upstream.journal().requests()[0];
    assert!(first.headers.iter().any(|(_, value)| value == "sk-main"));
}

/// A place that breaks before its head is no end either.
#[tokio::test]
async fn failover_from_a_broken_connection() {
    for scenario in ["reset-before-head", "close-before-head"] {
        let relay = Relay::start(|_| good("from the spare")).await;
        let door = door().await;
        door.scenario("main", scenario, &["sk-main"]).await;
        door.site("spare", &relay.url(), &["sk-spare"]).await;
        door.default_route(&["main", "spare"]).await;
        let heard = door.message(false).send().await;
        assert_eq!(heard.status, 200, "{scenario}: {}", heard.text());
        let chain = door.chain(heard.id()).await;
        assert_eq!(chain[0].2, None, "{scenario}: {chain:?}");
        assert!(!chain[0].3.is_empty(), "{scenario}: {chain:?}");
        assert_eq!(chain[1].0, "spare");
    }
}

/// The client sees the second site's bytes alone.
async fn only_the_second_answers(scenario: &str, stream: bool) {
    let door = door().await;
    door.scenario("main", scenario, &["sk-main"]).await;
    door.scenario("spare", "text?text=from%20the%20spare", &["sk-spare"])
        .await;
    door.default_route(&["main", "spare"]).await;
    let heard = door.message(stream).send().await;
    let text = heard.text();
    assert_eq!(heard.status, 200, "{text}");
    assert!(!heard.broken && !text.contains("error"), "{text}");
    // Byte for byte what the spare gives when it is asked alone.
    let alone = door.message(stream).header("x-relayscope-site", "spare");
    let alone = alone.send().await;
    assert_eq!(shape(&text), shape(&alone.text()));
    let chain = door.chain(heard.id()).await;
    assert_eq!(chain.len(), 2, "{chain:?}");
    assert_eq!(chain[0].0, "main");
    assert!(!chain[0].3.is_empty(), "{chain:?}");
    assert_eq!((&chain[1].0[..], &chain[1].3[..]), ("spare", ""));
    let detail = door.detail(heard.id()).await;
    assert_eq!(detail["outcome"], "done");
}

/// A text without its ids.
fn shape(text: &str) -> String {
    let words = text.split('"');
    words
        .filter(|word| !word.starts_with("msg_"))
        .collect::<Vec<_>>()
        .join("\"")
}

#[tokio::test]
async fn stream_error_first_event() {
    only_the_second_answers("error-event-first", true).await;
}

#[tokio::test]
async fn error_inside_200() {
    only_the_second_answers("error-inside-200", false).await;
    only_the_second_answers("html-200", false).await;
    only_the_second_answers("empty-200", false).await;
}

/// What has begun to reach the client belongs to its site.
#[tokio::test]
async fn never_after_the_first_content() {
    let door = door().await;
    door.scenario("main", "error-event", &["sk-main"]).await;
    door.scenario("spare", "text", &["sk-spare"]).await;
    door.default_route(&["main", "spare"]).await;
    let heard = door.message(true).send().await;
    assert!(heard.text().contains("event: error"), "{}", heard.text());
    assert_eq!(door.chain(heard.id()).await.len(), 1);
    assert_eq!(door.upstream.journal().requests().len(), 1);
}

/// The request's own fault, and time-outs that may have been billed: nothing else is tried.
#[tokio::test]
async fn never_after_400() {
    for status in [400, 408, 413, 422, 504, 524] {
        let relay = Relay::start(move |_| bad(status, "invalid_request_error", "no")).await;
        let spare = Relay::start(|_| good("from the spare")).await;
        let door = door().await;
        door.site("main", &relay.url(), &["sk-one", "sk-two"]).await;
        door.site("spare", &spare.url(), &["sk-spare"]).await;
        door.default_route(&["main", "spare"]).await;
        let heard = door.message(false).send().await;
        assert_eq!(heard.status, status);
        assert_eq!(heard.json()["error"]["message"], "no");
        assert_eq!(relay.keys().len(), 1, "{status}");
        assert!(spare.calls().is_empty(), "{status}");
        assert_eq!(door.key("main", "key 1").await["state"], "active");
    }
}

#[tokio::test]
async fn no_more_than_three_attempts() {
    let relay = Relay::start(|_| bad(500, "api_error", "broken")).await;
    let door = door().await;
    let keys = ["sk-1", "sk-2", "sk-3", "sk-4", "sk-5"];
    door.site("main", &relay.url(), &keys).await;
    let heard = door.message(false).send().await;
    assert_eq!(heard.status, 500);
    assert_eq!(heard.json()["error"]["message"], "broken");
    assert_eq!(relay.keys().len(), 3);
    assert_eq!(door.chain(heard.id()).await.len(), 3);
}

#[tokio::test]
async fn model_alias_per_site() {
    let main = Relay::start(|_| bad(529, "overloaded_error", "Overloaded")).await;
    let spare = Relay::start(|_| good("from the spare")).await;
    let door = door().await;
    for (name, relay, key, alias) in [
        ("main", &main, "sk-main", "opus-main"),
        ("spare", &spare, "sk-spare", "opus-spare"),
    ] {
        let aliases = json!({MODEL: alias});
        let input = json!({"name": name, "url": relay.url(), "keys": [key], "api": "both", "aliases": aliases});
        door.api("POST", "/api/sites", &input).await;
    }
    let third = Relay::start(|_| good("from the third")).await;
    door.site("third", &third.url(), &["sk-third"]).await;
    door.default_route(&["main", "spare"]).await;
    assert_eq!(door.message(false).send().await.status, 200);
    let heard = door.message(false).header("x-relayscope-site", "third");
    assert_eq!(heard.send().await.status, 200);
    assert_eq!(main.calls()[0].model, "opus-main");
    assert_eq!(spare.calls()[0].model, "opus-spare");
    assert_eq!(third.calls()[0].model, MODEL);
    // Everything else of the body stays byte for byte.
    let asked = String::from_utf8(third.calls()[0].body.to_vec()).unwrap();
    let sent = String::from_utf8(spare.calls()[0].body.to_vec()).unwrap();
    assert_eq!(sent, asked.replace(MODEL, "opus-spare"));
    // An overloaded site is asked last; its key is not to blame.
    assert_eq!(door.key("main", "key 1").await["state"], "active");
}
