//! One request in another dialect, and the way back for its answer.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use tokio::time::{Instant, Sleep};
use wire::Dialect;
use wire::encoding::{self, Decoder};
use wire::translate::{self, Change, Memory, Pair, StreamMachine, Target, TranslateError};

use crate::body::BodyError;
use crate::error::ProxyError;
use crate::exchange::Exchange;
use crate::route::{Candidate, Speak};
use crate::tee::Tee;

/// A translated request.
#[derive(Clone, Debug)]
pub struct Translation {
    /// The dialect of the upstream.
    pub to: Dialect,
    /// The body as it was sent.
    pub sent: Bytes,
    /// What the way back needs; with it a recorded answer is translated again to the same bytes.
    pub memory: Memory,
    /// What was dropped or changed.
    pub changes: Vec<Change>,
    pub(crate) path: &'static str,
}

impl Translation {
    /// Translates a request for a place.
    pub(crate) fn of(
        exchange: &Exchange,
        candidate: &Candidate,
        speak: &Speak,
    ) -> Result<Self, ProxyError> {
        let wrong = |error: TranslateError| ProxyError::Untranslatable(error.to_string());
        let (from, to) = (exchange.dialect, speak.dialect);
        let pair = Pair::of(from, to).ok_or(TranslateError::Unsupported { from, to });
        let pair = pair.map_err(wrong)?;
        let asked = exchange.summary.model.as_deref().unwrap_or_default();
        let model = candidate.model.as_deref().unwrap_or(asked);
        let encoding = exchange.headers.text(&http::header::CONTENT_ENCODING);
        let body = exchange.body();
        let plain = encoding::decode(encoding, &body).unwrap_or_default();
        let id = exchange.id.to_string();
        let target = Target {
            model,
            capabilities: &speak.capabilities,
            seed: &id,
            // Estimated by the translation, which knows what are pictures and what is text.
            input_tokens: None,
        };
        let mut translated = translate::request(pair, &plain, &target).map_err(wrong)?;
        let estimated = u32::try_from(translated.memory.input_tokens).unwrap_or(u32::MAX);
        translated.memory.input_tokens = candidate.corrections.of(model).apply(estimated);
        Ok(Self {
            to,
            sent: Bytes::from(translated.body),
            memory: translated.memory,
            changes: translated.changes,
            path: translated.path,
        })
    }
}

/// How long the client hears nothing before it is told that the answer is alive. Proxies in between give up
/// after 60 s, Claude Code after 300 s.
const PING: Duration = Duration::from_secs(8);

/// An answer's body in the caller's dialect, made from the upstream's as it comes.
#[derive(Debug)]
pub struct TranslatedBody {
    tee: Box<Tee>,
    machine: Box<StreamMachine>,
    decoder: Decoder,
    ready: VecDeque<Bytes>,
    silence: Pin<Box<Sleep>>,
}

impl TranslatedBody {
    /// Over a body of which the beginning may have been read.
    pub(crate) fn new(tee: Box<Tee>, memory: Memory, encoding: Option<&str>) -> Self {
        Self {
            tee,
            machine: Box::new(StreamMachine::new(memory)),
            decoder: Decoder::new(encoding),
            ready: VecDeque::new(),
            silence: Box::pin(tokio::time::sleep(PING)),
        }
    }

    /// Translates what has been read already, so that an early failure shows before the head goes out.
    pub(crate) fn begin(&mut self) {
        for piece in self.tee.take_held() {
            self.feed(&piece);
        }
        match self.tee.ended() {
            None => {}
            Some(None) => self.write(StreamMachine::finish),
            Some(Some(_)) => self.write(StreamMachine::broke),
        }
    }

    /// Says the beginning, as the head goes out: from here on a failure is told inside the stream.
    pub(crate) fn commit(&mut self) {
        if !self.machine.started() {
            self.write(StreamMachine::ping);
        }
    }

    pub(crate) fn machine(&self) -> &StreamMachine {
        &self.machine
    }

    pub(crate) fn tee(&mut self) -> &mut Tee {
        &mut self.tee
    }

    pub(crate) fn into_tee(self) -> Box<Tee> {
        self.tee
    }

    fn feed(&mut self, piece: &[u8]) {
        let plain = self.decoder.feed(piece);
        let mut out = Vec::new();
        self.machine.feed(&plain, &mut out);
        self.push(out);
    }

    fn write(&mut self, end: fn(&mut StreamMachine, &mut Vec<u8>)) {
        if !self.machine.ended() {
            let mut out = Vec::new();
            end(&mut self.machine, &mut out);
            self.push(out);
        }
    }

    fn push(&mut self, out: Vec<u8>) {
        if !out.is_empty() {
            self.ready.push_back(Bytes::from(out));
        }
    }

    pub(crate) fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                self.silence.as_mut().reset(Instant::now() + PING);
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            match self.tee.poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(piece) = frame.into_data() {
                        self.feed(&piece);
                    }
                }
                // The caller is told of the break in its own dialect; the transfer ends properly.
                Poll::Ready(Some(Err(BodyError))) => self.write(StreamMachine::broke),
                Poll::Ready(None) => {
                    self.write(StreamMachine::finish);
                    if self.ready.is_empty() {
                        return Poll::Ready(None);
                    }
                }
                Poll::Pending => {
                    if self.machine.ended() || self.silence.as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    self.silence.as_mut().reset(Instant::now() + PING);
                    self.write(StreamMachine::ping);
                }
            }
        }
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.ready.is_empty() && self.machine.ended() && self.tee.is_end_stream()
    }
}
