//! Carries a run's calls to a site and its answers back. Waits are jumped over: the run's clock is moved, only
//! the moments of requests and answers are real.

use std::time::{Duration, Instant};

use base::{Clock, SystemClock};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use relayscope_verify::{Arrival, Call, Door, Exchange, Failure, LARGEST_BODY, Method, Run, Step};
use tokio::task::JoinSet;

type Http = Client<HttpConnector, Full<Bytes>>;

/// What was sent and what came back, in the order of arrival.
pub(crate) type Recording = Vec<(Call, Exchange)>;

/// Addresses behind the doors of a run.
#[derive(Clone, Debug)]
pub(crate) struct Doors {
    /// The site that is tested.
    pub(crate) site: String,
    /// Stands for the vendor, asked with a key of the user's own.
    pub(crate) official: String,
    /// Stands for a site that the user trusts.
    pub(crate) reference: String,
}

impl Doors {
    /// One site behind all of them.
    pub(crate) fn only(site: &str) -> Self {
        Self {
            site: site.to_owned(),
            official: site.to_owned(),
            reference: site.to_owned(),
        }
    }

    fn of(&self, door: Door) -> &str {
        match door {
            Door::Site => &self.site,
            Door::Official => &self.official,
            Door::Reference => &self.reference,
        }
    }
}

/// Drives a run to its end.
pub(crate) async fn drive(run: &mut Run, doors: &Doors, longest: Duration) -> Recording {
    let http: Http = Client::builder(TokioExecutor::new()).build_http();
    let mut under_way: JoinSet<(Call, Exchange)> = JoinSet::new();
    let mut recording = Recording::new();
    let mut skipped = 0;
    loop {
        match run.next(SystemClock.now().plus_micros(skipped)) {
            Step::Done => return recording,
            Step::Send(calls) => {
                for call in calls {
                    let (http, url) = (
                        http.clone(),
                        format!("{}{}", doors.of(call.door), call.request.path),
                    );
                    under_way.spawn(async move {
                        let exchange = exchange(&http, &url, &call, longest).await;
                        (call, exchange)
                    });
                }
            }
            Step::Wait { until } => match (under_way.join_next().await, until) {
                (Some(done), _) => {
                    let (call, exchange) = done.unwrap();
                    run.take(call.id, exchange.clone());
                    recording.push((call, exchange));
                }
                (None, Some(until)) => skipped = (until.0 - SystemClock.now().0).max(skipped) + 1,
                (None, None) => panic!("a run that waits for nothing"),
            },
        }
    }
}

async fn exchange(http: &Http, url: &str, call: &Call, longest: Duration) -> Exchange {
    let limit = longest.min(Duration::from_millis(call.timeout_ms));
    let mut exchange = Exchange {
        started: SystemClock.now(),
        ..Exchange::default()
    };
    let began = Instant::now();
    if tokio::time::timeout(limit, fill(http, url, call, &mut exchange, began))
        .await
        .is_err()
    {
        exchange.failure = Some(Failure::Timeout);
    }
    exchange.ended_ms = began.elapsed().as_secs_f64() * 1_000.0;
    exchange
}

async fn fill(http: &Http, url: &str, call: &Call, exchange: &mut Exchange, began: Instant) {
    let method = match call.request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
    };
    let mut request = http::Request::builder()
        .method(method)
        .uri(url)
        .header("x-api-key", "sk-made-up");
    for (name, value) in &call.request.headers {
        request = request.header(name, value);
    }
    let body = call
        .request
        .body
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let request = request.body(Full::from(body)).unwrap();
    let milliseconds = || began.elapsed().as_secs_f64() * 1_000.0;
    let answer = match http.request(request).await {
        Ok(answer) => answer,
        Err(error) => {
            exchange.failure = Some(if error.is_connect() {
                Failure::Connect
            } else {
                Failure::Reset
            });
            return;
        }
    };
    exchange.head_ms = Some(milliseconds());
    exchange.status = Some(answer.status().as_u16());
    exchange.headers = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let mut body = answer.into_body();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            exchange.failure = Some(Failure::Reset);
            return;
        };
        let Some(data) = frame.data_ref() else {
            continue;
        };
        let room = LARGEST_BODY - exchange.body.len();
        exchange
            .body
            .extend_from_slice(&data[..data.len().min(room)]);
        exchange.arrivals.push(Arrival {
            at_ms: milliseconds(),
            bytes: exchange.body.len(),
        });
        if data.len() > room {
            exchange.failure = Some(Failure::TooLarge);
            return;
        }
    }
}
