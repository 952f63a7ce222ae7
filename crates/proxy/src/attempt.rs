//! One try: what an upstream answers, as far as it has to be known before it can be passed on.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use net::Answer;
use tokio::time::timeout_at;
use wire::Dialect;

use crate::carry::{Limits, Proxy};
use crate::ending::Ending;
use crate::error::ProxyError;
use crate::exchange::Exchange;
use crate::finish::{Attempt, Connection, Finish};
use crate::outgoing::{Outgoing, request};
use crate::recording::Recording;
use crate::route::Candidate;
use crate::tee::Tee;
use crate::translation::Translation;

/// A stream is held back this far, and this long after its first event, while another place could still
/// be tried.
const PEEK_BYTES: u64 = 64 * 1024;
const PEEK_TIME: Duration = Duration::from_secs(1);

/// An error answer is read up to here before it is judged.
const ERROR_BYTES: u64 = 64 * 1024;

/// A whole answer is held back up to this size, so that its head can tell the exact cost.
const HELD_BYTES: u64 = 4 * 1024 * 1024;

/// A whole answer that has to be translated is read up to this size.
const TRANSLATED_BYTES: u64 = 64 * 1024 * 1024;

/// What an upstream answered.
pub(crate) struct Answered {
    pub(crate) parts: http::response::Parts,
    /// Boxed at once: it passes through the hands of several futures.
    pub(crate) tee: Box<Tee>,
    /// How it was asked, where that was not in the caller's dialect.
    pub(crate) translation: Option<Translation>,
    /// The dialect of the answer.
    pub(crate) dialect: Dialect,
    /// It is a list of models in this dialect, to be turned into the other one.
    pub(crate) models_of: Option<Dialect>,
}

impl Proxy {
    /// One try: its head, and its body as far as it has to be known before it can be passed on.
    pub(crate) async fn attempt(
        &self,
        exchange: &Arc<Exchange>,
        candidate: &Arc<Candidate>,
        outgoing: Outgoing,
        has_other: bool,
        limits: &Limits,
        ending: &mut Ending,
    ) -> Result<Answered, ProxyError> {
        let begun = exchange.elapsed_us();
        let draft = ending.draft();
        draft.sent_headers = outgoing.headers;
        draft.upstream_url = Some(outgoing.url.clone());
        draft.times.sent = Some(begun);
        let spoken = outgoing
            .translation
            .as_ref()
            .map(|translation| translation.to);
        exchange.live.attempt(candidate, spoken);
        // Rarely more than one, and a list that grows makes room for four.
        draft.attempts.reserve_exact(1);
        draft.attempts.push(Attempt {
            site: candidate.site.clone(),
            key_label: candidate.key_label.clone(),
            why: candidate.why.clone(),
            ..Attempt::default()
        });
        let upstream = candidate.way.as_ref().unwrap_or(self.upstream());
        let deadline = exchange.begin + Duration::from_micros(begun) + limits.first_byte;
        let (url, headers, body) = (outgoing.url, &draft.sent_headers, outgoing.body);
        let again = || request(exchange, url, headers.to_map(), body);
        let sent = upstream.send_or_again(outgoing.request, again);
        let result = match timeout_at(deadline.into(), sent).await {
            Ok(result) => result.map_err(ProxyError::Upstream),
            Err(_) => Err(ProxyError::FirstByteTimeout {
                host: candidate.base.host().to_owned(),
                seconds: limits.first_byte.as_secs(),
            }),
        };
        let at_us = exchange.elapsed_us();
        let answer = noted(draft, begun, at_us, result)?;
        let (parts, incoming) = answer.response.into_parts();
        exchange.live.head(parts.status.as_u16(), at_us);
        let (translation, models_of) = (outgoing.translation, outgoing.models_of);
        let dialect = match &translation {
            Some(translation) => translation.to,
            None => exchange.dialect,
        };
        let recording = Recording::new(dialect, &parts.headers, limits, self.budget.clone());
        let tee = Tee::new(
            exchange.clone(),
            incoming,
            recording,
            candidate.clone(),
            limits.idle,
            at_us,
        );
        let mut answered = Answered {
            parts,
            tee: Box::new(tee),
            translation,
            dialect,
            models_of,
        };
        answered.hold_back(exchange, has_other).await;
        Ok(answered)
    }
}

impl Answered {
    /// Reads as far as has to be known before anything is passed on. `has_other`: there is another place to try.
    async fn hold_back(&mut self, exchange: &Exchange, has_other: bool) {
        let (status, tee) = (self.parts.status, &mut self.tee);
        let is_translated = self.translation.is_some();
        // Translated streams are always looked into: an early failure becomes an HTTP error.
        let look = has_other || is_translated;
        if status.is_client_error() || status.is_server_error() {
            tee.hold(ERROR_BYTES).await;
        } else if (is_translated && !exchange.is_stream()) || self.models_of.is_some() {
            tee.hold_all(TRANSLATED_BYTES).await;
        } else if tee.recording().is_whole() {
            tee.hold(HELD_BYTES).await;
        } else if look && tee.recording().is_stream() {
            tee.peek(PEEK_BYTES, PEEK_TIME).await;
        } else if look && status == StatusCode::OK && self.dialect != Dialect::Other {
            // Its first bytes show whether it is a page, or a stream by another name.
            tee.hold(1).await;
            if tee.recording().is_stream() {
                tee.peek(PEEK_BYTES, PEEK_TIME).await;
            }
        } else {
            tee.glance().await;
        }
    }
}

/// Writes down how the upstream took it; `begun` and `at_us` are microseconds of the exchange.
fn noted(
    draft: &mut Finish,
    begun: u64,
    at_us: u64,
    result: Result<Answer, ProxyError>,
) -> Result<Answer, ProxyError> {
    if let Some(attempt) = draft.attempts.last_mut() {
        attempt.took_us = at_us - begun;
        match &result {
            Ok(answer) => attempt.status = Some(answer.response.status().as_u16()),
            Err(error) => attempt.cause = Some(error.code().to_owned()),
        }
    }
    let answer = result?;
    draft.times.head = Some(at_us);
    let connection = connection(&answer);
    // A new connection had to be opened before anything could be sent on it.
    let opening = [connection.dns_us, connection.connect_us, connection.tls_us];
    draft.times.sent = Some(begun + opening.into_iter().flatten().sum::<u64>());
    draft.connection = Some(connection);
    Ok(answer)
}

fn connection(answer: &Answer) -> Connection {
    let protocol = match answer.response.version() {
        http::Version::HTTP_2 => "h2",
        http::Version::HTTP_10 => "http/1.0",
        _ => "http/1.1",
    };
    let facts = &answer.facts;
    let new = |duration: Duration| (!answer.reused).then_some(duration.as_micros() as u64);
    Connection {
        reused: answer.reused,
        dns_us: new(facts.dns()),
        connect_us: new(facts.connect()),
        tls_us: facts.tls().and_then(new),
        remote: facts.remote(),
        protocol: Some(protocol.into()),
        path: facts.path(),
    }
}
