//! A server in a directory of its own, with a fake upstream behind it.
//!
//! `Harness::new().setting("capture.queue_mib", 1).start().await` gives a [`Door`]: it listens on a free
//! port, its settings do not depend on the environment, and everything goes away with it.

mod client;
mod fixed;
mod schema;
mod socket;

use std::fmt::{Display, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use relayscope_server::{Options, Running, StartError, start};
use serde_json::Value;
use tempfile::TempDir;
use testkit::Upstream;

pub use client::{Ask, Heard, mumble, raw};
pub use fixed::Fixed;
pub use schema::Schemas;
pub use socket::{Watcher, is_about};

/// Longest wait for anything that is bound to happen: far above what a busy machine needs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The three endpoints that models are called by.
pub const DIALECTS: [&str; 3] = ["/v1/messages", "/v1/chat/completions", "/v1/responses"];

/// Settings that the environment can decide as well: set on the command line, which wins.
const NEUTRAL: &[(&str, &str)] = &[
    ("server.bind", "127.0.0.1"),
    ("upstream.api_key", ""),
    ("console.enable", "false"),
    ("capture.max_history", "100"),
];

/// A server to be.
pub struct Harness {
    data: TempDir,
    file: String,
    overrides: Vec<(&'static str, String)>,
    port: u16,
    upstream: Option<String>,
}

/// A running server and its upstream.
pub struct Door {
    running: Option<Running>,
    pub upstream: Upstream,
    data: Option<TempDir>,
    pub address: SocketAddr,
}

impl Harness {
    /// In a new directory.
    pub fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    /// In the directory of an earlier one.
    pub fn within(data: TempDir) -> Self {
        let overrides = NEUTRAL
            .iter()
            .map(|(key, text)| (*key, (*text).to_owned()))
            .collect();
        Self {
            data,
            file: String::new(),
            overrides,
            port: 0,
            upstream: None,
        }
    }

    /// A setting, in the spelling of the settings file.
    pub fn setting(mut self, key: &'static str, value: impl Display) -> Self {
        if let Some(found) = self.overrides.iter_mut().find(|(known, _)| *known == key) {
            found.1 = value.to_string();
            return self;
        }
        writeln!(self.file, "{key} = {value}").unwrap();
        self
    }

    /// The whole settings file.
    pub fn settings_file(mut self, text: &str) -> Self {
        text.clone_into(&mut self.file);
        self
    }

    /// Listen on this port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Send requests there, not to the fake upstream.
    pub fn upstream_at(mut self, address: impl Into<String>) -> Self {
        self.upstream = Some(address.into());
        self
    }

    /// Where the server will keep its data.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Starts it.
    pub async fn start(self) -> Door {
        self.try_start().await.unwrap()
    }

    /// Starts it, or says why not.
    pub async fn try_start(mut self) -> Result<Door, StartError> {
        let upstream = Upstream::start().await.unwrap();
        let target = self.upstream.take().unwrap_or_else(|| upstream.base_url());
        for key in [
            "upstream.anthropic_base_url",
            "upstream.openai_base_url",
            "upstream.openrouter_base_url",
        ] {
            self.overrides.push((key, target.clone()));
        }
        if !self.file.is_empty() {
            std::fs::write(self.data.path().join("config.toml"), &self.file).unwrap();
        }
        let options = Options {
            data_dir: Some(self.data.path().to_owned()),
            port: Some(self.port),
            overrides: self.overrides,
            ..Options::default()
        };
        let running = start(options).await?;
        let address = running.address();
        Ok(Door {
            running: Some(running),
            upstream,
            data: Some(self.data),
            address,
        })
    }
}

impl Door {
    /// The server itself.
    pub fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        self.data.as_ref().unwrap().path()
    }

    /// The session token, as programs of the same user read it.
    pub fn token(&self) -> String {
        std::fs::read_to_string(self.data().join("session-token")).unwrap()
    }

    /// A request to be sent.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(self.address, method, path)
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Ask {
        self.ask("GET", path)
    }

    /// A call of a model that is answered by a scenario of the fake upstream.
    pub fn call(&self, path: &str, scenario: &str, stream: bool) -> Ask {
        self.ask("POST", path)
            .header("content-type", "application/json")
            .body(question(scenario, stream))
    }

    /// With the session token.
    pub fn signed_in(&self, method: &str, path: &str) -> Ask {
        self.ask(method, path)
            .header("x-relayscope-token", &self.token())
    }

    /// Everything about an exchange, once it is over.
    pub async fn detail(&self, id: &str) -> Value {
        let path = format!("/api/request/{id}?bodies=true");
        eventually("the exchange ends", async || {
            let heard = self.signed_in("GET", &path).send().await;
            let detail = heard.json();
            (heard.status == 200 && detail["phase"] == "finished").then_some(detail)
        })
        .await
    }

    /// The newest exchange, once it is over.
    pub async fn newest(&self) -> Value {
        let id = eventually("there is an exchange", async || {
            let list = self
                .signed_in("GET", "/api/requests?limit=1")
                .send()
                .await
                .json();
            list["requests"][0]["id"].as_str().map(str::to_owned)
        })
        .await;
        self.detail(&id).await
    }

    /// Outcome and error code of an exchange.
    pub async fn verdict(&self, id: &str) -> (String, Option<String>) {
        let detail = self.detail(id).await;
        let code = detail["error"]["code"].as_str().map(str::to_owned);
        (detail["outcome"].as_str().unwrap().to_owned(), code)
    }

    /// Begins to watch.
    pub async fn watch(&self, query: &str) -> Watcher {
        Watcher::connect(self.address, query).await
    }

    /// Ends the server in good order and gives its directory back.
    pub async fn stop(mut self) -> TempDir {
        self.running.take().unwrap().stop().await;
        self.data.take().unwrap()
    }
}

/// A question in all three dialects at once: each takes what it knows.
pub fn question(scenario: &str, stream: bool) -> String {
    format!(
        r#"{{"model":"scenario:{scenario}","max_tokens":64,"input":"hi","messages":[{{"role":"user","content":"hi"}}],"stream":{stream}}}"#
    )
}

/// Waits until something is there.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begin.elapsed() < PATIENCE, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
