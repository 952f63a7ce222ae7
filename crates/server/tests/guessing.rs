//! Who tries access keys.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::Harness;

const KEY: &str = "sk-relayscope-0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn who_guesses_access_keys_is_not_heard_for_a_while() {
    let door = Harness::new()
        .setting("security.require_api_key", true)
        .setting("security.api_key", format!("{KEY:?}"))
        .start()
        .await;
    let call = |key: &str| {
        door.call("/v1/messages", "text", false)
            .header("x-api-key", key)
    };
    for guess in 0..20 {
        // Without any key nobody guesses.
        assert_eq!(door.get("/api/stats").send().await.status, 401);
        let wrong = call(&format!("{KEY}{guess}")).send().await;
        assert_eq!(wrong.status, 401, "{guess}");
        assert!(wrong.id().starts_with("req_"));
    }
    let heard = call(KEY).send().await;
    assert_eq!(heard.status, 429, "not even the right one is looked at");
    let seconds: u64 = heard.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    let json = heard.json();
    assert_eq!(json["error"]["type"], "rate_limit_error");
    assert_eq!(json["error"]["code"], "too_many_wrong_keys");
    assert_eq!(json["request_id"], heard.id());
    assert_eq!(door.upstream.journal().counters().requests, 0);
    let without = door.get("/api/stats").send().await;
    assert_eq!(without.error().1, "too_many_wrong_keys");
    assert!(!without.headers.contains_key("x-request-id"));
    assert_eq!(door.get("/health").send().await.status, 200);
    let signed_in = door.signed_in("GET", "/api/stats").send().await;
    assert_eq!(signed_in.status, 200, "the panel is not locked out");
    // Another address of this machine is another address.
    let other = tokio::net::TcpSocket::new_v4().unwrap();
    if other.bind(([127, 0, 0, 2], 0).into()).is_err() {
        // Only Linux has all of 127/8.
        return;
    }
    let mut stream = other.connect(door.address).await.unwrap();
    let request = format!(
        "GET /api/stats HTTP/1.1\r\nhost: {}\r\nx-api-key: {KEY}\r\nconnection: close\r\n\r\n",
        door.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
