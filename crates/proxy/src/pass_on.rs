//! The answer on its way to the client.

use base::{Usage, UsageBasis};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use wire::translate::{self, ErrorAnswer, Memory, Pair, UpstreamError};
use wire::{Dialect, encoding};

use crate::attempt::Answered;
use crate::body::ProxyBody;
use crate::carry::{Limits, Proxy};
use crate::ending::Ending;
use crate::exchange::Exchange;
use crate::header_list::HeaderList;
use crate::headers;
use crate::observer::CostText;
use crate::recording::Recording;
use crate::respond::{COST_BASIS, COST_CNY, COST_USD, POOL_EXHAUSTED, REQUEST_ID, put, refusal};
use crate::route::{Refusal, Said};
use crate::tee::Tee;
use crate::translation::{TranslatedBody, Translation};

impl Proxy {
    /// The answer's head with our own headers, and its body with someone reading along.
    pub(crate) fn pass_on(
        &self,
        exchange: &Exchange,
        mut answered: Answered,
        limits: &Limits,
        mut ending: Ending,
    ) -> Response<ProxyBody> {
        let status = answered.parts.status;
        ending.draft().status = Some(status.as_u16());
        ending.draft().response_headers = HeaderList::of(&answered.parts.headers);
        answered.parts.extensions.clear();
        let costs = self.cost_headers(exchange, &answered, ending.site());
        let mut response = match answered.translation.take() {
            Some(translation) => translated(exchange, answered, translation, ending),
            None => as_it_came(answered, limits, ending),
        };
        let headers = response.headers_mut();
        put(headers, &REQUEST_ID, exchange.id.to_string());
        if let Some((cost, basis)) = costs {
            put(headers, &COST_USD, cost.usd);
            put(headers, &COST_CNY, cost.cny);
            put(headers, &COST_BASIS, basis);
        }
        response
    }

    /// What the answer costs, as far as it is known when its head goes out.
    fn cost_headers(
        &self,
        exchange: &Exchange,
        answered: &Answered,
        site: Option<&str>,
    ) -> Option<(CostText, &'static str)> {
        let recording = answered.tee.recording();
        if answered.parts.status != StatusCode::OK || answered.dialect == Dialect::Other {
            return None;
        }
        let (usage, basis) = match recording.usage() {
            (usage, UsageBasis::Exact) => (usage, "exact"),
            _ if recording.is_stream() => (estimate(exchange), "estimate"),
            // Too long to be held back.
            _ if recording.is_whole() && answered.tee.ended().is_none() => {
                (estimate(exchange), "estimate")
            }
            // It is all here and tells no usage, or it is no answer of a model.
            _ => return None,
        };
        let asked = exchange.summary.model.as_deref();
        let model = recording.fold.model.as_deref().or(asked);
        let at = exchange.started_at;
        let cost = self.observer.cost(site, model?, &usage, at)?;
        Some((cost, basis))
    }
}

/// The answer byte for byte; a list of models of another dialect is turned.
fn as_it_came(answered: Answered, limits: &Limits, ending: Ending) -> Response<ProxyBody> {
    let Answered {
        mut parts,
        mut tee,
        models_of,
        ..
    } = answered;
    if let Some(list) = models(&parts.headers, &tee, models_of) {
        tee.replace(ending);
        let mut response = Response::new(ProxyBody::Own(Some(Bytes::from(list))));
        describe(response.headers_mut(), "application/json", Vec::new());
        return response;
    }
    let recording = tee.recording();
    let comment = limits.stream_cost_comment && recording.is_stream() && recording.is_plain();
    headers::for_client(&mut parts.headers);
    tee.attach(ending, if comment { Some(cost_comment) } else { None });
    Response::from_parts(parts, ProxyBody::Tee(tee))
}

/// A list of models in the caller's dialect; `None` passes on what the upstream said.
fn models(headers: &HeaderMap, tee: &Tee, listed_in: Option<Dialect>) -> Option<Vec<u8>> {
    let listed_in = listed_in?;
    let encoding = headers.get(CONTENT_ENCODING);
    let encoding = encoding.and_then(|value| value.to_str().ok());
    let plain = encoding::decode(encoding, &tee.held())?;
    match listed_in {
        Dialect::Anthropic => translate::models::for_openai(&plain),
        _ => translate::models::for_anthropic(&plain),
    }
}

/// The answer in the caller's dialect.
fn translated(
    exchange: &Exchange,
    answered: Answered,
    translation: Translation,
    mut ending: Ending,
) -> Response<ProxyBody> {
    let Answered { parts, tee, .. } = answered;
    let memory = translation.memory.clone();
    ending.draft().translation = Some(translation);
    let encoding = parts.headers.get(CONTENT_ENCODING);
    let encoding = encoding.and_then(|value| value.to_str().ok());
    let further = translate::headers(&memory, &parts.headers);
    if parts.status.is_client_error() || parts.status.is_server_error() {
        let body = tee.recording().beginning();
        let told = UpstreamError {
            status: parts.status.as_u16(),
            headers: &parts.headers,
            body: &body,
        };
        let error = translate::error(&memory, &told);
        return instead(error, tee, ending);
    }
    if exchange.is_stream() {
        let mut body = TranslatedBody::new(tee, memory, encoding);
        body.begin();
        if let Some(error) = body.machine().failed_early().cloned() {
            return instead(error, body.into_tee(), ending);
        }
        body.commit();
        body.tee().attach(ending, None);
        let mut response = Response::new(ProxyBody::Translated(body));
        describe(response.headers_mut(), "text/event-stream", further);
        put(response.headers_mut(), &CACHE_CONTROL, "no-cache");
        return response;
    }
    if let Some(Some(error)) = tee.ended().cloned() {
        let response = refusal(exchange.dialect, &error, &exchange.id.to_string());
        ending.draft().status = Some(response.status().as_u16());
        tee.replace(ending);
        return response;
    }
    let plain = encoding::decode(encoding, &tee.held()).unwrap_or_default();
    match translate::answer(&memory, &plain) {
        Ok(json) => {
            tee.replace(ending);
            let mut response = Response::new(ProxyBody::Own(Some(Bytes::from(json))));
            describe(response.headers_mut(), "application/json", further);
            response
        }
        Err(error) => instead(error, tee, ending),
    }
}

/// An error in the caller's dialect instead of what the upstream sent.
fn instead(error: ErrorAnswer, tee: Box<Tee>, mut ending: Ending) -> Response<ProxyBody> {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_GATEWAY);
    ending.draft().status = Some(status.as_u16());
    tee.replace(ending);
    let mut response = Response::new(ProxyBody::Own(Some(Bytes::from(error.body))));
    *response.status_mut() = status;
    describe(response.headers_mut(), "application/json", error.headers);
    response
}

fn describe(
    headers: &mut HeaderMap,
    content_type: &'static str,
    further: Vec<(&'static str, String)>,
) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in further {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    headers.remove(CONTENT_LENGTH);
}

/// Our refusal, or the upstream's own last words.
pub(crate) fn refuse(dialect: Dialect, refused: &Refusal, id: &str) -> Response<ProxyBody> {
    let mut response = match &refused.said {
        None => refusal(dialect, &refused.error, id),
        Some(said) => repeated(dialect, said, id),
    };
    if let Some(seconds) = refused.retry_after {
        exhausted(response.headers_mut(), seconds);
    }
    response
}

/// No key is left: when the first one comes back, in seconds.
pub(crate) fn exhausted(headers: &mut HeaderMap, seconds: u64) {
    put(headers, &RETRY_AFTER, seconds.to_string());
    put(headers, &POOL_EXHAUSTED, "1");
}

/// What an upstream said to somebody before, for this caller.
fn repeated(dialect: Dialect, said: &Said, id: &str) -> Response<ProxyBody> {
    let mut response = match Pair::of(dialect, said.dialect) {
        Some(pair) => {
            let told = UpstreamError {
                status: said.status.as_u16(),
                headers: &HeaderMap::new(),
                body: &said.body,
            };
            let error = translate::error(&Memory::new(pair, id), &told);
            let mut response = Response::new(ProxyBody::Own(Some(Bytes::from(error.body))));
            *response.status_mut() = StatusCode::from_u16(error.status).unwrap_or(said.status);
            describe(response.headers_mut(), "application/json", error.headers);
            response
        }
        None => {
            let mut response = Response::new(ProxyBody::Own(Some(said.body.clone())));
            *response.status_mut() = said.status;
            if let Some(kind) = &said.content_type {
                response.headers_mut().insert(CONTENT_TYPE, kind.clone());
            }
            response
        }
    };
    put(response.headers_mut(), &REQUEST_ID, id.to_owned());
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
    let at = exchange.started_at;
    let cost = ending.observer.cost(ending.site(), model, &usage, at)?;
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
