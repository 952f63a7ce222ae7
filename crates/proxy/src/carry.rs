//! The life of a request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use base::{Clock, ExchangeId};
use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, Request, Response};
use http_body::Body;
use net::Upstream;
use wire::Summary;

use crate::attempt::Answered;
use crate::body::ProxyBody;
use crate::budget::Budget;
use crate::count;
use crate::ending::Ending;
use crate::error::ProxyError;
use crate::exchange::{Caller, Exchange};
use crate::finish::Outcome;
use crate::header_list::HeaderList;
use crate::intake::{Place, header_value};
use crate::judge::{judge, taught};
use crate::live::Live;
use crate::observer::Observer;
use crate::outgoing::outgoing;
use crate::pass_on::{exhausted, refuse};
use crate::request_body::whole;
use crate::respond::{REQUEST_ID, put};
use crate::route::{Judgement, Refusal, Route, RouteAsk, Seen};

static PROJECT: HeaderName = HeaderName::from_static("x-project-id");

/// What a user can set.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest request body, MiB.
    pub body_mib: usize,
    /// Longest silence inside a request body; zero for no limit.
    pub request_idle: Duration,
    /// Until the answer's head.
    pub first_byte: Duration,
    /// Longest silence inside an answer; zero for no limit.
    pub idle: Duration,
    /// Bytes of an answer that are recorded.
    pub record_bytes: usize,
    /// Bytes that the records of all running answers may take together. The beginning of each is kept in any
    /// case, and so are documents of moderate size.
    pub record_together_bytes: usize,
    /// Whether streams end with a comment that tells the cost.
    pub stream_cost_comment: bool,
}

/// What the client is answered with.
enum Carried {
    /// What an upstream answered.
    Upstream(Box<Answered>),
    /// Ours.
    Own(Response<ProxyBody>),
}

/// Carries requests. Cheap to share.
pub struct Proxy {
    upstream: Upstream,
    route: Arc<dyn Route>,
    pub(crate) observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    limits: ArcSwap<Limits>,
    pub(crate) budget: Arc<Budget>,
    on: AtomicBool,
}

impl Proxy {
    /// A proxy that is switched on.
    pub fn new(
        upstream: Upstream,
        route: Arc<dyn Route>,
        observer: Arc<dyn Observer>,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Self {
        let limits = ArcSwap::from_pointee(limits);
        Self {
            upstream,
            route,
            observer,
            clock,
            limits,
            budget: Arc::default(),
            on: AtomicBool::new(true),
        }
    }

    /// Whether requests are carried.
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Switches on or off; what runs goes on.
    pub fn switch(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }

    /// Holds from the next request on.
    pub fn set_limits(&self, limits: Limits) {
        self.limits.store(Arc::new(limits));
    }

    /// The client of this proxy, to send it another way.
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Carries one request. Dropping the future means that the client left.
    pub async fn carry<B>(
        &self,
        request: Request<B>,
        place: Place,
        caller: Caller,
    ) -> Response<ProxyBody>
    where
        B: Body<Data = Bytes>,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let id = ExchangeId::new();
        let (begin, started_at) = (Instant::now(), self.clock.now());
        let limits = self.limits.load_full();
        let (parts, body) = request.into_parts();
        let (body, refused) = match self.is_on() {
            false => (Bytes::new(), Some(ProxyError::Off)),
            true if place.is_stray => {
                let path = parts.uri.path().to_owned();
                (Bytes::new(), Some(ProxyError::UnknownPath(path)))
            }
            true => match whole(body, limits.body_mib, limits.request_idle).await {
                Ok(body) => (body, None),
                Err(error) => (Bytes::new(), Some(error)),
            },
        };
        let identity = self.route.identify(&parts.headers);
        let caller = Caller {
            used_access_key: caller.used_access_key || identity.is_local_key,
        };
        let named = parts.headers.get(&PROJECT).and_then(header_value);
        let project = place.project.clone().or(named);
        let agent = parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        let exchange = Arc::new(Exchange {
            id,
            started_at,
            begin,
            path: parts
                .uri
                .path_and_query()
                .map_or_else(String::new, |path| path.as_str().to_owned()),
            dialect: place.dialect,
            project: project.or(identity.project),
            client: agent.and_then(wire::client::name),
            summary: Summary::of(&parts.headers, &body),
            method: parts.method,
            headers: HeaderList::of(&parts.headers),
            body_bytes: body.len() as u64,
            body: Mutex::new(body),
            live: Live::default(),
        });
        self.observer.started(&exchange);
        let mut ending = Ending::new(exchange.clone(), self.observer.clone());
        let answer = match refused {
            Some(error) => Err(error.into()),
            None => {
                self.answer(
                    &exchange,
                    parts.headers,
                    &place,
                    &caller,
                    &limits,
                    &mut ending,
                )
                .await
            }
        };
        match answer {
            Ok(Carried::Upstream(answered)) => self.pass_on(&exchange, *answered, &limits, ending),
            Ok(Carried::Own(mut response)) => {
                put(response.headers_mut(), &REQUEST_ID, id.to_string());
                ending.draft().status = Some(response.status().as_u16());
                ending.conclude(Outcome::Done, None, None);
                response
            }
            Err(refused) => {
                let response = refuse(place.dialect, &refused, &id.to_string());
                ending.draft().status = Some(response.status().as_u16());
                ending.conclude(Outcome::Error, Some(refused.error), None);
                response
            }
        }
    }

    /// Tries one place after the other until one has an answer to pass on. Nothing has reached the
    /// client before this returns.
    async fn answer(
        &self,
        exchange: &Arc<Exchange>,
        headers: HeaderMap,
        place: &Place,
        caller: &Caller,
        limits: &Limits,
        ending: &mut Ending,
    ) -> Result<Carried, Refusal> {
        ending.draft().times.received = exchange.elapsed_us();
        let mut journey = self.route.begin(&RouteAsk {
            dialect: exchange.dialect,
            path: &place.path,
            headers: &headers,
            summary: &exchange.summary,
            body: &exchange.body(),
            project: exchange.project.as_deref(),
        })?;
        ending.draft().times.planned = Some(exchange.elapsed_us());
        let mut last = ProxyError::BadUpstream("there is no upstream to try".to_owned());
        let mut unsent = Some(headers);
        let mut next = journey.next();
        while let Some(candidate) = next {
            if place.is_count() && candidate.speak.is_some() {
                return Ok(Carried::Own(count::answer(exchange, &candidate).await?));
            }
            let headers = unsent.take().unwrap_or_else(|| exchange.headers.to_map());
            let outgoing = outgoing(exchange, place, &candidate, caller, headers)?;
            let has_other = journey.has_other();
            let result = self
                .attempt(exchange, &candidate, outgoing, has_other, limits, ending)
                .await;
            let elapsed = exchange.begin.elapsed();
            if let Ok(answered) = &result
                && let Some(taught) = taught(exchange, &candidate, answered)
                && let Some(again) = journey.learned(&taught)
            {
                note_cause(ending, taught.code());
                next = Some(again);
                continue;
            }
            let judgement = match &result {
                Err(error) => journey.judge(&Seen::Failed(error), elapsed),
                Ok(answered) => judge(&mut *journey, answered, elapsed),
            };
            let (cause, wait, retry_after) = match judgement {
                Judgement::PassOn { cause, retry_after } => (cause, None, retry_after),
                Judgement::Next { cause, wait } => (Some(cause), Some(wait), None),
            };
            if let Some(cause) = cause {
                note_cause(ending, &cause);
            }
            match (wait, result) {
                (None, Ok(mut answered)) => {
                    if let Some(seconds) = retry_after {
                        exhausted(&mut answered.parts.headers, seconds);
                    }
                    if place.is_count() && count::is_missing(&answered) {
                        return Ok(Carried::Own(count::answer(exchange, &candidate).await?));
                    }
                    ending.journey = Some(journey);
                    return Ok(Carried::Upstream(Box::new(answered)));
                }
                (None, Err(error)) => return Err(error.into()),
                (Some(wait), result) => {
                    if let Err(error) = result {
                        last = error;
                    }
                    if !wait.is_zero() {
                        tokio::time::sleep(wait).await;
                    }
                }
            }
            next = journey.next();
        }
        Err(last.into())
    }
}

fn note_cause(ending: &mut Ending, cause: &str) {
    if let Some(attempt) = ending.draft().attempts.last_mut() {
        attempt.cause = Some(cause.to_owned());
    }
}
