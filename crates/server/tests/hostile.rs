//! Bytes that are no proper requests.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::{Door, Harness, PATIENCE, mumble};

async fn works(door: &Door) {
    let heard = door.call("/v1/messages", "text", false).send().await;
    assert_eq!(heard.status, 200);
}

/// The clock is made of sand: fifteen seconds pass as soon as nothing else happens.
#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_is_given_up() {
    let door = Harness::new().start().await;
    let begin = tokio::time::Instant::now();
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {}\r\nx-slow: ",
        door.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    let ended = timeout(Duration::from_secs(60), stream.read_to_end(&mut heard)).await;
    assert!(ended.is_ok(), "the connection stays open");
    assert!(begin.elapsed() >= Duration::from_secs(5));
    assert_eq!(door.upstream.journal().counters().requests, 0);
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let door = Harness::new().start().await;
    let host = format!("host: {}\r\n", door.address);
    let many = (0..300).map(|at| format!("x-{at}: y\r\n"));
    let many: String = many.collect();
    let long = format!("x-long: {}\r\n", "y".repeat(2 * 1024 * 1024));
    let path = "/v1/".to_owned() + &"x".repeat(100 * 1024);
    for (request, status) in [
        (
            format!("GET /v1/models HTTP/1.1\r\n{host}{many}\r\n"),
            "431",
        ),
        (
            format!("GET /v1/models HTTP/1.1\r\n{host}{long}\r\n"),
            "431",
        ),
        (format!("GET {path} HTTP/1.1\r\n{host}\r\n"), "414"),
    ] {
        let answer = mumble(door.address, request.as_bytes()).await;
        // The refusal may be overtaken by the end of the connection.
        assert!(
            answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    assert_eq!(door.upstream.journal().counters().requests, 0);
    works(&door).await;
}

#[tokio::test]
async fn what_is_no_http_harms_nobody() {
    let door = Harness::new().start().await;
    let host = format!("host: {}\r\n", door.address);
    let requests = [
        "\r\n\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "nonsense nonsense nonsense\r\n\r\n".to_owned(),
        format!("GET / HTTP/9.9\r\n{host}\r\n"),
        format!("GET /\u{0} HTTP/1.1\r\n{host}\r\n"),
        format!("GET /v1/models HTTP/1.1\n{host}\n\n"),
        format!("CONNECT 127.0.0.1:1 HTTP/1.1\r\n{host}\r\n"),
        format!("OPTIONS * HTTP/1.1\r\n{host}\r\n"),
        format!("POST /v1/messages HTTP/1.1\r\n{host}content-length: -1\r\n\r\n"),
        format!("POST /v1/messages HTTP/1.1\r\n{host}content-length: 99999999999999999999\r\n\r\n"),
        format!(
            "POST /v1/messages HTTP/1.1\r\n{host}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}x"
        ),
        format!(
            "POST /v1/messages HTTP/1.1\r\n{host}transfer-encoding: chunked\r\n\r\nzz\r\n{{}}\r\n"
        ),
        format!("POST /v1/messages HTTP/1.1\r\n{host}transfer-encoding: gzip\r\n\r\n{{}}"),
        format!("GET /v1/models HTTP/1.1\r\n{host}x y: z\r\n\r\n"),
        format!("GET /v1/models HTTP/1.1\r\n{host}a: b\r\n folded\r\n\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}".to_owned(),
        format!(
            "GET /ws HTTP/1.1\r\n{host}connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAA\r\n\r\n\u{0}\u{1}garbage"
        ),
        format!("GET /p/%ff/v1/messages HTTP/1.1\r\n{host}connection: close\r\n\r\n"),
        format!("GET /api/request/%2e%2e%2f%00 HTTP/1.1\r\n{host}connection: close\r\n\r\n"),
        format!("GET /../../etc/passwd HTTP/1.1\r\n{host}connection: close\r\n\r\n"),
        format!("GET /assets/..%2f..%2fetc/passwd HTTP/1.1\r\n{host}connection: close\r\n\r\n"),
    ];
    for request in requests {
        let answer = mumble(door.address, request.as_bytes()).await;
        assert!(!answer.starts_with("HTTP/1.1 5"), "{request:?}: {answer}");
        assert!(!answer.contains("root:"), "{request:?}: {answer}");
    }
    works(&door).await;
}

#[tokio::test]
async fn no_second_request_hides_in_a_first_one() {
    let door = Harness::new().start().await;
    let body = "0\r\n\r\nPOST /v1/hidden HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\ntransfer-encoding: chunked\r\n\r\n{body}",
        door.address,
        body.len()
    );
    mumble(door.address, request.as_bytes()).await;
    let hidden = format!(
        "GET /v1/models HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nx-a: b\rPOST /v1/hidden HTTP/1.1\r\n\r\n",
        door.address
    );
    mumble(door.address, hidden.as_bytes()).await;
    let targets: Vec<String> = door
        .upstream
        .journal()
        .requests()
        .into_iter()
        .map(|received| received.target)
        .collect();
    assert!(!targets.contains(&"/v1/hidden".to_owned()), "{targets:?}");
    for received in door.upstream.journal().requests() {
        let framings = received
            .headers
            .iter()
            .filter(|(name, _)| name == "content-length" || name == "transfer-encoding");
        assert!(framings.count() <= 1, "{:?}", received.headers);
    }
    works(&door).await;
}

/// Pieces that requests are made of, so that chance gets beyond the first line.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "GET / HTTP/1.1\r\n",
        "POST /v1/messages HTTP/1.1\r\n",
        "GET /ws HTTP/1.1\r\n",
        "GET /api/requests?limit=",
        "PATCH /api/config HTTP/1.1\r\n",
        "HEAD /v1/",
        " HTTP/1.1\r\n",
        "host: localhost\r\n",
        "host: {host}\r\n",
        "content-length: 7\r\n",
        "transfer-encoding: chunked\r\n",
        "connection: upgrade\r\n",
        "upgrade: websocket\r\n",
        "sec-websocket-version: 13\r\n",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "expect: 100-continue\r\n",
        "x-upstream-provider: ",
        "x-project-id: \u{5e97}\r\n",
        "origin: ",
        "cookie: relayscope_session_",
        "\r\n\r\n",
        "5\r\nhello\r\n",
        "0\r\n\r\n",
        "{\"model\":\"scenario:text\"}",
    ]);
    prop_oneof![
        4 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..64),
        1 => "[ -~]{0,40}".prop_map(String::into_bytes),
    ]
}

#[test]
fn any_bytes_at_all_leave_it_alive() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let door = runtime.block_on(Harness::new().start());
    let config = Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let host = format!("host: {}\r\n", door.address);
    let result = TestRunner::new(config).run(&prop::collection::vec(piece(), 1..14), |pieces| {
        let mut bytes = pieces.concat();
        let mark = b"host: {host}\r\n";
        while let Some(at) = memchr::memmem::find(&bytes, mark) {
            bytes.splice(at..at + mark.len(), host.bytes());
        }
        let answer = runtime.block_on(mumble(door.address, &bytes));
        prop_assert!(
            answer.is_empty() || answer.starts_with("HTTP/1."),
            "{answer:?}"
        );
        prop_assert!(!answer.starts_with("HTTP/1.1 500"), "{answer}");
        let connected = async { timeout(PATIENCE, TcpStream::connect(door.address)).await };
        let stream = runtime.block_on(connected);
        prop_assert!(matches!(stream, Ok(Ok(_))));
        Ok(())
    });
    result.unwrap();
    runtime.block_on(works(&door));
}
