//! Who may call.

use serde_json::json;

use crate::harness::{Ask, DIALECTS, Door, Harness, Watcher, raw};

const KEY: &str = "sk-relayscope-0123456789abcdef0123456789abcdef";

/// One path of each half of the house.
const PLACES: [(&str, &str); 6] = [
    ("GET", "/api/requests"),
    ("GET", "/health"),
    ("GET", "/"),
    ("POST", "/v1/messages"),
    ("POST", "/p/x/v1/chat/completions"),
    ("GET", "/ws"),
];

/// Sends a head as it is written; gives the status.
async fn status(door: &Door, method: &str, path: &str, headers: &str) -> u16 {
    let request = format!("{method} {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    let answer = raw(door.address, request.as_bytes()).await;
    let status = answer.split(' ').nth(1);
    status.and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn only_our_own_names_are_answered() {
    let door = Harness::new()
        .setting("server.hosts", r#"["relay.lan"]"#)
        .start()
        .await;
    let port = door.address.port();
    let other = port ^ 1;
    let ours = [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("LocalHost:{port}"),
        format!("[::1]:{port}"),
        format!("127.0.0.2:{port}"),
        "relay.lan".to_owned(),
        "relay.lan:443".to_owned(),
    ];
    let foreign = [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1:{other}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("0.0.0.0:{port}"),
        format!("192.168.1.2:{port}"),
        format!("localhost:{port}x"),
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        format!("2130706433:{port}"),
        String::new(),
    ];
    for (method, path) in PLACES {
        for host in &ours {
            let found = status(&door, method, path, &format!("host: {host}\r\n")).await;
            assert_ne!(found, 421, "{method} {path} {host}");
            assert_ne!(found, 403, "{method} {path} {host}");
        }
        for host in &foreign {
            let found = status(&door, method, path, &format!("host: {host}\r\n")).await;
            assert_eq!(found, 421, "{method} {path} {host:?}");
        }
        assert_eq!(status(&door, method, path, "").await, 421, "no host");
        let two = format!("host: {}\r\nhost: evil.example\r\n", ours[0]);
        assert_eq!(status(&door, method, path, &two).await, 421, "{two}");
        // A whole address in the request line stands above the header.
        let address = format!("http://evil.example:{port}{path}");
        let found = status(&door, method, &address, &format!("host: {}\r\n", ours[0])).await;
        assert_eq!(found, 421, "{address}");
    }
    assert_eq!(
        door.upstream.journal().counters().requests,
        2 * ours.len() as u64,
        "no foreign call went upstream"
    );
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    let door = Harness::new().start().await;
    let port = door.address.port();
    let other = port ^ 1;
    let foreign = [
        "origin: http://evil.example".to_owned(),
        "origin: null".to_owned(),
        "origin: file://".to_owned(),
        format!("origin: http://127.0.0.1:{other}"),
        format!("origin: https://127.0.0.1:{port}"),
        format!("origin: http://evil.example:{port}"),
        format!("origin: http://localhost:{port}.evil.example"),
        "sec-fetch-site: cross-site".to_owned(),
        "sec-fetch-site: same-site".to_owned(),
        "sec-fetch-site: Cross-Site".to_owned(),
    ];
    let ours = [
        format!("origin: http://127.0.0.1:{port}"),
        format!("origin: http://localhost:{port}"),
        "sec-fetch-site: same-origin".to_owned(),
        "sec-fetch-site: none".to_owned(),
    ];
    for (method, path) in PLACES {
        for header in &foreign {
            let headers = format!("host: {}\r\n{header}\r\n", door.address);
            let found = status(&door, method, path, &headers).await;
            assert_eq!(found, 403, "{method} {path} {header}");
        }
        for header in &ours {
            let headers = format!("host: {}\r\n{header}\r\n", door.address);
            let found = status(&door, method, path, &headers).await;
            assert_ne!(found, 403, "{method} {path} {header}");
        }
    }
    assert_eq!(
        door.upstream.journal().counters().requests,
        2 * ours.len() as u64
    );
    let refused = Watcher::try_connect(door.address, "", &[("origin", "http://evil.example")]);
    assert_eq!(refused.await.err(), Some(403));
    let host = [("host", "evil.example")];
    let refused = Watcher::try_connect(door.address, "", &host).await;
    assert_eq!(refused.err(), Some(421));
    let origin = format!("http://127.0.0.1:{port}");
    let own = Watcher::try_connect(door.address, "", &[("origin", &origin)]).await;
    assert_eq!(own.unwrap().next().await["type"], "snapshot");
}

#[tokio::test]
async fn both_loopback_addresses_answer() {
    let door = Harness::new().start().await;
    let port = door.address.port();
    let six = std::net::SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port));
    if tokio::net::TcpStream::connect(six).await.is_err() {
        // A machine without IPv6.
        return;
    }
    let heard = Ask::new(six, "POST", "/v1/messages")
        .body(crate::harness::question("text", false))
        .send()
        .await;
    assert_eq!(heard.status, 200);
}

#[tokio::test]
async fn refusals_speak_the_callers_dialect() {
    let door = Harness::new().start().await;
    for path in DIALECTS {
        let ask = door
            .call(path, "text", false)
            .header("host", "evil.example");
        let heard = ask.send().await;
        let json = heard.json();
        assert_eq!(heard.status, 421);
        assert_eq!(json["error"]["code"], "wrong_host");
        assert_eq!(json["error"]["type"], "permission_error");
        let anthropic = path == "/v1/messages";
        assert_eq!(json["type"] == "error", anthropic, "{json}");
        assert!(heard.id().starts_with("req_"), "{:?}", heard.headers);
        if anthropic {
            assert_eq!(json["request_id"], heard.id());
        }
    }
}

#[tokio::test]
async fn no_answer_of_ours_has_a_cors_header() {
    let door = Harness::new().start().await;
    let origin = format!("http://{}", door.address);
    for (method, path) in PLACES.iter().chain(&[
        ("OPTIONS", "/api/requests"),
        ("OPTIONS", "/v1/messages"),
        ("OPTIONS", "/"),
        ("GET", "/nothing"),
    ]) {
        for origin in [&origin[..], "http://evil.example"] {
            let heard = door
                .ask(method, path)
                .headers(&[
                    ("origin", origin),
                    ("access-control-request-method", "POST"),
                    ("access-control-request-headers", "authorization"),
                ])
                .send()
                .await;
            let names = heard.headers.keys();
            let cors: Vec<_> = names
                .filter(|name| name.as_str().starts_with("access-control"))
                .collect();
            assert!(cors.is_empty(), "{method} {path}: {cors:?}");
        }
    }
}

#[tokio::test]
async fn what_changes_things_needs_the_session_token() {
    let door = Harness::new().start().await;
    let changes = [
        ("PATCH", "/api/config", r#"{"ui.theme":"dark"}"#),
        ("POST", "/api/proxy", r#"{"on":true}"#),
        ("PATCH", "/api/desktop", r#"{"start_at_login":true}"#),
        ("POST", "/api/desktop/show", ""),
        ("POST", "/api/session/one-time", ""),
    ];
    for (method, path, body) in changes {
        let heard = door.ask(method, path).body(body).send().await;
        assert_eq!(heard.status, 401, "{method} {path}");
        assert_eq!(heard.error().1, "not_signed_in");
        for (name, value) in [
            ("x-relayscope-token", "wrong".to_owned()),
            ("authorization", "Bearer ".to_owned()),
            ("x-relayscope-token", door.token()[1..].to_owned()),
        ] {
            let ask = door.ask(method, path).header(name, &value).body(body);
            assert_eq!(ask.send().await.status, 401, "{method} {path} {name}");
        }
        for (name, value) in [
            ("x-relayscope-token", door.token()),
            ("authorization", format!("Bearer {}", door.token())),
            ("x-api-key", door.token()),
            (
                "cookie",
                format!(
                    "a=b; relayscope_session_{}={}",
                    door.address.port(),
                    door.token()
                ),
            ),
        ] {
            let ask = door.ask(method, path).header(name, &value).body(body);
            let heard = ask.send().await;
            assert_ne!(heard.status, 401, "{method} {path} {name}");
        }
    }
    for path in ["/api/stats", "/api/config", "/api/requests", "/metrics"] {
        assert_eq!(door.get(path).send().await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_one_time_address_signs_in_once() {
    let door = Harness::new().start().await;
    let url = door.running().open_url();
    let path = url.split_once(&door.address.to_string()).unwrap().1;
    let first = door.get(path).send().await;
    assert_eq!((first.status, first.header("location")), (303, "/"));
    let cookie = first.header("set-cookie").to_owned();
    for flag in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap();
    let session = door.get("/api/session").header("cookie", cookie).send();
    assert_eq!(session.await.json()["signed_in"], true);
    let second = door.get(path).send().await;
    assert!(!second.headers.contains_key("set-cookie"), "only once");
    assert_eq!(
        door.get("/api/session").send().await.json()["signed_in"],
        false
    );
    let again = door.signed_in("POST", "/api/session/one-time").send().await;
    let url = again.json()["url"].as_str().unwrap().to_owned();
    let path = url.split_once(&door.address.to_string()).unwrap().1;
    let third = door.get(path).send().await;
    assert!(third.headers.contains_key("set-cookie"));
    let guess = door.get("/?token=0000").send().await;
    assert!(!guess.headers.contains_key("set-cookie"));
}

#[cfg(unix)]
#[tokio::test]
async fn files_belong_to_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let door = Harness::new().start().await;
    door.call("/v1/messages", "text", false).send().await;
    door.newest().await;
    let change = door.signed_in("PATCH", "/api/config");
    change.body(r#"{"ui.theme":"dark"}"#).send().await;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(door.data()), 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(door.data()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 4, "{files}");
}

/// A server that demands its access key.
async fn with_key() -> Door {
    Harness::new()
        .setting("security.require_api_key", true)
        .setting("security.api_key", format!("{KEY:?}"))
        .start()
        .await
}

fn keys() -> [(&'static str, String); 3] {
    [
        ("authorization", format!("Bearer {KEY}")),
        ("authorization", format!("bearer {KEY}")),
        ("x-api-key", KEY.to_owned()),
    ]
}

#[tokio::test]
async fn the_access_key_opens_and_nothing_else_does() {
    let door = with_key().await;
    for (method, path) in PLACES.iter().filter(|(_, path)| *path != "/health") {
        let without = door.ask(method, path).send().await;
        assert_eq!(without.status, 401, "{path}");
        assert_eq!(without.error().1, "access_key_needed");
        let wrong = door.ask(method, path).header("x-api-key", &KEY[1..]);
        assert_eq!(wrong.send().await.status, 401, "{path}");
        for (name, value) in keys() {
            let right = door.ask(method, path).header(name, &value);
            assert_ne!(right.send().await.status, 401, "{path} {name}");
        }
        let signed_in = door.signed_in(method, path).send().await;
        assert_ne!(signed_in.status, 401, "the panel has the session: {path}");
    }
    assert_eq!(door.get("/health").send().await.status, 200);
    let key_is_no_session = door
        .ask("POST", "/api/proxy")
        .header("x-api-key", KEY)
        .body(r#"{"on":false}"#);
    assert_eq!(key_is_no_session.send().await.status, 401);
    let url = door.running().open_url();
    let path = url.split_once(&door.address.to_string()).unwrap().1;
    let sign_in = door.get(path).send().await;
    assert!(sign_in.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn the_access_key_and_the_session_token_never_go_upstream() {
    let door = with_key().await;
    let token = door.token();
    let mut secrets: Vec<(&str, String)> = keys().into();
    secrets.push(("x-relayscope-token", token.clone()));
    secrets.push(("authorization", format!("Bearer {token}")));
    for (name, value) in &secrets {
        for (path, scenario) in [("/v1/messages", "text"), ("/v1/models", "text")] {
            let ask = door
                .call(path, scenario, false)
                .header(name, value)
                .header("x-goog-api-key", goes_with(name));
            assert_eq!(ask.send().await.status, 200, "{name}");
        }
    }
    fn goes_with(name: &str) -> &'static str {
        match name {
            "x-relayscope-token" => "a-vendors-key",
            _ => "also-dropped-with-it",
        }
    }
    for received in door.upstream.journal().requests() {
        let text = format!("{:?}", received.headers);
        for secret in [KEY, &token, "also-dropped"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn an_upstream_key_takes_the_place_of_the_callers() {
    let door = Harness::new()
        .setting("upstream.api_key", "sk-of-the-upstream")
        .start()
        .await;
    for (path, expected) in [
        ("/v1/messages", ("x-api-key", "sk-of-the-upstream")),
        (
            "/v1/chat/completions",
            ("authorization", "Bearer sk-of-the-upstream"),
        ),
    ] {
        door.upstream.journal().reset();
        let ask = door.call(path, "text", false).headers(&[
            ("authorization", "Bearer sk-of-the-caller"),
            ("x-api-key", "sk-of-the-caller"),
            ("api-key", "sk-of-the-caller"),
        ]);
        let heard = ask.send().await;
        let received = &door.upstream.journal().requests()[0];
        let text = format!("{:?}", received.headers);
        assert!(!text.contains("sk-of-the-caller"), "{text}");
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert!(received.headers.contains(&expected), "{text}");
        let detail = door.detail(heard.id()).await.to_string();
        assert!(!detail.contains("sk-of-the"), "{detail}");
    }
}

#[tokio::test]
async fn the_rate_limit_answers_429_with_retry_after() {
    let door = Harness::new()
        .setting("security.rate_limit_per_minute", 6)
        .setting("security.rate_limit_loopback", true)
        .start()
        .await;
    for _ in 0..6 {
        assert_eq!(door.get("/api/stats").send().await.status, 200);
    }
    let heard = door.call("/v1/messages", "text", false).send().await;
    assert_eq!(heard.status, 429);
    let seconds: u64 = heard.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&seconds), "{seconds}");
    let json = heard.json();
    assert_eq!(json["type"], "error");
    assert_eq!(json["error"]["type"], "rate_limit_error");
    assert_eq!(json["error"]["code"], "rate_limit");
    assert_eq!(door.upstream.journal().counters().requests, 0);
}

#[tokio::test]
async fn loopback_clients_have_no_rate_limit_by_default() {
    let door = Harness::new()
        .setting("security.rate_limit_per_minute", 1)
        .start()
        .await;
    for _ in 0..5 {
        assert_eq!(door.get("/api/stats").send().await.status, 200);
    }
}

#[tokio::test]
async fn an_upstream_that_is_ourselves_is_refused_once_and_for_all() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    for host in ["127.0.0.1", "localhost", "[::1]", "127.0.0.9"] {
        let door = Harness::new()
            .port(port)
            .upstream_at(format!("http://{host}:{port}/v1"))
            .start()
            .await;
        for path in DIALECTS {
            let heard = door.call(path, "text", true).send().await;
            assert_eq!(heard.status, 502, "{host}");
            assert_eq!(heard.error().1, "upstream_is_self", "{host}");
        }
        let list = door.signed_in("GET", "/api/requests").send().await.json();
        assert_eq!(list["requests"].as_array().unwrap().len(), 3, "no storm");
        let health = door.get("/health").send().await.json();
        assert_eq!(
            health["upstream"],
            json!({"openai": "self", "anthropic": "self"})
        );
        door.stop().await;
    }
}

/// Bound to every address, this machine's own name leads back as well.
#[tokio::test]
async fn an_upstream_at_our_address_in_the_network_is_refused() {
    // No packet is sent: the system only chooses the address it would send from.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let Ok(()) = socket.connect("192.0.2.1:9") else {
        return;
    };
    let own = socket.local_addr().unwrap().ip();
    if own.is_loopback() || own.is_unspecified() {
        return;
    }
    let free = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let _door = Harness::new()
        .port(port)
        .setting("server.bind", "0.0.0.0")
        .setting("security.api_key", format!("{KEY:?}"))
        .upstream_at(format!("http://{own}:{port}"))
        .start()
        .await;
    let address = ([127, 0, 0, 1], port).into();
    let heard = Ask::new(address, "POST", "/v1/messages")
        .header("x-api-key", KEY)
        .body("{}")
        .send()
        .await;
    assert_eq!(heard.error().1, "upstream_is_self", "{}", heard.text());
}
