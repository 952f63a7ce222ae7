//! Reading error bodies in all their forms.

use base::redact;
use serde_json::Value;

use super::normal::normal;
use crate::verdict::Said;

/// What an error body says.
#[derive(Debug, Default)]
pub(super) struct ErrorBody {
    /// The document, where it is JSON.
    pub(super) document: Option<Value>,
    /// Codes, types and statuses in lower case, most telling first.
    pub(super) codes: Vec<String>,
    /// The message as it came, or the whole text where there is no JSON.
    message: String,
    /// The message, normalised, with what is quoted inside it.
    pub(super) words: String,
}

impl ErrorBody {
    /// Reads JSON, the first event of a stream, or plain text.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let event = event_data(&text);
        let source = event.as_deref().unwrap_or(&text).trim();
        match serde_json::from_str::<Value>(source) {
            Ok(document) if document.is_object() || document.is_array() => Self::of(document),
            Ok(Value::String(message)) => Self::plain(&message),
            // JSON that was cut: its codes can still be read.
            _ if source.starts_with('{') || source.starts_with('[') => Self {
                codes: cut_codes(source),
                ..Self::plain(source)
            },
            _ => Self::plain(&without_tags(source)),
        }
    }

    fn plain(text: &str) -> Self {
        Self {
            message: text.to_owned(),
            words: normal(text),
            ..Self::default()
        }
    }

    fn of(document: Value) -> Self {
        let document = match document {
            Value::Array(mut list) if !list.is_empty() => list.swap_remove(0),
            other => other,
        };
        let inner = inner(&document);
        let mut codes = Vec::new();
        for object in [inner, &document] {
            for name in ["code", "type", "status", "reason", "status_code"] {
                push_code(&mut codes, object.get(name));
            }
        }
        for detail in inner
            .get("details")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            push_code(&mut codes, detail.get("reason"));
        }
        let message = message(inner)
            .or_else(|| message(&document))
            .unwrap_or_default();
        let mut words = normal(&message);
        // OpenRouter keeps the vendor's own answer here.
        if let Some(raw) = inner.pointer("/metadata/raw").and_then(Value::as_str) {
            words.push(' ');
            words.push_str(&normal(raw));
        }
        // claude-relay-service: {"error": "a short text", "message": "a longer one"}.
        if let (Some(short), false) = (
            document.get("error").and_then(Value::as_str),
            message.is_empty(),
        ) {
            words.push(' ');
            words.push_str(&normal(short));
        }
        Self {
            codes,
            message,
            words,
            document: Some(document),
        }
    }

    /// Whether the document is an error, however it was sent.
    pub(super) fn is_error(&self) -> bool {
        let Some(document) = &self.document else {
            return false;
        };
        let told = match document.get("error") {
            Some(Value::Object(_)) => true,
            Some(Value::String(text)) => !text.is_empty(),
            _ => false,
        };
        let kind = document.get("type").and_then(Value::as_str);
        let refused = document
            .pointer("/base_resp/status_code")
            .and_then(Value::as_i64);
        told || matches!(kind, Some("error" | "response.failed"))
            || refused.is_some_and(|code| code != 0)
    }

    /// The status that an error inside a 200 stands for.
    pub(super) fn status(&self) -> u16 {
        let number = |code: &String| code.parse().ok().filter(|code| (400..=599).contains(code));
        if let Some(status) = self.codes.iter().find_map(number) {
            return status;
        }
        let named = self.codes.iter().find_map(|code| {
            Some(match code.as_str() {
                "overloaded_error" | "server_is_overloaded" | "slow_down" => 529,
                "rate_limit_error" | "rate_limit_exceeded" => 429,
                "authentication_error" | "authentication_failed" => 401,
                "billing_error" => 402,
                "permission_error" | "permission_denied" => 403,
                "not_found_error" => 404,
                "request_too_large" => 413,
                "timeout_error" => 504,
                "invalid_request_error" | "invalid_request" => 400,
                _ => return None,
            })
        });
        named.unwrap_or(500)
    }

    /// The upstream's words for the record: cut, and without keys that it may have quoted.
    pub(super) fn said(&self, length: usize) -> Option<Said> {
        if self.message.is_empty() && self.codes.is_empty() {
            return None;
        }
        let message = redact::text(self.message.trim());
        Some(Said {
            code: self.codes.first().cloned(),
            message: message.chars().take(length).collect(),
        })
    }
}

/// The object that tells the error.
fn inner(document: &Value) -> &Value {
    let places = [
        "/error/error",
        "/error",
        "/response/error",
        "/base_resp",
        "/detail",
    ];
    let found = places.iter().filter_map(|place| document.pointer(place));
    found
        .into_iter()
        .find(|value| value.is_object())
        .unwrap_or(document)
}

fn message(object: &Value) -> Option<String> {
    let names = [
        "message",
        "error",
        "detail",
        "status_msg",
        "msg",
        "error_msg",
    ];
    let texts = names.iter().filter_map(|name| object.get(name)?.as_str());
    texts
        .into_iter()
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

fn push_code(codes: &mut Vec<String>, value: Option<&Value>) {
    let code = match value {
        Some(Value::String(code)) => code.trim().to_lowercase(),
        Some(Value::Number(code)) => code.to_string(),
        _ => return,
    };
    if !code.is_empty() && code != "error" && !codes.contains(&code) {
        codes.push(code);
    }
}

/// The data of the first event that has any.
fn event_data(text: &str) -> Option<String> {
    let start = text.trim_start();
    if !["event:", "data:", "id:", "retry:", ":"]
        .iter()
        .any(|field| start.starts_with(field))
    {
        return None;
    }
    let mut data: Vec<&str> = Vec::new();
    for line in start.lines() {
        match line.strip_prefix("data:") {
            Some(rest) => data.push(rest.strip_prefix(' ').unwrap_or(rest)),
            None if line.is_empty() && !data.is_empty() => break,
            None => {}
        }
    }
    Some(data.join("\n"))
}

/// Values of `"code"` and `"type"` in JSON that was cut.
fn cut_codes(text: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for name in ["\"code\"", "\"type\"", "\"status\""] {
        for (at, _) in text.match_indices(name) {
            let rest = text[at + name.len()..].trim_start();
            let value = rest.strip_prefix(':').map(str::trim_start);
            let value = value.and_then(|value| value.strip_prefix('"')?.split_once('"'));
            if let Some((code, _)) = value {
                push_code(&mut codes, Some(&Value::String(code.to_owned())));
            }
        }
    }
    codes
}

/// A page without its tags.
fn without_tags(text: &str) -> String {
    if !text.starts_with('<') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for sign in text.chars() {
        match sign {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            _ if !inside => out.push(sign),
            _ => {}
        }
    }
    out
}
