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
use crate::route::{Candidate, Journey, Judgement, Refusal, Route, RouteAsk, Seen};
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

/// An error answer is read up to here before it is judged.
const ERROR_BYTES: u64 = 64 * 1024;

/// A stream is held back this far, and this long after its first event, while another place could still
/// be tried.
const PEEK_BYTES: u64 = 64 * 1024;
const PEEK_TIME: Duration = Duration::from_secs(1);

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
        let (parts, body) = request.into_parts();
        let (body, refused) = match self.is_on() {
            false => (Bytes::new(), Some(ProxyError::Off)),
            true => match whole(body, limits.body_mib).await {
                Ok(body) => (body, None),
                Err(error) => (Bytes::new(), Some(error)),
            },
        };
        let identity = self.route.identify(&parts.headers);
        let caller = Caller {
            used_access_key: caller.used_access_key || identity.is_local_key,
        };
        let header = |name: &str| parts.headers.get(name).and_then(header_value);
        let project = place.project.clone().or_else(|| header("x-project-id"));
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
            project: project.or(identity.project),
            client: agent.and_then(wire::client::name),
            summary: Summary::of(&parts.headers, &body),
            method: parts.method,
            headers: headers::owned(&parts.headers),
            body_bytes: body.len() as u64,
            body: Mutex::new(body),
            live: Live::default(),
        });
        self.observer.started(&exchange);
        let mut ending = Ending::new(exchange.clone(), self.observer.clone());
        let answer = match refused {
            Some(error) => Err(error.into()),
            None => {
                self.answer(&exchange, &place, &caller, &limits, &mut ending)
                    .await
            }
        };
        match answer {
            Ok((parts, tee)) => self.pass_on(&exchange, parts, tee, &limits, ending).await,
            Err(refused) => {
                let response = refuse(place.dialect, &refused, &id.to_string());
                ending.draft.status = Some(response.status().as_u16());
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
        place: &Place,
        caller: &Caller,
        limits: &Limits,
        ending: &mut Ending,
    ) -> Result<(http::response::Parts, Tee), Refusal> {
        ending.draft.times.received = exchange.elapsed_us();
        let mut journey = self.route.begin(&RouteAsk {
            dialect: exchange.dialect,
            path: &place.path,
            headers: &exchange.headers,
            summary: &exchange.summary,
            project: exchange.project.as_deref(),
        })?;
        ending.draft.times.planned = Some(exchange.elapsed_us());
        let mut last = ProxyError::BadUpstream("there is no upstream to try".to_owned());
        while let Some(candidate) = journey.next() {
            let outgoing = outgoing(exchange, place, &candidate, caller)?;
            let has_other = journey.has_other();
            let result = self
                .attempt(exchange, &candidate, outgoing, has_other, limits, ending)
                .await;
            let elapsed = exchange.begin.elapsed();
            let judgement = match &result {
                Err(error) => journey.judge(&Seen::Failed(error), elapsed),
                Ok((parts, tee)) => judge(&mut *journey, exchange, parts, tee, elapsed),
            };
            let (cause, wait, retry_after) = match judgement {
                Judgement::PassOn { cause, retry_after } => (cause, None, retry_after),
                Judgement::Next { cause, wait } => (Some(cause), Some(wait), None),
            };
            if let (Some(attempt), Some(cause)) = (ending.draft.attempts.last_mut(), cause) {
                attempt.cause = Some(cause);
            }
            match (wait, result) {
                (None, Ok((mut parts, tee))) => {
                    if let Some(seconds) = retry_after {
                        put(&mut parts.headers, "retry-after", &seconds.to_string());
                    }
                    ending.journey = Some(journey);
                    return Ok((parts, tee));
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
        }
        Err(last.into())
    }

    /// One try: its head, and its body as far as it has to be known before it can be passed on.
    async fn attempt(
        &self,
        exchange: &Arc<Exchange>,
        candidate: &Candidate,
        outgoing: Outgoing,
        has_other: bool,
        limits: &Limits,
        ending: &mut Ending,
    ) -> Result<(http::response::Parts, Tee), ProxyError> {
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
            why: candidate.why.clone(),
            ..Attempt::default()
        });
        let upstream = candidate.way.as_ref().unwrap_or(&self.upstream);
        let sent = tokio::time::timeout(limits.first_byte, upstream.send(outgoing.request));
        let host = candidate.base.host().to_owned();
        let result = match sent.await {
            Ok(result) => result.map_err(ProxyError::Upstream),
            Err(_) => Err(ProxyError::FirstByteTimeout {
                host: host.clone(),
                seconds: limits.first_byte.as_secs(),
            }),
        };
        let at_us = exchange.elapsed_us();
        let attempt = draft.attempts.last_mut();
        let took_us = at_us - begun;
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => {
                if let Some(attempt) = attempt {
                    (attempt.took_us, attempt.cause) = (took_us, Some(error.code().to_owned()));
                }
                return Err(error);
            }
        };
        let status = answer.response.status();
        if let Some(attempt) = attempt {
            (attempt.took_us, attempt.status) = (took_us, Some(status.as_u16()));
        }
        draft.times.head = Some(at_us);
        let connection = connection(&answer);
        // A new connection had to be opened before anything could be sent on it.
        let opening = [connection.dns_us, connection.connect_us, connection.tls_us];
        draft.times.sent = Some(begun + opening.into_iter().flatten().sum::<u64>());
        draft.connection = Some(connection);
        exchange.live.head(status.as_u16(), at_us);
        let (parts, incoming) = answer.response.into_parts();
        let recording = Recording::new(exchange.dialect, &parts.headers, limits.record_bytes);
        let mut tee = Tee::new(exchange.clone(), incoming, recording, host, limits.idle);
        if status.is_client_error() || status.is_server_error() {
            tee.hold(ERROR_BYTES).await;
        } else if tee.recording().is_whole() {
            tee.hold(HELD_BYTES).await;
        } else if has_other && tee.recording().is_stream() {
            tee.peek(PEEK_BYTES, PEEK_TIME).await;
        } else if has_other && status == StatusCode::OK && exchange.dialect != Dialect::Other {
            // Its first bytes show whether it is a page, or a stream by another name.
            tee.hold(1).await;
            if tee.recording().is_stream() {
                tee.peek(PEEK_BYTES, PEEK_TIME).await;
            }
        }
        Ok((parts, tee))
    }

    /// The answer's head with our own headers, and its body with someone reading along.
    async fn pass_on(
        &self,
        exchange: &Exchange,
        mut parts: http::response::Parts,
        mut tee: Tee,
        limits: &Limits,
        mut ending: Ending,
    ) -> Response<ProxyBody> {
        parts.extensions.clear();
        let status = parts.status;
        ending.draft.status = Some(status.as_u16());
        ending.draft.response_headers = headers::owned(&parts.headers);
        headers::for_client(&mut parts.headers);
        let recording = tee.recording();
        let comment = limits.stream_cost_comment && recording.is_stream() && recording.is_plain();
        put(&mut parts.headers, "x-request-id", &exchange.id.to_string());
        if status == StatusCode::OK && exchange.dialect != Dialect::Other {
            let (usage, basis) = match recording.usage() {
                (usage, UsageBasis::Exact) => (usage, "exact"),
                _ => (estimate(exchange), "estimate"),
            };
            let model = exchange.summary.model.as_deref();
            let model = recording.fold.model.as_deref().or(model);
            if let Some(cost) =
                model.and_then(|model| self.observer.cost(model, &usage, exchange.started_at))
            {
                put(&mut parts.headers, "x-total-cost-usd", &cost.usd);
                put(&mut parts.headers, "x-total-cost-cny", &cost.cny);
                put(&mut parts.headers, "x-cost-basis", basis);
            }
        }
        tee.attach(ending, if comment { Some(cost_comment) } else { None });
        Response::from_parts(parts, ProxyBody::Tee(Box::new(tee)))
    }
}

/// What an answer means for the place that gave it. A stream has been looked into only where another
/// place could still be tried.
fn judge(
    journey: &mut dyn Journey,
    exchange: &Exchange,
    parts: &http::response::Parts,
    tee: &Tee,
    elapsed: Duration,
) -> Judgement {
    let (status, headers) = (parts.status, &parts.headers);
    let recording = tee.recording();
    if status.is_client_error() || status.is_server_error() {
        let body = recording.beginning();
        return journey.judge(
            &Seen::Answered {
                status,
                headers,
                body: &body,
            },
            elapsed,
        );
    }
    if let Some(error) = recording
        .fold
        .error
        .as_ref()
        .filter(|_| !recording.fold.has_content)
    {
        let body = error.to_json();
        return journey.judge(
            &Seen::Answered {
                status,
                headers,
                body: &body,
            },
            elapsed,
        );
    }
    let over = matches!(tee.ended(), Some(None));
    let known = status == StatusCode::OK && exchange.dialect != Dialect::Other;
    let wrong = match () {
        () if known && recording.is_page() => Some("not_the_api"),
        () if !known || !over || recording.fold.has_content => None,
        () if recording.bytes == 0 => Some("empty_answer"),
        () if recording.is_whole() && recording.fold.model.is_none() => Some("not_the_api"),
        () if recording.is_stream() && recording.fold.model.is_none() => Some("not_the_api"),
        () => None,
    };
    match wrong {
        Some(cause) => journey.judge(&Seen::Wrong(cause), elapsed),
        None => journey.judge(
            &Seen::Answered {
                status,
                headers,
                body: &[],
            },
            elapsed,
        ),
    }
}

/// Our refusal, or the upstream's own last words.
fn refuse(dialect: Dialect, refused: &Refusal, id: &str) -> Response<ProxyBody> {
    let mut response = match &refused.said {
        None => refusal(dialect, &refused.error, id),
        Some(said) => {
            let mut response = Response::new(ProxyBody::Own(Some(said.body.clone())));
            *response.status_mut() = said.status;
            if let Some(kind) = &said.content_type {
                response
                    .headers_mut()
                    .insert(http::header::CONTENT_TYPE, kind.clone());
            }
            put(response.headers_mut(), "x-request-id", id);
            response
        }
    };
    if let Some(seconds) = refused.retry_after {
        put(response.headers_mut(), "retry-after", &seconds.to_string());
    }
    response
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
