//! Slices of texts that the view shows only the beginning of.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::node::{Node, document};
use crate::text_lines::indent;

/// A part of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Slice {
    /// The part.
    pub text: String,
    /// Bytes of the whole text.
    pub total_bytes: u32,
    /// Offset of the next part; `None` at the end.
    pub next: Option<u32>,
}

/// At most `length` bytes (but at least one character) from byte `offset` of the text that stands at a
/// JSON pointer of a body: a string as it is, anything else as indented JSON, the same as in the view.
pub fn text_at(body: &[u8], pointer: &str, offset: usize, length: usize) -> Option<Slice> {
    let body = document(body);
    let (_, node) = resolve(Node::parse(&body)?, pointer)?;
    let text = shown(node, pointer);
    let start = text.floor_char_boundary(offset.min(text.len()));
    let mut end = text.floor_char_boundary(start.saturating_add(length).min(text.len()));
    if end == start {
        end = text.ceil_char_boundary(start.saturating_add(1).min(text.len()));
    }
    Some(Slice {
        text: text.get(start..end)?.to_owned(),
        total_bytes: u32::try_from(text.len()).unwrap_or(u32::MAX),
        next: (end < text.len()).then(|| u32::try_from(end).unwrap_or(u32::MAX)),
    })
}

/// What the view shows of a value. Arguments of a tool call are JSON inside a string: indented.
fn shown<'a>(node: Node<'a>, pointer: &str) -> Cow<'a, str> {
    let Some(text) = node.string() else {
        return Cow::Owned(indent(node.json()));
    };
    let arguments = pointer.ends_with("/arguments");
    match Node::parse(&text).filter(|_| arguments) {
        Some(json) => Cow::Owned(indent(json.json())),
        None => text,
    }
}

/// The value at a JSON pointer, with the object or array that holds it.
pub(super) fn resolve<'a>(body: Node<'a>, pointer: &str) -> Option<(Option<Node<'a>>, Node<'a>)> {
    let (mut holder, mut node) = (None, body);
    if pointer.is_empty() {
        return Some((holder, node));
    }
    for step in pointer.strip_prefix('/')?.split('/') {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match node.is_array() {
            true => node.elements().get(step.parse::<usize>().ok()?).copied(),
            false => node.object().get(&step),
        };
        holder = Some(node);
        node = next?;
    }
    Some((holder, node))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn slices(body: &str, pointer: &str, length: usize) -> String {
        let mut whole = String::new();
        let mut offset = Some(0);
        while let Some(at) = offset {
            let slice = text_at(body.as_bytes(), pointer, at as usize, length).unwrap();
            whole.push_str(&slice.text);
            offset = slice.next;
        }
        whole
    }

    #[test]
    fn slices_add_up() {
        let body = r#"{"a/b":[{"text":"1漢字\n€ end"}]}"#;
        for length in [0, 1, 2, 3, 7, 100] {
            assert_eq!(slices(body, "/a~1b/0/text", length), "1漢字\n€ end");
        }
        assert_eq!(
            slices(body, "/a~1b/0", 5),
            "{\n  \"text\": \"1漢字\\n€ end\"\n}"
        );
        assert_eq!(
            slices(r#"{"arguments":"{\"a\":1}"}"#, "/arguments", 3),
            "{\n  \"a\": 1\n}"
        );
    }

    #[test]
    fn nothing_stands_at_a_wrong_place() {
        for pointer in ["a", "/b", "/a/x", "/a/9", "/a/0/0", "/a/"] {
            assert_eq!(text_at(br#"{"a":["x"]}"#, pointer, 0, 9), None, "{pointer}");
        }
        assert_eq!(text_at(b"nonsense", "", 0, 9), None);
        let beyond = text_at(br#"{"a":["x"]}"#, "/a/0", 99, 9).unwrap();
        assert_eq!(
            beyond,
            Slice {
                text: String::new(),
                total_bytes: 1,
                next: None
            }
        );
    }
}
