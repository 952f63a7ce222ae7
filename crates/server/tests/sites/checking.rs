//! Connectivity: what a site does wrong is found, named, and told apart.

use serde_json::{Value, json};

use super::door;
use crate::harness::Door;

async fn ping(door: &Door, site: &str, body: Value) -> Value {
    door.api("POST", &format!("/api/sites/{site}/ping"), &body)
        .await
}

fn endpoint<'a>(ping: &'a Value, path: &str) -> &'a Value {
    let endpoints = ping["endpoints"].as_array().unwrap();
    let found = endpoints.iter().find(|it| it["path"] == path);
    found.unwrap_or_else(|| panic!("{path} was not asked: {ping:#}"))
}

#[tokio::test]
async fn a_good_site_passes_every_step_and_its_stream_is_seen_to_stream() {
    let door = door().await;
    let url = door.upstream.base_url();
    door.site("main", &url, &["sk-one-1", "sk-two-2"]).await;
    let model = "scenario:slow?ttft=60&rate=200&tokens=40";
    let seen = ping(&door, "main", json!({"model": model, "whole": true})).await;
    let labels: Vec<&Value> = seen["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["label"])
        .collect();
    assert_eq!(labels, ["key 1", "key 2"]);
    assert_eq!(seen["keys"][0]["status"], 200, "{seen:#}");
    for path in ["/v1/messages", "/v1/chat/completions", "/v1/responses"] {
        let one = endpoint(&seen, path);
        assert_eq!(one["found"]["code"], "streams", "{one:#}");
        let times: Vec<f64> = one["chunks_ms"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_f64)
            .collect();
        assert!(times.len() > 10 && times.is_sorted(), "{times:?}");
        assert!(
            times[0] >= 60.0,
            "the first content cannot be there before it is sent: {times:?}"
        );
    }
    let counts = endpoint(&seen, "/v1/messages/count_tokens");
    assert!(counts["input_tokens"].as_u64() > Some(0), "{counts:#}");
    assert!(!seen["models"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn every_fault_has_a_name_of_its_own() {
    let door = door().await;
    door.site("main", &door.upstream.base_url(), &["sk-main-1"])
        .await;
    let expected = [
        ("error-event", "err", "error_inside"),
        ("cut-clean", "warn", "answer_truncated"),
        ("html-502", "err", "bad_gateway"),
        ("error-401", "err", "invalid_key"),
        ("error-429", "warn", "rate_limited"),
        ("error-529", "err", "overloaded"),
        ("garbage-sse", "err", "other_shape"),
        ("close-before-head", "err", "connection_reset"),
        ("bad-status-line", "err", "protocol_error"),
        ("cut", "err", "answer_broken"),
    ];
    let mut wrong = Vec::new();
    for (scenario, state, code) in expected {
        let model = format!("scenario:{scenario}");
        let seen = ping(&door, "main", json!({"model": model})).await;
        let one = endpoint(&seen, "/v1/messages");
        if (&one["state"], &one["found"]["code"]) != (&json!(state), &json!(code)) {
            wrong.push(format!("{scenario}: {} {}", one["state"], one["found"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_host_that_is_not_there_stops_at_its_step_and_shows_no_key() {
    let door = door().await;
    door.site("gone", "http://127.0.0.1:9", &["sk-gone-SENTINEL-1"])
        .await;
    let seen = ping(&door, "gone", json!({"whole": true})).await;
    assert_eq!(seen["ok"], false);
    assert_eq!(seen["steps"][0]["step"], "connect", "{seen:#}");
    assert_eq!(
        seen["steps"][0]["error"]["code"], "connect_failed",
        "{seen:#}"
    );
    assert!(seen["endpoints"].as_array().unwrap().is_empty());
    assert!(!seen.to_string().contains("SENTINEL"));
    let name = "http://name-that-does-not-exist.invalid";
    door.site("nameless", name, &["sk-gone-2"]).await;
    let seen = ping(&door, "nameless", json!({})).await;
    assert_eq!(seen["steps"][0]["step"], "dns", "{seen:#}");
}

#[tokio::test]
async fn an_upstream_that_repeats_the_key_does_not_bring_it_to_the_screen() {
    let door = door().await;
    let key = "plain-key-SENTINEL-42";
    let relay = super::Relay::start(|called| {
        let says = format!("the key {} is wrong", called.key);
        super::relay::bad(401, "authentication_error", &says)
    })
    .await;
    door.site("echo", &relay.url(), &[key]).await;
    let seen = ping(
        &door,
        "echo",
        json!({"model": "claude-haiku-5-5", "whole": true}),
    )
    .await;
    assert!(seen.to_string().contains("is wrong"), "{seen:#}");
    assert!(!seen.to_string().contains("SENTINEL"), "{seen:#}");
}

#[tokio::test]
async fn one_document_in_place_of_a_stream_is_told() {
    let door = door().await;
    let relay = super::Relay::start(|_| super::relay::good("1 2 3")).await;
    door.site("whole", &relay.url(), &["sk-whole-1"]).await;
    let seen = ping(&door, "whole", json!({"model": super::MODEL})).await;
    let one = endpoint(&seen, "/v1/messages");
    assert_eq!(one["found"]["code"], "one_document", "{one:#}");
    let other = ping(
        &door,
        "whole",
        json!({"model": "claude-haiku-5-5", "whole": true}),
    )
    .await;
    let plain = &other["endpoints"][1];
    assert_eq!(plain["found"]["code"], "other_model", "{plain:#}");
}
