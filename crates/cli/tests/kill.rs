//! The real program, killed at random moments under load: nothing that it had shown as finished is lost,
//! and what was under way says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

const ROUNDS: usize = 10;
/// Exchanges of a round that are looked at again: the newest, whose rows were written last.
const REMEMBERED: usize = 40;
const PATIENCE: Duration = Duration::from_secs(30);

/// What the load asks for, one after the other.
const SCENARIOS: &[&str] = &[
    "text",
    "thinking",
    "gzip",
    "cut",
    "error-429",
    "sized?bytes=20000",
    "slow?ttft=5&rate=2000&tokens=120",
    "error-event",
    "html-200",
];

/// A running program.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &Path, upstream: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relayscope"));
        command
            .arg("--data-dir")
            .arg(data)
            .args(["serve", "--port", "0", "--no-console"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        for name in [
            "API_KEY",
            "RELAYSCOPE_API_KEY",
            "RELAYSCOPE_BIND",
            "MAX_HISTORY",
        ] {
            command.env_remove(name);
        }
        command
            .env("RELAYSCOPE_ANTHROPIC_BASE_URL", upstream)
            .env("RELAYSCOPE_OPENAI_BASE_URL", upstream);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mark = "listening on http://";
        let address = loop {
            let line = lines.next().expect("it ended at once").unwrap();
            if let Some((_, address)) = line.split_once(mark) {
                break address.trim().to_owned();
            }
        };
        // A full pipe would stop the program.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn get(&self, path: &str) -> Option<Heard> {
        ask(&self.address, &format!("GET {path}"), "", |_| {})
    }

    fn json(&self, path: &str) -> Value {
        let heard = self.get(path).unwrap();
        serde_json::from_slice(&heard.body).unwrap()
    }

    /// SIGKILL: no chance to write anything.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// An answer that came whole.
struct Heard {
    status: u16,
    body: Vec<u8>,
}

/// One request on a connection of its own; `None` when the answer broke off. `begun` is told the id.
fn ask(address: &str, line: &str, body: &str, begun: impl FnOnce(&str)) -> Option<Heard> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut reader = BufReader::new(stream);
    let (mut status, mut length, mut chunked, mut id) = (0, None, false, String::new());
    for at in 0.. {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if at == 0 {
            status = line.split(' ').nth(1)?.parse().ok()?;
            continue;
        }
        let (name, value) = line.split_once(": ")?;
        match name {
            "content-length" => length = value.parse().ok(),
            "transfer-encoding" => chunked = value == "chunked",
            "x-request-id" => value.clone_into(&mut id),
            _ => {}
        }
    }
    begun(&id);
    let mut body = Vec::new();
    if chunked {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut piece = vec![0; size + 2];
            reader.read_exact(&mut piece).ok()?;
            body.extend_from_slice(&piece[..size]);
            if size == 0 {
                return Some(Heard { status, body });
            }
        }
    }
    body.resize(length.unwrap_or(0), 0);
    reader.read_exact(&mut body).ok()?;
    Some(Heard { status, body })
}

/// What the program has shown of an exchange.
#[derive(Debug)]
struct Shown {
    outcome: String,
    request: String,
    response: Vec<u8>,
    encoded: bool,
}

/// What is known of all rounds.
#[derive(Default)]
struct Known {
    /// Finished ones that the API has shown.
    finished: Mutex<BTreeMap<String, Shown>>,
    /// Running ones that the API has shown.
    running: Mutex<Vec<String>>,
    stop: AtomicBool,
    asked: AtomicU64,
}

/// Asks again and again; notes what the API shows as finished.
fn load(address: &str, known: &Known) {
    while !known.stop.load(Ordering::Relaxed) {
        let number = known.asked.fetch_add(1, Ordering::Relaxed);
        let scenario = SCENARIOS[number as usize % SCENARIOS.len()];
        let paths = ["/v1/messages", "/v1/chat/completions", "/v1/responses"];
        let path = paths[number as usize % 3];
        let stream = number.is_multiple_of(2);
        let request = question(scenario, stream, number);
        let mut id = String::new();
        let heard = ask(address, &format!("POST {path}"), &request, |told| {
            told.clone_into(&mut id);
        });
        let answer = ask(address, &format!("GET /api/requests/{id}"), "", |_| {});
        let Some(answer) = answer.filter(|answer| answer.status == 200) else {
            continue;
        };
        let row: Value = serde_json::from_slice(&answer.body).unwrap();
        let outcome = row["metadata"]["outcome"].as_str().unwrap().to_owned();
        // A broken answer is recorded as far as it went: how far, only the record knows.
        let response = heard.map(|heard| heard.body).unwrap_or_default();
        let mut finished = known.finished.lock().unwrap();
        if outcome != "running" {
            while finished.len() >= REMEMBERED {
                finished.pop_first();
            }
            let shown = Shown {
                encoded: scenario == "gzip" || outcome == "cut",
                outcome,
                request,
                response,
            };
            finished.insert(id, shown);
        }
    }
}

/// A request that is unlike any other.
fn question(scenario: &str, stream: bool, number: u64) -> String {
    format!(
        r#"{{"model":"scenario:{scenario}","max_tokens":64,"input":"no. {number}","messages":[{{"role":"user","content":"no. {number} {}"}}],"stream":{stream}}}"#,
        "and so on, ".repeat(number as usize % 400)
    )
}

/// Streams that do not end; noted once the API shows them as running.
fn endless(address: &str, known: &Known) {
    let body = question("slow?ttft=0&rate=40&tokens=100000", true, 7);
    ask(address, "POST /v1/messages", &body, |id| {
        let row = ask(address, &format!("GET /api/requests/{id}"), "", |_| {});
        if row.is_some_and(|row| row.status == 200) {
            known.running.lock().unwrap().push(id.to_owned());
        }
    });
}

/// Everything that was shown before is as it was shown.
fn check(server: &Server, data: &Path, known: &Known) {
    let db = rusqlite::Connection::open(data.join("traffic.db")).unwrap();
    let found: String = db
        .query_row("PRAGMA quick_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, "ok");
    for (id, shown) in &*known.finished.lock().unwrap() {
        let row = server.json(&format!("/api/requests/{id}"));
        assert_eq!(row["metadata"]["outcome"], *shown.outcome, "{id}");
        let body = |side: &str| {
            let heard = server.get(&format!("/api/request/{id}/body?side={side}"));
            let heard = heard.unwrap();
            (heard.status == 200).then_some(heard.body)
        };
        let request = body("request").unwrap_or_default();
        assert!(request == shown.request.as_bytes(), "{id}: another request");
        if !shown.encoded && !shown.response.is_empty() {
            let response = body("response").unwrap_or_default();
            assert!(response == shown.response, "{id}: another answer");
        }
    }
    for id in &*known.running.lock().unwrap() {
        let row = server.json(&format!("/api/requests/{id}"));
        assert_eq!(row["metadata"]["outcome"], "interrupted", "{id}");
    }
    let running = server.json("/api/requests?outcome=running");
    assert_eq!(running["requests"], Value::Array(Vec::new()));
}

#[test]
fn what_was_shown_survives_any_kill() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let upstream = runtime.block_on(testkit::Upstream::start()).unwrap();
    let data = tempfile::tempdir().unwrap();
    let known = Arc::new(Known::default());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let mut chance = now.as_nanos() as u64 | 1;
    eprintln!("chance begins with {chance}");
    for round in 0..=ROUNDS {
        let server = Server::start(data.path(), &upstream.base_url());
        check(&server, data.path(), &known);
        if round == ROUNDS {
            server.kill();
            break;
        }
        // The later checks would take ever longer.
        known.finished.lock().unwrap().clear();
        known.running.lock().unwrap().clear();
        known.stop.store(false, Ordering::Relaxed);
        let begin = |work: fn(&str, &Known)| {
            let (address, known) = (server.address.clone(), known.clone());
            std::thread::spawn(move || work(&address, &known))
        };
        let mut threads: Vec<_> = (0..4).map(|_| begin(load)).collect();
        threads.extend((0..2).map(|_| begin(endless)));
        let waiting = Instant::now();
        while known.finished.lock().unwrap().len() < 5 || known.running.lock().unwrap().len() < 2 {
            assert!(
                waiting.elapsed() < PATIENCE,
                "round {round}: nothing happens"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_micros((chance >> 33) % 400_000));
        server.kill();
        known.stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

/// What runs for longer than a second has its request in the store; what has just begun has its row.
#[test]
fn an_interrupted_exchange_shows_what_was_asked() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let upstream = runtime.block_on(testkit::Upstream::start()).unwrap();
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &upstream.base_url());
    let body = question("slow?ttft=0&rate=40&tokens=100000", true, 350);
    let (tell, told) = std::sync::mpsc::channel();
    let mut threads = Vec::new();
    let mut begin = || {
        let (address, body, tell) = (server.address.clone(), body.clone(), tell.clone());
        threads.push(std::thread::spawn(move || {
            ask(&address, "POST /v1/messages", &body, |id| {
                tell.send(id.to_owned()).unwrap();
            });
        }));
        told.recv_timeout(PATIENCE).unwrap()
    };
    let old = begin();
    let db = rusqlite::Connection::open(data.path().join("traffic.db")).unwrap();
    let is_written = || {
        let count = "SELECT count(*) FROM detail JOIN body USING (seq)";
        db.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap() == 1
    };
    let waiting = Instant::now();
    while !is_written() {
        assert!(waiting.elapsed() < PATIENCE, "the request is not written");
        std::thread::sleep(Duration::from_millis(50));
    }
    let young = begin();
    let row = server.json(&format!("/api/requests/{young}"));
    assert_eq!(row["metadata"]["outcome"], "running");
    server.kill();
    for thread in threads {
        thread.join().unwrap();
    }
    let server = Server::start(data.path(), &upstream.base_url());
    for id in [&old, &young] {
        let detail = server.json(&format!("/api/request/{id}"));
        assert_eq!(detail["outcome"], "interrupted");
        assert_eq!(
            detail["model"],
            "scenario:slow?ttft=0&rate=40&tokens=100000"
        );
    }
    let detail = server.json(&format!("/api/request/{old}"));
    let headers = detail["request_headers"].as_array().unwrap();
    assert!(headers.iter().any(|header| header["name"] == "host"));
    assert_eq!(detail["request_body"]["bytes"], body.len() as f64);
    assert_eq!(detail["request_body"]["truncated"], false);
    let heard = server.get(&format!("/api/request/{old}/body?side=request"));
    assert!(heard.unwrap().body == body.as_bytes());
    server.kill();
}
