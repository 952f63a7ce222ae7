//! What a site is: something that answers a visit. Everything else is put together from sites.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::style::Style;
use crate::request::Request;
use crate::script::Script;

/// One request as a site sees it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// For example `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names as written, in order.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; `Null` when there is none that can be read.
    pub body: Value,
    /// Number of the request at this site, from 0.
    pub number: u64,
}

/// What a site says to a visit.
#[derive(Clone, Debug)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Headers in order, without those that frame the body.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub said: Said,
    /// How a message is written as a stream.
    pub style: Style,
    /// How long it takes.
    pub pace: Pace,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub enum Said {
    /// A message of the Anthropic protocol, whole; written as a stream where one was asked for.
    Message(Value),
    /// Any other document.
    Document(Value),
    /// Text with its content type.
    Text(&'static str, String),
    /// Bytes and waits, head included.
    Script(Script),
}

/// How long an answer takes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Until the first byte.
    pub first: Duration,
    /// Between two events of a stream.
    pub gap: Duration,
}

/// Something that answers.
pub trait Site: Send + Sync {
    /// The answer to one visit.
    fn answer(&self, visit: &Visit) -> Answered;
}

/// Something that stands between a client and a site and changes what goes through.
pub trait Layer: Send + Sync {
    /// The answer, with the help of the site behind.
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered;
}

/// A site with a layer before it.
struct Layered {
    layer: Box<dyn Layer>,
    inner: Arc<dyn Site>,
}

struct Before<F>(F);
struct After<F>(F);

/// Puts a layer before a site.
pub(crate) fn with(inner: Arc<dyn Site>, layer: Box<dyn Layer>) -> Arc<dyn Site> {
    Arc::new(Layered { layer, inner })
}

/// A layer that changes requests.
pub(crate) fn before(change: impl Fn(&mut Visit) + Send + Sync + 'static) -> Box<dyn Layer> {
    Box::new(Before(change))
}

/// A layer that changes answers; it sees the visit as it came.
pub(crate) fn after(
    change: impl Fn(&Visit, &mut Answered) + Send + Sync + 'static,
) -> Box<dyn Layer> {
    Box::new(After(change))
}

impl Site for Layered {
    fn answer(&self, visit: &Visit) -> Answered {
        self.layer.around(visit.clone(), self.inner.as_ref())
    }
}

impl<F: Fn(&mut Visit) + Send + Sync> Layer for Before<F> {
    fn around(&self, mut visit: Visit, inner: &dyn Site) -> Answered {
        (self.0)(&mut visit);
        inner.answer(&visit)
    }
}

impl<F: Fn(&Visit, &mut Answered) + Send + Sync> Layer for After<F> {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        let mut answered = inner.answer(&visit);
        (self.0)(&visit, &mut answered);
        answered
    }
}

// === impl Visit ===

impl Visit {
    /// Reads a request.
    pub(crate) fn of(request: &Request, number: u64) -> Self {
        Self {
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
            number,
        }
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The first header of that name, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(had, _)| had.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    /// Whether it asks for a message (and not for a count or a list).
    pub fn is_message(&self) -> bool {
        self.method == "POST" && self.path().ends_with("/v1/messages")
    }

    /// Whether it wants a stream.
    pub fn wants_stream(&self) -> bool {
        self.body["stream"] == true
    }

    /// The model asked for.
    pub fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or_default()
    }

    /// Whether a beta is declared.
    pub(crate) fn has_beta(&self, name: &str) -> bool {
        let lists = self
            .headers
            .iter()
            .filter(|(had, _)| had.eq_ignore_ascii_case("anthropic-beta"));
        lists
            .flat_map(|(_, list)| list.split(','))
            .any(|one| one.trim() == name)
    }
}

// === impl Answered ===

impl Answered {
    /// An answer of this status.
    pub fn new(status: u16, said: Said) -> Self {
        Self {
            status,
            headers: Vec::new(),
            said,
            style: Style::genuine(),
            pace: Pace::usual(),
        }
    }

    /// A document with a status.
    pub fn document(status: u16, document: Value) -> Self {
        Self::new(status, Said::Document(document))
    }

    /// A page in HTML.
    pub fn page(status: u16, text: &str) -> Self {
        Self::new(
            status,
            Said::Text("text/html; charset=utf-8", text.to_owned()),
        )
    }

    /// Bytes as they are.
    pub fn script(script: Script) -> Self {
        Self::new(200, Said::Script(script))
    }

    /// The message, where the answer is one.
    pub fn message(&mut self) -> Option<&mut Value> {
        match &mut self.said {
            Said::Message(message) => Some(message),
            _ => None,
        }
    }

    /// The text of an error, where the answer is one.
    pub fn error_text(&mut self) -> Option<&mut String> {
        match &mut self.said {
            Said::Document(document) if self.status >= 400 => {
                match document.pointer_mut("/error/message") {
                    Some(Value::String(text)) => Some(text),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Sets a header, in place of one of that name.
    pub fn set_header(&mut self, name: &str, value: impl Into<String>) {
        self.headers
            .retain(|(had, _)| !had.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Keeps the headers that a test of their names lets through.
    pub fn keep_headers(&mut self, keep: impl Fn(&str) -> bool) {
        self.headers.retain(|(name, _)| keep(name));
    }
}

// === impl Pace ===

impl Pace {
    /// Quick, and still a stream that comes in many pieces.
    pub fn usual() -> Self {
        Self {
            first: Duration::from_millis(12),
            gap: Duration::from_millis(4),
        }
    }

    /// Everything at once after a wait.
    pub fn at_once(first: Duration) -> Self {
        Self {
            first,
            gap: Duration::ZERO,
        }
    }
}
