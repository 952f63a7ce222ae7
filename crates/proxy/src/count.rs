//! Counting a request's tokens here, where no upstream does.

use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use wire::Dialect;

use crate::attempt::Answered;
use crate::body::ProxyBody;
use crate::error::ProxyError;
use crate::exchange::Exchange;
use crate::route::Candidate;

/// Tells that the figure is an estimate.
const BASIS: &str = "x-token-count-basis";

/// Whether an upstream's answer says that it does not count. Anthropic itself answers 404 for a model
/// that it does not have, in its own form.
pub(crate) fn is_missing(answered: &Answered) -> bool {
    let not_there = matches!(answered.parts.status.as_u16(), 404 | 405 | 501);
    let body = answered.tee.recording().beginning();
    not_there && memchr::memmem::find(&body, b"not_found_error").is_none()
}

/// The answer of `/v1/messages/count_tokens`, estimated.
pub(crate) async fn answer(
    exchange: &Exchange,
    candidate: &Candidate,
) -> Result<Response<ProxyBody>, ProxyError> {
    let asked = exchange.summary.model.clone().unwrap_or_default();
    let model = candidate.model.clone().unwrap_or(asked);
    let (body, corrections) = (exchange.body(), candidate.corrections.clone());
    // The first count loads the vocabulary, and a long prompt takes milliseconds.
    let counting = tokio::task::spawn_blocking(move || {
        wire::count::input_tokens(Dialect::Anthropic, &body, &model, &corrections)
    });
    let counted = counting.await.ok().flatten();
    let tokens = counted.ok_or_else(|| {
        ProxyError::Untranslatable("messages: this is no Messages request".to_owned())
    })?;
    let text = serde_json::json!({ "input_tokens": *tokens.value().unwrap_or(&0) }).to_string();
    let mut response = Response::new(ProxyBody::Own(Some(text.into())));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(BASIS, HeaderValue::from_static("estimate"));
    Ok(response)
}
