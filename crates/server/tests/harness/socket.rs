//! A client of `/ws`.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::PATIENCE;

/// Somebody who looks.
pub struct Watcher {
    socket: WebSocketStream<TcpStream>,
}

impl Watcher {
    /// Connects; `query` begins with `?` or is empty.
    pub async fn connect(address: SocketAddr, query: &str) -> Self {
        Self::try_connect(address, query, &[]).await.unwrap()
    }

    /// Connects with further headers; the status of a refusal.
    pub async fn try_connect(
        address: SocketAddr,
        query: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, u16> {
        use tokio_tungstenite::tungstenite::Error;
        let mut request = format!("ws://{address}/ws{query}")
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            let name: http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        timeout(PATIENCE, self.message()).await.unwrap()
    }

    /// The next message, unless there is none for so long.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Value> {
        timeout(patience, self.message()).await.ok()
    }

    /// Everything up to and with the message that is looked for.
    pub async fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut heard = Vec::new();
        let listening = async {
            loop {
                heard.push(self.message().await);
                if heard.last().is_some_and(&is_it) {
                    return;
                }
            }
        };
        let found = timeout(PATIENCE, listening).await;
        assert!(found.is_ok(), "never said: {heard:#?}");
        heard
    }

    /// Says something.
    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    async fn message(&mut self) -> Value {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Whether a message of this kind is about this exchange.
pub fn is_about(message: &Value, kind: &str, id: &str) -> bool {
    let rows = message["exchanges"].as_array();
    message["type"] == kind && rows.into_iter().flatten().any(|row| row["id"] == id)
}
