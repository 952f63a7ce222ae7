//! A connection that carries one call at a time (HTTP/1.1), driven by whoever makes the call.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body::{Body, Frame};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;

use crate::connect::Line;
use crate::drive::Drive;
use crate::facts::ConnectionFacts;

/// Bytes of an answer that are read at once; a head of twice the length is an error. Enough for a quick reader,
/// little enough for many at once.
const READ_AT_ONCE: usize = 64 * 1024;

/// See the module. Dropping it closes the connection.
#[derive(Debug)]
pub(crate) struct Http1 {
    sender: SendRequest<Full<Bytes>>,
    /// `None` once the connection has ended.
    connection: Option<Connection<TokioIo<Line>, Full<Bytes>>>,
    drive: Drive,
    /// What its calls name in `Host`.
    pub(crate) host: HeaderValue,
    pub(crate) facts: ConnectionFacts,
}

impl Http1 {
    pub(crate) async fn over(line: Line, host: HeaderValue) -> hyper::Result<Self> {
        let facts = line.facts().clone();
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(READ_AT_ONCE)
            .handshake(TokioIo::new(line))
            .await?;
        Ok(Self {
            sender,
            connection: Some(connection),
            drive: Drive::default(),
            host,
            facts,
        })
    }

    /// Whether it can carry a call now. Notices when the other side has closed it.
    pub(crate) fn is_free(&mut self) -> bool {
        let nobody = &mut Context::from_waker(Waker::noop());
        advance(&mut self.connection, nobody);
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn call(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        let mut answer = pin!(self.sender.send_request(request));
        poll_fn(|context| {
            self.drive.poll(context, |context| {
                advance(&mut self.connection, context);
                answer
                    .as_mut()
                    .poll(&mut Context::from_waker(Waker::noop()))
            })
        })
        .await
    }

    /// The next piece of the answer's body.
    pub(crate) fn poll_frame(
        &mut self,
        incoming: &mut Incoming,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        self.drive.poll(context, |context| {
            let nobody = &mut Context::from_waker(Waker::noop());
            // Asking first says that a piece is wanted: none is read before.
            let frame = Pin::new(&mut *incoming).poll_frame(nobody);
            if frame.is_ready() {
                return frame;
            }
            advance(&mut self.connection, context);
            Pin::new(&mut *incoming).poll_frame(nobody)
        })
    }
}

/// Does what there is to do on a connection.
fn advance(
    connection: &mut Option<Connection<TokioIo<Line>, Full<Bytes>>>,
    context: &mut Context<'_>,
) {
    if let Some(running) = connection
        && Pin::new(running).poll(context).is_ready()
    {
        // Its error, if there was one, has gone to the call or to the body.
        *connection = None;
    }
}
