//! The answer's body on its way to the client, with someone reading along.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use crate::body::BodyError;
use crate::ending::Ending;
use crate::error::ProxyError;
use crate::exchange::Exchange;
use crate::finish::Outcome;
use crate::recording::Recording;

/// Passes the upstream's body on and concludes the exchange, however it ends: complete, broken, silent
/// for too long, or dropped because the client left.
#[derive(Debug)]
pub struct Tee {
    exchange: Arc<Exchange>,
    incoming: Incoming,
    /// Pieces that were read before the head went out.
    held: VecDeque<Bytes>,
    held_bytes: u64,
    recording: Recording,
    ending: Option<Ending>,
    broken: bool,
    idle: Option<Idle>,
    /// Text for after the last event.
    comment: Option<fn(&Ending, &Recording) -> Option<Bytes>>,
}

/// A watch on silence that costs one comparison per piece: the timer is set anew only when it fires.
#[derive(Debug)]
struct Idle {
    limit: Duration,
    last: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Tee {
    pub(crate) fn new(
        exchange: Arc<Exchange>,
        incoming: Incoming,
        recording: Recording,
        ending: Ending,
        idle: Duration,
    ) -> Self {
        let now = Instant::now();
        let idle = (!idle.is_zero()).then(|| Idle {
            limit: idle,
            last: now,
            timer: Box::pin(tokio::time::sleep_until(now + idle)),
        });
        Self {
            exchange,
            incoming,
            held: VecDeque::new(),
            held_bytes: 0,
            recording,
            ending: Some(ending),
            broken: false,
            idle,
            comment: None,
        }
    }

    /// Writes a comment after the last event of a stream.
    pub(crate) fn set_comment(&mut self, comment: fn(&Ending, &Recording) -> Option<Bytes>) {
        self.comment = Some(comment);
    }

    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Reads the whole answer before its head goes out, so that the head can tell what it cost. Stops
    /// at `limit` bytes, and at once when it turns out to be a stream.
    pub(crate) async fn hold(&mut self, limit: u64) {
        while self.held_bytes < limit && !self.recording.is_stream() {
            match std::future::poll_fn(|context| self.poll_upstream(context)).await {
                Some(Ok(frame)) => {
                    if let Ok(piece) = frame.into_data() {
                        self.held_bytes += piece.len() as u64;
                        self.held.push_back(piece);
                    }
                }
                Some(Err(BodyError)) => {
                    self.broken = true;
                    return;
                }
                None => return,
            }
        }
    }

    pub(crate) fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(piece) = self.held.pop_front() {
            self.held_bytes -= piece.len() as u64;
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if std::mem::take(&mut self.broken) {
            return Poll::Ready(Some(Err(BodyError)));
        }
        if self.ending.is_none() {
            return Poll::Ready(None);
        }
        self.poll_upstream(context)
    }

    fn poll_upstream(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(piece) = frame.data_ref() {
                    self.recording.piece(&self.exchange, piece);
                }
                if let Some(idle) = &mut self.idle {
                    idle.last = Instant::now();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                let reason = std::error::Error::source(&error).map(ToString::to_string);
                let reason = reason.unwrap_or_else(|| error.to_string());
                self.conclude(Some(ProxyError::Broken(reason)));
                Poll::Ready(Some(Err(BodyError)))
            }
            Poll::Ready(None) => {
                let comment = self.end_of_stream();
                Poll::Ready(comment.map(|text| Ok(Frame::data(text))))
            }
            Poll::Pending => self.poll_silence(context),
        }
    }

    /// The upstream has nothing to say: has it been silent for too long?
    fn poll_silence(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(idle) = &mut self.idle else {
            return Poll::Pending;
        };
        while idle.timer.as_mut().poll(context).is_ready() {
            let due = idle.last + idle.limit;
            if Instant::now() >= due {
                let seconds = idle.limit.as_secs();
                let host = self.ending.as_ref().map(Ending::host).unwrap_or_default();
                self.conclude(Some(ProxyError::Idle { host, seconds }));
                return Poll::Ready(Some(Err(BodyError)));
            }
            idle.timer.as_mut().reset(due);
        }
        Poll::Pending
    }

    fn end_of_stream(&mut self) -> Option<Bytes> {
        self.recording.end(&self.exchange);
        let comment = match (&self.ending, self.comment) {
            (Some(ending), Some(comment)) => comment(ending, &self.recording),
            _ => None,
        };
        self.conclude(None);
        comment
    }

    fn conclude(&mut self, error: Option<ProxyError>) {
        if let Some(ending) = self.ending.take() {
            let outcome = match &error {
                Some(_) => Outcome::Cut,
                None => ending.judge(&self.exchange, &self.recording),
            };
            ending.conclude(outcome, error, Some(&mut self.recording));
        }
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.ending.is_none() && self.held.is_empty() && !self.broken
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        if self.comment.is_some() || self.broken {
            return SizeHint::default();
        }
        let rest = self.incoming.size_hint();
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + self.held_bytes);
        }
        hint.set_lower(rest.lower() + self.held_bytes);
        hint
    }
}

impl Drop for Tee {
    /// Still running: the client went away. Dropping `incoming` cancels the upstream call.
    fn drop(&mut self) {
        if let Some(ending) = self.ending.take() {
            ending.conclude(Outcome::ClientLeft, None, Some(&mut self.recording));
        }
    }
}
