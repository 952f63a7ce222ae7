//! `/ws`.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Harness, Watcher, is_about};

const SLOW: &str = "slow?ttft=100&rate=100&tokens=80";

fn revision(message: &Value) -> f64 {
    message["revision"].as_f64().unwrap()
}

/// Kinds of the messages that name an exchange, each once, in order.
fn kinds_about(heard: &[Value], id: &str) -> Vec<String> {
    let mut kinds: Vec<String> = heard
        .iter()
        .filter(|message| is_about(message, message["type"].as_str().unwrap(), id))
        .map(|message| message["type"].as_str().unwrap().to_owned())
        .collect();
    kinds.dedup();
    kinds
}

#[tokio::test]
async fn a_stream_is_followed_from_start_to_end() {
    let door = Harness::new().start().await;
    let mut watcher = door.watch("").await;
    let snapshot = watcher.next().await;
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["exchanges"], Value::Array(Vec::new()));
    let answer = tokio::spawn(door.call("/v1/messages", SLOW, true).send());
    let heard = watcher.until(|message| message["type"] == "finished").await;
    let id = answer.await.unwrap().id().to_owned();
    assert_eq!(
        kinds_about(&heard, &id),
        ["started", "progress", "finished"]
    );
    let mut last = revision(&snapshot);
    for message in &heard {
        assert!(revision(message) >= last, "{last} {message}");
        last = revision(message);
    }
    let progress: Vec<&Value> = heard
        .iter()
        .filter(|message| message["type"] == "progress")
        .flat_map(|message| message["exchanges"].as_array().unwrap())
        .collect();
    let phases: Vec<&str> = progress
        .iter()
        .filter_map(|row| row["phase"].as_str())
        .collect();
    assert!(phases.is_sorted_by_key(|phase| *phase == "streaming"));
    let tokens: Vec<i64> = progress
        .iter()
        .filter_map(|row| row["tokens"]["output"].as_i64())
        .collect();
    assert!(tokens.is_sorted(), "{tokens:?}");
    assert!(progress.iter().any(|row| row["speed"].is_number()));
    let last = &heard.last().unwrap()["exchanges"][0];
    assert_eq!(last["outcome"], "done");
    assert_eq!(last["tokens"]["output"], 80);
}

#[tokio::test]
async fn watching_goes_on_after_the_connection_was_lost() {
    let door = Harness::new().start().await;
    let mut watcher = door.watch("").await;
    let snapshot = watcher.next().await;
    let run = snapshot["run"].as_str().unwrap().to_owned();
    let first = door.call("/v1/messages", "text", true).send().await;
    let seen = watcher
        .until(|message| is_about(message, "finished", first.id()))
        .await;
    let known = revision(seen.last().unwrap());
    drop(watcher);
    let second = door.call("/v1/messages", "text", true).send().await;
    door.detail(second.id()).await;
    let mut watcher = door.watch(&format!("?run={run}&since={known}")).await;
    let heard = watcher
        .until(|message| is_about(message, "finished", second.id()))
        .await;
    assert!(heard.iter().all(|message| message["type"] != "snapshot"));
    assert!(kinds_about(&heard, first.id()).is_empty(), "known already");
    for query in [
        format!("?run={run}&since=99999999"),
        "?run=another&since=1".to_owned(),
        format!("?since={known}"),
    ] {
        let mut watcher = door.watch(&query).await;
        assert_eq!(watcher.next().await["type"], "snapshot", "{query}");
    }
}

#[tokio::test]
async fn whoever_missed_a_clearing_begins_anew() {
    let door = Harness::new().start().await;
    let first = door.call("/v1/messages", "text", true).send().await;
    door.detail(first.id()).await;
    let mut watcher = door.watch("").await;
    let snapshot = watcher.next().await;
    assert_eq!(snapshot["exchanges"].as_array().unwrap().len(), 1);
    let (run, known) = (snapshot["run"].as_str().unwrap(), revision(&snapshot));
    drop(watcher);
    let cleared = door.signed_in("POST", "/api/clear-history").send().await;
    assert_eq!(cleared.json()["cleared"], 1);
    let mut watcher = door.watch(&format!("?run={run}&since={known}")).await;
    let again = watcher.next().await;
    assert_eq!(
        again["type"], "snapshot",
        "rows that went have to go: {again}"
    );
    assert_eq!(again["exchanges"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn clearing_and_deleting_a_project_are_told() {
    let door = Harness::new().start().await;
    let mut watcher = door.watch("").await;
    watcher.next().await;
    let heard = door.call("/p/shop/v1/messages", "text", true).send().await;
    watcher
        .until(|message| is_about(message, "finished", heard.id()))
        .await;
    let deleted = door
        .signed_in("DELETE", "/api/projects/shop")
        .send()
        .await
        .json();
    assert_eq!(deleted["deleted_requests"], 1);
    assert_eq!(deleted["message"], "Project 'shop' data cleared");
    let told = watcher
        .until(|message| message["type"] == "snapshot")
        .await
        .pop()
        .unwrap();
    assert_eq!(told["exchanges"], Value::Array(Vec::new()));
    let heard = door.call("/v1/messages", "text", true).send().await;
    watcher
        .until(|message| is_about(message, "finished", heard.id()))
        .await;
    door.signed_in("POST", "/api/clear-history").send().await;
    let told = watcher.until(|message| message["type"] == "cleared").await;
    assert_eq!(told.last().unwrap()["cleared"], 1);
}

#[tokio::test]
async fn who_does_not_look_is_told_nothing() {
    let door = Harness::new().start().await;
    let mut watcher = door.watch("").await;
    let snapshot = watcher.next().await;
    watcher.say(r#"{"watch":false}"#).await;
    // What was on its way may still arrive.
    while watcher
        .next_within(Duration::from_millis(300))
        .await
        .is_some()
    {}
    let heard = door.call("/v1/messages", "text", true).send().await;
    door.detail(heard.id()).await;
    let told = watcher.next_within(Duration::from_millis(1_500)).await;
    assert_eq!(told, None);
    let wish = format!(
        r#"{{"watch":true,"run":{},"since":{}}}"#,
        snapshot["run"],
        revision(&snapshot)
    );
    watcher.say(&wish).await;
    watcher
        .until(|message| is_about(message, "finished", heard.id()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_that_does_not_read_holds_nobody_up() {
    let door = Harness::new().start().await;
    let mut sleeper = door.watch("").await;
    let mut reader = door.watch("").await;
    reader.next().await;
    let mut last = String::new();
    // Rows of 16 KB, told when they start and when they end: more than a connection's buffers and the
    // queue of a watcher hold.
    let path = format!("/p/{}/v1/messages", "x".repeat(8_000));
    for _ in 0..16 {
        let calls = (0..25).map(|_| door.call(&path, "text", true).send());
        for heard in futures_util::future::join_all(calls).await {
            assert_eq!(heard.status, 200);
            last = heard.id().to_owned();
        }
        let mut told = BTreeSet::new();
        while told.len() < 25 {
            let message = reader.next().await;
            let kind = message["type"].as_str().unwrap();
            let rows = message["exchanges"].as_array().into_iter().flatten();
            if ["finished", "snapshot"].contains(&kind) {
                told.extend(rows.map(|row| row["id"].to_string()));
            }
        }
    }
    door.detail(&last).await;
    let is_told = |message: &Value| {
        is_about(message, "finished", &last) || is_about(message, "snapshot", &last)
    };
    // It wakes up and is told everything, or what it missed anew.
    sleeper.until(is_told).await;
}

#[tokio::test]
async fn nonsense_on_the_socket_harms_nobody() {
    let door = Harness::new().start().await;
    let mut watcher = door.watch("").await;
    watcher.next().await;
    for said in [
        "",
        "{",
        "null",
        "{\"watch\":7}",
        "[]",
        "{\"watch\":true,\"since\":-1}",
    ] {
        watcher.say(said).await;
    }
    let heard = door.call("/v1/messages", "text", true).send().await;
    watcher
        .until(|message| is_about(message, "finished", heard.id()))
        .await;
    for query in ["?since=x", "?since=-1", "?run=%zz"] {
        let refused = Watcher::try_connect(door.address, query, &[]).await;
        assert_ne!(refused.err(), Some(500), "{query}");
    }
}

#[tokio::test]
async fn the_list_holds_no_more_than_it_should() {
    let door = Harness::new()
        .setting("capture.max_history", 3)
        .start()
        .await;
    for _ in 0..5 {
        let heard = door.call("/v1/messages", "text", false).send().await;
        door.detail(heard.id()).await;
    }
    let mut watcher = door.watch("").await;
    let snapshot = watcher.next().await;
    assert_eq!(snapshot["exchanges"].as_array().unwrap().len(), 3);
    let list = door.signed_in("GET", "/api/requests").send().await.json();
    assert_eq!(list["requests"].as_array().unwrap().len(), 5);
}
