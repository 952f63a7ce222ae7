//! Upstreams that fail: the client gets an error in its dialect or exactly what came, and the record
//! says what happened.

use std::collections::BTreeMap;

use crate::harness::{DIALECTS, Door, Harness, Heard};

/// The error object of a refusal, whichever dialect it is in.
fn check_shape(path: &str, heard: &Heard) {
    let json = heard.json();
    assert_eq!(heard.header("content-type"), "application/json", "{path}");
    assert!(json["error"]["message"].is_string(), "{path}: {json}");
    if path == "/v1/messages" {
        assert_eq!(json["type"], "error", "{json}");
        assert_eq!(json["request_id"], heard.id(), "{json}");
    } else {
        assert!(json.get("type").is_none(), "{json}");
    }
}

/// Calls a scenario in every dialect: status and code for the client, outcome and code in the record.
async fn check_refusal(door: &Door, scenario: &str, status: u16, code: &str) {
    for path in DIALECTS {
        for stream in [true, false] {
            let heard = door.call(path, scenario, stream).send().await;
            assert_eq!(heard.status, status, "{path} {scenario}: {}", heard.text());
            check_shape(path, &heard);
            assert_eq!(heard.error().1, code, "{path} {scenario}");
            let verdict = door.verdict(heard.id()).await;
            assert_eq!(verdict, ("error".to_owned(), Some(code.to_owned())));
        }
    }
}

#[tokio::test]
async fn no_answer_is_an_error_in_the_callers_dialect() {
    let door = Harness::new().start().await;
    check_refusal(&door, "reset-before-head", 502, "upstream_closed").await;
    check_refusal(&door, "close-before-head", 502, "upstream_closed").await;
    check_refusal(&door, "half-head", 502, "upstream_closed").await;
    check_refusal(&door, "bad-status-line", 502, "upstream_not_http").await;
    check_refusal(&door, "two-lengths", 502, "upstream_not_http").await;
}

#[tokio::test]
async fn nobody_there_is_502() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let door = Harness::new()
        .upstream_at(format!("http://{address}"))
        .start()
        .await;
    check_refusal(&door, "text", 502, "upstream_unreachable").await;
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_502() {
    // No resolver is asked: a label may have 63 characters.
    let name = "x".repeat(64);
    let door = Harness::new()
        .upstream_at(format!("http://{name}.example"))
        .start()
        .await;
    check_refusal(&door, "text", 502, "upstream_not_found").await;
}

#[tokio::test]
async fn an_upstream_that_speaks_no_tls_is_502() {
    use tokio::io::AsyncWriteExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let answer = b"HTTP/1.1 400 This port speaks plain HTTP\r\n\r\n";
            client.write_all(answer).await.unwrap();
        }
    });
    let address = format!("https://{address}");
    let door = Harness::new().upstream_at(address).start().await;
    check_refusal(&door, "text", 502, "upstream_tls").await;
}

#[tokio::test]
async fn a_proxy_on_the_way_out_that_is_not_there_is_502() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let door = Harness::new()
        .upstream_at("http://api.example")
        .setting("upstream.outbound", format!("\"http://{address}\""))
        .start()
        .await;
    check_refusal(&door, "text", 502, "outbound_proxy").await;
}

/// A proxy that connects to the fake upstream, wherever it is asked to connect to.
async fn connect_proxy(upstream: std::net::SocketAddr) -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                client.read_buf(&mut head).await.unwrap();
            }
            assert!(head.starts_with(b"CONNECT api.example:80 HTTP/1.1\r\n"));
            let mut server = tokio::net::TcpStream::connect(upstream).await.unwrap();
            client
                .write_all(b"HTTP/1.1 200 Connected\r\n\r\n")
                .await
                .unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_proxy_on_the_way_out_carries_requests() {
    let upstream = testkit::Upstream::start().await.unwrap();
    let proxy = connect_proxy(upstream.address()).await;
    let door = Harness::new()
        .upstream_at("http://api.example")
        .setting(
            "upstream.outbound",
            format!("\"http://user:secret@{proxy}\""),
        )
        .start()
        .await;
    let heard = door.call("/v1/messages", "text", true).send().await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    let detail = door.detail(heard.id()).await;
    assert_eq!(detail["outcome"], "done");
    let path = detail["timing"]["connection"]["path"].as_str().unwrap();
    assert_eq!(path, format!("http://{proxy}"), "without the password");
    assert!(!detail.to_string().contains("secret@"));
    let received = &upstream.journal().requests()[0];
    assert!(
        received
            .headers
            .contains(&("host".to_owned(), "api.example".to_owned()))
    );
}

#[tokio::test]
async fn silence_before_the_head_is_504() {
    let door = Harness::new()
        .setting("upstream.first_byte_timeout_s", 1)
        .start()
        .await;
    let (path, scenario) = ("/v1/messages", "hang-before-head");
    let heard = door.call(path, scenario, true).send().await;
    assert_eq!(heard.status, 504);
    check_shape(path, &heard);
    assert_eq!(
        heard.error(),
        ("timeout_error".to_owned(), "first_byte_timeout".to_owned())
    );
    let verdict = door.verdict(heard.id()).await;
    assert_eq!(
        verdict,
        ("error".to_owned(), Some("first_byte_timeout".to_owned()))
    );
    crate::harness::eventually("the upstream is let go", async || {
        (door.upstream.journal().counters().in_flight == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn silence_inside_an_answer_ends_it() {
    let door = Harness::new()
        .setting("upstream.idle_timeout_s", 1)
        .start()
        .await;
    for scenario in ["hang-mid-stream", "hang-after-head"] {
        let heard = door.call("/v1/messages", scenario, true).send().await;
        assert_eq!((heard.status, heard.broken), (200, true), "{scenario}");
        let verdict = door.verdict(heard.id()).await;
        assert_eq!(
            verdict,
            ("cut".to_owned(), Some("idle_timeout".to_owned())),
            "{scenario}"
        );
    }
    let slow = "slow?ttft=10&rate=10&tokens=25";
    let heard = door.call("/v1/messages", slow, true).send().await;
    assert!(!heard.broken, "a slow stream is not a silent one");
    assert_eq!(door.verdict(heard.id()).await.0, "done");
}

#[tokio::test]
async fn the_switched_off_proxy_says_so() {
    let door = Harness::new().start().await;
    let switch = door.signed_in("POST", "/api/proxy").body(r#"{"on":false}"#);
    assert_eq!(switch.send().await.json()["on"], false);
    check_refusal(&door, "text", 503, "proxy_off").await;
    let heard = door.call("/v1/messages", "text", false).send().await;
    assert_eq!(heard.header("retry-after"), "30");
    assert_eq!(door.upstream.journal().counters().requests, 0);
    let switch = door.signed_in("POST", "/api/proxy").body(r#"{"on":true}"#);
    assert_eq!(switch.send().await.json()["on"], true);
    assert_eq!(
        door.call("/v1/messages", "text", false).send().await.status,
        200
    );
}

#[tokio::test]
async fn unknown_providers_and_sites_are_named() {
    let door = Harness::new().start().await;
    for (header, value, code) in [
        ("x-upstream-provider", "acme", "unknown_provider"),
        ("x-relayscope-site", "nowhere", "unknown_site"),
    ] {
        for path in DIALECTS {
            let ask = door.call(path, "text", false).header(header, value);
            let heard = ask.send().await;
            assert_eq!(heard.status, 400);
            check_shape(path, &heard);
            assert_eq!(
                heard.error(),
                ("invalid_request_error".to_owned(), code.to_owned())
            );
            assert!(heard.text().contains(value), "{}", heard.text());
            let verdict = door.verdict(heard.id()).await;
            assert_eq!(verdict, ("error".to_owned(), Some(code.to_owned())));
        }
    }
}

/// Outcome and code by scenario, for streams and for documents.
#[tokio::test]
async fn the_record_says_how_every_answer_ended() {
    let door = Harness::new().start().await;
    let streams = [
        ("text", "done", None),
        ("thinking", "done", None),
        ("cut", "cut", Some("answer_broken")),
        ("cut-in-event", "cut", Some("answer_broken")),
        ("cut-clean", "cut", Some("answer_truncated")),
        ("reset", "cut", Some("answer_broken")),
        ("bad-chunk", "cut", Some("answer_broken")),
        ("error-event", "error_inside", Some("error_inside")),
        ("error-event-first", "error_inside", Some("error_inside")),
        ("garbage-sse", "error_inside", Some("not_the_api")),
        ("garbage-between", "done", None),
        ("unknown-events", "done", None),
        ("html-200", "error_inside", Some("not_the_api")),
        ("error-inside-200", "error_inside", Some("error_inside")),
        ("empty-200", "empty", Some("empty_answer")),
        ("empty-stream", "empty", Some("empty_answer")),
        ("no-content", "empty", Some("empty_answer")),
        ("json-for-stream", "done", None),
        ("wrong-content-type", "done", None),
        ("no-content-type", "done", None),
        ("drip", "done", None),
        ("gzip", "done", None),
        ("deflate", "done", None),
        ("br", "done", None),
        ("zstd", "done", None),
        ("gzip-cut", "cut", Some("answer_broken")),
        ("error-401", "error", Some("upstream_status")),
        ("error-429", "error", Some("upstream_status")),
        ("error-529", "error", Some("upstream_status")),
        ("html-502", "error", Some("upstream_status")),
    ];
    let documents = [
        ("text", "done", None),
        ("cut-length", "cut", Some("answer_broken")),
        ("html-200", "error_inside", Some("not_the_api")),
        ("error-inside-200", "error_inside", Some("error_inside")),
        ("empty-200", "empty", Some("empty_answer")),
        ("stream-for-json", "done", None),
        ("gzip", "done", None),
        ("br", "done", None),
        ("zstd", "done", None),
        ("error-400", "error", Some("upstream_status")),
        ("error-503", "error", Some("upstream_status")),
    ];
    let cases = streams.iter().map(|case| (true, case));
    let cases = cases.chain(documents.iter().map(|case| (false, case)));
    let mut wrong = BTreeMap::new();
    for (stream, (scenario, outcome, code)) in cases {
        for path in DIALECTS {
            let heard = door.call(path, scenario, stream).send().await;
            let (found, found_code) = door.verdict(heard.id()).await;
            if found != *outcome || found_code.as_deref() != *code {
                wrong.insert(
                    format!("{path} {scenario} stream={stream}"),
                    format!("{found} {found_code:?}, not {outcome} {code:?}"),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn an_error_of_the_upstream_is_passed_on_and_its_words_are_kept() {
    let door = Harness::new().start().await;
    for path in DIALECTS {
        let heard = door.call(path, "error-429?seconds=7", false).send().await;
        assert_eq!((heard.status, heard.header("retry-after")), (429, "7"));
        let detail = door.detail(heard.id()).await;
        let message = heard.json()["error"]["message"].clone();
        assert!(message.is_string());
        assert_eq!(detail["error"]["message"], message);
        assert_eq!(detail["status"], 429);
    }
}

/// Reads one request whole: its head, and as much body as it announces. Empty: the connection is over.
async fn one_request(socket: &mut tokio::net::TcpStream) -> String {
    use tokio::io::AsyncReadExt;
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length {
                return String::from_utf8(read).unwrap();
            }
        }
        if socket.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return String::new();
        }
    }
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_loses_no_part_of_the_request() {
    use tokio::io::AsyncWriteExt;
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let upstream = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        one_request(&mut first).await;
        first.write_all(ANSWER).await.unwrap();
        let unanswered = one_request(&mut first).await;
        drop(first);
        let (mut second, _) = listener.accept().await.unwrap();
        let again = one_request(&mut second).await;
        second.write_all(ANSWER).await.unwrap();
        (unanswered, again)
    });
    let door = Harness::new()
        .upstream_at(format!("http://{address}/base"))
        .start()
        .await;
    for _ in 0..2 {
        let ask = door.call("/v1/messages?beta=true", "text", false);
        let ask = ask.header("x-api-key", "sk-ant-1").header("x-twice", "a");
        let heard = ask.header("x-twice", "b").send().await;
        assert_eq!(heard.status, 200, "{}", heard.text());
    }
    let (unanswered, again) = upstream.await.unwrap();
    assert!(unanswered.starts_with("POST /base/v1/messages?beta=true HTTP/1.1\r\n"));
    assert!(unanswered.contains("sk-ant-1") && unanswered.ends_with('}'));
    assert_eq!(again, unanswered);
}
