//! One call of a test over real HTTP: sent as it is written, heard with the time of every piece.

use std::time::Duration;

use ::verify::{Arrival, Call, Exchange, Failure, LARGEST_BODY};
use base::{Clock, Timestamp};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use net::Upstream;
use route::Failure as Missed;
use serde_json::Value;

use crate::sites::Line;
use crate::sites::call::{Bounds, Call as Letter, End, Heard, Unheard};

/// Longest silence inside an answer. Genuine streams ping more often.
const SILENCE: Duration = Duration::from_secs(45);

/// Whom calls of one door go to.
#[derive(Clone, Debug)]
pub(super) struct Outlet {
    pub(super) line: Line,
    pub(super) client: Upstream,
}

impl Outlet {
    /// Sends a call and hears the answer to its end, however it ends.
    pub(super) async fn exchange(&self, call: &Call, clock: &dyn Clock) -> Exchange {
        let whole = Duration::from_millis(call.timeout_ms);
        let bounds = Bounds {
            head: whole,
            silence: SILENCE.min(whole),
            whole,
            bytes: LARGEST_BODY,
        };
        let started = clock.now();
        let heard = self
            .line
            .hear(&self.client, self.letter(call), bounds)
            .await;
        let mut exchange = match heard {
            Ok(heard) => of_heard(&heard, started),
            Err(unheard) => of_unheard(&unheard, started),
        };
        self.hide_key(&mut exchange);
        exchange
    }

    /// The request as it goes out: the site's own name of the model, and the key in the dialect's way.
    fn letter(&self, call: &Call) -> Letter {
        let mut headers = HeaderMap::new();
        for (name, value) in &call.request.headers {
            let name = HeaderName::try_from(name.as_str());
            let value = HeaderValue::try_from(value.as_str());
            if let (Ok(name), Ok(value)) = (name, value) {
                headers.insert(name, value);
            }
        }
        if let Some(secret) = self.line.secret() {
            let openai = ["/v1/chat/", "/v1/responses"];
            let bearer = openai
                .iter()
                .any(|path| call.request.path.starts_with(path));
            let (name, text) = match bearer {
                true => (AUTHORIZATION, format!("Bearer {secret}")),
                false => (HeaderName::from_static("x-api-key"), secret.to_owned()),
            };
            if let Ok(mut value) = HeaderValue::try_from(text) {
                value.set_sensitive(true);
                headers.insert(name, value);
            }
        }
        let mut body = call.request.body.clone();
        if let Some(model) = body.as_mut().and_then(|body| body.get_mut("model")) {
            let served = model
                .as_str()
                .map(|asked| self.line.model(asked).to_owned());
            *model = served.map_or(Value::Null, Value::String);
        }
        Letter {
            method: match call.request.method {
                ::verify::Method::Get => Method::GET,
                ::verify::Method::Post => Method::POST,
            },
            path: call.request.path.clone(),
            headers,
            body: body.map(|body| body.to_string()).unwrap_or_default().into(),
        }
    }

    /// A site that repeats the key must not bring it into a report. Lengths stay: arrivals count bytes.
    fn hide_key(&self, exchange: &mut Exchange) {
        let Some(secret) = self.line.secret().filter(|secret| !secret.is_empty()) else {
            return;
        };
        let finder = memchr::memmem::Finder::new(secret.as_bytes());
        let found: Vec<usize> = finder.find_iter(&exchange.body).collect();
        for start in found {
            exchange.body[start..start + secret.len()].fill(b'*');
        }
        for (_, value) in &mut exchange.headers {
            if value.contains(secret) {
                *value = value.replace(secret, "***");
            }
        }
    }
}

fn of_heard(heard: &Heard, started: Timestamp) -> Exchange {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    let mut bytes = 0;
    let arrivals = heard.pieces.iter().map(|piece| {
        bytes += piece.bytes.len();
        let at_ms = millis(piece.at);
        Arrival { at_ms, bytes }
    });
    Exchange {
        started,
        head_ms: Some(millis(heard.head)),
        ended_ms: millis(heard.whole),
        status: Some(heard.status.as_u16()),
        headers: heard.headers.iter().map(header).collect(),
        arrivals: arrivals.collect(),
        body: heard.body(),
        failure: match heard.end {
            End::Whole => None,
            End::Broke => Some(Failure::Reset),
            End::Silent | End::Late => Some(Failure::Timeout),
            End::Long => Some(Failure::TooLarge),
        },
    }
}

fn of_unheard(unheard: &Unheard, started: Timestamp) -> Exchange {
    let failure = match unheard.failure {
        Missed::NameNotFound => Failure::Dns,
        Missed::ConnectFailed
        | Missed::ConnectTimeout
        | Missed::NetworkUnreachable
        | Missed::ProxyRefused => Failure::Connect,
        Missed::TlsFailed | Missed::CertificateNotTrusted => Failure::Tls,
        Missed::FirstByteTimeout => Failure::Timeout,
        Missed::ConnectionReset => Failure::Reset,
        _ => Failure::Other,
    };
    Exchange {
        started,
        ended_ms: millis(unheard.after),
        failure: Some(failure),
        ..Exchange::default()
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
