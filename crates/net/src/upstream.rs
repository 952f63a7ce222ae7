//! The pooled client of the proxy's hot path.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Uri};
use http_body_util::Full;

use crate::answer::{Answer, AnswerBody};
use crate::connect::{Connector, Plan};
use crate::error::NetError;
use crate::http1::Http1;
use crate::http2::Http2;
use crate::outbound::Outbound;
use crate::own::OwnAddresses;
use crate::pool::{Open, Place, Pool};

/// Time to reach an upstream: name look-up, connect, tunnel and TLS together.
#[derive(Clone, Copy, Debug)]
pub struct ConnectTimeout(pub Duration);

/// Calls upstreams over a shared pool. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Upstream {
    connector: Connector,
    pool: Arc<Pool>,
}

impl Upstream {
    /// A client that goes out this way and never calls our own addresses.
    pub fn new(outbound: Outbound, timeout: ConnectTimeout, own: OwnAddresses) -> Self {
        let plan = ArcSwap::from_pointee(Plan {
            outbound,
            timeout: timeout.0,
        });
        Self {
            connector: Connector {
                plan: Arc::new(plan),
                own,
            },
            pool: Arc::default(),
        }
    }

    /// Goes out another way from the next connection on.
    pub fn reroute(&self, outbound: Outbound, timeout: ConnectTimeout) {
        self.connector.plan.store(Arc::new(Plan {
            outbound,
            timeout: timeout.0,
        }));
    }

    /// Sends a request and waits for the answer's head. No redirect is followed, so that credentials
    /// never reach another host. When a connection from the pool turns out to be dead before the
    /// first byte of the answer, the request is sent once more on a fresh one.
    ///
    /// # Errors
    /// See [`NetError`].
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, NetError> {
        let again = request.clone();
        self.send_or_again(request, || again).await
    }

    /// The same for callers who can make the request anew, which is rarely needed: a copy of its headers takes
    /// about as long as all else that is done here.
    ///
    /// # Errors
    /// See [`NetError`].
    pub async fn send_or_again(
        &self,
        request: Request<Full<Bytes>>,
        again: impl FnOnce() -> Request<Full<Bytes>>,
    ) -> Result<Answer, NetError> {
        let place = Place::of(request.uri()).ok_or_else(|| NetError::Protocol {
            reason: "the address has no host".to_owned(),
        })?;
        let Some(open) = self.pool.take(&place) else {
            return Box::pin(self.send_anew(place, request)).await;
        };
        let failed = match self.call(open, place.clone(), request).await {
            Ok(answer) => return Ok(answer),
            Err(error) => describe(&error),
        };
        match failed {
            NetError::Closed { .. } => Box::pin(self.send_anew(place, again())).await,
            failed => Err(failed),
        }
    }

    /// Sends a request over a new connection. Rare and large: callers box it, so that every other call's
    /// future stays small.
    async fn send_anew(
        &self,
        place: Place,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, NetError> {
        let line = self.connector.connect(request.uri()).await?;
        let failed = |error: hyper::Error| describe(&error);
        let open = if line.is_http2() {
            let shared = Http2::over(line).await.map_err(failed)?;
            self.pool.share(place.clone(), shared.clone());
            Open::Http2(shared)
        } else {
            let host = host(request.uri());
            Open::Http1(Box::new(Http1::over(line, host).await.map_err(failed)?))
        };
        self.call(open, place, request).await.map_err(failed)
    }

    async fn call(
        &self,
        open: Open,
        place: Place,
        mut request: Request<Full<Bytes>>,
    ) -> hyper::Result<Answer> {
        match open {
            Open::Http2(mut shared) => {
                let response = shared.sender.send_request(request).await?;
                Ok(Answer {
                    response: response.map(AnswerBody::shared),
                    reused: shared.facts.count_call() > 0,
                    facts: shared.facts,
                })
            }
            Open::Http1(mut connection) => {
                request.headers_mut().insert(HOST, connection.host.clone());
                leave_path(request.uri_mut());
                let response = connection.call(request).await?;
                let facts = connection.facts.clone();
                let pool = self.pool.clone();
                let body = |incoming| AnswerBody::held(incoming, connection, place, pool);
                Ok(Answer {
                    response: response.map(body),
                    reused: facts.count_call() > 0,
                    facts,
                })
            }
        }
    }
}

/// HTTP/1.1 names the host in a header: without the port that the scheme implies.
fn host(address: &Uri) -> HeaderValue {
    let usual = match address.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => ":443",
        _ => ":80",
    };
    let authority = address.authority().map_or("", Authority::as_str);
    let named = authority.strip_suffix(usual).unwrap_or(authority);
    // An authority holds nothing that a header cannot.
    HeaderValue::from_str(named).unwrap_or(HeaderValue::from_static(""))
}

/// And the path alone in the first line.
fn leave_path(address: &mut Uri) {
    let path = std::mem::take(address).into_parts().path_and_query;
    *address = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
}

/// What hyper says, in our words.
fn describe(error: &hyper::Error) -> NetError {
    if error.is_parse() || error.is_parse_too_large() {
        return NetError::Protocol {
            reason: error.to_string(),
        };
    }
    let mut last: &dyn Error = error;
    if !(error.is_incomplete_message() || error.is_closed() || error.is_canceled()) {
        while let Some(cause) = last.source() {
            last = cause;
        }
    }
    NetError::Closed {
        reason: last.to_string(),
    }
}
