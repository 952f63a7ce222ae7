//! Where a request goes. The decision is somebody else's; these are its words.

use std::sync::Arc;
use std::time::Duration;

use base::Secret;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use net::{BaseUrl, Upstream};
use wire::count::Corrections;
use wire::translate::{Capabilities, Lesson};
use wire::{Dialect, Summary};

use crate::error::ProxyError;
use crate::finish::Why;

/// Chooses where requests go.
pub trait Route: Send + Sync + 'static {
    /// Who calls, as far as the caller's credentials tell.
    fn identify(&self, headers: &HeaderMap) -> Identity;

    /// Begins one request's way.
    fn begin(&self, ask: &RouteAsk<'_>) -> Result<Box<dyn Journey>, Refusal>;
}

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The project that a local client key belongs to.
    pub project: Option<String>,
    /// Whether the credentials are a local client key, which never goes upstream.
    pub is_local_key: bool,
}

/// What a route is chosen by.
#[derive(Debug)]
pub struct RouteAsk<'a> {
    /// The dialect of the request.
    pub dialect: Dialect,
    /// Path to call, for example `/v1/messages`.
    pub path: &'a str,
    /// Headers as the client sent them.
    pub headers: &'a HeaderMap,
    /// Model, stream, session.
    pub summary: &'a Summary,
    /// The body as the client sent it.
    pub body: &'a [u8],
    /// Project of the caller.
    pub project: Option<&'a str>,
}

/// One request's way through its attempts.
pub trait Journey: Send {
    /// The next place to try; `None` when there is no other.
    fn next(&mut self) -> Option<Arc<Candidate>>;

    /// Whether there would be another place after the present one: only then is it worth to hold an
    /// answer back until it shows whether it is one.
    fn has_other(&self) -> bool;

    /// What the present attempt brought means. Called once per attempt, before anything has reached the
    /// client.
    fn judge(&mut self, seen: &Seen<'_>, elapsed: Duration) -> Judgement;

    /// The present attempt showed what the place cannot do. Gives the same place again, to be spoken to in
    /// another way; `None` when the refusal stands.
    fn learned(&mut self, taught: &Taught) -> Option<Arc<Candidate>>;

    /// The request is over.
    fn end(&mut self, end: JourneyEnd);
}

/// What a refusal showed about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taught {
    /// Something that site and model cannot do.
    Lesson(Lesson),
    /// There is no Responses interface.
    NoResponses,
}

impl Taught {
    /// What the record calls it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Lesson(_) => "learned",
            Self::NoResponses => "no_responses_api",
        }
    }
}

/// What an attempt brought.
#[derive(Debug)]
pub enum Seen<'a> {
    /// No answer.
    Failed(&'a ProxyError),
    /// An answer; the body only where it is an error, and only its beginning.
    Answered {
        /// Its status.
        status: StatusCode,
        /// Its headers.
        headers: &'a HeaderMap,
        /// The beginning of an error's body, decoded; empty for a good answer.
        body: &'a [u8],
    },
    /// A 200 that is no answer: the cause as a code.
    Wrong(&'static str),
}

/// What to do with an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Pass it on.
    PassOn {
        /// What is wrong with it, if anything is.
        cause: Option<String>,
        /// When it is worth to come back, seconds: for the client, where the upstream did not say.
        retry_after: Option<u64>,
    },
    /// Try the next place after a pause.
    Next {
        /// What is wrong with this one.
        cause: String,
        /// The pause.
        wait: Duration,
    },
}

impl Judgement {
    /// Nothing is wrong.
    pub fn good() -> Self {
        Self::PassOn {
            cause: None,
            retry_after: None,
        }
    }

    /// Something is wrong, and nothing else is tried.
    pub fn wrong(cause: impl Into<String>) -> Self {
        Self::PassOn {
            cause: Some(cause.into()),
            retry_after: None,
        }
    }
}

/// How a request ended for the place that answered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JourneyEnd {
    /// Well.
    Done,
    /// The place failed after its answer had begun: the cause as a code.
    Failed(&'static str),
    /// The client left, or nothing can be said.
    Neutral,
}

/// One place to try.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Name of the site, or the host name where no site is configured.
    pub site: Arc<str>,
    /// Label of the key.
    pub key_label: Option<Arc<str>>,
    /// Its base address.
    pub base: BaseUrl,
    /// What to identify with.
    pub credentials: Credentials,
    /// The model to ask for, where it is not the one that the client named.
    pub model: Option<String>,
    /// How to speak to it, where it does not understand the caller's dialect.
    pub speak: Option<Speak>,
    /// What our token counts are corrected by.
    pub corrections: Arc<Corrections>,
    /// The way out, where it is not the general one.
    pub way: Option<Upstream>,
    /// Why this place was chosen.
    pub why: Option<Arc<Why>>,
}

/// How to speak to a place that does not understand the caller's dialect.
#[derive(Clone, Debug)]
pub struct Speak {
    /// The dialect it understands.
    pub dialect: Dialect,
    /// What site and model can do.
    pub capabilities: Arc<Capabilities>,
}

/// What a call identifies with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The caller's own headers go on unchanged.
    Caller,
    /// The caller's are dropped and this key is sent.
    Key(Secret<String>),
    /// The caller's are dropped and none is sent.
    None,
}

/// Why no place is tried at all.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// In our words.
    pub error: ProxyError,
    /// When it is worth to come back, seconds.
    pub retry_after: Option<u64>,
    /// What the upstream itself said last: the client gets that, where there is something.
    pub said: Option<Box<Said>>,
}

/// An upstream's own error answer.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its status.
    pub status: StatusCode,
    /// Its content type.
    pub content_type: Option<http::HeaderValue>,
    /// Its body.
    pub body: Bytes,
    /// The dialect that the upstream was spoken to in.
    pub dialect: Dialect,
}

impl From<ProxyError> for Refusal {
    fn from(error: ProxyError) -> Self {
        Self {
            error,
            retry_after: None,
            said: None,
        }
    }
}
