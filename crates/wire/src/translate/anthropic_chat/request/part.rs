//! Content of a user message in the making.

use serde_json::{Value, json};

/// One piece of content.
#[derive(Debug)]
pub(super) enum Part {
    /// A text, with its cache mark where the upstream understands it.
    Text(String, Option<Value>),
    /// A content part of another type, as it goes out.
    Media(Value),
}

impl Part {
    /// A plain text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into(), None)
    }
}

/// The `content` of a message: one text, as some servers take nothing else; a list only where it must be.
pub(super) fn content(parts: Vec<Part>) -> Value {
    let plain = |part: &Part| matches!(part, Part::Text(_, None));
    if parts.iter().all(plain) {
        let texts: Vec<String> = parts
            .into_iter()
            .filter_map(|part| match part {
                Part::Text(text, _) => Some(text),
                Part::Media(_) => None,
            })
            .collect();
        return match <[String; 1]>::try_from(texts) {
            Ok([text]) => Value::String(text),
            Err(texts) => Value::String(texts.join("\n")),
        };
    }
    let list = parts.into_iter().map(|part| match part {
        Part::Text(text, None) => json!({"type": "text", "text": text}),
        Part::Text(text, Some(mark)) => {
            json!({"type": "text", "text": text, "cache_control": mark})
        }
        Part::Media(part) => part,
    });
    Value::Array(list.collect())
}
