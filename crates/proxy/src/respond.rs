//! Errors of our own as answers, in the caller's dialect, and text in headers.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use wire::Dialect;

use crate::body::ProxyBody;
use crate::error::ProxyError;

/// Our error as an answer. `details` are further members of the error object.
pub fn refusal(dialect: Dialect, error: &ProxyError, request_id: &str) -> Response<ProxyBody> {
    let mut object = json!({
        "message": error.to_string(),
        "type": error.kind(),
        "code": error.code(),
    });
    if let (ProxyError::TooLarge { limit_mib }, Some(members)) = (error, object.as_object_mut()) {
        members.insert("limit_mib".into(), json!(limit_mib));
    }
    let mut response = answer(dialect, error.status(), object, request_id);
    if *error == ProxyError::Off {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response
}

/// An error object as an answer in a dialect.
pub(crate) fn answer(
    dialect: Dialect,
    status: StatusCode,
    error: Value,
    request_id: &str,
) -> Response<ProxyBody> {
    let body = match dialect {
        Dialect::Anthropic => {
            json!({"type": "error", "error": error, "request_id": request_id})
        }
        _ => json!({"error": error}),
    };
    let mut response = Response::new(ProxyBody::Own(Some(Bytes::from(body.to_string()))));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    put(headers, &REQUEST_ID, request_id.to_owned());
    response
}

/// Names of our own headers.
pub(crate) static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) static COST_USD: HeaderName = HeaderName::from_static("x-total-cost-usd");
pub(crate) static COST_CNY: HeaderName = HeaderName::from_static("x-total-cost-cny");
pub(crate) static POOL_EXHAUSTED: HeaderName = HeaderName::from_static("x-pool-exhausted");
pub(crate) static COST_BASIS: HeaderName = HeaderName::from_static("x-cost-basis");

/// Sets a header of ours. Text that no header can hold is left out.
pub(crate) fn put(headers: &mut HeaderMap, name: &HeaderName, text: impl Into<Bytes>) {
    if let Ok(value) = HeaderValue::from_maybe_shared(text.into()) {
        headers.insert(name.clone(), value);
    }
}

/// Text as a header value: what is not plain ASCII is percent-encoded UTF-8, as are `%` and control
/// characters, because raw UTF-8 arrives garbled in the common clients.
pub fn header_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if (b' '..=b'~').contains(&byte) && byte != b'%' {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_text_is_plain_ascii() {
        assert_eq!(header_text("ok: 5%"), "ok: 5%25");
        assert_eq!(header_text("中\r\n"), "%E4%B8%AD%0D%0A");
    }

    #[test]
    fn speaks_the_callers_dialect() {
        let text = |dialect| {
            let mut response = refusal(dialect, &ProxyError::TooLarge { limit_mib: 64 }, "req_1");
            assert_eq!(response.status(), 413);
            let ProxyBody::Own(Some(body)) = response.body_mut() else {
                panic!("own body")
            };
            serde_json::from_slice::<Value>(body).unwrap()
        };
        let anthropic = text(Dialect::Anthropic);
        assert_eq!(anthropic["type"], "error");
        assert_eq!(anthropic["request_id"], "req_1");
        assert_eq!(anthropic["error"]["type"], "request_too_large");
        assert_eq!(
            text(Dialect::OpenAiChat)["error"]["code"],
            "request_too_large"
        );
    }
}
