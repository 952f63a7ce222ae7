//! Errors as upstreams tell them, in all the shapes that exist.

use serde_json::{Map, Value, json};

/// An error told inside an answer or a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The vendor's `type` or `code`, if it gives one.
    pub kind: Option<String>,
    /// The vendor's words.
    pub message: String,
}

impl Failure {
    /// The error that a whole answer is: `{"error":…}`, `[{"error":…}]` (Gemini),
    /// `{"object":"error","message":…}` (vLLM), `{"detail":…}`, `{"message":…}`.
    pub(crate) fn of_answer(answer: &Value) -> Option<Self> {
        let answer = answer.get(0).unwrap_or(answer);
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Self::of_error(error);
        }
        if ["content", "choices", "output"]
            .iter()
            .any(|name| answer.get(name).is_some())
        {
            return None;
        }
        let told = answer.get("message").or_else(|| answer.get("detail"))?;
        Some(Self {
            kind: kind(answer),
            message: words(told),
        })
    }

    /// The error that an event of a stream tells.
    pub(crate) fn of_event(name: &str, event: &Value) -> Option<Self> {
        if let Some(error) = event.get("error").filter(|error| !error.is_null()) {
            return Self::of_error(error);
        }
        let choices = event.get("choices").and_then(Value::as_array);
        let of_choice = choices.and_then(|list| list.iter().find_map(|choice| choice.get("error")));
        if let Some(error) = of_choice.filter(|error| !error.is_null()) {
            return Self::of_error(error);
        }
        if name == "response.failed" {
            let error = event
                .get("response")
                .and_then(|response| response.get("error"));
            let unnamed = || {
                Some(Self {
                    kind: None,
                    message: "response.failed".to_owned(),
                })
            };
            return error
                .filter(|error| !error.is_null())
                .map_or_else(unnamed, Self::of_error);
        }
        let is_error =
            name == "error" || event.get("object").is_some_and(|object| object == "error");
        let told = event.get("message").unwrap_or(&Value::Null);
        is_error.then(|| Self {
            kind: kind(event),
            message: words(told),
        })
    }

    /// The value of an `error` member: an object or a text.
    pub(crate) fn of_error(error: &Value) -> Option<Self> {
        match error {
            Value::Null | Value::Bool(false) => None,
            Value::Object(object) => {
                let told = object.get("message").filter(|told| !told.is_null());
                Some(Self {
                    kind: kind(error),
                    message: words(told.unwrap_or(error)),
                })
            }
            other => Some(Self {
                kind: None,
                message: words(other),
            }),
        }
    }

    /// Puts the error into the answer, which then shows both what came and why no more did.
    pub(super) fn write_into(&self, answer: &mut Value) {
        let mut error = Map::new();
        if let Some(kind) = &self.kind {
            error.insert("type".to_owned(), json!(kind));
        }
        error.insert("message".to_owned(), json!(self.message));
        match answer {
            Value::Object(answer) if answer.get("error").is_some_and(|error| !error.is_null()) => {}
            Value::Object(answer) => {
                answer.insert("error".to_owned(), Value::Object(error));
            }
            answer => *answer = json!({"error": error}),
        }
    }
}

/// Vendors put the telling word into `type` or `code`; an event's own `type` is `error`.
fn kind(error: &Value) -> Option<String> {
    let members = ["type", "code"].iter().filter_map(|name| error.get(name));
    let mut words = members.filter_map(|value| match value {
        Value::String(word) if word != "error" => Some(word.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    words.next()
}

fn words(value: &Value) -> String {
    match value {
        Value::String(words) => words.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
