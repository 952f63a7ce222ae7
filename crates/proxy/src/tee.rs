//! The answer's body on its way to the client, with someone reading along.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use net::AnswerBody;
use tokio::time::{Instant, Sleep};

use crate::body::BodyError;
use crate::ending::Ending;
use crate::error::ProxyError;
use crate::exchange::Exchange;
use crate::finish::Outcome;
use crate::recording::Recording;
use crate::route::Candidate;
use crate::silence::Silence;

/// Passes the upstream's body on and concludes the exchange, however it ends: complete, broken, silent
/// for too long, or dropped because the client left.
///
/// Until an [`Ending`] is attached nothing is concluded: the answer may still be put aside for another
/// attempt.
#[derive(Debug)]
pub struct Tee {
    exchange: Arc<Exchange>,
    incoming: AnswerBody,
    place: Arc<Candidate>,
    /// Pieces that were read before the head went out.
    held: VecDeque<Bytes>,
    held_bytes: u64,
    recording: Recording,
    ending: Option<Ending>,
    /// How the upstream's body ended: complete, or the error. `None` while it runs.
    ended: Option<Option<ProxyError>>,
    /// The client still has to be told of the break.
    broken: bool,
    /// Time for what was received before the break to leave: an error makes hyper drop what it has not
    /// written yet.
    flush: Option<Pin<Box<Sleep>>>,
    silence: Option<Silence>,
    /// Known to those who look at the running exchange.
    known: Option<Waker>,
    /// Text for after the last event.
    comment: Option<fn(&Ending, &Recording) -> Option<Bytes>>,
}

/// See [`Tee::flush`]: long enough for a socket on this machine, short enough for nobody to notice.
const FLUSH: Duration = Duration::from_millis(20);

impl Tee {
    pub(crate) fn new(
        exchange: Arc<Exchange>,
        incoming: AnswerBody,
        recording: Recording,
        place: Arc<Candidate>,
        idle: Duration,
        head_us: u64,
    ) -> Self {
        let silence = (!idle.is_zero()).then(|| Silence::new(idle, exchange.begin, head_us));
        Self {
            exchange,
            incoming,
            place,
            held: VecDeque::new(),
            held_bytes: 0,
            recording,
            ending: None,
            ended: None,
            broken: false,
            flush: None,
            silence,
            known: None,
            comment: None,
        }
    }

    /// From now on the end of this body is the end of the exchange.
    pub(crate) fn attach(
        &mut self,
        ending: Ending,
        comment: Option<fn(&Ending, &Recording) -> Option<Bytes>>,
    ) {
        self.comment = comment.filter(|_| self.ended.is_none());
        self.ending = Some(ending);
        self.notice_end();
        if let Some(error) = self.ended.clone() {
            self.conclude(error);
        }
    }

    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// How the body ended, once it has.
    pub(crate) fn ended(&self) -> Option<&Option<ProxyError>> {
        self.ended.as_ref()
    }

    /// Reads a whole answer before its head goes out, so that the head can tell what it cost. Stops at
    /// `limit` bytes, and at once when it turns out to be a stream.
    pub(crate) async fn hold(&mut self, limit: u64) {
        while self.held_bytes < limit && !self.recording.is_stream() && self.ended.is_none() {
            self.hold_piece().await;
        }
    }

    /// Reads an answer to its end whatever it is, or up to `limit` bytes.
    pub(crate) async fn hold_all(&mut self, limit: u64) {
        while self.held_bytes < limit && self.ended.is_none() {
            self.hold_piece().await;
        }
    }

    /// What was read before the head went out, in one piece.
    pub(crate) fn held(&self) -> Vec<u8> {
        let mut whole = Vec::with_capacity(self.held_bytes as usize);
        self.held
            .iter()
            .for_each(|piece| whole.extend_from_slice(piece));
        whole
    }

    /// Gives up what was read before the head went out.
    pub(crate) fn take_held(&mut self) -> VecDeque<Bytes> {
        self.held_bytes = 0;
        std::mem::take(&mut self.held)
    }

    /// The exchange is over with what has been read so far: the client gets something else instead.
    pub(crate) fn replace(mut self, ending: Ending) {
        if self.ended.is_none() {
            self.end_whole();
        }
        self.attach(ending, None);
    }

    /// Reads the beginning of a stream until it shows what it is: content, an error, or its end. Stops
    /// at `limit` bytes, and `patience` after the first event.
    pub(crate) async fn peek(&mut self, limit: u64, patience: Duration) {
        self.hold_piece().await;
        let deadline = Instant::now() + patience;
        loop {
            let fold = &self.recording.fold;
            let shown = fold.has_content || fold.error.is_some();
            if shown || self.held_bytes >= limit || self.ended.is_some() {
                return;
            }
            if tokio::time::timeout_at(deadline, self.hold_piece())
                .await
                .is_err()
            {
                return;
            }
        }
    }

    /// Takes the first piece if it is there already: it leaves with the head in one write.
    pub(crate) async fn glance(&mut self) {
        std::future::poll_fn(|context| {
            if let Poll::Ready(piece) = self.poll_upstream(context) {
                self.keep_back(piece);
            }
            Poll::Ready(())
        })
        .await;
    }

    async fn hold_piece(&mut self) {
        let piece = std::future::poll_fn(|context| self.poll_upstream(context)).await;
        self.keep_back(piece);
    }

    fn keep_back(&mut self, piece: Option<Result<Frame<Bytes>, BodyError>>) {
        match piece {
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    self.held_bytes += piece.len() as u64;
                    self.held.push_back(piece);
                }
            }
            Some(Err(BodyError)) => self.broken = true,
            None => {}
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
        if self.broken {
            return self.poll_break(context);
        }
        if self.ended.is_some() {
            return Poll::Ready(None);
        }
        match self.poll_upstream(context) {
            Poll::Ready(Some(Err(BodyError))) => {
                self.broken = true;
                self.poll_break(context)
            }
            polled => polled,
        }
    }

    fn poll_break(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let flush = self
            .flush
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(FLUSH)));
        match flush.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                self.broken = false;
                Poll::Ready(Some(Err(BodyError)))
            }
        }
    }

    fn poll_upstream(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(piece) = frame.data_ref() {
                    let at_us = self.recording.piece(&self.exchange, piece);
                    if let Some(silence) = &mut self.silence {
                        silence.heard(at_us);
                    }
                }
                if self.exchange.live.window.is_wanted() {
                    self.show();
                }
                if frame.is_trailers() {
                    self.end_whole();
                } else if self.comment.is_none() {
                    self.notice_end();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                let reason = std::error::Error::source(&error).map(ToString::to_string);
                let reason = reason.unwrap_or_else(|| error.to_string());
                self.end(Some(ProxyError::Broken(reason)));
                Poll::Ready(Some(Err(BodyError)))
            }
            Poll::Ready(None) => {
                let comment = self.end_whole();
                Poll::Ready(comment.map(|text| Ok(Frame::data(text))))
            }
            Poll::Pending => {
                self.let_look(context);
                self.poll_silence(context)
            }
        }
    }

    /// The upstream has nothing to say; whoever looks now still sees what it has said. The task is made known
    /// once, not with every silence.
    fn let_look(&mut self, context: &Context<'_>) {
        if self.ending.is_none() {
            return;
        }
        let waker = context.waker();
        if !self
            .known
            .as_ref()
            .is_some_and(|known| known.will_wake(waker))
        {
            self.known = Some(waker.clone());
            self.exchange.live.window.carried_by(waker.clone());
        }
        if self.exchange.live.window.is_wanted() {
            self.show();
        }
    }

    /// A copy for whoever looks, once it is certain that this answer is the one.
    fn show(&self) {
        if let Some(ending) = &self.ending {
            self.exchange
                .live
                .window
                .fill(ending.so_far(&self.recording));
        }
    }

    /// The upstream has nothing to say: has it been silent for too long?
    fn poll_silence(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(silence) = &mut self.silence else {
            return Poll::Pending;
        };
        if silence.poll(context).is_pending() {
            return Poll::Pending;
        }
        let (host, seconds) = (self.place.base.host().to_owned(), silence.limit().as_secs());
        self.end(Some(ProxyError::Idle { host, seconds }));
        Poll::Ready(Some(Err(BodyError)))
    }

    /// The server does not ask again once the announced length has gone out: the end is seen here.
    fn notice_end(&mut self) {
        if self.ended.is_none() && self.incoming.is_end_stream() {
            self.end_whole();
        }
    }

    /// The upstream's body is complete. Gives the comment for after it, if there is to be one.
    fn end_whole(&mut self) -> Option<Bytes> {
        self.recording.end(&self.exchange);
        let comment = match (&self.ending, self.comment) {
            (Some(ending), Some(comment)) => comment(ending, &self.recording),
            _ => None,
        };
        self.end(None);
        comment
    }

    /// The upstream's body is over.
    fn end(&mut self, error: Option<ProxyError>) {
        // It may have said everything before it broke.
        if error.is_some() && self.recording.is_whole() {
            self.recording.end(&self.exchange);
        }
        self.ended = Some(error.clone());
        self.conclude(error);
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
        self.ended.is_some() && self.held.is_empty() && !self.broken
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
