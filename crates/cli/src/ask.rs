//! Asking a server on this machine: one connection per question.

use std::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use base::Secret;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::failure::Failure;

/// Longest wait for an answer: the slowest question makes an upstream generate text.
const PATIENCE: Duration = Duration::from_secs(180);

/// A server, and what it lets us in with.
pub(crate) struct Server {
    port: u16,
    token: Secret<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// Nobody listens there: nothing was sent.
    #[error("Relayscope does not answer on port {port} ({error})")]
    Unreachable { port: u16, error: String },
    /// It left before it answered. A server that ends in order answers what it has begun.
    #[error("Relayscope went away before it answered ({0})")]
    Lost(String),
    /// It says no, and why.
    #[error("{0}")]
    Refused(String),
    /// Something that we do not understand.
    #[error("the running Relayscope gave no answer that this program understands ({0})")]
    Broken(String),
}

impl Server {
    pub(crate) fn new(port: u16, token: Secret<String>) -> Self {
        Self { port, token }
    }

    /// The server that holds a data directory.
    pub(crate) fn of(data_dir: &Path, port: u16) -> Result<Self, Failure> {
        let token = std::fs::read_to_string(data_dir.join("session-token"));
        let token = token.map_err(|error| {
            Failure::new(format!(
                "the session token of the running Relayscope cannot be read ({error})"
            ))
        })?;
        Ok(Self::new(port, Secret::new(token.trim().to_owned())))
    }

    /// Asks, and gives the JSON of the answer; null where it is empty.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, AskError> {
        let port = self.port;
        let broken = |error: reqwest::Error| AskError::Broken(cause(&error));
        let url = format!("http://localhost:{port}{path}");
        let request = client(port).map_err(broken)?.request(method, url);
        let answer = request
            .bearer_auth(self.token.reveal())
            .header(CONTENT_TYPE, "application/json")
            .body(body.map(Value::to_string).unwrap_or_default())
            .send()
            .await
            .map_err(|error| match error {
                error if error.is_connect() => AskError::Unreachable {
                    port,
                    error: cause(&error),
                },
                error if error.is_timeout() => AskError::Broken(late()),
                error => AskError::Lost(cause(&error)),
            })?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|error| match error {
            error if error.is_timeout() => AskError::Broken(late()),
            error => broken(error),
        })?;
        let json: Value = match &body[..] {
            [] => Value::Null,
            body => serde_json::from_slice(body).unwrap_or_default(),
        };
        if status.is_success() {
            return Ok(json);
        }
        let text = |name: &str| json["error"][name].as_str().map(str::to_owned);
        match text("message") {
            // The API's word is a member of the body; here it is a flag.
            Some(message) if text("code").as_deref() == Some("keys_move") => Err(
                AskError::Refused(message.replace("say move_keys", "say --move-keys")),
            ),
            Some(message) => Err(AskError::Refused(message)),
            None => Err(AskError::Broken(format!("status {}", status.as_u16()))),
        }
    }
}

/// Finds the server under either of this machine's own addresses, without a proxy in between.
fn client(port: u16) -> reqwest::Result<Client> {
    let places = [
        SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
    ];
    Client::builder()
        .resolve_to_addrs("localhost", &places)
        .no_proxy()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .build()
}

fn late() -> String {
    format!("no answer within {} s", PATIENCE.as_secs())
}

/// What lies at the bottom of an error: above it are sentences that only say that a request failed.
fn cause(error: &reqwest::Error) -> String {
    let mut deepest: &dyn Error = error;
    while let Some(below) = deepest.source() {
        deepest = below;
    }
    deepest.to_string()
}
