//! The pooled client of the proxy's hot path.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{Extensions, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::connect::{Connector, Plan};
use crate::error::NetError;
use crate::facts::ConnectionFacts;
use crate::outbound::Outbound;
use crate::own::OwnAddresses;

/// How long an idle connection is kept: saves a TCP and TLS handshake (2 round trips) per call.
const IDLE: Duration = Duration::from_secs(90);

/// Flow-control window of HTTP/2. The standard's 64 KiB stalls large prompts on distant hosts.
const WINDOW: u32 = 4 * 1024 * 1024;

/// Time to reach an upstream: name look-up, connect, tunnel and TLS together.
#[derive(Clone, Copy, Debug)]
pub struct ConnectTimeout(pub Duration);

/// An answer's head and its still running body.
#[derive(Debug)]
pub struct Answer {
    /// As the upstream sent it.
    pub response: Response<Incoming>,
    /// The connection that carried it.
    pub facts: Option<ConnectionFacts>,
    /// Whether the connection was open before this call.
    pub reused: bool,
}

/// Calls upstreams over a shared pool. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Upstream {
    client: Client<Connector, Full<Bytes>>,
    plan: Arc<ArcSwap<Plan>>,
}

impl Upstream {
    /// A client that goes out this way and never calls our own addresses.
    pub fn new(outbound: Outbound, timeout: ConnectTimeout, own: OwnAddresses) -> Self {
        let plan = Arc::new(ArcSwap::from_pointee(Plan {
            outbound,
            timeout: timeout.0,
        }));
        let connector = Connector {
            plan: plan.clone(),
            own,
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http1_title_case_headers(false)
            .http2_initial_stream_window_size(WINDOW)
            .http2_initial_connection_window_size(WINDOW)
            .build(connector);
        Self { client, plan }
    }

    /// Goes out another way from the next connection on.
    pub fn reroute(&self, outbound: Outbound, timeout: ConnectTimeout) {
        self.plan.store(Arc::new(Plan {
            outbound,
            timeout: timeout.0,
        }));
    }

    /// Sends a request and waits for the answer's head. No redirect is followed, so that credentials
    /// never reach another host. When a connection from the pool turns out to be dead before the
    /// first byte of the answer, the request is sent once more on a fresh one.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, NetError> {
        let again = request.clone();
        let error = match self.client.request(request).await {
            Ok(response) => return Ok(answer(response)),
            Err(error) => error,
        };
        if died_in_the_pool(&error) {
            return self
                .client
                .request(again)
                .await
                .map(answer)
                .map_err(|error| describe(&error));
        }
        Err(describe(&error))
    }
}

fn answer(response: Response<Incoming>) -> Answer {
    let facts = response.extensions().get::<ConnectionFacts>().cloned();
    let reused = facts.as_ref().is_some_and(|facts| facts.count_call() > 0);
    Answer {
        response,
        facts,
        reused,
    }
}

/// Whether a connection that had carried calls before closed without answering this one.
fn died_in_the_pool(error: &hyper_util::client::legacy::Error) -> bool {
    let mut extras = Extensions::new();
    if let Some(connected) = error.connect_info() {
        connected.get_extras(&mut extras);
    }
    let had_calls = extras
        .get::<ConnectionFacts>()
        .is_some_and(|facts| facts.calls() > 0);
    had_calls && matches!(describe(error), NetError::Closed { .. })
}

/// Finds our own error, or what hyper says, in the chain of causes.
fn describe(error: &hyper_util::client::legacy::Error) -> NetError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut last = error.to_string();
    while let Some(current) = cause {
        if let Some(ours) = current.downcast_ref::<NetError>() {
            return ours.clone();
        }
        last = current.to_string();
        if let Some(hyper) = current.downcast_ref::<hyper::Error>() {
            let closed = hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled();
            if hyper.is_parse() || hyper.is_parse_too_large() {
                return NetError::Protocol {
                    reason: hyper.to_string(),
                };
            }
            if closed {
                return NetError::Closed {
                    reason: hyper.to_string(),
                };
            }
        }
        cause = current.source();
    }
    NetError::Closed { reason: last }
}
