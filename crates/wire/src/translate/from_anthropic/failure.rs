//! Errors of an Anthropic upstream in OpenAI's words.

use std::borrow::Cow;

use http::HeaderMap;
use serde_json::{Value, json};

use crate::dialect::Dialect;
use crate::translate::error::{ErrorAnswer, UpstreamError};
use crate::translate::memory::Memory;
use crate::translate::size;
use crate::translate::told::Told;

/// Headers of an error that clients act on.
const KEPT: [&str; 3] = ["retry-after", "retry-after-ms", "x-should-retry"];

/// What went wrong, as OpenAI's clients know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::translate) struct Failure {
    /// HTTP status.
    pub(in crate::translate) status: u16,
    /// `error.type`.
    pub(in crate::translate) kind: &'static str,
    /// `error.code`.
    pub(in crate::translate) code: Option<Cow<'static, str>>,
    /// `error.message`.
    pub(in crate::translate) message: String,
    /// Whether trying again is of no use, although the status says otherwise.
    pub(in crate::translate) is_final: bool,
}

/// What is said of an upstream that said nothing.
const SILENT: &str = "the upstream failed without saying why";

impl Failure {
    /// From a status (none inside an answer) and what the upstream told.
    pub(in crate::translate) fn of(status: Option<u16>, told: &Told) -> Self {
        let codes = &told.codes;
        let is = |name: &str| codes.iter().any(|code| code == name);
        let status = status.or_else(|| told.status());
        let (status, kind, code) = match () {
            () if size::too_long(told).is_some() => (
                400,
                "invalid_request_error",
                Some("context_length_exceeded"),
            ),
            () if is("billing_error") || is("insufficient_quota") || size::is_spent(told) => {
                (429, "insufficient_quota", Some("insufficient_quota"))
            }
            () if is("authentication_error") => {
                (401, "authentication_error", Some("invalid_api_key"))
            }
            () if is("permission_error") => (403, "permission_error", Some("permission_denied")),
            () if is("not_found_error") => (404, "invalid_request_error", Some("model_not_found")),
            () if is("request_too_large") => {
                (413, "invalid_request_error", Some("request_too_large"))
            }
            () if is("rate_limit_error") => (429, "rate_limit_error", Some("rate_limit_exceeded")),
            () if is("overloaded_error") || size::is_overloaded(told) => {
                (503, "server_error", Some("server_error"))
            }
            () if is("timeout_error") => (504, "server_error", Some("timeout")),
            () => by_status(status, is("invalid_request_error")),
        };
        Self {
            status,
            kind,
            code: code.map(Cow::Borrowed),
            message: match told.message.as_str() {
                "" => SILENT.to_owned(),
                said => said.to_owned(),
            },
            is_final: code == Some("insufficient_quota"),
        }
    }

    /// Something that was found out here.
    pub(in crate::translate) fn own(message: &str) -> Self {
        Self {
            status: 502,
            kind: "server_error",
            code: Some(Cow::Borrowed("server_error")),
            message: message.to_owned(),
            is_final: false,
        }
    }

    /// The `error` object.
    pub(in crate::translate) fn to_json(&self) -> Value {
        json!({"message": self.message, "type": self.kind, "param": null, "code": self.code})
    }

    /// The answer instead of a good one.
    pub(in crate::translate) fn answer(&self, memory: &Memory) -> ErrorAnswer {
        let caller = memory.pair.caller();
        debug_assert_ne!(caller, Dialect::Anthropic);
        let mut answer =
            ErrorAnswer::new(caller, self.status, self.kind, &self.message, &memory.seed);
        answer.body = json!({"error": self.to_json()}).to_string().into_bytes();
        if self.is_final {
            answer.headers.push(("x-should-retry", "false".to_owned()));
        }
        answer
    }
}

fn by_status(status: Option<u16>, is_invalid: bool) -> (u16, &'static str, Option<&'static str>) {
    match status {
        None if is_invalid => (400, "invalid_request_error", None),
        Some(400 | 422) => (400, "invalid_request_error", None),
        Some(401) => (401, "authentication_error", Some("invalid_api_key")),
        Some(402) => (429, "insufficient_quota", Some("insufficient_quota")),
        Some(403) => (403, "permission_error", Some("permission_denied")),
        Some(404) => (404, "invalid_request_error", Some("model_not_found")),
        Some(413) => (413, "invalid_request_error", Some("request_too_large")),
        Some(429) => (429, "rate_limit_error", Some("rate_limit_exceeded")),
        Some(503 | 529) => (503, "server_error", Some("server_error")),
        Some(status @ (408 | 504)) => (status, "server_error", Some("timeout")),
        Some(status @ 405..=499) => (status, "invalid_request_error", None),
        Some(status @ 500..=599) => (status, "server_error", Some("server_error")),
        _ => (500, "server_error", Some("server_error")),
    }
}

/// The answer to a refusal of the upstream, with the headers that tell when to come back.
pub(in crate::translate) fn answer(memory: &Memory, told: &UpstreamError<'_>) -> ErrorAnswer {
    let words = Told::read(told.body);
    let mut failure = Failure::of(Some(told.status), &words);
    // A Chat upstream knows OpenAI's codes itself.
    if memory.pair.upstream() == Dialect::OpenAiChat && !failure.is_final {
        let own = words.codes.iter().find(|code| is_code(code));
        failure.code = own.cloned().map(Cow::Owned).or(failure.code);
    }
    let mut answer = failure.answer(memory);
    for name in KEPT {
        let value = told.headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(value) = value
            && !answer.headers.iter().any(|(known, _)| *known == name)
        {
            answer.headers.push((name, value.to_owned()));
        }
    }
    answer.headers.extend(headers(told.headers));
    answer
}

/// Whether a word of the upstream is a code, not a type or a number.
fn is_code(word: &str) -> bool {
    word.contains('_') && !word.ends_with("_error") && word.parse::<u16>().is_err()
}

/// The upstream's own id of the request, so that its support can find it.
pub(in crate::translate) fn headers(upstream: &HeaderMap) -> Vec<(&'static str, String)> {
    let id = ["request-id", "x-request-id"]
        .into_iter()
        .find_map(|name| upstream.get(name));
    let id = id.and_then(|id| id.to_str().ok());
    id.map(|id| ("request-id", id.to_owned()))
        .into_iter()
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::translate::Pair;

    fn check(status: u16, body: &str, wanted: (u16, &str, Option<&str>)) {
        let failure = Failure::of(Some(status), &Told::read(body.as_bytes()));
        assert_eq!(
            (failure.status, failure.kind, failure.code.as_deref()),
            wanted,
            "{status} {body}"
        );
    }

    fn told(kind: &str, message: &str) -> String {
        json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"})
            .to_string()
    }

    #[test]
    fn every_error_of_anthropic() {
        let invalid = "invalid_request_error";
        for (status, kind, wanted) in [
            (400, "invalid_request_error", (400, invalid, None)),
            (
                401,
                "authentication_error",
                (401, "authentication_error", Some("invalid_api_key")),
            ),
            (
                402,
                "billing_error",
                (429, "insufficient_quota", Some("insufficient_quota")),
            ),
            (
                403,
                "permission_error",
                (403, "permission_error", Some("permission_denied")),
            ),
            (
                404,
                "not_found_error",
                (404, invalid, Some("model_not_found")),
            ),
            (
                413,
                "request_too_large",
                (413, invalid, Some("request_too_large")),
            ),
            (
                429,
                "rate_limit_error",
                (429, "rate_limit_error", Some("rate_limit_exceeded")),
            ),
            (
                500,
                "api_error",
                (500, "server_error", Some("server_error")),
            ),
            (504, "timeout_error", (504, "server_error", Some("timeout"))),
            (
                529,
                "overloaded_error",
                (503, "server_error", Some("server_error")),
            ),
        ] {
            check(status, &told(kind, "no"), wanted);
        }
        for (status, wanted) in [
            (400, (400, invalid, None)),
            (422, (400, invalid, None)),
            (502, (502, "server_error", Some("server_error"))),
            (529, (503, "server_error", Some("server_error"))),
        ] {
            check(status, "<html><title>no</title></html>", wanted);
        }
    }

    #[test]
    fn a_full_context_has_its_own_code() {
        let full = (
            400,
            "invalid_request_error",
            Some("context_length_exceeded"),
        );
        for message in [
            "prompt is too long: 214321 tokens > 200000 maximum",
            "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000, decrease input length or `max_tokens` and try again",
        ] {
            check(400, &told("invalid_request_error", message), full);
        }
    }

    #[test]
    fn headers_tell_when_to_come_back() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "7".parse().unwrap());
        headers.insert("request-id", "req_up".parse().unwrap());
        let body = told("rate_limit_error", "slow down");
        let upstream = UpstreamError {
            status: 429,
            headers: &headers,
            body: body.as_bytes(),
        };
        let memory = Memory::new(Pair::ChatAnthropic, "req_ours");
        let answer = answer(&memory, &upstream);
        let header = |name: &str| {
            answer
                .headers
                .iter()
                .find(|header| header.0 == name)
                .map(|header| header.1.as_str())
        };
        assert_eq!(header("retry-after"), Some("7"));
        assert_eq!(header("request-id"), Some("req_up"));
        assert_eq!(header("x-request-id"), Some("req_ours"));
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["error"]["message"], "slow down");
        assert_eq!(body["error"]["param"], Value::Null);
        let body = told("billing_error", "no credit");
        let upstream = UpstreamError {
            status: 402,
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
        };
        let answer = super::answer(&memory, &upstream);
        assert!(
            answer
                .headers
                .contains(&("x-should-retry", "false".to_owned()))
        );
    }

    #[test]
    fn silence_is_told() {
        assert_eq!(Failure::of(Some(500), &Told::read(b"")).message, SILENT);
    }
}
