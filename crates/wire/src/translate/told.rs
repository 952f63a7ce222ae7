//! What an upstream says when it refuses, whatever the form.

use serde_json::Value;

use crate::assemble::tolerant;

/// Characters of a message that are passed on.
const LONGEST: usize = 4_000;
/// Objects that may hold each other: `{"error":{"error":…}}`.
const DEEPEST: usize = 4;

/// An upstream's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// For people.
    pub(crate) message: String,
    /// `code`, `type` and the like in lower case, most telling first.
    pub(crate) codes: Vec<String>,
    /// The parameter that is meant.
    pub(crate) param: Option<String>,
    /// Tokens of the prompt and size of the context, where they have members of their own (llama.cpp).
    pub(crate) sizes: Option<(u64, u64)>,
}

impl Told {
    /// Reads JSON in any of the known shapes, an event of a stream, a web page, or plain text.
    pub(crate) fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        let inner = event_data(text).unwrap_or(text);
        match tolerant::value(inner.as_bytes()) {
            Some(json) => Self::of(&json),
            None => Self {
                message: cut(&page_title(text).unwrap_or_else(|| text.to_owned())),
                ..Self::default()
            },
        }
    }

    /// Reads an error document.
    pub(crate) fn of(json: &Value) -> Self {
        let mut told = Self::default();
        let json = json.get(0).unwrap_or(json);
        told.take(json, 0);
        if told.message.is_empty() && !json.is_null() {
            told.message = match json {
                Value::String(text) => cut(text),
                other => cut(&other.to_string()),
            };
        }
        told
    }

    fn take(&mut self, json: &Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match json.get("error") {
            Some(inner @ Value::Object(_)) => self.take(inner, depth + 1),
            Some(Value::String(text)) => self.say(text),
            _ => {}
        }
        for name in ["response", "base_resp"] {
            if let Some(inner @ Value::Object(_)) = json.get(name) {
                self.take(inner, depth + 1);
            }
        }
        for name in [
            "message",
            "detail",
            "status_msg",
            "msg",
            "error_msg",
            "error_message",
        ] {
            if let Some(value) = json.get(name) {
                self.say(&words(value));
            }
        }
        if let Some(first) = json.get("errors").and_then(|errors| errors.get(0)) {
            match first {
                Value::Object(_) => self.take(first, depth + 1),
                other => self.say(&words(other)),
            }
        }
        for name in ["code", "type", "status", "reason", "status_code"] {
            self.code(json.get(name));
        }
        if let Some(param) = json.get("param").and_then(Value::as_str) {
            self.param.get_or_insert_with(|| param.to_owned());
        }
        let number = |name: &str| json.get(name).and_then(Value::as_u64);
        if let (Some(prompt), Some(context)) = (number("n_prompt_tokens"), number("n_ctx")) {
            self.sizes = Some((prompt, context));
        }
        // OpenRouter keeps the vendor's own answer here.
        match json.pointer("/metadata/raw") {
            Some(Value::String(raw)) => self.quoted(raw, depth),
            Some(raw @ Value::Object(_)) => self.take_quoted(&Self::of(raw)),
            _ => {}
        }
    }

    /// An answer quoted in an answer.
    fn quoted(&mut self, raw: &str, depth: usize) {
        if depth < DEEPEST {
            self.take_quoted(&Self::read(raw.as_bytes()));
        }
    }

    fn take_quoted(&mut self, inner: &Self) {
        if !self.message.contains(&inner.message) {
            self.message = cut(&format!("{}: {}", self.message, inner.message));
        }
        self.codes.extend(inner.codes.iter().cloned());
        self.sizes = self.sizes.or(inner.sizes);
    }

    fn say(&mut self, text: &str) {
        if self.message.is_empty() {
            self.message = cut(text.trim());
        }
    }

    fn code(&mut self, value: Option<&Value>) {
        let code = match value {
            Some(Value::String(code)) => code.trim().to_lowercase(),
            Some(Value::Number(code)) => code.to_string(),
            _ => return,
        };
        if !code.is_empty() && code != "error" && !self.codes.contains(&code) {
            self.codes.push(code);
        }
    }

    /// The HTTP status that the codes stand for, for errors inside an answer whose status said 200.
    pub(crate) fn status(&self) -> Option<u16> {
        let number = |code: &String| code.parse().ok().filter(|code| (400..=599).contains(code));
        let named = |code: &String| {
            Some(match code.as_str() {
                "overloaded_error"
                | "overloaded"
                | "server_is_overloaded"
                | "slow_down"
                | "engine_overloaded_error"
                | "unavailable"
                | "service_unavailable" => 529,
                "rate_limit_error"
                | "rate_limit_exceeded"
                | "too_many_requests"
                | "resource_exhausted" => 429,
                "insufficient_quota" | "billing_error" | "payment_required" => 402,
                "authentication_error"
                | "authentication_failed"
                | "invalid_api_key"
                | "unauthorized"
                | "unauthenticated" => 401,
                "permission_error" | "permission_denied" | "forbidden" => 403,
                "not_found_error" | "not_found" | "model_not_found" => 404,
                "request_too_large" => 413,
                "timeout_error" | "timeout" | "deadline_exceeded" => 504,
                "invalid_request_error"
                | "invalid_request"
                | "badrequesterror"
                | "bad_request"
                | "context_length_exceeded"
                | "invalid_argument" => 400,
                _ => return None,
            })
        };
        let found = self.codes.iter().find_map(number);
        found.or_else(|| self.codes.iter().find_map(named))
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A message that may be a text, a list of complaints (`[{"loc":…,"msg":…}]`, FastAPI), or anything.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(list) => {
            let each = list.iter().map(|item| match item.get("msg") {
                Some(told) => {
                    let place = item.get("loc").map(place).unwrap_or_default();
                    format!("{place}{}", words(told))
                }
                None => words(item),
            });
            each.collect::<Vec<_>>().join("; ")
        }
        Value::Object(members) => match members.get("message").or(members.get("msg")) {
            Some(told @ Value::String(_)) => words(told),
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

fn place(location: &Value) -> String {
    let steps = location.as_array().into_iter().flatten().map(words);
    let place = steps.collect::<Vec<_>>().join(".");
    if place.is_empty() {
        place
    } else {
        format!("{place}: ")
    }
}

/// The data of the first event, where a text is a stream.
fn event_data(text: &str) -> Option<&str> {
    if !text.starts_with("data:") && !text.starts_with("event:") {
        return None;
    }
    let line = text.lines().find_map(|line| line.strip_prefix("data:"))?;
    Some(line.trim())
}

/// What a web page is called; its first text where it has no title.
fn page_title(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if !lower.starts_with('<') {
        return None;
    }
    let titled = ["title", "h1"].iter().find_map(|tag| {
        let start = lower.find(&format!("<{tag}"))?;
        let start = start + lower.get(start..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find(&format!("</{tag}"))?;
        let title = text.get(start..end)?.split_whitespace();
        let title = title.collect::<Vec<_>>().join(" ");
        (!title.is_empty()).then_some(title)
    });
    titled.or_else(|| Some(without_tags(text)))
}

fn without_tags(text: &str) -> String {
    let mut kept = String::new();
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                kept.push(' ');
            }
            _ if !inside => kept.push(character),
            _ => {}
        }
    }
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        for (body, message, code) in [
            (
                r#"{"error":{"message":"no","type":"t","code":"c","param":"p"}}"#,
                "no",
                "c",
            ),
            (r#"{"error":"no"}"#, "no", ""),
            (
                r#"{"object":"error","message":"no","type":"BadRequestError","code":400}"#,
                "no",
                "400",
            ),
            (r#"{"detail":"no"}"#, "no", ""),
            (
                r#"{"detail":[{"loc":["body","a"],"msg":"no"}]}"#,
                "body.a: no",
                "",
            ),
            (r#"{"message":"no"}"#, "no", ""),
            (
                r#"[{"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED"}}]"#,
                "no",
                "429",
            ),
            (
                r#"{"base_resp":{"status_code":2013,"status_msg":"no"}}"#,
                "no",
                "2013",
            ),
            (r#"{"error":{"error":{"message":"no"}}}"#, "no", ""),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"no"}}"#,
                "no",
                "overloaded_error",
            ),
            (
                r#"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"no\"}}"}}}"#,
                "Provider returned error: no",
                "400",
            ),
            (
                "<html><head><title>502 Bad\n Gateway</title></head><body>x</body></html>",
                "502 Bad Gateway",
                "",
            ),
            ("<html><body><center>no</center></body></html>", "no", ""),
            ("data: {\"error\":{\"message\":\"no\"}}\n\n", "no", ""),
            ("upstream down", "upstream down", ""),
            ("", "", ""),
            (r#"{"success":false}"#, r#"{"success":false}"#, ""),
            (
                r#"{"error":{"message":null,"code":null}}"#,
                r#"{"error":{"message":null,"code":null}}"#,
                "",
            ),
        ] {
            let told = Told::read(body.as_bytes());
            assert_eq!(told.message, message, "{body}");
            assert_eq!(
                told.codes.first().map_or("", String::as_str),
                code,
                "{body}"
            );
        }
    }
}
