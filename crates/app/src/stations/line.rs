//! The line to a station: makes the calls that its kind describes, with limits on size and time.

use std::time::{Duration, Instant};

use base::Secret;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use net::{NetError, Upstream};
use station::{Address, Answer, Call, CallFailure, KEPT_HEADERS, Method, Reply, Transport};
use wire::encoding::Decoder;

use super::budget::Budget;

/// Answers whose cap is above this may take longer: logs of megabytes.
const LARGE: usize = 4 * 1024 * 1024;

/// So many times as long.
const LONGER: u32 = 3;

/// A line to one station. It sends secrets to that station's address only.
pub(super) struct Line<'a> {
    pub(super) upstream: Upstream,
    pub(super) address: Address,
    pub(super) key: Secret<String>,
    pub(super) account: Option<Secret<String>>,
    pub(super) user_agent: String,
    pub(super) budget: &'a Budget,
    /// Longest wait for an answer, from the first byte sent to the last received.
    pub(super) patience: Duration,
}

impl Transport for Line<'_> {
    async fn send(&self, call: &Call) -> Reply {
        let origin = &self.address.origin;
        self.budget
            .take(origin, call.bucket, Instant::now())
            .map_err(|wait| CallFailure::Budget {
                seconds: wait.as_secs().max(1),
            })?;
        let request = self.request(call).ok_or(CallFailure::Address)?;
        let patience = match call.cap > LARGE {
            true => self.patience * LONGER,
            false => self.patience,
        };
        let answered = tokio::time::timeout(patience, self.make(request, call.cap)).await;
        answered.map_err(|_| CallFailure::Timeout {
            seconds: patience.as_secs(),
        })?
    }
}

impl Line<'_> {
    /// The call with its secrets put in.
    fn request(&self, call: &Call) -> Option<Request<Full<Bytes>>> {
        let uri: http::Uri = self.address.url_of(call, &self.key).parse().ok()?;
        let body = call.body_for(&self.key).unwrap_or_default();
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.uri_mut() = uri;
        if call.method == Method::Post {
            *request.method_mut() = http::Method::POST;
        }
        let headers = request.headers_mut();
        for (name, value) in call.headers_for(&self.key, self.account.as_ref()) {
            let name = HeaderName::try_from(name).ok()?;
            let mut value = HeaderValue::try_from(value).ok()?;
            value.set_sensitive(base::redact::is_secret_header(name.as_str()));
            headers.insert(name, value);
        }
        let agent = HeaderValue::try_from(&self.user_agent).ok()?;
        headers.insert(http::header::USER_AGENT, agent);
        let encoding = HeaderValue::from_static("gzip");
        headers.insert(http::header::ACCEPT_ENCODING, encoding);
        Some(request)
    }

    async fn make(&self, request: Request<Full<Bytes>>, cap: usize) -> Reply {
        let begin = Instant::now();
        let answer = self.upstream.send(request).await;
        let (parts, mut incoming) = answer
            .map_err(|error| failure(&error))?
            .response
            .into_parts();
        let encoding = parts.headers.get(http::header::CONTENT_ENCODING);
        let encoding = encoding.and_then(|value| value.to_str().ok());
        let mut decoder = Decoder::up_to(encoding, cap);
        let is_plain = decoder.is_identity();
        let too_large = || CallFailure::TooLarge { cap: cap as u64 };
        let (mut body, mut received) = (Vec::new(), 0_usize);
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|_| CallFailure::Broken)?;
            let Ok(piece) = frame.into_data() else {
                continue;
            };
            received += piece.len();
            let decoded = decoder.feed(&piece);
            if received > cap || decoder.is_cut() {
                return Err(too_large());
            }
            body.extend_from_slice(&decoded);
        }
        if !is_plain && body.is_empty() && received > 0 {
            return Err(CallFailure::Encoding);
        }
        let kept = KEPT_HEADERS.iter().filter_map(|name| {
            let value = parts.headers.get(*name)?;
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            Some(((*name).to_owned(), text))
        });
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: kept.collect(),
            body,
            ms: begin.elapsed().as_millis() as u64,
        })
    }
}

fn failure(error: &NetError) -> CallFailure {
    match error {
        NetError::Resolve { .. } => CallFailure::Dns,
        NetError::Connect { .. } | NetError::Proxy { .. } => CallFailure::Connect,
        NetError::Tls { .. } => CallFailure::Tls,
        NetError::ConnectTimeout { seconds, .. } => CallFailure::Timeout { seconds: *seconds },
        NetError::SelfLoop { .. } => CallFailure::OwnAddress,
        NetError::Closed { .. } | NetError::Protocol { .. } => CallFailure::Broken,
    }
}
