//! Conversations with a site.

use std::pin::Pin;
use std::task::{Context, Poll};

use app::view::{ChatAsk, ChatRequest};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response as Head};
use http_body::Frame;
use tokio::sync::mpsc::{Receiver, channel};

use super::Api;
use super::answer::{ApiError, SignedIn};
use super::sites::read;
use super::verify::blocking;

/// Largest conversation: pictures are in it, as base64.
pub(super) const LARGEST: usize = 48 * 1024 * 1024;

/// Lines that wait for a panel that is slow to read; then the site has to wait.
const WAITING: usize = 64;

/// `POST /api/sites/{id}/chat/preview`: the request that would be sent.
pub(crate) async fn preview(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<ChatRequest>, ApiError> {
    let ask: ChatAsk = read(&body)?;
    let app = api.app.clone();
    Ok(Json(blocking(move || app.chat_request(&id, &ask)).await?))
}

/// `POST /api/sites/{id}/chat`: one JSON document a line, as the answer arrives. A caller that goes away
/// cancels the request.
pub(crate) async fn talk(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let ask: ChatAsk = read(&body)?;
    let app = api.app.clone();
    let mut talk = blocking(move || app.chat(&id, &ask)).await?;
    let (sender, lines) = channel(WAITING);
    let end = api.end.clone();
    tokio::spawn(async move {
        loop {
            let event = tokio::select! {
                event = talk.next() => event,
                () = sender.closed() => return,
                () = end.cancelled() => return,
            };
            let Some(event) = event else { return };
            let Ok(mut line) = serde_json::to_vec(&event) else {
                return;
            };
            line.push(b'\n');
            if sender.send(Bytes::from(line)).await.is_err() {
                return;
            }
        }
    });
    let mut response = Head::new(Body::new(Lines(lines)));
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A body that ends when nobody sends any more.
struct Lines(Receiver<Bytes>);

impl http_body::Body for Lines {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let line = std::task::ready!(self.0.poll_recv(context));
        Poll::Ready(line.map(|line| Ok(Frame::data(line))))
    }
}
