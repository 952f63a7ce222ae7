//! A relay that answers by the key it is shown: the fake upstream chooses by model, which is not enough
//! where keys of one site differ.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Called {
    pub path: String,
    pub key: String,
    pub model: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub type Reply = Response<Full<Bytes>>;

type Later = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// A running relay. It stops when it is dropped.
pub struct Relay {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Called>>>,
    listening: JoinHandle<()>,
}

impl Relay {
    /// Answers at once.
    pub async fn start(answer: impl Fn(&Called) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_slow(move |called| {
            let reply = answer(&called);
            Box::pin(async move { reply })
        })
        .await
    }

    /// Answers when it is ready.
    pub async fn start_slow(answer: impl Fn(Called) -> Later + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (answer, noted) = (Arc::new(answer), calls.clone());
        let listening = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                let (answer, noted) = (answer.clone(), noted.clone());
                let service = service_fn(move |request| {
                    let (answer, noted) = (answer.clone(), noted.clone());
                    async move {
                        let called = called(request).await;
                        noted.lock().unwrap().push(called.clone());
                        Ok::<_, Infallible>(answer(called).await)
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self {
            address,
            calls,
            listening,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that came in.
    pub fn calls(&self) -> Vec<Called> {
        self.calls.lock().unwrap().clone()
    }

    /// The keys that were shown, in order.
    pub fn keys(&self) -> Vec<String> {
        self.calls().into_iter().map(|called| called.key).collect()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn called(request: Request<Incoming>) -> Called {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name: &str| parts.headers.get(name)?.to_str().ok();
    let bearer = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    Called {
        path: parts.uri.path().to_owned(),
        key: header("x-api-key")
            .or(bearer)
            .unwrap_or_default()
            .to_owned(),
        model: json["model"].as_str().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    }
}

/// A good answer of the Messages API.
pub fn good(text: &str) -> Reply {
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": super::MODEL,
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 3, "output_tokens": 2},
    });
    reply(200, &body)
}

/// An error of the Messages API.
pub fn bad(status: u16, kind: &str, message: &str) -> Reply {
    let error = json!({"type": kind, "message": message});
    reply(status, &json!({"type": "error", "error": error}))
}

/// The upstream does not know the key.
pub fn unknown_key() -> Reply {
    bad(401, "authentication_error", "invalid x-api-key")
}

/// Too many requests; back then.
pub fn limited(retry_after: &str) -> Reply {
    let mut reply = bad(
        429,
        "rate_limit_error",
        "This request would exceed your rate limit",
    );
    reply
        .headers_mut()
        .insert("retry-after", retry_after.parse().unwrap());
    reply
}

/// A JSON answer.
pub fn reply(status: u16, body: &Value) -> Reply {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Full::from(body.to_string()))
        .unwrap()
}

/// A stream of events.
pub fn events(text: &str) -> Reply {
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(Full::from(text.to_owned()))
        .unwrap()
}
