//! The fake upstream as a client sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Duration;

use relayscope_testkit::demo::Script;
use relayscope_testkit::{Ended, Upstream, scenarios};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(5);

fn request(path: &str, scenario: &str, stream: bool) -> String {
    let body = format!(
        r#"{{"model":"scenario:{scenario}","max_tokens":9,"input":"hi","messages":[{{"role":"user","content":"hi"}}],"stream":{stream}}}"#
    );
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn connect(upstream: &Upstream) -> TcpStream {
    TcpStream::connect(upstream.address()).await.unwrap()
}

/// All that is said until there is silence.
async fn heard(socket: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 1 << 20];
    let mut silence = Duration::from_secs(2);
    while let Ok(Ok(read)) = timeout(silence, socket.read(&mut piece)).await {
        if read == 0 {
            break;
        }
        bytes.extend_from_slice(&piece[..read]);
        silence = Duration::from_millis(100);
    }
    bytes
}

#[tokio::test]
async fn every_scenario_plays_in_every_dialect() {
    let upstream = Upstream::start().await.unwrap();
    let mut checks = JoinSet::new();
    for scenario in scenarios::all() {
        for path in ["/v1/messages", "/v1/chat/completions", "/v1/responses"] {
            for stream in [true, false] {
                let socket = connect(&upstream).await;
                checks.spawn(check(socket, scenario.name, path, stream));
            }
        }
    }
    while let Some(checked) = checks.join_next().await {
        checked.unwrap();
    }
}

async fn check(mut socket: TcpStream, name: &'static str, path: &str, stream: bool) {
    let chosen = format!("{name}?mib=1&ms=10&ttft=10&rate=2000&gap=1&events=20");
    socket
        .write_all(request(path, &chosen, stream).as_bytes())
        .await
        .unwrap();
    let heard = heard(&mut socket).await;
    let silent = ["reset-before-head", "close-before-head", "hang-before-head"];
    assert_eq!(heard.is_empty(), silent.contains(&name), "{name} {path}");
}

#[tokio::test]
async fn a_connection_carries_many_requests() {
    let upstream = Upstream::start().await.unwrap();
    let mut socket = connect(&upstream).await;
    for _ in 0..3 {
        socket
            .write_all(request("/v1/messages", "text", true).as_bytes())
            .await
            .unwrap();
        assert!(String::from_utf8_lossy(&heard(&mut socket).await).ends_with("0\r\n\r\n"));
    }
    let counters = upstream.journal().counters();
    assert_eq!((counters.connections_accepted, counters.requests), (1, 3));
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed() {
    let upstream = Upstream::start().await.unwrap();
    let mut socket = connect(&upstream).await;
    socket
        .write_all(request("/v1/messages", "hang-mid-stream", true).as_bytes())
        .await
        .unwrap();
    heard(&mut socket).await;
    assert_eq!(upstream.journal().counters().in_flight, 1);
    drop(socket);
    let left = Instant::now();
    while upstream.journal().counters().cancelled_by_client == 0 {
        assert!(left.elapsed() < PATIENCE);
        sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(upstream.journal().requests()[0].ended, Ended::ClientLeft);
}

#[tokio::test]
async fn equal_requests_get_equal_bodies() {
    let upstream = Upstream::start().await.unwrap();
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let mut socket = connect(&upstream).await;
        socket
            .write_all(request("/v1/responses", "thinking", true).as_bytes())
            .await
            .unwrap();
        let said = String::from_utf8(heard(&mut socket).await).unwrap();
        bodies.push(said.split_once("\r\n\r\n").unwrap().1.to_owned());
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn the_demo_is_alive_within_three_seconds() {
    let upstream = Upstream::start().await.unwrap();
    let stop = CancellationToken::new();
    let script = Script::new(&upstream.base_url(), 1).unwrap();
    let running = tokio::spawn(script.run(stop.clone()));
    sleep(Duration::from_secs(3)).await;
    let counters = upstream.journal().counters();
    assert!(counters.requests >= 25, "{counters:?}");
    assert!((3..20).contains(&counters.in_flight), "{counters:?}");
    let received = upstream.journal().requests();
    assert!(
        received.iter().all(|one| one.scenario == "auto"),
        "{received:?}"
    );
    stop.cancel();
    timeout(PATIENCE, running).await.unwrap().unwrap();
}
