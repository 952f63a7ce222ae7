//! What a chunk or a whole answer of Chat Completions adds, in every server's spelling.

use serde_json::Value;

use crate::translate::object::{Object, filled, take_string};

/// One thing that is added.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Thinking(String),
    Text(String),
    /// Why the model will not answer; it is text too.
    Refusal(String),
    Call(CallPiece),
}

/// A piece of a tool call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CallPiece {
    /// The number of the call, where the server counts.
    pub(super) index: Option<i64>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) arguments: String,
    /// The call is all here, or others stand beside it: it is none that began before.
    pub(super) whole: bool,
}

/// The number that the old `function_call` counts as; no server counts so.
const OLD_CALL: i64 = i64::MIN;

/// The pieces of a `delta` or a `message`, in the order in which a model says such things.
pub(super) fn pieces(message: Object, is_delta: bool) -> Vec<Piece> {
    let mut message = message;
    let mut pieces = Vec::new();
    let content = message
        .get_mut("content")
        .map(Value::take)
        .unwrap_or_default();
    let mut said = Vec::new();
    content_pieces(content, &mut said);
    if let Some(thoughts) = reasoning(&mut message) {
        // Told twice by some servers: as a member and among the content.
        said.retain(|piece| !matches!(piece, Piece::Thinking(_)));
        pieces.push(Piece::Thinking(thoughts));
    }
    pieces.append(&mut said);
    if let Some(refusal) = take_string(&mut message, "refusal") {
        pieces.push(Piece::Refusal(refusal));
    }
    let calls = match message.get_mut("tool_calls").map(Value::take) {
        Some(Value::Array(calls)) => calls,
        Some(call @ Value::Object(_)) => vec![call],
        _ => Vec::new(),
    };
    let beside_others = calls.len() > 1;
    for call in calls {
        if let Value::Object(call) = call {
            let mut piece = call_piece(call);
            piece.whole = !is_delta || beside_others && piece.index.is_none();
            pieces.push(Piece::Call(piece));
        }
    }
    if let Some(Value::Object(call)) = message.get_mut("function_call").map(Value::take) {
        let mut piece = call_piece(call);
        piece.index = Some(OLD_CALL);
        pieces.push(Piece::Call(piece));
    }
    pieces.retain(|piece| match piece {
        Piece::Thinking(text) | Piece::Text(text) | Piece::Refusal(text) => !text.is_empty(),
        Piece::Call(_) => true,
    });
    pieces
}

/// Reasoning, wherever it stands; the first that is not empty, never two.
fn reasoning(message: &mut Object) -> Option<String> {
    for name in [
        "reasoning_content",
        "reasoning",
        "thinking",
        "reasoning_details",
    ] {
        let told = match message.get_mut(name).map(Value::take) {
            Some(Value::String(text)) => text,
            Some(Value::Object(inner)) => ["content", "text", "thinking"]
                .iter()
                .find_map(|name| filled(&inner, name))
                .unwrap_or_default()
                .to_owned(),
            Some(Value::Array(list)) => details(&list),
            _ => continue,
        };
        if !told.is_empty() {
            return Some(told);
        }
    }
    None
}

/// OpenRouter's `reasoning_details`, Mistral's `thinking`: a list of texts.
fn details(list: &[Value]) -> String {
    let texts = list.iter().filter_map(|detail| {
        ["text", "summary", "thinking"]
            .iter()
            .find_map(|name| detail.get(name)?.as_str())
    });
    texts.collect()
}

fn content_pieces(content: Value, pieces: &mut Vec<Piece>) {
    match content {
        Value::String(text) => pieces.push(Piece::Text(text)),
        Value::Array(parts) => parts
            .into_iter()
            .for_each(|part| content_part(part, pieces)),
        part @ Value::Object(_) => content_part(part, pieces),
        _ => {}
    }
}

fn content_part(part: Value, pieces: &mut Vec<Piece>) {
    let mut part = match part {
        Value::String(text) => return pieces.push(Piece::Text(text)),
        Value::Object(part) => part,
        _ => return,
    };
    match part.get("type").and_then(Value::as_str) {
        Some("thinking" | "reasoning") => {
            let thoughts = reasoning(&mut part).or_else(|| take_string(&mut part, "text"));
            pieces.extend(thoughts.map(Piece::Thinking));
        }
        Some("refusal") => pieces.extend(take_string(&mut part, "refusal").map(Piece::Refusal)),
        _ => pieces.extend(take_string(&mut part, "text").map(Piece::Text)),
    }
}

fn call_piece(mut call: Object) -> CallPiece {
    let index = match call.get("index") {
        Some(Value::Number(index)) => index.as_i64(),
        Some(Value::String(index)) => index.parse().ok(),
        _ => None,
    };
    let id = filled(&call, "id").map(str::to_owned);
    // Some servers leave the level of `function` out.
    let mut function = match call.get_mut("function").map(Value::take) {
        Some(Value::Object(function)) => function,
        _ => call,
    };
    let arguments = match function.get_mut("arguments").map(Value::take) {
        Some(Value::String(text)) => text,
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    CallPiece {
        index,
        id,
        name: filled(&function, "name").map(str::to_owned),
        arguments,
        whole: false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(message: Value) -> Vec<Piece> {
        match message {
            Value::Object(message) => pieces(message, true),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_spelling() {
        let text = |text: &str| Piece::Text(text.to_owned());
        let thinking = |text: &str| Piece::Thinking(text.to_owned());
        for (message, wanted) in [
            (json!({"content": "a"}), vec![text("a")]),
            (json!({"content": ""}), vec![]),
            (json!({"content": null, "role": "assistant"}), vec![]),
            (
                json!({"content": [{"type": "text", "text": "a"}, "b", {"type": "x"}]}),
                vec![text("a"), text("b")],
            ),
            (
                json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "t"}]}, {"type": "text", "text": "a"}]}),
                vec![thinking("t"), text("a")],
            ),
            (
                json!({"reasoning_content": "t", "reasoning": "t"}),
                vec![thinking("t")],
            ),
            (
                json!({"reasoning_content": "", "reasoning": "t", "content": "a"}),
                vec![thinking("t"), text("a")],
            ),
            (
                json!({"reasoning_content": null, "thinking": {"content": "t"}}),
                vec![thinking("t")],
            ),
            (
                json!({"reasoning_details": [{"type": "reasoning.text", "text": "t"}]}),
                vec![thinking("t")],
            ),
            (
                json!({"refusal": "no"}),
                vec![Piece::Refusal("no".to_owned())],
            ),
        ] {
            assert_eq!(read(message.clone()), wanted, "{message}");
        }
    }

    #[test]
    fn calls() {
        let call = |call: Value| read(json!({"tool_calls": [call]}));
        for (given, index, id, name, arguments) in [
            (
                json!({"index": 1, "id": "a", "function": {"name": "f", "arguments": "{"}}),
                Some(1),
                Some("a"),
                Some("f"),
                "{",
            ),
            (
                json!({"index": "2", "id": "", "function": {"name": null, "arguments": {"a": 1}}}),
                Some(2),
                None,
                None,
                "{\"a\":1}",
            ),
            (
                json!({"name": "f", "arguments": "x"}),
                None,
                None,
                Some("f"),
                "x",
            ),
            (json!({"function": null}), None, None, None, ""),
        ] {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let wanted = CallPiece {
                index,
                id: owned(id),
                name: owned(name),
                arguments: arguments.to_owned(),
                whole: false,
            };
            assert_eq!(call(given.clone()), [Piece::Call(wanted)], "{given}");
        }
        let old = read(json!({"function_call": {"name": "f", "arguments": "{}"}}));
        assert!(matches!(&old[..], [Piece::Call(call)] if call.name.as_deref() == Some("f")));
    }
}
