//! Reading along: what an answer tells while it passes.

use std::sync::Arc;

use base::{Usage, UsageBasis};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use wire::encoding::Decoder;
use wire::{Dialect, Fold, sse};

use crate::budget::{Allowance, Budget, Kept};
use crate::carry::Limits;
use crate::exchange::Exchange;
use crate::finish::Arrival;

/// Copies and folds the pieces of one answer.
#[derive(Debug)]
pub(crate) struct Recording {
    /// The body as transferred, as far as there is memory for it. One growing buffer: keeping the pieces
    /// themselves would pin the connection's whole read buffers.
    pub(crate) body: Kept,
    /// Bytes that passed.
    pub(crate) bytes: u64,
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) fold: Fold,
    pub(crate) first_token_us: Option<u64>,
    pub(crate) last_token_us: Option<u64>,
    encoding: Option<String>,
    is_html: bool,
    decoder: Decoder,
    reading: Reading,
}

#[derive(Debug)]
enum Reading {
    /// Server-sent events.
    Stream(sse::Parser),
    /// One JSON answer, read at its end.
    Whole,
    /// Nothing that we understand.
    Opaque,
}

/// What a content type names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Events,
    Json,
    Html,
    Unknown,
}

impl Kind {
    fn named(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        // As nearly all are written; relays have spellings of their own.
        match essence {
            "application/json" => return Self::Json,
            "text/event-stream" => return Self::Events,
            _ => {}
        }
        let content_type = content_type.to_ascii_lowercase();
        match () {
            () if content_type.contains("event-stream") => Self::Events,
            () if content_type.contains("json") => Self::Json,
            () if content_type.contains("html") => Self::Html,
            () => Self::Unknown,
        }
    }
}

/// Bytes of an error's body that are looked at.
const BEGINNING: usize = 8 * 1024;

/// The same unpacked: an error's words have no more.
const MOST_BEGINNING: usize = 8 * BEGINNING;

/// Longest single JSON answer that is read for its usage.
const LONGEST_WHOLE: usize = 32 * 1024 * 1024;

/// A single JSON answer tells what it cost only as a whole: up to here it is kept in any case. It is held back
/// up to the same size, so there is memory for it.
const DOCUMENT: usize = 4 * 1024 * 1024;

/// Arrivals that are kept: a stream of an hour at 50 deltas/s. Later pieces count to the last one.
const MOST_ARRIVALS: usize = 200_000;

impl Recording {
    pub(crate) fn new(
        dialect: Dialect,
        headers: &HeaderMap,
        limits: &Limits,
        budget: Arc<Budget>,
    ) -> Self {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &http::HeaderValue| value.to_str().ok())
        };
        let kind = Kind::named(text(CONTENT_TYPE).unwrap_or_default());
        let reading = match (dialect, kind) {
            (Dialect::Other, _) | (_, Kind::Html | Kind::Unknown) => Reading::Opaque,
            (_, Kind::Events) => Reading::Stream(sse::Parser::new()),
            (_, Kind::Json) => Reading::Whole,
        };
        let limit = limits.record_bytes;
        // The beginning is what an error is judged by.
        let (limit, sure) = match reading {
            Reading::Whole => (limit.max(DOCUMENT), DOCUMENT),
            Reading::Stream(_) | Reading::Opaque => (limit, BEGINNING),
        };
        // Read in one go, before its last piece leaves: no more of it than of one that is not packed.
        let most_decoded = match reading {
            Reading::Whole => LONGEST_WHOLE,
            Reading::Stream(_) | Reading::Opaque => usize::MAX,
        };
        let allowance = Allowance {
            limit,
            together: limits.record_together_bytes,
            sure,
        };
        Self {
            body: Kept::new(budget, allowance),
            bytes: 0,
            arrivals: Vec::new(),
            fold: Fold::new(dialect),
            first_token_us: None,
            last_token_us: None,
            encoding: text(CONTENT_ENCODING).map(str::to_owned),
            is_html: kind == Kind::Html,
            decoder: Decoder::up_to(text(CONTENT_ENCODING), most_decoded),
            reading,
        }
    }

    /// Whether the answer is one JSON document.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.reading, Reading::Whole)
    }

    /// Whether it is one JSON document of which only the beginning was kept or unpacked: nobody knows what it
    /// says.
    pub(crate) fn is_unread(&self) -> bool {
        let kept = self.body.bytes().len();
        let is_short = self.bytes > kept as u64 || kept > LONGEST_WHOLE;
        self.is_whole() && (is_short || self.decoder.is_cut())
    }

    /// Whether the answer is a stream of events.
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.reading, Reading::Stream(_))
    }

    /// Whether the answer is a page for people. Its bytes decide where they can be read: some relays call
    /// everything HTML.
    pub(crate) fn is_page(&self) -> bool {
        let reads_as_page = match self.decoder.is_identity() {
            true => self.body.bytes().trim_ascii_start().starts_with(b"<"),
            false => self.is_html,
        };
        matches!(self.reading, Reading::Opaque) && reads_as_page
    }

    /// Whether the bytes are as the upstream wrote them (no `content-encoding`).
    pub(crate) fn is_plain(&self) -> bool {
        self.encoding.is_none()
    }

    /// Takes a piece that has passed; gives the moment, µs from the arrival of the request.
    pub(crate) fn piece(&mut self, exchange: &Exchange, piece: &Bytes) -> u64 {
        let at_us = exchange.elapsed_us();
        self.bytes += piece.len() as u64;
        if self.arrivals.len() < MOST_ARRIVALS {
            self.arrivals.push(Arrival {
                end: self.bytes,
                at_us,
            });
        } else if let Some(last) = self.arrivals.last_mut() {
            last.end = self.bytes;
        }
        self.body.keep(piece);
        if self.arrivals.len() == 1 && looks_like_events(piece) && exchange.is_stream() {
            self.read_as_stream();
        }
        let Reading::Stream(parser) = &mut self.reading else {
            return at_us;
        };
        let before = Told::by(&self.fold);
        let decoded = self.decoder.feed(piece);
        let fold = &mut self.fold;
        parser.feed(&decoded, &mut |event| {
            fold.event(&event);
        });
        self.tell(exchange, at_us, before);
        at_us
    }

    /// The header called it something else, but the bytes are events.
    fn read_as_stream(&mut self) {
        if self.decoder.is_identity() && !self.is_stream() {
            self.reading = Reading::Stream(sse::Parser::new());
        }
    }

    /// The answer has ended.
    pub(crate) fn end(&mut self, exchange: &Exchange) {
        let before = Told::by(&self.fold);
        let fold = &mut self.fold;
        match &mut self.reading {
            Reading::Stream(parser) => parser.finish(&mut |event| {
                fold.event(&event);
            }),
            Reading::Whole if self.body.bytes().len() <= LONGEST_WHOLE => {
                if self.decoder.is_identity() {
                    fold.answer(self.body.bytes());
                } else {
                    fold.answer(&self.decoder.feed(self.body.bytes()));
                }
                // A whole answer has no deltas: its size is not the size of its content.
                fold.content_bytes = 0;
                if !self.decoder.is_cut() {
                    self.decoder = Decoder::new(None);
                }
                return self.tell_usage(exchange);
            }
            Reading::Whole | Reading::Opaque => return,
        }
        self.tell(exchange, exchange.elapsed_us(), before);
    }

    /// Tells the live view what changed.
    fn tell(&mut self, exchange: &Exchange, at_us: u64, before: Told) {
        let now = Told::by(&self.fold);
        if now.content_bytes > before.content_bytes {
            if self.first_token_us.is_none() {
                self.first_token_us = Some(at_us);
                exchange.live.first_token(at_us);
            }
            self.last_token_us = Some(at_us);
            exchange.live.content(now.content_bytes as u64);
        }
        if now.telling > before.telling {
            self.tell_usage(exchange);
        }
    }

    /// Tells the live view model and usage; the model only where it is not the one that was asked for.
    fn tell_usage(&self, exchange: &Exchange) {
        let (usage, basis) = self.fold.usage();
        let model = self.fold.model.as_deref();
        let other = model.filter(|served| Some(*served) != exchange.summary.model.as_deref());
        exchange.live.usage(other, usage, basis);
    }

    /// The beginning of the body, decoded: what an error says.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        let body = self.body.bytes();
        let encoded = &body[..body.len().min(BEGINNING)];
        if self.encoding.is_none() {
            return encoded.to_vec();
        }
        let beginning =
            wire::encoding::decode_up_to(self.encoding.as_deref(), encoded, MOST_BEGINNING);
        beginning.unwrap_or_default()
    }

    /// Usage so far.
    pub(crate) fn usage(&self) -> (Usage, UsageBasis) {
        self.fold.usage()
    }
}

/// What the fold had seen at some moment.
struct Told {
    content_bytes: usize,
    telling: usize,
}

impl Told {
    fn by(fold: &Fold) -> Self {
        Self {
            content_bytes: fold.content_bytes,
            telling: fold.telling,
        }
    }
}

fn looks_like_events(piece: &[u8]) -> bool {
    [&b"event:"[..], b"data:", b":"]
        .iter()
        .any(|beginning| piece.starts_with(beginning))
}
