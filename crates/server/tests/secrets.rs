//! A key that goes through every path is found in nothing that was written, logged or answered.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;
use testkit::scenarios;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::harness::{Ask, DIALECTS, Door, Harness};

/// The recognisable middle of the key; its last characters may be shown.
const CORE: &str = "Sentinel7Rz0q4Wm8Kd2Xv6";

/// Not like any vendor's key, with the padding that base64 leaves.
fn keys() -> [String; 3] {
    [
        format!("sk-ant-api03-{CORE}-tail"),
        format!("own-form/{CORE}+tail=="),
        CORE.to_owned(),
    ]
}

/// These answer by the clock or say the key in pieces of a few letters: no event holds it.
const LEFT_OUT: &[&str] = &["paced", "refuse-early"];
const IN_PIECES: &[&str] = &["echo"];
const SMALL: &str = "mib=1&ms=20&ttft=10&rate=5000&gap=0";

/// Everything that the program logs while these tests run.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn holds(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, CORE.as_bytes()).is_some()
}

/// Calls that hold the key also where nobody expects one. They end at once, or run on.
fn misplaced(door: &Door, key: &str, scenario: &str) -> Vec<Ask> {
    let in_query = encoded(key);
    let question = format!(
        r#"{{"model":"scenario:{scenario}","max_tokens":64,"input":"hi","messages":[{{"role":"user","content":"hi"}}],"stream":true"#
    );
    let body = format!("{question},\"metadata\":{{\"user_id\":\"user {key}\"}}}}");
    let as_model = body.replace(
        &format!("scenario:{scenario}"),
        &format!("{key}+scenario-{scenario}"),
    );
    let calls = [
        (format!("/v1/messages?foo={key}"), &body),
        (format!("/v1/messages?foo={in_query}&x=1"), &body),
        (format!("/v1/{key}/messages"), &body),
        (format!("/v1/{in_query}/messages"), &body),
        (format!("/p/{in_query}/v1/messages"), &body),
        (format!("/p/{key}/v1/messages"), &body),
        ("/v1/messages".to_owned(), &as_model),
    ];
    let calls = calls.into_iter().map(|(path, body)| {
        let ask = door.ask("POST", &path).body(body.clone());
        let ask = ask.header("x-project-id", &format!("of {key}"));
        with_key(ask, key).header("user-agent", &format!("{key}/1.0"))
    });
    calls.collect()
}

/// Drives the key through every scenario in every way, and through every refusal.
async fn drive(door: &Door, key: &str) {
    let mut calls = JoinSet::new();
    let names = scenarios::all().map(|scenario| scenario.name);
    let names = names.filter(|name| !LEFT_OUT.contains(name));
    for (at, name) in names.enumerate() {
        for stream in [true, false] {
            if stream && IN_PIECES.contains(&name) {
                continue;
            }
            let path = format!("{}?key={}", DIALECTS[at % 3], encoded(key));
            let ask = door.call(&path, &format!("{name}?{SMALL}"), stream);
            calls.spawn(with_key(ask, key).send());
            if calls.len() >= 12 {
                calls.join_next().await.unwrap().unwrap();
            }
        }
    }
    calls.join_all().await;
    for (method, path) in [
        ("GET", format!("/v1/models?key={}", encoded(key))),
        (
            "GET",
            format!("/v1/any/path?api_key={0}&token={0}", encoded(key)),
        ),
        ("GET", format!("/nothing/here?key={}", encoded(key))),
        ("POST", "/api/nothing".to_owned()),
        ("GET", "/api/request/req_nothing".to_owned()),
        ("PATCH", "/api/config".to_owned()),
        ("GET", format!("/?token={}", encoded(key))),
    ] {
        for (host, origin) in [
            (door.address.to_string(), None),
            ("evil.example".to_owned(), None),
            (door.address.to_string(), Some("http://evil.example")),
        ] {
            let ask = with_key(door.ask(method, &path), key).header("host", &host);
            match origin {
                Some(origin) => ask.header("origin", origin).send().await,
                None => ask.send().await,
            };
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_in_the_wrong_place_is_masked_while_it_runs_and_afterwards() {
    let log = log();
    let door = Harness::new().start().await;
    let mut watcher = door.watch("").await;
    watcher.next().await;
    for key in keys() {
        let mut calls = JoinSet::new();
        let running = "slow?ttft=0&rate=40&tokens=40";
        let asks = misplaced(&door, &key, running);
        let count = asks.len();
        for ask in asks {
            calls.spawn(ask.send());
        }
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        check(&door, &log).await;
        assert_eq!(calls.join_all().await.len(), count);
        for ask in misplaced(&door, &key, "text") {
            ask.send().await;
        }
    }
    check(&door, &log).await;
    let frames = tokio::time::timeout(std::time::Duration::from_secs(2), async {
        loop {
            let frame = watcher.next().await.to_string();
            assert!(!holds(frame.as_bytes()), "{frame}");
        }
    });
    assert!(frames.await.is_err(), "it ran to its end");
    let arrived = format!("{:?}", door.upstream.journal().requests());
    assert!(holds(arrived.as_bytes()), "the upstream does get it");
    let data = door.stop().await;
    let again = Harness::within(data).start().await;
    check(&again, &log).await;
}

fn with_key(ask: Ask, key: &str) -> Ask {
    [
        ("x-api-key", key.to_owned()),
        ("authorization", format!("Bearer {key}")),
        ("cookie", format!("theme=dark; session={key}")),
        ("x-goog-api-key", key.to_owned()),
        ("api-key", key.to_owned()),
        ("proxy-authorization", format!("Basic {key}")),
        ("x-some-secret-token", key.to_owned()),
    ]
    .iter()
    .fold(ask, |ask, (name, value)| ask.header(name, value))
}

/// For a query.
fn encoded(text: &str) -> String {
    text.replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}

/// Every answer of the API about every exchange.
async fn look_everywhere(door: &Door, found: &mut Vec<String>) {
    let mut look = async |path: String| -> Value {
        let heard = door.signed_in("GET", &path).send().await;
        if holds(&heard.body) || holds(format!("{:?}", heard.headers).as_bytes()) {
            found.push(path);
        }
        heard.json()
    };
    for path in [
        "/api/config",
        "/api/session",
        "/api/stats",
        "/metrics",
        "/health",
        "/api/export.har",
    ] {
        look(path.to_owned()).await;
    }
    let list = look("/api/requests?limit=1000".to_owned()).await;
    let rows = list["requests"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let id = row["id"].as_str().unwrap();
        let (model, path) = (&row["model"], &row["path"]);
        look(format!("/api/requests/{id}?{model}{path}").replace(['"', ' ', '•'], "")).await;
        look(format!("/api/request/{id}?bodies=true")).await;
        look(format!("/api/request/{id}/events")).await;
        look(format!("/api/request/{id}/curl")).await;
        look(format!("/api/request/{id}/export")).await;
        for side in ["request", "response"] {
            look(format!("/api/request/{id}/body?side={side}")).await;
            for form in ["pretty", "exact", "assembled"] {
                let path = format!("/api/request/{id}/lines?side={side}&form={form}&count=2000");
                look(path).await;
            }
        }
    }
    let searched = look("/api/requests?q=Sentinel7Rz0q4".to_owned()).await;
    assert_eq!(
        searched["requests"],
        Value::Array(Vec::new()),
        "the search finds it"
    );
}

fn look_at_files(door: &Door, found: &mut Vec<String>) {
    let mut files = 0;
    for entry in std::fs::read_dir(door.data()).unwrap() {
        let path = entry.unwrap().path();
        if holds(&std::fs::read(&path).unwrap()) {
            found.push(path.display().to_string());
        }
        files += 1;
    }
    assert!(files >= 4);
}

/// Begins to catch the log of the whole program: once, whichever test comes first.
fn log() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    let begin = || {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        log
    };
    LOG.get_or_init(begin).clone()
}

/// Looks for the key wherever something of it could be.
async fn check(door: &Door, log: &Log) {
    let mut found = Vec::new();
    look_everywhere(door, &mut found).await;
    look_at_files(door, &mut found);
    let mut watcher = door.watch("").await;
    if holds(watcher.next().await.to_string().as_bytes()) {
        found.push("/ws".to_owned());
    }
    if holds(&log.0.lock().unwrap()) {
        found.push("the log".to_owned());
    }
    assert!(found.is_empty(), "{} places: {found:#?}", found.len());
}

#[tokio::test]
async fn the_callers_key_is_in_nothing_that_was_written_logged_or_answered() {
    let log = log();
    let door = Harness::new()
        .setting("upstream.first_byte_timeout_s", 1)
        .setting("upstream.idle_timeout_s", 1)
        .setting("capture.max_history", 1_000)
        .start()
        .await;
    drive(&door, &keys()[0]).await;
    let arrived = door.upstream.journal().requests();
    let arrived = format!("{:?}", arrived.last().unwrap().headers);
    assert!(holds(arrived.as_bytes()), "the upstream does get it");
    assert!(!log.0.lock().unwrap().is_empty(), "the log was caught");
    check(&door, &log).await;
}

/// Answers that quote the key, as relays like to do.
fn quotation(key: &str, how: &str) -> Vec<u8> {
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let document = format!(
        r#"{{"type":"error","error":{{"type":"authentication_error","code":"x","message":"Incorrect key {key}, see https://x.example/?key={key}"}}}}"#
    );
    let event = format!("event: error\ndata: {document}\n\n");
    let (json, sse) = ("application/json", "text/event-stream");
    let (status, kind, encoding, body) = match how {
        "document" => ("401 No", json, "", document.into_bytes()),
        "gzip" => ("401 No", json, "gzip", gzip(&document)),
        "inside" => ("200 OK", json, "", document.into_bytes()),
        "inside-gzip" => ("200 OK", json, "gzip", gzip(&document)),
        "event" => ("200 OK", sse, "", event.into_bytes()),
        "event-gzip" => ("200 OK", sse, "gzip", gzip(&event)),
        "text" => (
            "502 No",
            "text/plain",
            "",
            format!("no {key}!").into_bytes(),
        ),
        "type" => ("200 OK", key, "", b"x".to_vec()),
        other => panic!("{other}"),
    };
    let encoding = match encoding {
        "" => String::new(),
        name => format!("content-encoding: {name}\r\n"),
    };
    let mut answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{encoding}content-length: {}\r\n\
         x-debug: you sent {key}\r\nset-cookie: key={key}\r\nx-request-url: /?key={key}\r\n\
         connection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(&body);
    answer
}

/// An upstream that says what it was called with.
async fn quoting() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"}") {
                stream.read_buf(&mut head).await.unwrap();
            }
            let head = String::from_utf8(head).unwrap();
            let behind = |mark: &str| head.split_once(mark).unwrap().1;
            let key = behind("x-api-key: ").split("\r\n").next().unwrap();
            let how = behind("how=").split('&').next().unwrap();
            let answer = quotation(key, how);
            stream.write_all(&answer).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn a_key_that_the_upstream_quotes_is_blotted_out() {
    let log = log();
    let upstream = quoting().await;
    let door = Harness::new()
        .upstream_at(format!("http://{upstream}"))
        .start()
        .await;
    let ways = [
        "document",
        "gzip",
        "inside",
        "inside-gzip",
        "event",
        "event-gzip",
        "text",
        "type",
    ];
    for key in keys() {
        for path in DIALECTS {
            for how in ways {
                let path = format!("{path}?how={how}&key={}", encoded(&key));
                let ask = door.call(&path, "text", how.starts_with("event"));
                let heard = with_key(ask, &key).send().await;
                let answer = quotation(&key, how);
                assert!(answer.ends_with(&heard.body), "the client gets it whole");
                assert!(!heard.body.is_empty());
            }
        }
    }
    check(&door, &log).await;
}

#[tokio::test]
async fn the_session_token_is_in_its_file_alone() {
    let door = Harness::new().start().await;
    let token = door.token();
    for path in ["/v1/messages", "/v1/models"] {
        for header in ["authorization", "x-api-key", "x-relayscope-token", "cookie"] {
            let value = match header {
                "authorization" => format!("Bearer {token}"),
                "cookie" => format!("relayscope_session_{}={token}", door.address.port()),
                _ => token.clone(),
            };
            let ask = door.call(path, "echo-raw", false).header(header, &value);
            assert!(!ask.send().await.text().contains(&token), "{path} {header}");
        }
    }
    for path in [
        "/",
        "/health",
        "/api/config",
        "/api/session",
        "/api/export.har",
        "/api/requests",
    ] {
        let heard = door.signed_in("GET", path).send().await;
        assert!(!heard.text().contains(&token), "{path}");
    }
    for entry in std::fs::read_dir(door.data()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read(&path).unwrap();
        let found = memchr::memmem::find(&text, token.as_bytes()).is_some();
        assert_eq!(found, path.ends_with("session-token"), "{}", path.display());
    }
}
