//! `/ws`: what happens, as it happens.

use std::time::Duration;

use app::live::Watch;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use crate::api::Api;

/// Largest message that a client has to say.
const LARGEST: usize = 4 * 1024;

/// A sign of life while nothing happens, so that a dead connection is noticed.
const PING: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
pub(crate) struct Since {
    run: Option<String>,
    since: Option<u64>,
}

/// What a client may say: `{"watch":false}`, `{"watch":true,"run":"…","since":17}`.
#[derive(Deserialize)]
struct Wish {
    watch: bool,
    run: Option<String>,
    since: Option<u64>,
}

pub(crate) async fn connect(
    State(api): State<Api>,
    Query(since): Query<Since>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .max_message_size(LARGEST)
        .on_upgrade(move |socket| async move {
            // The client going away is the usual end.
            let _ = tell(api, since, socket).await;
        })
}

async fn tell(api: Api, since: Since, mut socket: WebSocket) -> Result<(), axum::Error> {
    let mut watch = Some(begin(&api, &mut socket, since.run, since.since).await?);
    let mut alive = tokio::time::interval(PING);
    let end = api.end.clone();
    loop {
        let frame = async {
            match &mut watch {
                Some(watch) => watch.frames.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            frame = frame => match frame {
                Ok(text) => socket.send(Message::Text(text.to_string().into())).await?,
                Err(RecvError::Lagged(_)) => watch = Some(begin(&api, &mut socket, None, None).await?),
                Err(RecvError::Closed) => return Ok(()),
            },
            said = socket.recv() => match said {
                None => return Ok(()),
                Some(Ok(Message::Text(text))) => {
                    let Ok(wish) = serde_json::from_str::<Wish>(&text) else { continue };
                    watch = match (wish.watch, watch.take()) {
                        (true, None) => Some(begin(&api, &mut socket, wish.run, wish.since).await?),
                        (true, watching) => watching,
                        (false, _) => None,
                    };
                }
                Some(Ok(Message::Close(_))) => return Ok(()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
            },
            _ = alive.tick() => socket.send(Message::Ping(Vec::new().into())).await?,
            () = end.cancelled() => return socket.send(Message::Close(None)).await,
        }
    }
}

async fn begin(
    api: &Api,
    socket: &mut WebSocket,
    run: Option<String>,
    since: Option<u64>,
) -> Result<Watch, axum::Error> {
    let known = run.as_deref().zip(since);
    let watch = api.app.live().watch(known);
    for text in &watch.first {
        socket.send(Message::Text(text.to_string().into())).await?;
    }
    Ok(watch)
}
