//! Sends one planned turn as its client would: with a retry after a refusal, and without patience where
//! the book says so.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::clients;
use super::request::Due;

/// How often a client tries again.
const RETRIES: u32 = 2;
/// Pause before it does.
const RETRY_PAUSE: Duration = Duration::from_millis(700);
/// When an answer is given up; only a proxy that hangs takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// The connections of all clients.
pub(super) type Connections = Client<HttpConnector, Full<Bytes>>;

/// How a try ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tried {
    Over,
    Refused,
}

pub(super) fn connections() -> Connections {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Sends a turn. What goes wrong is part of the show.
pub(super) async fn send(connections: &Connections, base: &str, due: Due<'_>, conversation: &str) {
    let body = Bytes::from(due.body(conversation).to_string());
    for retries in 0..=RETRIES {
        let headers = clients::headers(due.session, conversation, retries);
        let target = format!("{base}{}", clients::path(due.session));
        let Some(request) = request(&target, headers, body.clone()) else {
            return;
        };
        let patience = due
            .turn()
            .leave_after_ms
            .map_or(PATIENCE, Duration::from_millis);
        match timeout(patience, carry(connections, request)).await {
            Ok(Tried::Refused) => tokio::time::sleep(RETRY_PAUSE).await,
            Ok(Tried::Over) | Err(_) => return,
        }
    }
}

fn request(
    target: &str,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
) -> Option<Request<Full<Bytes>>> {
    let uri: Uri = target.parse().ok()?;
    let mut request = Request::builder().method(Method::POST).uri(uri);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(body)).ok()
}

async fn carry(connections: &Connections, request: Request<Full<Bytes>>) -> Tried {
    let Ok(response) = connections.request(request).await else {
        return Tried::Over;
    };
    let refused = matches!(response.status().as_u16(), 429 | 500..);
    let mut body = response.into_body();
    while let Some(Ok(_)) = body.frame().await {}
    if refused { Tried::Refused } else { Tried::Over }
}
