//! Clients that go away.

use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use testkit::Ended;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::{Door, Harness, eventually, question};

/// Well under a second on a quiet machine; the tests of a busy one share its processors.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Waits until the upstream has noticed, and says how long that took.
async fn noticed(door: &Door, since: Instant) -> Duration {
    eventually("the upstream notices", async || {
        let counters = door.upstream.journal().counters();
        (counters.cancelled_by_client == 1).then_some(())
    })
    .await;
    let requests = door.upstream.journal().requests();
    assert_eq!(requests.last().unwrap().ended, Ended::ClientLeft);
    since.elapsed()
}

#[tokio::test]
async fn leaving_before_the_head_cancels_the_upstream_call() {
    let door = Harness::new().start().await;
    let body = question("hang-before-head", true);
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n{body}",
        door.address,
        body.len()
    );
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    eventually("the upstream is asked", async || {
        (door.upstream.journal().counters().in_flight == 1).then_some(())
    })
    .await;
    let begin = Instant::now();
    drop(stream);
    assert!(noticed(&door, begin).await < AT_ONCE);
    let newest = door.newest().await;
    assert_eq!(newest["outcome"], "client_left");
    assert_eq!(newest["status"], serde_json::Value::Null);
}

#[tokio::test]
async fn leaving_in_the_middle_of_a_stream_cancels_the_upstream_call() {
    for scenario in ["slow?ttft=0&rate=50&tokens=100000", "hang-mid-stream"] {
        let door = Harness::new().start().await;
        let call = door.call("/v1/messages", scenario, true);
        let mut response = call.head().await.unwrap();
        let id = response.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        response.frame().await.unwrap().unwrap();
        let begin = Instant::now();
        drop(response);
        assert!(noticed(&door, begin).await < AT_ONCE, "{scenario}");
        let detail = door.detail(&id).await;
        assert_eq!(detail["outcome"], "client_left", "{scenario}");
        assert_eq!(detail["status"], 200);
        assert!(detail["response_body"]["kept_bytes"].as_f64().unwrap() > 0.0);
        assert_eq!(detail["error"], serde_json::Value::Null);
    }
}

#[tokio::test]
async fn an_answer_that_was_read_whole_is_not_a_client_that_left() {
    let door = Harness::new().start().await;
    for scenario in ["text", "html-502", "sized?bytes=50000", "gzip"] {
        for stream in [true, false] {
            // The connection is closed right behind the last byte.
            let heard = door.call("/v1/messages", scenario, stream).send().await;
            let outcome = door.verdict(heard.id()).await.0;
            assert_ne!(outcome, "client_left", "{scenario}");
        }
    }
}
