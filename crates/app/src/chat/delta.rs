//! The readable text in the events of a stream, dialect by dialect. Unknown events are skipped.

use serde_json::Value;
use wire::Dialect;
use wire::fold::Content;

/// What an event adds to the answer.
pub(super) fn of_event(dialect: Dialect, data: &[u8]) -> Vec<(Content, String)> {
    let Ok(json) = serde_json::from_slice::<Value>(data) else {
        return Vec::new();
    };
    let found = match dialect {
        Dialect::Anthropic => anthropic(&json),
        Dialect::OpenAiChat => chat(&json),
        Dialect::OpenAiResponses => responses(&json),
        Dialect::Other => Vec::new(),
    };
    found
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(content, text)| (content, text.to_owned()))
        .collect()
}

fn text<'a>(json: &'a Value, pointer: &str) -> &'a str {
    json.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn anthropic(json: &Value) -> Vec<(Content, &str)> {
    match text(json, "/type") {
        "content_block_start" => vec![
            (Content::Text, text(json, "/content_block/text")),
            (Content::Thinking, text(json, "/content_block/thinking")),
        ],
        "content_block_delta" => vec![
            (Content::Text, text(json, "/delta/text")),
            (Content::Thinking, text(json, "/delta/thinking")),
            (Content::ToolCall, text(json, "/delta/partial_json")),
        ],
        _ => Vec::new(),
    }
}

fn chat(json: &Value) -> Vec<(Content, &str)> {
    let reasoning = match text(json, "/choices/0/delta/reasoning_content") {
        "" => text(json, "/choices/0/delta/reasoning"),
        reasoning => reasoning,
    };
    vec![
        (Content::Thinking, reasoning),
        (Content::Text, text(json, "/choices/0/delta/content")),
    ]
}

fn responses(json: &Value) -> Vec<(Content, &str)> {
    let delta = text(json, "/delta");
    match text(json, "/type") {
        "response.output_text.delta" | "response.refusal.delta" => vec![(Content::Text, delta)],
        "response.reasoning_text.delta" | "response.reasoning_summary_text.delta" => {
            vec![(Content::Thinking, delta)]
        }
        _ => Vec::new(),
    }
}

/// Text and thinking of a whole answer, for a site that does not stream.
pub(super) fn of_answer(dialect: Dialect, json: &Value) -> Vec<(Content, String)> {
    let mut found = Vec::new();
    let mut add = |content: Content, text: &str| {
        if !text.is_empty() {
            found.push((content, text.to_owned()));
        }
    };
    match dialect {
        Dialect::Anthropic => {
            for block in list(json, "/content") {
                add(Content::Thinking, text(block, "/thinking"));
                add(Content::Text, text(block, "/text"));
            }
        }
        Dialect::OpenAiChat => {
            let message = "/choices/0/message";
            add(
                Content::Thinking,
                text(json, &format!("{message}/reasoning_content")),
            );
            add(Content::Text, text(json, &format!("{message}/content")));
        }
        _ => {
            for item in list(json, "/output") {
                for part in list(item, "/content") {
                    add(Content::Text, text(part, "/text"));
                }
            }
        }
    }
    found
}

fn list<'a>(json: &'a Value, pointer: &str) -> &'a [Value] {
    let list = json.pointer(pointer).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_thinking_are_found_in_every_dialect() {
        let of = |dialect, data: &str| of_event(dialect, data.as_bytes());
        let thought = r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#;
        assert_eq!(
            of(Dialect::Anthropic, thought),
            [(Content::Thinking, "hm".to_owned())]
        );
        let both = r#"{"choices":[{"delta":{"reasoning_content":"a","content":"b"}}]}"#;
        assert_eq!(
            of(Dialect::OpenAiChat, both),
            [
                (Content::Thinking, "a".to_owned()),
                (Content::Text, "b".to_owned())
            ]
        );
        let text = r#"{"type":"response.output_text.delta","delta":"c"}"#;
        assert_eq!(
            of(Dialect::OpenAiResponses, text),
            [(Content::Text, "c".to_owned())]
        );
        for strange in ["", "[DONE]", "null", "7", r#"{"choices":"x"}"#] {
            assert_eq!(of(Dialect::OpenAiChat, strange), []);
        }
    }
}
