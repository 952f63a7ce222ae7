//! The real program, killed without warning: what it has learnt of its keys is not forgotten.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);
const MODEL: &str = "claude-opus-5-5";

/// A running program; killed when it is dropped.
struct Server {
    child: Child,
    address: String,
    token: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_relayscope"))
            .arg("--data-dir")
            .arg(data)
            .args(["serve", "--port", "0", "--no-console"])
            .env_remove("API_KEY")
            .env_remove("RELAYSCOPE_API_KEY")
            .env_remove("RELAYSCOPE_BIND")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("it ended at once").unwrap();
            if let Some((_, address)) = line.split_once("listening on http://") {
                break address.trim().to_owned();
            }
        };
        // A full pipe would stop the program.
        std::thread::spawn(move || lines.for_each(drop));
        let token = std::fs::read_to_string(data.join("session-token")).unwrap();
        Self {
            child,
            address,
            token,
        }
    }

    /// Status and JSON of an answer.
    fn ask(&self, line: &str, body: &Value) -> (u16, Value) {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (host, token, length) = (&self.address, self.token.trim(), body.len());
        let head = format!(
            "{line} HTTP/1.1\r\nhost: {host}\r\nx-relayscope-token: {token}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        let heard = String::from_utf8(heard).unwrap();
        let (head, body) = heard.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    /// Adds a site whose keys are answered by a scenario; gives its id.
    fn site(&self, name: &str, upstream: &str, scenario: &str, keys: &[&str]) -> String {
        let aliases = json!({MODEL: format!("scenario:{scenario}")});
        let site =
            json!({"name": name, "url": upstream, "keys": keys, "api": "both", "aliases": aliases});
        let (status, site) = self.ask("POST /api/sites", &site);
        assert_eq!(status, 201, "{site}");
        site["id"].as_str().unwrap().to_owned()
    }

    fn message(&self) -> u16 {
        let messages = json!([{"role": "user", "content": "hi"}]);
        let body = json!({"model": MODEL, "max_tokens": 64, "messages": messages});
        self.ask("POST /v1/messages", &body).0
    }

    /// Site, state, cause and end of every key.
    fn states(&self) -> Vec<[Value; 4]> {
        let (_, keys) = self.ask("GET /api/keys", &Value::Null);
        let of = |key: &Value| ["site", "state", "cause", "until"].map(|name| key[name].clone());
        keys["keys"].as_array().unwrap().iter().map(of).collect()
    }

    /// SIGKILL: no chance to write anything.
    fn kill(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The states of keys that a program which starts now would find.
fn written(data: &Path) -> String {
    let db = rusqlite::Connection::open(data.join("relayscope.db")).unwrap();
    let mut select = db.prepare("SELECT state FROM key_state").unwrap();
    let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn kill9_keeps_state() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let upstream = runtime.block_on(testkit::Upstream::start()).unwrap();
    let url = upstream.base_url();
    let data = tempfile::tempdir().unwrap();
    std::fs::write(
        data.path().join("config.toml"),
        "[security]\nvault = \"file\"\n",
    )
    .unwrap();
    let server = Server::start(data.path());
    let sites = [
        server.site("unknown", &url, "error-401", &["sk-unknown"]),
        server.site("poor", &url, "error-402", &["sk-poor"]),
        server.site("good", &url, "text", &["sk-good"]),
    ];
    let limited = server.site(
        "limited",
        &url,
        "error-429?seconds=900",
        &["sk-l1", "sk-l2"],
    );
    let route = |sites: &[String]| json!({"default": sites, "rules": []});
    assert_eq!(server.ask("PUT /api/routes", &route(&sites)).0, 200);
    assert_eq!(server.message(), 200);
    // A loss is written at once; whoever waits for the next regular time waits longer.
    let begin = Instant::now();
    while !["invalid", "exhausted"]
        .iter()
        .all(|state| written(data.path()).contains(state))
    {
        assert!(begin.elapsed() < PATIENCE, "{}", written(data.path()));
        std::thread::sleep(Duration::from_millis(1));
    }
    // So is a cool-down, within a second.
    let limited = route(&[limited, sites[2].clone()]);
    assert_eq!(server.ask("PUT /api/routes", &limited).0, 200);
    assert_eq!(server.message(), 200);
    let begin = Instant::now();
    while written(data.path()).matches("rate_limited").count() < 2 {
        assert!(begin.elapsed() < PATIENCE, "{}", written(data.path()));
        std::thread::sleep(Duration::from_millis(5));
    }
    let before = server.states();
    let names: Vec<_> = before.iter().map(|key| key[1].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["invalid", "exhausted", "active", "cooling", "cooling"]
    );
    server.kill();

    let server = Server::start(data.path());
    assert_eq!(server.states(), before);
    let asked = upstream.journal().requests().len();
    // Only the good key is asked, with the secret that was sealed before.
    for route in [route(&sites), limited] {
        assert_eq!(server.ask("PUT /api/routes", &route).0, 200);
        assert_eq!(server.message(), 200);
    }
    let asked = upstream.journal().requests().split_off(asked);
    assert_eq!(asked.len(), 2);
    for received in asked {
        let key = received
            .headers
            .iter()
            .find(|(name, _)| name == "x-api-key");
        assert_eq!(key.unwrap().1, "sk-good");
    }
}
