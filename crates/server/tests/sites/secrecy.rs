//! A caller's own credential belongs to the caller's vendor: no relay ever sees it, no file keeps it.

use std::path::Path;

use super::{MODEL, door};
use crate::harness::DIALECTS;

const SENTINEL: &str = "sk-ant-SENTINEL-0f9c1d7ab2e4";

/// Files below a directory that hold the sentinel.
fn found_in(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(found_in(&path));
        } else if std::fs::read(&path)
            .is_ok_and(|bytes| memchr::memmem::find(&bytes, SENTINEL.as_bytes()).is_some())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn credentials_never_reach_a_relay() {
    let door = door().await;
    door.scenario("main", "error-529", &["sk-main-1", "sk-main-2"])
        .await;
    door.scenario("spare", "text", &["sk-spare"]).await;
    // A model on this machine has no key: nothing takes the place of the caller's.
    door.scenario("local", "text", &[]).await;
    door.default_route(&["main", "spare"]).await;
    let bearer = format!("Bearer {SENTINEL}");
    let cookie = format!("session={SENTINEL}");
    let basic = format!("Basic {SENTINEL}");
    let credentials: &[(&str, &str)] = &[
        ("authorization", &bearer),
        ("authorization", &basic),
        ("x-api-key", SENTINEL),
        ("api-key", SENTINEL),
        ("x-goog-api-key", SENTINEL),
        ("cookie", &cookie),
        ("proxy-authorization", &basic),
        ("x-auth-token", SENTINEL),
        ("x-custom-token", SENTINEL),
        ("openai-organization", SENTINEL),
    ];
    for path in DIALECTS {
        let path = &format!("{path}?beta=true&key={SENTINEL}&access_token={SENTINEL}")[..];
        for (name, value) in credentials {
            for site in ["", "local"] {
                let mut ask = door.message_to(path, MODEL, false).header(name, value);
                if !site.is_empty() {
                    ask = ask.header("x-relayscope-site", site);
                }
                let heard = ask.send().await;
                assert_eq!(heard.status, 200, "{path} {name} {site}: {}", heard.text());
                door.detail(heard.id()).await;
            }
        }
    }
    let journal = door.upstream.journal().requests();
    assert!(journal.len() >= DIALECTS.len() * credentials.len() * 2);
    for received in journal {
        let shown = format!(
            "{} {:?} {}",
            received.target, received.headers, received.body
        );
        assert!(!shown.contains(SENTINEL), "{shown}");
        assert!(!shown.contains("SENTINEL"), "{shown}");
        assert!(received.target.ends_with("?beta=true"), "{shown}");
    }
    assert_eq!(found_in(door.data()), Vec::<String>::new());
    let data = door.stop().await;
    assert_eq!(found_in(data.path()), Vec::<String>::new());
}
