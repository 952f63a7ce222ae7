//! Errors of a Chat upstream in Anthropic's shape, in words that Claude Code acts on.

use http::HeaderMap;

use crate::dialect::Dialect;
use crate::translate::error::{ErrorAnswer, UpstreamError};
use crate::translate::memory::Memory;
use crate::translate::size::{self, TooLong};
use crate::translate::told::Told;

/// An error as the caller shall see it.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) status: u16,
    /// Anthropic's `type`.
    pub(super) kind: &'static str,
    pub(super) message: String,
    /// Whether trying again is of no use although the status says so.
    pub(super) is_final: bool,
}

/// The upstream's error answer for the caller.
pub(in crate::translate) fn error(memory: &Memory, told: &UpstreamError<'_>) -> ErrorAnswer {
    let words = Told::read(told.body);
    // A good status with an error inside: the codes say which status was meant.
    let status = match told.status {
        status if status >= 400 => status,
        _ => words.status().unwrap_or(500),
    };
    let request_id = request_id(told.headers).unwrap_or_else(|| memory.seed.clone());
    let mapped = map(memory, status, &words);
    let mut answer = mapped.answer(&request_id);
    for name in ["retry-after", "retry-after-ms"] {
        answer.headers.extend(header(told.headers, name));
    }
    if !mapped.is_final {
        answer
            .headers
            .extend(header(told.headers, "x-should-retry"));
    }
    answer
}

/// An error that came inside an answer or stream whose status said 200.
pub(super) fn inside(memory: &Memory, words: &Told) -> Mapped {
    map(memory, words.status().unwrap_or(500), words)
}

/// An error of our own about the upstream's answer.
pub(super) fn upstream_fault(message: &str) -> Mapped {
    Mapped {
        status: 502,
        kind: "api_error",
        message: message.to_owned(),
        is_final: false,
    }
}

impl Mapped {
    /// As an answer of its own.
    pub(super) fn answer(&self, request_id: &str) -> ErrorAnswer {
        let mut answer = ErrorAnswer::new(
            Dialect::Anthropic,
            self.status,
            self.kind,
            &self.message,
            request_id,
        );
        if self.is_final {
            answer.headers.push(("x-should-retry", "false".to_owned()));
        }
        answer
    }
}

fn map(memory: &Memory, status: u16, told: &Told) -> Mapped {
    let mapped = |status, kind, message| Mapped {
        status,
        kind,
        message,
        is_final: false,
    };
    let words = match told.message.is_empty() {
        true => format!("upstream answered {status} and did not say why"),
        false => told.message.clone(),
    };
    if matches!(status, 400 | 413 | 422 | 500)
        && let Some(too_long) = size::too_long(told)
    {
        return mapped(400, "invalid_request_error", full(too_long, &words));
    }
    if matches!(status, 400 | 413 | 422 | 500)
        && let Some(message) = output_too_large(memory, told, &words)
    {
        return mapped(400, "invalid_request_error", message);
    }
    if size::is_spent(told) && matches!(status, 400 | 402 | 403 | 429 | 500) {
        return Mapped {
            is_final: true,
            ..mapped(402, "billing_error", words)
        };
    }
    let (status, kind) = match status {
        401 => (401, "authentication_error"),
        402 => (402, "billing_error"),
        403 => (403, "permission_error"),
        404 => (404, "not_found_error"),
        408 => (408, "timeout_error"),
        409 => (409, "invalid_request_error"),
        413 => (413, "request_too_large"),
        429 => (429, "rate_limit_error"),
        400..=499 => (400, "invalid_request_error"),
        504 | 522 | 524 => (504, "timeout_error"),
        503 | 529 => (529, "overloaded_error"),
        _ if size::is_overloaded(told) => (529, "overloaded_error"),
        500 => (500, "api_error"),
        _ => (502, "api_error"),
    };
    Mapped {
        is_final: status == 402,
        ..mapped(status, kind, words)
    }
}

/// A full context, in the one wording that all versions of Claude Code answer by compacting; and where only
/// the output limit is too much, in the one that it answers by lowering it.
fn full(too_long: TooLong, words: &str) -> String {
    let known = words.to_lowercase();
    if known.starts_with("prompt is too long") || known.starts_with("input length and `max_tokens`")
    {
        return words.to_owned();
    }
    match too_long {
        TooLong::Prompt {
            sizes: Some((prompt, context)),
        } => format!("prompt is too long: {prompt} tokens > {context} maximum (upstream: {words})"),
        TooLong::Prompt { sizes: None } => format!("prompt is too long (upstream: {words})"),
        TooLong::WithOutput {
            prompt,
            output,
            context,
        } => format!(
            "input length and `max_tokens` exceed context limit: {prompt} + {output} > {context}, decrease input length or `max_tokens` and try again (prompt is too long: {} tokens > {context} maximum; upstream: {words})",
            prompt.saturating_add(output)
        ),
    }
}

fn output_too_large(memory: &Memory, told: &Told, words: &str) -> Option<String> {
    let limit = size::output_too_large(told)?.limit;
    let asked = memory.max_tokens.filter(|asked| *asked > limit)?;
    Some(format!(
        "max_tokens: {asked} > {limit}, which is the maximum allowed number of output tokens for this model (upstream: {words})"
    ))
}

/// The id that the upstream gave its answer.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    let names = ["x-request-id", "request-id", "x-oneapi-request-id"];
    let found = names
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())?;
    (!found.is_empty()).then(|| found.to_owned())
}

fn header(headers: &HeaderMap, name: &'static str) -> Option<(&'static str, String)> {
    let value = headers.get(name)?.to_str().ok()?;
    Some((name, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::Value;

    use super::*;
    use crate::translate::Pair;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> ErrorAnswer {
        let mut memory = Memory::new(Pair::AnthropicChat, "req_1");
        memory.max_tokens = Some(32_000);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        error(
            &memory,
            &UpstreamError {
                status,
                headers: &map,
                body: body.as_bytes(),
            },
        )
    }

    #[test]
    fn statuses_and_types() {
        let plain = r#"{"error":{"message":"no","type":"x","code":null}}"#;
        for (status, body, wanted, kind) in [
            (400, plain, 400, "invalid_request_error"),
            (422, r#"{"detail":"no"}"#, 400, "invalid_request_error"),
            (401, plain, 401, "authentication_error"),
            (402, plain, 402, "billing_error"),
            (403, plain, 403, "permission_error"),
            (404, plain, 404, "not_found_error"),
            (408, plain, 408, "timeout_error"),
            (413, plain, 413, "request_too_large"),
            (429, plain, 429, "rate_limit_error"),
            (
                429,
                r#"{"error":{"message":"no","code":"insufficient_quota"}}"#,
                402,
                "billing_error",
            ),
            (500, plain, 500, "api_error"),
            (
                500,
                r#"{"error":{"message":"The server is overloaded"}}"#,
                529,
                "overloaded_error",
            ),
            (502, "<html><title>no</title></html>", 502, "api_error"),
            (503, plain, 529, "overloaded_error"),
            (529, plain, 529, "overloaded_error"),
            (504, "no", 504, "timeout_error"),
            (524, "no", 504, "timeout_error"),
            (405, "no", 400, "invalid_request_error"),
            (
                200,
                r#"{"error":{"message":"no","code":429}}"#,
                429,
                "rate_limit_error",
            ),
            (200, r#"{"error":{"message":"no"}}"#, 500, "api_error"),
        ] {
            let answer = answer(status, &[], body);
            let json: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(answer.status, wanted, "{status} {body}");
            assert_eq!(json["error"]["type"], kind, "{status} {body}");
            assert_eq!(json["type"], "error");
            assert_eq!(json["request_id"], "req_1");
            let message = json["error"]["message"].as_str().unwrap();
            assert!(
                message.contains("no") || message.contains("overloaded"),
                "{message}"
            );
        }
    }

    #[test]
    fn words_that_claude_code_acts_on() {
        for (status, body, wanted) in [
            (
                400,
                "This model's maximum context length is 128000 tokens. However, your messages resulted in 214321 tokens.",
                "prompt is too long: 214321 tokens > 128000 maximum (upstream: This model",
            ),
            (
                500,
                "the request exceeds the available context size",
                "prompt is too long (upstream: the request exceeds",
            ),
            (
                413,
                "prompt is too long: 3 tokens > 2 maximum",
                "prompt is too long: 3 tokens > 2 maximum",
            ),
            (
                400,
                "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (62000 in the messages, 8000 in the completion).",
                "input length and `max_tokens` exceed context limit: 62000 + 8000 > 65536, decrease input length or `max_tokens` and try again (prompt is too long: 70000 tokens > 65536 maximum;",
            ),
            (
                400,
                "max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.",
                "max_tokens: 32000 > 16384, which is the maximum allowed number of output tokens for this model (upstream:",
            ),
        ] {
            let answer = answer(
                status,
                &[],
                &serde_json::json!({"error": {"message": body}}).to_string(),
            );
            let json: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(answer.status, 400, "{body}");
            assert_eq!(json["error"]["type"], "invalid_request_error");
            let message = json["error"]["message"].as_str().unwrap();
            assert!(message.starts_with(wanted), "{message}");
        }
    }

    #[test]
    fn headers_pass() {
        let waits = answer(
            429,
            &[
                ("retry-after", "7"),
                ("retry-after-ms", "7000"),
                ("x-request-id", "up_1"),
            ],
            "{}",
        );
        assert_eq!(
            waits.headers,
            [
                ("request-id", "up_1".to_owned()),
                ("retry-after", "7".to_owned()),
                ("retry-after-ms", "7000".to_owned())
            ]
        );
        let spent = answer(
            429,
            &[("retry-after", "7")],
            r#"{"error":{"code":"insufficient_quota"}}"#,
        );
        assert!(
            spent
                .headers
                .contains(&("x-should-retry", "false".to_owned()))
        );
    }
}
