//! The life of a request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use base::{Clock, ExchangeId, Usage, UsageBasis};
use bytes::Bytes;
use http::header::USER_AGENT;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use net::{Answer, Upstream};
use wire::{Dialect, Summary};

use crate::attempt::{Outgoing, outgoing};
use crate::body::ProxyBody;
use crate::ending::Ending;
use crate::error::ProxyError;
use crate::exchange::{Caller, Exchange};
use crate::finish::{Attempt, Connection, Outcome};
use crate::headers;
use crate::intake::{Place, header_value};
use crate::live::Live;
use crate::observer::Observer;
use crate::recording::Recording;
use crate::respond::{put, refusal};
use crate::route::{Candidate, Route, RouteAsk};
use crate::tee::Tee;

/// What a user can set.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest request body, MiB.
    pub body_mib: usize,
    /// Until the answer's head.
    pub first_byte: Duration,
    /// Longest silence inside an answer; zero for no limit.
    pub idle: Duration,
    /// Bytes of an answer that are recorded.
    pub record_bytes: usize,
    /// Whether streams end with a comment that tells the cost.
    pub stream_cost_comment: bool,
}

/// A whole answer is held back up to this size, so that its head can tell the exact cost.
const HELD_BYTES: u64 = 4 * 1024 * 1024;

/// Carries requests. Cheap to share.
pub struct Proxy {
    upstream: Upstream,
    route: Arc<dyn Route>,
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    limits: ArcSwap<Limits>,
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
        if !self.is_on() {
            return refusal(place.dialect, &ProxyError::Off, &id.to_string());
        }
        let (parts, body) = request.into_parts();
        let body = match whole(body, limits.body_mib).await {
            Ok(body) => body,
            Err(error) => return refusal(place.dialect, &error, &id.to_string()),
        };
        let project = place.project.clone();
        let header = |name: &str| parts.headers.get(name).and_then(header_value);
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
                .map_or_else(String::new, ToString::to_string),
            dialect: place.dialect,
            project: project.or_else(|| header("x-project-id")),
            client: agent.and_then(wire::client::name),
            summary: Summary::of(&parts.headers, &body),
            method: parts.method,
            headers: parts.headers,
            body_bytes: body.len() as u64,
            body: Mutex::new(body),
            live: Live::default(),
        });
        self.observer.started(&exchange);
        let mut ending = Ending::new(exchange.clone(), self.observer.clone());
        match self
            .answer(&exchange, &place, &caller, &limits, &mut ending)
            .await
        {
            Ok(answer) => self.pass_on(exchange, answer, &limits, ending).await,
            Err(error) => {
                let response = refusal(place.dialect, &error, &id.to_string());
                ending.draft.status = Some(response.status().as_u16());
                ending.conclude(Outcome::Error, Some(error), None);
                response
            }
        }
    }

    /// Tries the candidates in turn until one answers.
    async fn answer(
        &self,
        exchange: &Exchange,
        place: &Place,
        caller: &Caller,
        limits: &Limits,
        ending: &mut Ending,
    ) -> Result<Answer, ProxyError> {
        ending.draft.times.received = exchange.elapsed_us();
        let candidates = self.route.plan(&RouteAsk {
            dialect: exchange.dialect,
            path: &place.path,
            headers: &exchange.headers,
            summary: &exchange.summary,
            project: exchange.project.as_deref(),
        })?;
        ending.draft.times.planned = Some(exchange.elapsed_us());
        let mut last = ProxyError::BadUpstream("there is no upstream to try".to_owned());
        for candidate in &candidates {
            let outgoing = outgoing(exchange, place, candidate, caller)?;
            match self
                .attempt(exchange, candidate, outgoing, limits, ending)
                .await
            {
                Ok(answer) => return Ok(answer),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn attempt(
        &self,
        exchange: &Exchange,
        candidate: &Candidate,
        outgoing: Outgoing,
        limits: &Limits,
        ending: &mut Ending,
    ) -> Result<Answer, ProxyError> {
        let begun = exchange.elapsed_us();
        let draft = &mut ending.draft;
        draft.sent_headers = outgoing.headers;
        draft.upstream_url = Some(outgoing.url);
        draft.times.sent = Some(begun);
        exchange
            .live
            .attempt(&candidate.site, candidate.key_label.as_deref());
        draft.attempts.push(Attempt {
            site: candidate.site.clone(),
            key_label: candidate.key_label.clone(),
            status: None,
            cause: None,
            took_us: 0,
        });
        let sent = tokio::time::timeout(limits.first_byte, self.upstream.send(outgoing.request));
        let result = match sent.await {
            Ok(result) => result.map_err(ProxyError::Upstream),
            Err(_) => Err(ProxyError::FirstByteTimeout {
                host: candidate.base.host().to_owned(),
                seconds: limits.first_byte.as_secs(),
            }),
        };
        let at_us = exchange.elapsed_us();
        if let Some(attempt) = draft.attempts.last_mut() {
            attempt.took_us = at_us - begun;
            match &result {
                Ok(answer) => attempt.status = Some(answer.response.status().as_u16()),
                Err(error) => attempt.cause = Some(error.code().to_owned()),
            }
        }
        if let Ok(answer) = &result {
            draft.times.head = Some(at_us);
            draft.connection = Some(connection(answer));
            exchange.live.head(answer.response.status().as_u16(), at_us);
        }
        result
    }

    /// The answer's head with our own headers, and its body with someone reading along.
    async fn pass_on(
        &self,
        exchange: Arc<Exchange>,
        answer: Answer,
        limits: &Limits,
        mut ending: Ending,
    ) -> Response<ProxyBody> {
        let (mut parts, incoming) = answer.response.into_parts();
        parts.extensions.clear();
        let status = parts.status;
        ending.draft.status = Some(status.as_u16());
        ending.draft.response_headers = parts.headers.clone();
        headers::for_client(&mut parts.headers);
        let recording = Recording::new(exchange.dialect, &parts.headers, limits.record_bytes);
        let stream = recording.is_stream();
        let comment = limits.stream_cost_comment && stream && recording.is_plain();
        let whole = recording.is_whole();
        let mut tee = Tee::new(exchange.clone(), incoming, recording, ending, limits.idle);
        if whole {
            tee.hold(HELD_BYTES).await;
        }
        if comment {
            tee.set_comment(cost_comment);
        }
        put(&mut parts.headers, "x-request-id", &exchange.id.to_string());
        if status == StatusCode::OK && exchange.dialect != Dialect::Other {
            let (usage, basis) = match tee.recording().usage() {
                (usage, UsageBasis::Exact) => (usage, "exact"),
                _ => (estimate(&exchange), "estimate"),
            };
            let model = exchange.summary.model.as_deref();
            let model = tee.recording().fold.model.as_deref().or(model);
            if let Some(cost) =
                model.and_then(|model| self.observer.cost(model, &usage, exchange.started_at))
            {
                put(&mut parts.headers, "x-total-cost-usd", &cost.usd);
                put(&mut parts.headers, "x-total-cost-cny", &cost.cny);
                put(&mut parts.headers, "x-cost-basis", basis);
            }
        }
        Response::from_parts(parts, ProxyBody::Tee(Box::new(tee)))
    }
}

/// What is known at the first byte of a stream: the size of the prompt.
fn estimate(exchange: &Exchange) -> Usage {
    let input = wire::fold::estimated_tokens(exchange.body_bytes as usize) as u64;
    Usage {
        input,
        ..Usage::default()
    }
}

fn cost_comment(ending: &Ending, recording: &Recording) -> Option<Bytes> {
    let (usage, basis) = recording.usage();
    let exchange = &ending.exchange;
    let model = recording
        .fold
        .model
        .as_deref()
        .or(exchange.summary.model.as_deref())?;
    let cost = ending.observer.cost(model, &usage, exchange.started_at)?;
    let basis = if basis == UsageBasis::Exact {
        "exact"
    } else {
        "estimate"
    };
    Some(Bytes::from(format!(
        ": relayscope cost_usd={} cost_cny={} basis={basis}\n\n",
        cost.usd, cost.cny
    )))
}

/// The whole request body, or why there is none.
async fn whole<B>(body: B, limit_mib: usize) -> Result<Bytes, ProxyError>
where
    B: Body<Data = Bytes>,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let limit = limit_mib * 1024 * 1024;
    if body.size_hint().lower() > limit as u64 {
        return Err(ProxyError::TooLarge { limit_mib });
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ProxyError::TooLarge { limit_mib }),
        Err(_) => Err(ProxyError::RequestCut),
    }
}

fn connection(answer: &Answer) -> Connection {
    let protocol = match answer.response.version() {
        http::Version::HTTP_2 => "h2",
        http::Version::HTTP_10 => "http/1.0",
        _ => "http/1.1",
    };
    let Some(facts) = &answer.facts else {
        return Connection::default();
    };
    let new = |duration: Duration| (!answer.reused).then_some(duration.as_micros() as u64);
    Connection {
        reused: answer.reused,
        dns_us: new(facts.dns()),
        connect_us: new(facts.connect()),
        tls_us: facts.tls().and_then(new),
        remote: facts.remote().map(|remote| remote.to_string()),
        protocol: Some(protocol.to_owned()),
        path: facts.path().to_owned(),
    }
}
