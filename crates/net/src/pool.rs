//! Open connections that wait for their next call.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::http1::Http1;
use crate::http2::Http2;

/// How long an idle connection is kept: saves a TCP and TLS handshake (2 round trips) per call.
const IDLE: Duration = Duration::from_secs(90);

/// How often idle connections are looked at.
const TIDY: Duration = Duration::from_secs(15);

/// Where a connection leads.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    secure: bool,
    authority: Authority,
}

/// Letter by letter, which is quicker than `Authority`'s own comparison: base addresses are in lower case.
impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.secure == other.secure && self.authority.as_str() == other.authority.as_str()
    }
}

impl Eq for Place {}

impl Hash for Place {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.secure.hash(state);
        self.authority.as_str().hash(state);
    }
}

impl Place {
    /// `None` for an address without a host.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        Some(Self {
            secure: uri.scheme() == Some(&Scheme::HTTPS),
            authority: uri.authority()?.clone(),
        })
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) enum Open {
    /// For one call at a time.
    Http1(Box<Http1>),
    /// For many.
    Http2(Http2),
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    waiting: Mutex<HashMap<Place, Waiting>>,
    is_tidied: AtomicBool,
}

#[derive(Debug, Default)]
struct Waiting {
    /// The one that was used last is at the end, and is used next: the others may grow old.
    free: Vec<(Instant, Box<Http1>)>,
    shared: Option<(Instant, Http2)>,
}

impl Pool {
    fn waiting(&self) -> MutexGuard<'_, HashMap<Place, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that is open and can carry a call.
    pub(crate) fn take(&self, place: &Place) -> Option<Open> {
        let mut waiting = self.waiting();
        let here = waiting.get_mut(place)?;
        if let Some((used, shared)) = here.shared.as_mut().filter(|(_, shared)| shared.is_open()) {
            *used = Instant::now();
            return Some(Open::Http2(shared.clone()));
        }
        here.shared = None;
        while let Some((since, mut free)) = here.free.pop() {
            if since.elapsed() < IDLE && free.is_free() {
                return Some(Open::Http1(free));
            }
        }
        None
    }

    /// Keeps a connection for the next call. Whether it can carry one is seen when it is taken.
    pub(crate) fn put(self: &Arc<Self>, place: Place, used: Box<Http1>) {
        let mut waiting = self.waiting();
        let here = waiting.entry(place).or_default();
        here.free.push((Instant::now(), used));
        drop(waiting);
        self.keep_tidy();
    }

    /// Shares a connection with all further calls.
    pub(crate) fn share(self: &Arc<Self>, place: Place, connection: Http2) {
        let mut waiting = self.waiting();
        waiting.entry(place).or_default().shared = Some((Instant::now(), connection));
        drop(waiting);
        self.keep_tidy();
    }

    /// Closes what has waited too long, from now on and as long as the pool is used.
    fn keep_tidy(self: &Arc<Self>) {
        if self.is_tidied.swap(true, Ordering::Relaxed) {
            return;
        }
        let pool = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TIDY).await;
                let Some(pool) = pool.upgrade() else { return };
                pool.tidy(Instant::now());
            }
        });
    }

    fn tidy(&self, now: Instant) {
        let young = |since: Instant| now.saturating_duration_since(since) < IDLE;
        self.waiting().retain(|_, here| {
            here.free
                .retain_mut(|(since, free)| young(*since) && free.is_free());
            here.shared
                .take_if(|(used, shared)| !young(*used) || !shared.is_open());
            !here.free.is_empty() || here.shared.is_some()
        });
    }
}
