//! Many clients at once over keys that fail in many ways: no request is lost that a good key could serve.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::relay::{bad, good, limited, unknown_key};
use super::{Relay, door};

const CLIENTS: usize = 200;

/// Requests of one client, one after the other.
const EACH: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_clients() {
    let calls = AtomicUsize::new(0);
    let relay = Relay::start(move |called| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        match &called.key[..] {
            "sk-unknown" => unknown_key(),
            "sk-limited" => limited("120"),
            "sk-poor" => bad(402, "billing_error", "Your credit balance is too low"),
            // Now and then it fails, which passes by itself.
            "sk-shaky" if call.is_multiple_of(7) => bad(500, "api_error", "broken"),
            _ => good("hello"),
        }
    })
    .await;
    let spare = Relay::start(|_| good("hello")).await;
    let door = Arc::new(door().await);
    let keys = ["sk-unknown", "sk-limited", "sk-poor", "sk-shaky", "sk-good"];
    door.site("main", &relay.url(), &keys).await;
    door.site("spare", &spare.url(), &["sk-spare"]).await;
    door.default_route(&["main", "spare"]).await;
    let clients = (0..CLIENTS).map(|client| {
        let door = door.clone();
        tokio::spawn(async move {
            let mut statuses = BTreeMap::<u16, usize>::new();
            for _ in 0..EACH {
                let mut ask = door.message(false);
                if client % 2 == 0 {
                    ask = ask.header("x-session-id", &format!("session {client}"));
                }
                *statuses.entry(ask.send().await.status).or_default() += 1;
            }
            statuses
        })
    });
    let mut statuses = BTreeMap::new();
    for client in clients.collect::<Vec<_>>() {
        for (status, count) in client.await.unwrap() {
            *statuses.entry(status).or_default() += count;
        }
    }
    assert_eq!(statuses, BTreeMap::from([(200, CLIENTS * EACH)]));
    let mut states = BTreeMap::new();
    for key in door.keys().await {
        assert_eq!(key["in_flight"], 0, "{key}");
        states.insert(
            key["label"].to_string() + &key["site"].to_string(),
            key["state"].clone(),
        );
    }
    let of = |label: &str, site: &str| states[&format!("\"{label}\"\"{site}\"")].clone();
    assert_eq!(of("key 1", "main"), "invalid");
    assert_eq!(of("key 2", "main"), "cooling");
    assert_eq!(of("key 3", "main"), "exhausted");
    assert_eq!(of("key 5", "main"), "active");
    assert_eq!(of("key 1", "spare"), "active");
}

/// On one site: two keys are lost in the middle of the crowd, the others serve everybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_clients_on_one_site() {
    let calls = AtomicUsize::new(0);
    let relay = Relay::start(move |called| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        match &called.key[..] {
            "sk-lost" if call > 150 => unknown_key(),
            "sk-limited" if call > 250 => limited("120"),
            _ => good("hello"),
        }
    })
    .await;
    let door = Arc::new(door().await);
    let keys = ["sk-lost", "sk-limited", "sk-1", "sk-2", "sk-3"];
    door.site("main", &relay.url(), &keys).await;
    let clients = (0..CLIENTS).map(|client| {
        let door = door.clone();
        tokio::spawn(async move {
            for turn in 0..EACH {
                let session = format!("session {}", client % 20);
                let ask = door.message(turn == 1).header("x-session-id", &session);
                let heard = ask.send().await;
                assert_eq!(heard.status, 200, "{}", heard.text());
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let states: Vec<_> = door
        .keys()
        .await
        .iter()
        .map(|key| key["state"].clone())
        .collect();
    assert_eq!(states, ["invalid", "cooling", "active", "active", "active"]);
}
