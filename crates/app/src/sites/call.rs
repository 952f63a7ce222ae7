//! Calls of a site outside the proxy, for checks, tests and the chat: timed piece by piece and bounded,
//! whatever the site does.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use net::{ConnectionFacts, NetError, Upstream};
use route::Failure;
use wire::encoding::Decoder;

use super::line::Line;

/// A request, as it is sent below a site's base address.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The method.
    pub(crate) method: Method,
    /// Path with its query.
    pub(crate) path: String,
    /// Headers, the key among them.
    pub(crate) headers: HeaderMap,
    /// The body; empty for none.
    pub(crate) body: Bytes,
}

/// How long and how much a call may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Until the answer's head.
    pub(crate) head: Duration,
    /// Between two pieces.
    pub(crate) silence: Duration,
    /// All in all.
    pub(crate) whole: Duration,
    /// Bytes of the body, decoded.
    pub(crate) bytes: usize,
}

/// An answer whose body is still coming. Dropping it cancels the call.
#[derive(Debug)]
pub(crate) struct Opened {
    /// As the site sent it.
    pub(crate) status: StatusCode,
    /// As the site sent them.
    pub(crate) headers: HeaderMap,
    /// The connection that carried it.
    pub(crate) facts: Option<ConnectionFacts>,
    /// From the sending to the head.
    pub(crate) head: Duration,
    begin: Instant,
    bounds: Bounds,
    body: net::AnswerBody,
    decoder: Decoder,
    read: usize,
}

/// Bytes of a body, with content encodings undone.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// From the sending to the arrival.
    pub(crate) at: Duration,
    /// What came.
    pub(crate) bytes: Bytes,
}

/// What comes next of a body.
#[derive(Clone, Debug)]
pub(crate) enum Next {
    /// More of it.
    Piece(Piece),
    /// Nothing more.
    End(End),
}

/// Why a call has no answer.
#[derive(Clone, Debug)]
pub(crate) struct Unheard {
    /// What failed.
    pub(crate) failure: Failure,
    /// The system's or the library's words.
    pub(crate) says: Option<String>,
    /// From the sending to the failure.
    pub(crate) after: Duration,
}

impl Unheard {
    /// The code of the cause, for `causes.<code>`.
    pub(crate) fn code(&self) -> String {
        super::view::cause(self.failure.cause())
    }

    fn new(failure: Failure, after: Duration) -> Self {
        let says = None;
        Self {
            failure,
            says,
            after,
        }
    }

    fn of(error: &NetError, after: Duration) -> Self {
        let failure = match error {
            NetError::Tls { reason, .. } if reason.contains("certificate") => {
                Failure::CertificateNotTrusted
            }
            error => Failure::from(error),
        };
        let says = Some(error.to_string());
        Self {
            failure,
            says,
            after,
        }
    }
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As it should.
    Whole,
    /// The connection broke.
    Broke,
    /// Nothing came for too long.
    Silent,
    /// It went on for too long.
    Late,
    /// It is longer than what is read.
    Long,
}

impl End {
    /// The code of what is wrong, for `causes.<code>`; `None` when nothing is.
    pub(crate) fn code(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Broke => Some("answer_broken"),
            Self::Silent => Some("idle_timeout"),
            Self::Late => Some("never_ends"),
            Self::Long => Some("too_long"),
        }
    }
}

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) facts: Option<ConnectionFacts>,
    /// From the sending to the head.
    pub(crate) head: Duration,
    /// The body as it arrived.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) end: End,
    /// From the sending to the end.
    pub(crate) whole: Duration,
}

impl Heard {
    /// The body in one piece.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.pieces.iter().map(|it| it.bytes.len()).sum());
        self.pieces
            .iter()
            .for_each(|piece| body.extend_from_slice(&piece.bytes));
        body
    }

    /// Whether it is announced as a stream of events.
    pub(crate) fn is_stream(&self) -> bool {
        is_stream(&self.headers)
    }
}

/// Whether headers announce a stream of events.
pub(crate) fn is_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(http::header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.contains("event-stream"))
}

impl Line {
    /// Sends a call and waits for the answer's head.
    pub(crate) async fn open(
        &self,
        client: &Upstream,
        call: Call,
        bounds: Bounds,
    ) -> Result<Opened, Unheard> {
        let uri = self.site.base.join(&call.path);
        let uri = uri.map_err(|_| Unheard::new(Failure::NameNotFound, Duration::ZERO))?;
        let mut request = Request::new(Full::new(call.body));
        *request.method_mut() = call.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = call.headers;
        let begin = Instant::now();
        let answer = tokio::time::timeout(bounds.head, client.send(request)).await;
        let late = |_| Unheard::new(Failure::FirstByteTimeout, begin.elapsed());
        let answer = answer.map_err(late)?;
        let answer = answer.map_err(|error| Unheard::of(&error, begin.elapsed()))?;
        let (parts, body) = answer.response.into_parts();
        let encoding = parts.headers.get(http::header::CONTENT_ENCODING);
        let decoder = Decoder::up_to(encoding.and_then(|value| value.to_str().ok()), bounds.bytes);
        Ok(Opened {
            status: parts.status,
            headers: parts.headers,
            facts: Some(answer.facts),
            head: begin.elapsed(),
            begin,
            bounds,
            body,
            decoder,
            read: 0,
        })
    }

    /// Sends a call and reads the answer to its end, however it ends.
    pub(crate) async fn hear(
        &self,
        client: &Upstream,
        call: Call,
        bounds: Bounds,
    ) -> Result<Heard, Unheard> {
        let mut opened = self.open(client, call, bounds).await?;
        let mut pieces = Vec::new();
        let end = loop {
            match opened.next().await {
                Next::Piece(piece) => pieces.push(piece),
                Next::End(end) => break end,
            }
        };
        let whole = opened.begin.elapsed();
        Ok(Heard {
            status: opened.status,
            headers: opened.headers,
            facts: opened.facts,
            head: opened.head,
            pieces,
            end,
            whole,
        })
    }
}

impl Opened {
    /// What comes next. After an end there is nothing more.
    pub(crate) async fn next(&mut self) -> Next {
        loop {
            let left = self.bounds.whole.saturating_sub(self.begin.elapsed());
            if left.is_zero() {
                return Next::End(End::Late);
            }
            let wait = left.min(self.bounds.silence);
            let frame = match tokio::time::timeout(wait, self.body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(_))) => return Next::End(End::Broke),
                Ok(None) => return Next::End(End::Whole),
                Err(_) if wait < self.bounds.silence => return Next::End(End::Late),
                Err(_) => return Next::End(End::Silent),
            };
            let Ok(bytes) = frame.into_data() else {
                continue;
            };
            let bytes = match self.decoder.is_identity() {
                true => bytes,
                false => Bytes::from(self.decoder.feed(&bytes).into_owned()),
            };
            self.read += bytes.len();
            if self.read > self.bounds.bytes || self.decoder.is_cut() {
                return Next::End(End::Long);
            }
            if !bytes.is_empty() {
                let at = self.begin.elapsed();
                return Next::Piece(Piece { at, bytes });
            }
        }
    }
}
