//! A client that hides nothing: one connection per request, answers with the way they ended.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PATIENCE;

/// Long enough for an answer that is on its way; nothing depends on it.
const LITTLE: Duration = Duration::from_millis(40);

/// A request to be sent.
pub struct Ask {
    address: SocketAddr,
    builder: http::request::Builder,
    body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub struct Heard {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The answer broke off before its proper end.
    pub broken: bool,
}

impl Ask {
    pub fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        Self {
            address,
            builder: Request::builder().method(method).uri(path),
            body: Bytes::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub fn headers(self, headers: &[(&str, &str)]) -> Self {
        headers
            .iter()
            .fold(self, |ask, (name, value)| ask.header(name, value))
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it and waits for the head.
    pub async fn head(self) -> Result<Response<Incoming>, hyper::Error> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let has_host = self
            .builder
            .headers_ref()
            .is_some_and(|headers| headers.contains_key("host"));
        let builder = match has_host {
            true => self.builder,
            false => self.builder.header("host", self.address.to_string()),
        };
        sender
            .send_request(builder.body(Full::new(self.body)).unwrap())
            .await
    }

    /// Sends it and reads the answer to its end, whatever that is.
    pub async fn send(self) -> Heard {
        timeout(PATIENCE, async {
            let (parts, mut incoming) = self.head().await.unwrap().into_parts();
            let (mut body, mut broken) = (Vec::new(), false);
            while let Some(frame) = incoming.frame().await {
                match frame {
                    Ok(frame) => body.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new())),
                    Err(_) => broken = true,
                }
            }
            Heard {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: body.into(),
                broken,
            }
        })
        .await
        .unwrap()
    }
}

impl Heard {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The exchange that it belongs to.
    pub fn id(&self) -> &str {
        self.header("x-request-id")
    }

    /// Type and code of an error, in whatever dialect it is told.
    pub fn error(&self) -> (String, String) {
        let json = self.json();
        let text = |name: &str| json["error"][name].as_str().unwrap_or_default().to_owned();
        (text("type"), text("code"))
    }
}

/// Sends bytes as they are and reads until the server closes: for requests that ask it to.
pub async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut heard = Vec::new();
    let reading = stream.read_to_end(&mut heard);
    timeout(PATIENCE, reading).await.unwrap().unwrap();
    String::from_utf8_lossy(&heard).into_owned()
}

/// Sends bytes that may be no request, listens a little, leaves, and gives what was heard.
pub async fn mumble(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may close before everything is sent, or break the connection.
    let _ = stream.write_all(bytes).await;
    let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(Ok(read @ 1..)) = timeout(LITTLE, stream.read(&mut piece)).await {
        heard.extend_from_slice(&piece[..read]);
    }
    let _ = stream.shutdown().await;
    let _ = timeout(PATIENCE, stream.read_to_end(&mut heard))
        .await
        .unwrap();
    String::from_utf8_lossy(&heard).into_owned()
}
