//! Indents JSON byte by byte: number spelling, escapes, key order and duplicate keys stay as sent.

use memchr::memchr2;

/// Spaces per level.
const STEP: usize = 2;
/// The result may be this many times as long as the source (plus `ROOM`); whatever comes after that is
/// written without line breaks. A hostile body would otherwise grow by its depth.
const GROWTH: usize = 8;
/// Room that every text gets, in bytes.
const ROOM: usize = 1 << 20;

/// The JSON text with line breaks and indentation. Never fails: what is not JSON comes out as some text.
pub(crate) fn indent(json: &str) -> String {
    let bytes = json.as_bytes();
    let mut out = Indented {
        text: String::with_capacity(json.len() + json.len() / 4),
        depth: 0,
        budget: json.len().saturating_mul(GROWTH).saturating_add(ROOM),
    };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let end = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at + 1,
            b'"' => string_end(bytes, at),
            b'{' | b'[' | b'}' | b']' | b',' | b':' => at + 1,
            _ => scalar_end(bytes, at),
        };
        let piece = json.get(at..end).unwrap_or_default();
        at = end;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b'{' | b'[' => match empty_end(bytes, at, byte) {
                Some(end) => {
                    out.text.push_str(if byte == b'{' { "{}" } else { "[]" });
                    at = end;
                }
                None => out.open(piece),
            },
            b'}' | b']' => out.close(piece),
            b',' => out.separate(),
            b':' => out.text.push_str(": "),
            _ => out.text.push_str(piece),
        }
    }
    out.text
}

/// The text so far.
struct Indented {
    text: String,
    depth: usize,
    budget: usize,
}

impl Indented {
    fn open(&mut self, bracket: &str) {
        self.text.push_str(bracket);
        self.depth += 1;
        self.line();
    }

    fn close(&mut self, bracket: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line();
        self.text.push_str(bracket);
    }

    fn separate(&mut self) {
        self.text.push(',');
        self.line();
    }

    fn line(&mut self) {
        let spaces = self.depth.saturating_mul(STEP);
        if self.text.len().saturating_add(spaces) < self.budget {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n(' ', spaces));
        }
    }
}

/// Behind the closing quote of the string that begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut from = at + 1;
    while let Some(found) = bytes
        .get(from..)
        .and_then(|rest| memchr2(b'"', b'\\', rest))
    {
        let found = from + found;
        if bytes.get(found) == Some(&b'"') {
            return found + 1;
        }
        from = found + 2;
    }
    bytes.len()
}

/// Behind the number or word that begins at `at`.
fn scalar_end(bytes: &[u8], at: usize) -> usize {
    let is_end = |byte: &u8| b" \t\n\r\"{}[],:".contains(byte);
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .position(is_end)
        .map_or(bytes.len(), |length| at + length)
}

/// Behind the closing bracket, if nothing stands before it.
fn empty_end(bytes: &[u8], from: usize, open: u8) -> Option<usize> {
    let close = if open == b'{' { b'}' } else { b']' };
    let rest = bytes.get(from..)?;
    let found = rest.iter().position(|byte| !b" \t\n\r".contains(byte))?;
    (rest.get(found) == Some(&close)).then_some(from + found + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_spelling_and_order() {
        let json = r#"{"b":1.0,"a":[1e5,-0,{}, [ ] ,"x\"y\u00e9"],"b":{"c":null}}"#;
        let wanted = "{\n  \"b\": 1.0,\n  \"a\": [\n    1e5,\n    -0,\n    {},\n    [],\n    \
                      \"x\\\"y\\u00e9\"\n  ],\n  \"b\": {\n    \"c\": null\n  }\n}";
        assert_eq!(indent(json), wanted);
    }

    #[test]
    fn depth_does_not_multiply_the_length() {
        let deep = format!("{}1{}", "[".repeat(500_000), "]".repeat(500_000));
        assert!(indent(&deep).len() < 10 * deep.len() + ROOM);
    }

    #[test]
    fn broken_texts_are_taken_too() {
        for text in ["", "\"", "\"\\", "}}}", "é:\"é", "[1,"] {
            indent(text);
        }
    }
}
