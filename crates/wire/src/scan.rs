//! Reading single members of a JSON object without parsing all of it.
//!
//! A coding agent's request is 30 kB to 1 MB, nearly all of it inside strings, and the proxy needs
//! three short members. Strings are skipped at memory speed and nothing is allocated.

use memchr::memchr2;

/// Members of the outermost object, in order: name and value as they stand in the text, the name
/// without its quotes (escapes not resolved). Ends at the first thing that is not JSON.
pub fn members(json: &[u8]) -> Members<'_> {
    let start = skip_space(json, 0);
    let open = json.get(start) == Some(&b'{');
    Members {
        json,
        at: if open { start + 1 } else { json.len() },
    }
}

/// The value of one member of the outermost object.
pub fn member<'a>(json: &'a [u8], name: &str) -> Option<&'a [u8]> {
    members(json)
        .find(|(found, _)| *found == name.as_bytes())
        .map(|(_, value)| value)
}

/// A value that is a string, with its escapes resolved.
pub fn string(value: &[u8]) -> Option<String> {
    let inside = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    // Names and ids have no escapes: there is nothing to resolve.
    let is_plain = |byte: &u8| *byte >= b' ' && *byte != b'\\' && *byte != b'"';
    if inside.iter().all(is_plain) {
        return std::str::from_utf8(inside).ok().map(str::to_owned);
    }
    serde_json::from_slice(value).ok()
}

/// A value that is a whole number.
pub fn number(value: &[u8]) -> Option<u64> {
    let is_number = value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).ok().filter(|_| is_number)?;
    text.parse().ok()
}

/// See [`members`].
#[derive(Debug)]
pub struct Members<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let json = self.json;
        let mut at = skip_space(json, self.at);
        if json.get(at) == Some(&b',') {
            at = skip_space(json, at + 1);
        }
        self.at = json.len();
        if json.get(at) != Some(&b'"') {
            return None;
        }
        let name_end = string_end(json, at)?;
        let name = &json[at + 1..name_end - 1];
        at = skip_space(json, name_end);
        if json.get(at) != Some(&b':') {
            return None;
        }
        at = skip_space(json, at + 1);
        let end = value_end(json, at)?;
        self.at = end;
        Some((name, &json[at..end]))
    }
}

fn skip_space(json: &[u8], mut at: usize) -> usize {
    while matches!(json.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The index after the string that begins at `start` (on its quote).
fn string_end(json: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        let found = at + memchr2(b'"', b'\\', json.get(at..)?)?;
        if json[found] == b'"' {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

/// The index after the value that begins at `start`.
fn value_end(json: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    loop {
        match json.get(at)? {
            b'"' => {
                at = string_end(json, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return (at > start).then_some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => {
                return (at > start).then_some(at);
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_outer_members_only() {
        let json = br#" {"tools":[{"stream":true,"model":"inner"}],"text":"\"model\":\"no\" \\","model" : "claude-opus-5-5" , "stream":true,"n":-1.5e3,"nothing":null}"#;
        let text =
            |name| member(json, name).map(|value| String::from_utf8_lossy(value).into_owned());
        assert_eq!(text("model").as_deref(), Some("\"claude-opus-5-5\""));
        assert_eq!(text("stream").as_deref(), Some("true"));
        assert_eq!(text("n").as_deref(), Some("-1.5e3"));
        assert_eq!(text("nothing").as_deref(), Some("null"));
        assert_eq!(text("inner"), None);
        assert_eq!(members(json).count(), 6);
    }

    #[test]
    fn stops_at_nonsense() {
        for broken in [
            "",
            "[]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":\"x",
            "{a:1}",
            "nonsense",
            "{\"a\":}",
            "{\"a\":[1,2",
        ] {
            assert_eq!(members(broken.as_bytes()).count(), 0, "{broken}");
        }
        assert_eq!(members(b"{\"a\":1,\"b\":[").count(), 1);
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            ".{0,12}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::btree_map(".{0,6}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn strings_are_those_of_a_full_parser(text in "\\PC{0,12}|[\\x00-\\x7f]{0,12}", raw: bool) {
            // Raw: as no writer of JSON would quote it.
            let value = if raw { format!("\"{text}\"") } else { serde_json::to_string(&text).unwrap() };
            prop_assert_eq!(string(value.as_bytes()), serde_json::from_str(&value).ok());
        }

        #[test]
        fn agrees_with_a_full_parser(values in proptest::collection::btree_map("[a-z]{1,4}", json(), 0..8), pretty: bool) {
            let object = serde_json::Value::Object(values.into_iter().collect());
            let text = if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) }.unwrap();
            let scanned: serde_json::Map<String, serde_json::Value> = members(text.as_bytes())
                .map(|(name, value)| (String::from_utf8(name.to_vec()).unwrap(), serde_json::from_slice(value).unwrap()))
                .collect();
            prop_assert_eq!(serde_json::Value::Object(scanned), object);
        }

        #[test]
        fn survives_anything(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = members(&bytes).count();
        }
    }
}
