//! JSON of events as it really comes: with a byte-order mark, with invalid UTF-8, with halves of
//! surrogate pairs (a relay that cuts texts at UTF-16 units splits an emoji over two events).

use std::borrow::Cow;

use serde_json::Value;

/// The value, if there is any way to read it.
pub(crate) fn value(data: &[u8]) -> Option<Value> {
    if let Ok(value) = serde_json::from_slice(data) {
        return Some(value);
    }
    let unmarked = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
    let text = String::from_utf8_lossy(unmarked);
    let mended = without_lone_surrogates(&text);
    // Most often the data simply is no JSON: what did not change is not read again.
    if mended.as_bytes() == data {
        return None;
    }
    serde_json::from_str(&mended).ok()
}

/// The text with `\ud800`–`\udfff` that stand alone replaced by `\ufffd`.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut mended = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        let start = at + found;
        let end = match (unit(bytes, start), unit(bytes, start + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => start + 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str(text.get(kept..start).unwrap_or_default());
                mended.push_str("\\ufffd");
                kept = start + 6;
                kept
            }
            _ => start + 2,
        };
        at = end;
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(mended)
}

/// The UTF-16 unit that an escape `\uXXXX` at this place stands for.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn takes_halves_of_pairs() {
        for (text, wanted) in [
            (r#"{"a":"\ud83d"}"#, json!({"a": "\u{fffd}"})),
            (r#"{"a":"\ud83d\ude00"}"#, json!({"a": "😀"})),
            (
                r#"{"a":"\\ud83d\ude00 \ud83d\ud83d\ude00"}"#,
                json!({"a": "\\ud83d\u{fffd} \u{fffd}😀"}),
            ),
        ] {
            assert_eq!(value(text.as_bytes()), Some(wanted), "{text}");
        }
        assert_eq!(
            value(b"\xEF\xBB\xBF{\"a\":\"\xff\"}"),
            Some(json!({"a": "\u{fffd}"}))
        );
        for text in ["", "x", "{", "{\"a\":\"\\u\"}", "{\"a\":\"\\ud8"] {
            assert_eq!(value(text.as_bytes()), None, "{text}");
        }
    }
}
