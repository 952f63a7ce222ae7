//! One request on its way.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use base::{ExchangeId, Timestamp};
use bytes::Bytes;
use http::Method;
use wire::{Dialect, Rest, Summary};

use crate::header_list::HeaderList;
use crate::live::Live;

/// Who calls.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Whether the credentials it sent are Relayscope's own access key, which never goes upstream.
    pub used_access_key: bool,
}

/// What is known of a request when it has arrived, and a window on its progress.
///
/// `headers` and `query` hold the caller's secrets: whoever keeps or shows them redacts them first.
#[derive(Debug)]
pub struct Exchange {
    /// Its name.
    pub id: ExchangeId,
    /// Arrival, wall clock.
    pub started_at: Timestamp,
    /// Arrival; every time in µs counts from here.
    pub begin: Instant,
    /// Method.
    pub method: Method,
    /// Path and query as called.
    pub path: String,
    /// Dialect of the request.
    pub dialect: Dialect,
    /// Project of the caller.
    pub project: Option<String>,
    /// Calling program.
    pub client: Option<String>,
    /// Model, stream, session; see also [`Exchange::is_stream`] and [`Exchange::session`].
    pub summary: Summary,
    /// As the client sent them.
    pub headers: HeaderList,
    /// As the client sent it; see [`Exchange::body`].
    pub(crate) body: Mutex<Bytes>,
    /// Its length in bytes.
    pub body_bytes: u64,
    /// What happens now.
    pub live: Live,
}

impl Exchange {
    /// The request's body as the client sent it; empty once it was given up.
    pub fn body(&self) -> Bytes {
        self.body
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether the client asked for a stream.
    pub fn is_stream(&self) -> bool {
        self.summary.rest(&self.body()).stream
    }

    /// Session of the client.
    pub fn session(&self) -> Option<&str> {
        self.summary.rest(&self.body()).session.as_deref()
    }

    /// Both, for a thread that gives way to everybody: the task that carries the request never waits for it.
    pub fn stream_and_session(&self) -> Cow<'_, Rest> {
        self.summary.look(&self.body())
    }

    /// Gives the body up, so that its memory is free before the exchange is. `stream`: whether the answer
    /// was one; there is no time now to look for what the body says of it.
    pub fn drop_body(&self, stream: bool) {
        self.summary.settle(stream);
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = Bytes::new();
    }

    /// Microseconds since the arrival.
    pub fn elapsed_us(&self) -> u64 {
        self.begin.elapsed().as_micros() as u64
    }
}
