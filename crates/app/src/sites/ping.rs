//! Connectivity: every step timed, the last one a tiny real completion.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::Secret;
use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use wire::{Dialect, Fold, sse};

use super::book::Sites;
use super::check::{self, Whole};
use super::error::SiteError;
use super::routing::RoutedSite;
use crate::view::{ErrorView, Ping, PingStep};

/// Longest wait for the completion.
const PATIENCE: Duration = Duration::from_secs(60);

/// Names of cheap models: preferred for the one paid call.
const CHEAP: &[&str] = &["haiku", "mini", "nano", "flash", "luna", "lite"];

impl Sites {
    /// Tries a site step by step. Makes one tiny paid request.
    pub async fn ping(
        self: &Arc<Self>,
        id: &str,
        model: Option<String>,
    ) -> Result<Ping, SiteError> {
        let view = self.site(id)?;
        let routing = self.routing();
        let missing = || store::sites::SitesError::NoSuchSite(id.to_owned());
        let site = routing.find(&view.id).ok_or_else(missing)?;
        let usable = view
            .keys
            .iter()
            .find(|key| key.enabled && key.state != "invalid");
        let key = usable
            .or(view.keys.first())
            .map(|key| self.reveal_key(&key.id))
            .transpose()?;
        let mut ping = Ping {
            site: view.name.clone(),
            ok: false,
            steps: Vec::new(),
            model: None,
        };
        let Some(models) = self.ping_models(site, key.as_ref(), &mut ping).await else {
            return Ok(ping);
        };
        let Some(model) = model.or_else(|| choose(&models)) else {
            ping.steps.push(step(
                "completion",
                Err("the site lists no model: name one".to_owned()),
            ));
            return Ok(ping);
        };
        let dialect = match (&site.site.api[..], site.site.api_found.as_deref()) {
            ("openai", _) | ("auto", Some("openai")) => Dialect::OpenAiChat,
            ("auto" | "both", _) if !model.contains("claude") => Dialect::OpenAiChat,
            _ => Dialect::Anthropic,
        };
        self.ping_completion(site, key.as_ref(), &model, dialect, &mut ping)
            .await;
        ping.ok = ping.steps.iter().all(|step| step.ok);
        Ok(ping)
    }

    /// The way there, and the list of models.
    async fn ping_models(
        &self,
        site: &RoutedSite,
        key: Option<&Secret<String>>,
        ping: &mut Ping,
    ) -> Option<Vec<String>> {
        let begin = Instant::now();
        let secret = key.map(|key| key.reveal().as_str());
        let answer = self.get(site, "/v1/models", secret, None).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                let code = super::view::cause(failure.cause());
                let name = match failure {
                    route::Failure::NameNotFound => "dns",
                    route::Failure::TlsFailed | route::Failure::CertificateNotTrusted => "tls",
                    route::Failure::FirstByteTimeout | route::Failure::ConnectionReset => {
                        "first_byte"
                    }
                    _ => "connect",
                };
                ping.steps.push(PingStep {
                    step: name.to_owned(),
                    ok: false,
                    ms: Some(millis(begin.elapsed())),
                    detail: None,
                    error: Some(ErrorView {
                        code,
                        params: Vec::new(),
                        message: None,
                    }),
                });
                return None;
            }
        };
        ping.steps
            .extend(connection_steps(&answer, begin.elapsed()));
        let ids = model_ids(&answer.body);
        let ok = answer.status.is_success() && ids.is_some();
        let detail = match &ids {
            Some(ids) if ok => format!("{} models", ids.len()),
            _ => format!(
                "status {}: {}",
                answer.status.as_u16(),
                beginning(&answer.body)
            ),
        };
        ping.steps.push(PingStep {
            step: "models".to_owned(),
            ok,
            ms: Some(millis(begin.elapsed())),
            detail: Some(detail),
            error: None,
        });
        Some(ids.unwrap_or_default())
    }

    /// A completion of a few tokens, streamed.
    async fn ping_completion(
        &self,
        site: &RoutedSite,
        key: Option<&Secret<String>>,
        model: &str,
        dialect: Dialect,
        ping: &mut Ping,
    ) {
        let (path, body) = match dialect {
            Dialect::Anthropic => (
                "/v1/messages",
                json!({
                    "model": model, "max_tokens": 8, "stream": true,
                    "messages": [{"role": "user", "content": "Say hi."}],
                }),
            ),
            _ => (
                "/v1/chat/completions",
                json!({
                    "model": model, "max_completion_tokens": 16, "stream": true,
                    "messages": [{"role": "user", "content": "Say hi."}],
                }),
            ),
        };
        let begin = Instant::now();
        let read = self.stream(site, path, key, body, dialect);
        let seen = match tokio::time::timeout(PATIENCE, read).await {
            Ok(Ok(seen)) => seen,
            Ok(Err(says)) => return ping.steps.push(step("completion", Err(says))),
            Err(_) => {
                let says = format!("no answer within {} s", PATIENCE.as_secs());
                return ping.steps.push(step("completion", Err(says)));
            }
        };
        ping.model = seen.model.clone();
        let answered = seen.model.unwrap_or_else(|| model.to_owned());
        ping.steps.push(PingStep {
            step: "completion".to_owned(),
            ok: true,
            ms: Some(millis(begin.elapsed())),
            detail: Some(answered),
            error: None,
        });
        let streamed = seen.pieces > 1;
        ping.steps.push(PingStep {
            step: "stream".to_owned(),
            ok: seen.is_stream,
            ms: seen.first_token.map(millis),
            detail: Some(match (seen.is_stream, streamed) {
                (false, _) => "the answer came as one document".to_owned(),
                (true, false) => "all events came at once: the site may be buffering".to_owned(),
                (true, true) => format!("{} pieces", seen.pieces),
            }),
            error: None,
        });
    }

    async fn stream(
        &self,
        site: &RoutedSite,
        path: &str,
        key: Option<&Secret<String>>,
        body: Value,
        dialect: Dialect,
    ) -> Result<Streamed, String> {
        let uri = site.base.join(path).map_err(|error| error.to_string())?;
        let mut request = Request::new(Full::new(Bytes::from(body.to_string())));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = uri;
        let json = HeaderValue::from_static("application/json");
        request
            .headers_mut()
            .insert(http::header::CONTENT_TYPE, json);
        check::show_key(request.headers_mut(), key.map(|key| key.reveal().as_str()));
        let upstream = self.fresh_client(site, PATIENCE);
        let begin = Instant::now();
        let answer = upstream
            .send(request)
            .await
            .map_err(|error| error.to_string())?;
        let (parts, mut incoming) = answer.response.into_parts();
        let kind = parts.headers.get(http::header::CONTENT_TYPE);
        let is_stream = kind.is_some_and(|kind| {
            kind.to_str()
                .is_ok_and(|kind| kind.contains("event-stream"))
        });
        let (mut fold, mut parser) = (Fold::new(dialect), sse::Parser::new());
        let mut seen = Streamed {
            is_stream,
            pieces: 0,
            first_token: None,
            model: None,
        };
        let mut whole = Vec::new();
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| error.to_string())?;
            let Ok(piece) = frame.into_data() else {
                continue;
            };
            seen.pieces += 1;
            whole.extend_from_slice(&piece[..piece.len().min(64 * 1024)]);
            parser.feed(&piece, &mut |event| {
                if fold.event(&event).is_some() && seen.first_token.is_none() {
                    seen.first_token = Some(begin.elapsed());
                }
            });
        }
        if !parts.status.is_success() {
            return Err(format!(
                "status {}: {}",
                parts.status.as_u16(),
                beginning(&whole)
            ));
        }
        if !is_stream {
            fold.answer(&whole);
        }
        if let Some(error) = &fold.error {
            return Err(base::redact::text(&error.message).into_owned());
        }
        if !fold.has_content && fold.model.is_none() {
            return Err(format!(
                "this is no answer of a model: {}",
                beginning(&whole)
            ));
        }
        seen.model = fold.model;
        Ok(seen)
    }
}

struct Streamed {
    is_stream: bool,
    pieces: usize,
    first_token: Option<Duration>,
    model: Option<String>,
}

fn connection_steps(answer: &Whole, whole: Duration) -> Vec<PingStep> {
    let Some(facts) = &answer.facts else {
        return Vec::new();
    };
    let timed = |name: &str, time: Duration, detail: Option<String>| PingStep {
        step: name.to_owned(),
        ok: true,
        ms: Some(millis(time)),
        detail,
        error: None,
    };
    let remote = facts.remote().map(|remote| remote.to_string());
    let mut steps = vec![
        timed("dns", facts.dns(), None),
        timed("connect", facts.connect(), remote),
    ];
    steps.extend(facts.tls().map(|tls| timed("tls", tls, None)));
    steps.push(timed("first_byte", whole, Some(facts.path().to_owned())));
    steps
}

fn step(name: &str, result: Result<String, String>) -> PingStep {
    PingStep {
        step: name.to_owned(),
        ok: result.is_ok(),
        ms: None,
        detail: Some(result.unwrap_or_else(|says| says)),
        error: None,
    }
}

/// Ids in `{"data":[{"id":…}]}`, or in a bare list.
fn model_ids(body: &[u8]) -> Option<Vec<String>> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let list = json.get("data").unwrap_or(&json).as_array()?;
    Some(
        list.iter()
            .filter_map(|it| it.get("id")?.as_str().map(str::to_owned))
            .collect(),
    )
}

fn choose(models: &[String]) -> Option<String> {
    let cheap = |model: &&String| CHEAP.iter().any(|name| model.contains(name));
    models.iter().find(cheap).or(models.first()).cloned()
}

/// What an answer begins with, without secrets.
fn beginning(body: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(body).chars().take(200).collect();
    base::redact::text(text.trim()).into_owned()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
