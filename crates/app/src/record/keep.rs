//! One finished exchange as rows and bodies.

use base::UsageBasis;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use proxy::{Arrival, Exchange, Finish, HeaderList, Outcome};
use store::{NewBody, Side};
use wire::{Dialect, encoding};

use super::kept::Kept;
use super::lines::Lines;
use super::masked::masked;
use super::redact;
use crate::pricing::Pricing;
use crate::view::CostBasis;

/// Longest error text that is kept, in characters.
const LONGEST_MESSAGE: usize = 600;

/// Bytes of JSON that most details fit in.
const USUAL_DETAIL: usize = 4_096;

/// Everything about one finished exchange, ready to be written.
pub(super) struct Record {
    pub(super) row: store::Exchange,
    /// [`Kept`] as JSON.
    pub(super) detail: String,
    pub(super) bodies: Vec<NewBody<Bytes>>,
}

/// What may be kept of bodies.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyPolicy {
    pub(super) keep: bool,
    pub(super) limit: usize,
}

/// A request that has just arrived. `secrets`: its own.
pub(super) fn started(exchange: &Exchange, secrets: &[Vec<u8>]) -> store::Exchange {
    let asked = exchange.stream_and_session();
    let said = redact::Said::by(exchange, secrets);
    let session = asked.session.as_deref();
    store::Exchange {
        id: exchange.id.to_string(),
        started_at: exchange.started_at,
        outcome: "running".to_owned(),
        project: said.project,
        session: session.map(|session| redact::word(session, secrets)),
        client: said.client,
        dialect: exchange.dialect.name().to_owned(),
        method: exchange.method.to_string(),
        path: said.path,
        model: said.model,
        stream: asked.stream,
        cost_basis: "none".to_owned(),
        ..store::Exchange::default()
    }
}

/// The secrets of a request alone.
pub(super) fn own_secrets(exchange: &Exchange, lines: &mut Lines) -> Vec<Vec<u8>> {
    lines.secrets(&exchange.headers, &HeaderList::default(), &exchange.path)
}

/// What was asked, of a request that runs on: detail and body.
pub(super) fn asked(
    exchange: &Exchange,
    policy: BodyPolicy,
    lines: &mut Lines,
) -> (String, Vec<NewBody<Bytes>>) {
    let secrets = own_secrets(exchange, lines);
    let nothing = Finish::default();
    let kept = Kept {
        request_bytes: exchange.body_bytes,
        ..Kept::default()
    };
    let detail = detail(&kept, exchange, &nothing, &secrets, lines);
    let bodies = if policy.keep {
        bodies(exchange, &nothing, &secrets, policy.limit)
    } else {
        Vec::new()
    };
    (detail, bodies)
}

/// A request that is over. `dropped`: bodies of it were lost because the queue was full; what is left is kept.
pub(super) fn finished(
    exchange: &Exchange,
    finish: &mut Finish,
    dropped: bool,
    policy: BodyPolicy,
    pricing: &Pricing,
    lines: &mut Lines,
) -> Record {
    estimate_missing_usage(exchange, finish);
    let asked = exchange.summary.model.as_deref();
    let served = finish
        .model
        .as_deref()
        .filter(|served| Some(*served) != asked);
    let model = finish.model.as_deref().or(asked);
    let site = finish.attempts.last().map(|attempt| &*attempt.site);
    let (cost, explanation) = pricing.explained(
        site,
        model,
        &finish.usage,
        finish.usage_basis,
        exchange.started_at,
    );
    let secrets = lines.secrets(&exchange.headers, &finish.sent_headers, &exchange.path);
    let (error_code, error_params, error_message) = error(finish);
    let attempt = finish.attempts.last();
    let row = store::Exchange {
        outcome: finish.outcome.name().to_owned(),
        model_served: served.map(|model| redact::word(model, &secrets)),
        key_label: attempt.and_then(|attempt| Some(attempt.key_label.as_ref()?.to_string())),
        status: finish.status,
        usage: finish.usage,
        usage_basis: finish.usage_basis,
        cost_usd: cost.usd,
        list_usd: cost.list.filter(|list| Some(*list) != cost.usd),
        saved_usd: cost.saved,
        cost_basis: match cost.basis {
            CostBasis::Exact => "exact",
            CostBasis::Estimate => "estimate",
            CostBasis::Unpriced => "unpriced",
            CostBasis::None if was_answered(finish) => "unknown",
            CostBasis::None => "none",
            CostBasis::Unknown => "unknown",
        }
        .to_owned(),
        head_us: finish.times.head,
        first_token_us: finish.times.first_token,
        last_token_us: finish.times.last_token,
        duration_us: Some(finish.times.last_byte),
        attempts: finish.attempts.len() as u32,
        error_code,
        error_message: error_message.map(|text| clean_text(&text, &secrets)),
        bodies_dropped: dropped,
        site: site.map(str::to_owned),
        upstream_dialect: finish
            .translation
            .as_ref()
            .map(|translation| translation.to.name().to_owned()),
        ..started(exchange, &secrets)
    };
    let url = finish.upstream_url.as_ref().map(ToString::to_string);
    let told = |text: Option<String>| text.map(|text| redact::word(&text, &secrets));
    let kept = Kept {
        upstream_url: url.map(|url| redact::address(&url, &secrets)),
        request_bytes: exchange.body_bytes,
        response_bytes: finish.response_bytes,
        response_id: told(finish.response_id.take()),
        stop_reason: told(finish.stop_reason.take()),
        error_params: error_params
            .into_iter()
            .map(|(name, value)| (name, clean_text(&value, &secrets)))
            .collect(),
        times: finish.times,
        connection: finish.connection.take(),
        attempts: std::mem::take(&mut finish.attempts),
        pricing: explanation,
        translation: finish.translation.as_ref().map(Into::into),
        ..Kept::default()
    };
    let detail = detail(&kept, exchange, finish, &secrets, lines);
    let bodies = if policy.keep {
        bodies(exchange, finish, &secrets, policy.limit)
    } else {
        Vec::new()
    };
    Record {
        row,
        detail,
        bodies,
    }
}

/// [`Kept`] as JSON, with the lines of the headers.
fn detail(
    kept: &Kept,
    exchange: &Exchange,
    finish: &Finish,
    secrets: &[Vec<u8>],
    lines: &mut Lines,
) -> String {
    let mut text = Vec::with_capacity(USUAL_DETAIL);
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(&mut text, kept);
    let mut text = String::from_utf8(text).unwrap_or_default();
    text.pop();
    text.push(',');
    lines.write(
        &exchange.headers,
        &finish.sent_headers,
        &finish.response_headers,
        secrets,
        &mut text,
    );
    text.push('}');
    text
}

/// Whether a model may have worked: an answer began, or the client did not wait for one.
fn was_answered(finish: &Finish) -> bool {
    match finish.outcome {
        Outcome::ClientLeft | Outcome::Cut => finish.status.is_none_or(|status| status < 400),
        Outcome::Done | Outcome::Error | Outcome::ErrorInside | Outcome::Empty => false,
    }
}

fn clean_text(text: &str, secrets: &[Vec<u8>]) -> String {
    let short: String = text.chars().take(LONGEST_MESSAGE).collect();
    redact::word(&short, secrets)
}

/// What the upstream did not tell of the usage is counted here, and the usage stays marked as an estimate.
fn estimate_missing_usage(exchange: &Exchange, finish: &mut Finish) {
    let answered = match finish.outcome {
        Outcome::Done | Outcome::Cut | Outcome::ClientLeft => true,
        // Words came before the error.
        Outcome::ErrorInside => finish.content_bytes > 0,
        Outcome::Error | Outcome::Empty => false,
    };
    let is_told = finish.input_told && finish.output_told;
    if is_told || !answered || finish.status != Some(200) || exchange.dialect == Dialect::Other {
        return;
    }
    if !finish.input_told {
        finish.usage.input = request_tokens(exchange);
    }
    if !finish.output_told {
        let spoken = finish.translation.as_ref().map(|spoken| spoken.to);
        let counted = answer_tokens(spoken.unwrap_or(exchange.dialect), finish);
        finish.usage.output = finish.usage.output.max(counted);
    }
    finish.usage_basis = UsageBasis::Estimated;
}

/// Tokens of the request.
fn request_tokens(exchange: &Exchange) -> u64 {
    let encoding = exchange.headers.text(&CONTENT_ENCODING);
    let body = exchange.body();
    let counted = match encoding {
        None => wire::count::request(exchange.dialect, &body),
        Some(_) => encoding::decode(encoding, &body)
            .and_then(|plain| wire::count::request(exchange.dialect, &plain)),
    };
    counted.map_or_else(
        || wire::fold::estimated_tokens(exchange.body_bytes as usize) as u64,
        u64::from,
    )
}

/// Tokens of the answer: of the text that a stream stands for, or of the JSON.
fn answer_tokens(dialect: Dialect, finish: &Finish) -> u64 {
    let encoding = finish.response_headers.text(&CONTENT_ENCODING);
    let plain = encoding::decode(encoding, &finish.response_body).unwrap_or_default();
    let answer = if finish.content_bytes > 0 {
        wire::assemble::answer(dialect, &plain).json
    } else {
        serde_json::from_slice(&plain).unwrap_or_default()
    };
    let counted = wire::count::answer(dialect, &answer).map(u64::from);
    counted.unwrap_or(wire::fold::estimated_tokens(finish.content_bytes as usize) as u64)
}

/// Code, values and words of what went wrong.
fn error(finish: &Finish) -> (Option<String>, Vec<(String, String)>, Option<String>) {
    if let Some(error) = &finish.error {
        let host = finish
            .attempts
            .last()
            .map(|attempt| attempt.site.to_string());
        let params = host
            .map(|host| vec![("host".to_owned(), host)])
            .unwrap_or_default();
        return (
            Some(error.code().to_owned()),
            params,
            Some(error.to_string()),
        );
    }
    if let Some((kind, message)) = finish
        .inner_error
        .as_ref()
        .filter(|_| finish.outcome != Outcome::Error)
    {
        let params = vec![("kind".to_owned(), kind.clone())];
        return (
            Some("error_inside".to_owned()),
            params,
            Some(message.clone()),
        );
    }
    let status = finish.status.unwrap_or_default();
    match finish.outcome {
        Outcome::Error => {
            let params = vec![("status".to_owned(), status.to_string())];
            (
                Some("upstream_status".to_owned()),
                params,
                upstream_message(finish),
            )
        }
        Outcome::ErrorInside => {
            let kind = finish.response_headers.text(&CONTENT_TYPE);
            let kind = kind.unwrap_or("?").to_owned();
            (
                Some("not_the_api".to_owned()),
                vec![("content_type".to_owned(), kind)],
                None,
            )
        }
        Outcome::Empty => (Some("empty_answer".to_owned()), Vec::new(), None),
        Outcome::Done | Outcome::Cut | Outcome::ClientLeft => (None, Vec::new(), None),
    }
}

/// What the upstream's error answer says.
fn upstream_message(finish: &Finish) -> Option<String> {
    let encoding = finish.response_headers.text(&CONTENT_ENCODING);
    let body = encoding::decode(encoding, &finish.response_body)?;
    let json: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
    let told = json.as_ref().and_then(|json| {
        let error = json.get("error").unwrap_or(json);
        error.as_str().or_else(|| error.get("message")?.as_str())
    });
    let text = match told {
        Some(told) => told.to_owned(),
        None => String::from_utf8_lossy(&body).trim().to_owned(),
    };
    (!text.is_empty()).then_some(text)
}

fn bodies(
    exchange: &Exchange,
    finish: &Finish,
    secrets: &[Vec<u8>],
    limit: usize,
) -> Vec<NewBody<Bytes>> {
    let part = |side, headers: &HeaderList, body: Bytes, bytes, arrivals: &[Arrival]| {
        let kept = body.slice(..body.len().min(limit));
        masked(side, headers, kept, bytes, arrivals, secrets)
    };
    let request = exchange.body();
    let mut bodies = Vec::with_capacity(3);
    if !request.is_empty() {
        bodies.push(part(
            Side::Request,
            &exchange.headers,
            request,
            exchange.body_bytes,
            &[],
        ));
    }
    let sent = finish.translation.as_ref().map(|it| it.sent.clone());
    if let Some(sent) = sent.filter(|sent| !sent.is_empty()) {
        let bytes = sent.len() as u64;
        bodies.push(part(Side::Sent, &finish.sent_headers, sent, bytes, &[]));
    }
    if !finish.response_body.is_empty() {
        bodies.push(part(
            Side::Response,
            &finish.response_headers,
            finish.response_body.clone(),
            finish.response_bytes,
            &finish.arrivals,
        ));
    }
    bodies
}
