//! Memory stays bounded, whatever arrives. A program of its own: other tests would be measured as well.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unused_imports,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

mod harness;

use http_body_util::BodyExt;

use harness::{Ask, Door, Harness, question};

/// Most memory that the process ever had, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap();
    kib / 1024
}

/// Reads an answer to its end and keeps nothing of it.
async fn skim(ask: Ask) -> (String, u64) {
    let response = ask.head().await.unwrap();
    let id = response.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let mut body = response.into_body();
    let mut bytes = 0;
    while let Some(Ok(frame)) = body.frame().await {
        bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
    (id, bytes)
}

async fn check(door: &Door, scenario: &str, at_least: u64, outcome: &str) {
    let before = peak();
    let (id, bytes) = skim(door.call("/v1/messages", scenario, true)).await;
    assert!(bytes > at_least, "{scenario}: {bytes}");
    let detail = door.detail(&id).await;
    assert_eq!(detail["outcome"], outcome, "{scenario}");
    assert_eq!(detail["response_body"]["bytes"], bytes as f64);
    assert_eq!(detail["response_body"]["truncated"], true);
    let grown = peak() - before;
    assert!(grown < 48, "{scenario}: {grown} MiB more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn monstrous_answers_and_floods_leave_memory_bounded() {
    let door = Harness::new()
        .setting("capture.max_body_mib", 2)
        .setting("capture.queue_mib", 8)
        .start()
        .await;
    // The first of these brings the tokenizer's vocabulary, 67 MB once, which is not what is measured.
    for scenario in ["no-usage", "text"] {
        let heard = door.call("/v1/messages", scenario, true).send().await;
        door.detail(heard.id()).await;
    }
    check(&door, "giant-event?mib=50", 50 << 20, "done").await;
    check(&door, "endless-line?mib=120", 120 << 20, "cut").await;
    let before = peak();
    let body = question("text", false).replace("hi", &"x".repeat(1 << 20));
    for _ in 0..12 {
        let calls = (0..8).map(|_| door.ask("POST", "/v1/messages").body(body.clone()).send());
        for heard in futures_util::future::join_all(calls).await {
            assert_eq!(heard.status, 200);
        }
    }
    let grown = peak() - before;
    assert!(grown < 120, "96 requests of 1 MiB: {grown} MiB more");
}
