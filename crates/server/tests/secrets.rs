//! A key that goes through every path is found in nothing that was written, logged or answered.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use testkit::scenarios;
use tokio::task::JoinSet;

use crate::harness::{DIALECTS, Door, Harness};

/// The recognisable middle of the key; its last characters may be shown.
const CORE: &str = "Sentinel7Rz0q4Wm8Kd2Xv6";

/// Not like any vendor's key, with the padding that base64 leaves.
fn keys() -> [String; 3] {
    [
        format!("sk-ant-api03-{CORE}-tail"),
        format!("own-form/{CORE}+tail=="),
        format!("{CORE}"),
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

fn headers(key: &str) -> Vec<(&'static str, String)> {
    vec![
        ("x-api-key", key.to_owned()),
        ("authorization", format!("Bearer {key}")),
        ("cookie", format!("theme=dark; session={key}")),
        ("x-goog-api-key", key.to_owned()),
        ("api-key", key.to_owned()),
        ("proxy-authorization", format!("Basic {key}")),
        ("x-some-secret-token", key.to_owned()),
    ]
}

fn holds(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, CORE.as_bytes()).is_some()
}

/// Drives the key through every scenario in every way, and through every refusal.
async fn drive(door: &Door, key: &str) {
    let mut calls = JoinSet::new();
    let all: Vec<_> = scenarios::all()
        .map(|scenario| scenario.name)
        .filter(|name| !LEFT_OUT.contains(name))
        .collect();
    for (at, name) in all.iter().enumerate() {
        for stream in [true, false] {
            if stream && IN_PIECES.contains(name) {
                continue;
            }
            // The key also stands in the question, and the answer quotes it.
            let quoting = match stream {
                true => String::new(),
                false => format!("&text=Your%20key%20{}%20is%20bad", encoded(key)),
            };
            let scenario = format!("{name}?{SMALL}{quoting}");
            let path = format!("{}?key={}", DIALECTS[at % 3], encoded(key));
            let mut ask = door.call(&path, &scenario, stream);
            for (name, value) in headers(key) {
                ask = ask.header(name, &value);
            }
            calls.spawn(ask.send());
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
            let mut ask = door.ask(method, &path).header("host", &host);
            for (name, value) in headers(key) {
                ask = ask.header(name, &value);
            }
            if let Some(origin) = origin {
                ask = ask.header("origin", origin);
            }
            ask.send().await;
        }
    }
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
    assert!(rows.len() > 100, "{}", rows.len());
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

#[tokio::test]
async fn the_callers_key_is_in_nothing_that_was_written_logged_or_answered() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let door = Harness::new()
        .setting("upstream.first_byte_timeout_s", 1)
        .setting("upstream.idle_timeout_s", 1)
        .setting("capture.max_history", 1_000)
        .start()
        .await;
    let mut watcher = door.watch("").await;
    for key in keys() {
        drive(&door, &key).await;
    }
    let arrived = door.upstream.journal().requests();
    let arrived = format!("{:?}", arrived.last().unwrap().headers);
    assert!(holds(arrived.as_bytes()), "the upstream does get it");
    let mut found = Vec::new();
    look_everywhere(&door, &mut found).await;
    look_at_files(&door, &mut found);
    while let Some(message) = watcher
        .next_within(std::time::Duration::from_millis(1_200))
        .await
    {
        if holds(message.to_string().as_bytes()) {
            found.push(format!("/ws {}", message["type"]));
            break;
        }
        if message["type"] == "totals" && message["totals"]["in_flight"] == 0 {
            break;
        }
    }
    let logged = log.0.lock().unwrap().clone();
    assert!(!logged.is_empty(), "the log was caught");
    if holds(&logged) {
        found.push("the log".to_owned());
    }
    assert!(found.is_empty(), "{} places: {found:#?}", found.len());
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
