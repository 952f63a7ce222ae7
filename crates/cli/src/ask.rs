//! Asking a server on this machine: one connection per question.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use base::Secret;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

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
    Unreachable { port: u16, error: io::Error },
    /// It left before it answered. A server that ends in order answers what it has begun.
    #[error("Relayscope went away before it answered ({0})")]
    Lost(hyper::Error),
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
        let answer = self.exchange(method, path, body);
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        answer
            .map_err(|_| AskError::Broken(format!("no answer within {} s", PATIENCE.as_secs())))?
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, AskError> {
        let port = self.port;
        let places = [
            SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
        ];
        let stream = TcpStream::connect(&places[..]).await;
        let stream = stream.map_err(|error| AskError::Unreachable { port, error })?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(AskError::Lost)?;
        tokio::spawn(connection);
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, format!("localhost:{port}"))
            .header(AUTHORIZATION, format!("Bearer {}", self.token.reveal()))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| AskError::Broken(error.to_string()))?;
        let answer = sender.send_request(request).await;
        let (head, body) = answer.map_err(AskError::Lost)?.into_parts();
        let body = body.collect().await;
        let body = body.map_err(|error| AskError::Broken(error.to_string()))?;
        let body = body.to_bytes();
        let json: Value = match &body[..] {
            [] => Value::Null,
            body => serde_json::from_slice(body).unwrap_or_default(),
        };
        if head.status.is_success() {
            return Ok(json);
        }
        let text = |name: &str| json["error"][name].as_str().map(str::to_owned);
        match text("message") {
            // The API's word is a member of the body; here it is a flag.
            Some(message) if text("code").as_deref() == Some("keys_move") => Err(
                AskError::Refused(message.replace("say move_keys", "say --move-keys")),
            ),
            Some(message) => Err(AskError::Refused(message)),
            None => Err(AskError::Broken(format!("status {}", head.status.as_u16()))),
        }
    }
}
