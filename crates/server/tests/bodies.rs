//! Requests of every size and shape.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::{DIALECTS, Door, Harness, PATIENCE, eventually};

const MIB: usize = 1024 * 1024;

/// JSON of exactly so many bytes.
fn padded(bytes: usize) -> Vec<u8> {
    let beginning = br#"{"model":"scenario:echo-raw","messages":[],"max_tokens":1,"pad":""#;
    let mut body = beginning.to_vec();
    body.resize(bytes - 2, b'x');
    body.extend_from_slice(b"\"}");
    body
}

#[tokio::test]
async fn sixty_four_mebibytes_pass_whole() {
    let door = Harness::new().start().await;
    let body = padded(64 * MIB);
    let mut crc = flate2::Crc::new();
    crc.update(&body);
    let heard = door.ask("POST", "/v1/messages").body(body).send().await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    assert_eq!(heard.json()["body_bytes"], 64 * MIB);
    assert_eq!(heard.json()["body_crc32"], crc.sum());
}

#[tokio::test]
async fn a_body_that_announces_more_is_refused_before_it_is_sent() {
    let door = Harness::new().start().await;
    for path in DIALECTS {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n{{\"model\":\"scenario:text\"",
            door.address,
            64 * MIB + 1
        );
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // Nothing more is sent: the answer comes at once all the same.
        let answer = first_answer(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains("request_too_large"), "{answer}");
        assert!(answer.contains("64 MiB"), "{answer}");
        let newest = door.newest().await;
        assert_eq!(newest["outcome"], "error");
        assert_eq!(newest["error"]["code"], "request_too_large");
        assert_eq!(newest["status"], 413);
    }
    assert_eq!(door.upstream.journal().counters().requests, 0);
}

#[tokio::test]
async fn a_chunked_body_that_grows_too_large_is_refused() {
    let door = Harness::new().start().await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {}\r\ntransfer-encoding: chunked\r\n\r\n",
        door.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let sending = tokio::spawn(async move {
        let mut chunk = format!("{MIB:x}\r\n").into_bytes();
        chunk.resize(chunk.len() + MIB, b'x');
        chunk.extend_from_slice(b"\r\n");
        for _ in 0..80 {
            if writing.write_all(&chunk).await.is_err() {
                return;
            }
        }
    });
    let mut heard = vec![0; 12];
    timeout(PATIENCE, reading.read_exact(&mut heard))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), "HTTP/1.1 413");
    sending.abort();
    assert_eq!(door.newest().await["error"]["code"], "request_too_large");
    assert_eq!(door.upstream.journal().counters().requests, 0);
}

#[tokio::test]
async fn a_request_that_breaks_off_is_recorded_and_harms_nobody() {
    let door = Harness::new().start().await;
    for half_closed in [true, false] {
        let head = format!(
            "POST /v1/messages HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000\r\n\r\n{{\"model\":",
            door.address
        );
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        if half_closed {
            stream.shutdown().await.unwrap();
            let answer = first_answer(&mut stream).await;
            assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
            assert!(answer.contains("request_cut"), "{answer}");
        }
        drop(stream);
        let count = if half_closed { 1 } else { 2 };
        let all = eventually("it is recorded", async || {
            let list = door.signed_in("GET", "/api/requests").send().await.json();
            let rows = list["requests"].as_array()?.clone();
            (rows.len() == count).then_some(rows)
        })
        .await;
        assert_eq!(all[0]["error"]["code"], "request_cut", "{}", all[0]);
    }
    assert_eq!(door.upstream.journal().counters().requests, 0);
    works(&door).await;
}

/// The proxy gives up on a request body after so much silence; everything else is generous.
fn patient_with_bodies_for(door: &Door, request_idle: Duration) {
    door.running().app().proxy().set_limits(proxy::Limits {
        body_mib: 64,
        request_idle,
        first_byte: PATIENCE,
        idle: PATIENCE,
        record_bytes: 8 * MIB,
        record_together_bytes: 64 * MIB,
        stream_cost_comment: false,
    });
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let door = Harness::new().start().await;
    patient_with_bodies_for(&door, Duration::from_secs(1));
    for path in DIALECTS {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000\r\n\r\n{{\"model\":",
            door.address
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The client stays and sends nothing more. The connection is of no use after that: it ends.
        let mut heard = Vec::new();
        let reading = stream.read_to_end(&mut heard);
        timeout(PATIENCE, reading).await.unwrap().unwrap();
        let answer = String::from_utf8(heard).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        let json = answer.split_once("\r\n\r\n").unwrap().1;
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(json["error"]["code"], "request_stalled");
        assert_eq!(json["error"]["type"], "timeout_error");
        assert_eq!(json["type"] == "error", path == "/v1/messages", "{json}");
        let newest = door.newest().await;
        assert_eq!(newest["outcome"], "error");
        assert_eq!(newest["error"]["code"], "request_stalled");
        assert_eq!(newest["status"], 408);
    }
    assert_eq!(door.upstream.journal().counters().requests, 0);
    works(&door).await;
}

#[tokio::test]
async fn a_slow_body_that_keeps_coming_is_taken() {
    let door = Harness::new().start().await;
    patient_with_bodies_for(&door, Duration::from_secs(1));
    let body = crate::harness::question("echo-raw", false);
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        door.address,
        body.len()
    );
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let begin = std::time::Instant::now();
    for piece in body.as_bytes().chunks(body.len() / 8) {
        tokio::time::sleep(Duration::from_millis(250)).await;
        stream.write_all(piece).await.unwrap();
    }
    assert!(begin.elapsed() > Duration::from_secs(2), "twice the limit");
    let answer = first_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(door.upstream.journal().requests()[0].body, body);
}

#[tokio::test]
async fn what_is_no_json_is_passed_on_for_the_upstream_to_judge() {
    let door = Harness::new().start().await;
    for body in ["{", "", "nothing", "[1,2", "\u{0}\u{1}", "{\"model\": 7}"] {
        for path in DIALECTS {
            let heard = door.ask("POST", path).body(body).send().await;
            assert_eq!(heard.status, 400, "{path} {body:?}");
            assert!(heard.json()["error"]["message"].is_string());
            assert_eq!(door.verdict(heard.id()).await.0, "error");
        }
    }
    let heard = door
        .ask("POST", "/v1/messages")
        .header("content-type", "text/plain")
        .body(crate::harness::question("text", false))
        .send()
        .await;
    assert_eq!(heard.status, 200);
}

#[tokio::test]
async fn a_chunked_request_arrives_whole() {
    let door = Harness::new().start().await;
    let body = crate::harness::question("echo-raw", false);
    let mut request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
        door.address
    );
    for piece in body.as_bytes().chunks(7) {
        request.push_str(&format!(
            "{:x}\r\n{}\r\n",
            piece.len(),
            String::from_utf8_lossy(piece)
        ));
    }
    request.push_str("0\r\n\r\n");
    let answer = crate::harness::raw(door.address, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let received = &door.upstream.journal().requests()[0];
    assert_eq!(received.body, body);
}

#[tokio::test]
async fn an_upstream_that_refuses_early_is_heard() {
    let door = Harness::new().start().await;
    let heard = door
        .ask("POST", "/v1/messages")
        .header("x-testkit-scenario", "refuse-early")
        .body(padded(8 * MIB))
        .send()
        .await;
    // The upstream answers and closes while the body is under way: what wins is a matter of luck.
    assert!([413, 502].contains(&heard.status), "{}", heard.text());
    assert_eq!(door.verdict(heard.id()).await.0, "error");
    works(&door).await;
}

async fn works(door: &Door) {
    let heard = door.call("/v1/messages", "text", false).send().await;
    assert_eq!(heard.status, 200);
}

/// What is said first, up to a little silence or the end.
async fn first_answer(stream: &mut TcpStream) -> String {
    let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
    let mut patience = PATIENCE;
    while let Ok(Ok(read @ 1..)) = timeout(patience, stream.read(&mut piece)).await {
        heard.extend_from_slice(&piece[..read]);
        patience = Duration::from_millis(200);
    }
    String::from_utf8_lossy(&heard).into_owned()
}
