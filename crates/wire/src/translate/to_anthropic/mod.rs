//! Requests for an Anthropic upstream, whichever dialect of OpenAI they come from.

pub(super) mod caching;
pub(super) mod compose;
pub(super) mod media;
pub(super) mod names;
pub(super) mod sampling;
pub(super) mod schema;
pub(super) mod structure;
pub(super) mod thinking;
pub(super) mod tools;
pub(super) mod turns;

use serde_json::{Value, json};

/// A text block.
pub(super) fn text_block(text: impl Into<String>) -> Value {
    json!({"type": "text", "text": text.into()})
}

/// The text of a `content` that can only be text: a string, or parts of which the texts are joined.
pub(super) fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| match part {
                Value::String(text) => Some(text.as_str()),
                part => ["text", "refusal"]
                    .into_iter()
                    .find_map(|name| part.get(name)?.as_str()),
            });
            texts.collect::<Vec<_>>().join("\n")
        }
        Value::Object(part) => part
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Input of a tool call from OpenAI's `arguments`: a JSON text, or sometimes the object itself. Whatever is
/// no object is wrapped, so that the model can still see what it once wrote.
pub(super) fn input_of(arguments: Option<Value>) -> Value {
    match arguments {
        None | Some(Value::Null) => json!({}),
        Some(Value::Object(members)) => Value::Object(members),
        Some(Value::String(text)) if text.trim().is_empty() => json!({}),
        Some(Value::String(text)) => match crate::assemble::tolerant::value(text.as_bytes()) {
            Some(Value::Object(members)) => Value::Object(members),
            _ => json!({"__raw_arguments": text}),
        },
        Some(other) => json!({"__raw_arguments": other.to_string()}),
    }
}

/// Content of a tool result; an empty one says so, because empty texts are refused.
pub(super) fn result_content(blocks: Vec<Value>) -> Value {
    match blocks.as_slice() {
        [] => json!("(no output)"),
        [only] if only["type"] == "text" && only.get("cache_control").is_none() => {
            only["text"].clone()
        }
        _ => Value::Array(blocks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_objects() {
        for (arguments, wanted) in [
            (Value::Null, json!({})),
            (json!(""), json!({})),
            (json!("{\"a\":1}"), json!({"a": 1})),
            (json!({"a": 1}), json!({"a": 1})),
            (json!("{\"a\":"), json!({"__raw_arguments": "{\"a\":"})),
            (json!("[1]"), json!({"__raw_arguments": "[1]"})),
            (json!(7), json!({"__raw_arguments": "7"})),
            (json!("{\"a\":\"\\ud800\"}"), json!({"a": "\u{fffd}"})),
        ] {
            assert_eq!(input_of(Some(arguments.clone())), wanted, "{arguments}");
        }
        assert_eq!(input_of(None), json!({}));
    }

    #[test]
    fn texts_are_joined() {
        for (content, wanted) in [
            (json!("a"), "a"),
            (json!(null), ""),
            (
                json!([{"type": "text", "text": "a"}, "b", {"type": "refusal", "refusal": "c"}, {"type": "image_url"}]),
                "a\nb\nc",
            ),
            (json!({"type": "text", "text": "a"}), "a"),
            (json!(5), "5"),
        ] {
            assert_eq!(text_of(&content), wanted, "{content}");
        }
    }
}
