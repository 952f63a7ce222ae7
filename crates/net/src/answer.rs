//! What an upstream answers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::facts::ConnectionFacts;
use crate::http1::Http1;
use crate::pool::{Place, Pool};

/// An answer's head and its still running body.
#[derive(Debug)]
pub struct Answer {
    /// As the upstream sent it.
    pub response: Response<AnswerBody>,
    /// The connection that carries it.
    pub facts: ConnectionFacts,
    /// Whether the connection was open before this call.
    pub reused: bool,
}

/// The body of an answer. Its connection goes back to the pool at its end; dropped before, it stops the
/// upstream at once.
#[derive(Debug)]
pub struct AnswerBody {
    incoming: Incoming,
    held: Option<Held>,
}

/// The connection that carries this body and nothing else.
#[derive(Debug)]
struct Held {
    connection: Box<Http1>,
    place: Place,
    pool: Arc<Pool>,
}

impl AnswerBody {
    /// Over a connection of its own.
    pub(crate) fn held(
        incoming: Incoming,
        connection: Box<Http1>,
        place: Place,
        pool: Arc<Pool>,
    ) -> Self {
        let held = Held {
            connection,
            place,
            pool,
        };
        let mut body = Self {
            incoming,
            held: Some(held),
        };
        body.let_go_at_end();
        body
    }

    /// Over a connection that it shares with others.
    pub(crate) fn shared(incoming: Incoming) -> Self {
        Self {
            incoming,
            held: None,
        }
    }

    /// Nothing more will come: another call may have the connection.
    fn let_go_at_end(&mut self) {
        if self.incoming.is_end_stream() {
            self.let_go();
        }
    }

    fn let_go(&mut self) {
        if let Some(held) = self.held.take() {
            held.pool.put(held.place, held.connection);
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let Some(held) = &mut this.held else {
            return Pin::new(&mut this.incoming).poll_frame(context);
        };
        let frame = held.connection.poll_frame(&mut this.incoming, context);
        match &frame {
            Poll::Ready(Some(Ok(_))) => this.let_go_at_end(),
            Poll::Ready(None) => this.let_go(),
            Poll::Ready(Some(Err(_))) => this.held = None,
            Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
