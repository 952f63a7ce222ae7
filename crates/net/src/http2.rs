//! A connection that carries many calls at once (HTTP/2), driven by a task of its own.

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use crate::connect::Line;
use crate::facts::ConnectionFacts;

/// Flow-control window. The standard's 64 KiB stalls large prompts on distant hosts.
const WINDOW: u32 = 4 * 1024 * 1024;

/// See the module. The connection ends when the last clone is gone and the last call is over.
#[derive(Clone, Debug)]
pub(crate) struct Http2 {
    pub(crate) sender: SendRequest<Full<Bytes>>,
    pub(crate) facts: ConnectionFacts,
}

impl Http2 {
    pub(crate) async fn over(line: Line) -> hyper::Result<Self> {
        let facts = line.facts().clone();
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .handshake(TokioIo::new(line))
            .await?;
        tokio::spawn(async move {
            // What goes wrong on the connection is told to each of its calls.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to an upstream ended");
            }
        });
        Ok(Self { sender, facts })
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }
}
