//! The input of a tool that takes free text: upstreams write it as `{"input":"…"}`, the caller wants what
//! stands between the quotes, as it comes.

use serde_json::Value;

use crate::assemble::tolerant;

/// Takes the text out of the JSON around it, piece by piece.
#[derive(Debug, Default)]
pub(super) struct FreeText {
    /// JSON so far.
    json: String,
    /// Where the next character of the text stands in it; 0 before its quote has come.
    at: usize,
    /// The text so far.
    text: String,
    /// Nothing more is told live: the text is over, or is not what it seemed to be.
    silent: bool,
}

impl FreeText {
    /// Takes a piece of JSON, gives the text that it adds.
    pub(super) fn feed(&mut self, piece: &str) -> String {
        self.json.push_str(piece);
        if self.silent {
            return String::new();
        }
        if self.at == 0 {
            self.at = match beginning(&self.json) {
                Beginning::At(at) => at,
                Beginning::Later => return String::new(),
                Beginning::Never => {
                    self.silent = true;
                    return String::new();
                }
            };
        }
        let mut added = String::new();
        while let Some((character, length)) = self.next() {
            added.push(character);
            self.at += length;
        }
        self.text.push_str(&added);
        added
    }

    /// The next character of the text, and how many bytes of JSON it takes; `None` until it is whole.
    fn next(&mut self) -> Option<(char, usize)> {
        let rest = self.json.get(self.at..)?;
        let mut characters = rest.chars();
        let plain = match characters.next()? {
            '"' => {
                self.silent = true;
                return None;
            }
            '\\' => match characters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => return self.unit(),
                other => other,
            },
            other => return Some((other, other.len_utf8())),
        };
        Some((plain, 1 + plain_length(rest)))
    }

    /// `\uXXXX`, or two of them.
    fn unit(&mut self) -> Option<(char, usize)> {
        let unit = |at: usize| {
            let digits = self.json.get(at + 2..at + 6)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let rest = self.json.len() - self.at;
        if rest < 6 {
            return None;
        }
        let Some(first) = unit(self.at) else {
            self.silent = true;
            return None;
        };
        if !(0xD800..0xDC00).contains(&first) {
            return Some((char::from_u32(first.into()).unwrap_or('\u{fffd}'), 6));
        }
        let behind = self.json.get(self.at + 6..).unwrap_or_default();
        if rest < 12 && ("\\u".starts_with(behind) || behind.starts_with("\\u")) {
            return None;
        }
        let second = unit(self.at + 6);
        let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
        Some(pair.map_or(('\u{fffd}', 6), |pair| (pair, 12)))
    }

    /// The whole text, and what of it has not been told yet.
    pub(super) fn finish(self) -> (String, String) {
        let whole = whole(&self.json).unwrap_or(self.text.clone());
        let rest = whole.strip_prefix(self.text.as_str()).unwrap_or_default();
        let rest = rest.to_owned();
        (whole, rest)
    }
}

/// Bytes behind the backslash of an escape that is one character long.
fn plain_length(escape: &str) -> usize {
    escape.chars().nth(1).map_or(0, char::len_utf8)
}

enum Beginning {
    At(usize),
    Later,
    Never,
}

/// Where the text begins: behind `{"input":"`, with any white space between.
fn beginning(json: &str) -> Beginning {
    let mut rest = json;
    for token in ["{", "\"input\"", ":", "\""] {
        rest = rest.trim_start();
        match rest.strip_prefix(token) {
            Some(behind) => rest = behind,
            None if token.starts_with(rest) => return Beginning::Later,
            None => return Beginning::Never,
        }
    }
    Beginning::At(json.len() - rest.len())
}

/// What a whole input means: its member `input`, its only text, or else all of it as it stands. `None` for
/// an object that was cut.
fn whole(json: &str) -> Option<String> {
    let value = match tolerant::value(json.as_bytes()) {
        Some(value) => value,
        None if matches!(beginning(json), Beginning::At(_)) => return None,
        None => return Some(json.to_owned()),
    };
    let text = match &value {
        Value::String(text) => Some(text.clone()),
        Value::Object(members) => match (members.get("input"), members.len()) {
            (Some(Value::String(text)), _) => Some(text.clone()),
            (Some(other), _) => Some(other.to_string()),
            (None, 0) => Some(String::new()),
            (None, 1) => members
                .values()
                .next()
                .and_then(Value::as_str)
                .map(str::to_owned),
            _ => None,
        },
        _ => None,
    };
    Some(text.unwrap_or_else(|| json.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn run(pieces: &[&str]) -> (String, String, String) {
        let mut free = FreeText::default();
        let live: String = pieces.iter().map(|piece| free.feed(piece)).collect();
        let (whole, rest) = free.finish();
        (whole, live, rest)
    }

    #[test]
    fn the_text_comes_out_live() {
        for (pieces, wanted) in [
            (&["{\"input\":\"a\\n", "b\"}"][..], "a\nb"),
            (&["{ \"inp", "ut\" : ", "\"x\\\\", "\\\"y\" }"], "x\\\"y"),
            (&["{\"input\":\"\\ud83d", "\\ude00\\u00", "e4\"}"], "😀ä"),
            (&["{\"input\":\"\\ud83dx\"}"], "\u{fffd}x"),
            (&["{\"input\":\"\"}"], ""),
        ] {
            let (whole, live, rest) = run(pieces);
            assert_eq!(
                (whole.as_str(), live.as_str(), rest.as_str()),
                (wanted, wanted, ""),
                "{pieces:?}"
            );
        }
    }

    #[test]
    fn other_forms_come_at_the_end() {
        for (json, wanted) in [
            ("{\"patch\":\"a\"}", "a"),
            ("\"a\"", "a"),
            ("{}", ""),
            ("{\"input\":{\"a\":1}}", "{\"a\":1}"),
            ("{\"a\":\"b\",\"input\":\"c\"}", "c"),
            ("*** Begin Patch", "*** Begin Patch"),
            ("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}"),
        ] {
            let (whole, live, rest) = run(&[json]);
            assert_eq!((whole.as_str(), rest.as_str()), (wanted, wanted), "{json}");
            assert_eq!(live, "");
        }
        let (whole, live, _) = run(&["{\"input\":\"cut of"]);
        assert_eq!((whole.as_str(), live.as_str()), ("cut of", "cut of"));
    }

    proptest! {
        #[test]
        fn any_text_in_any_pieces(text in ".{0,40}", cuts in proptest::collection::vec(0usize..80, 0..6)) {
            let json = json!({"input": text}).to_string();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| json.floor_char_boundary(cut)).collect();
            cuts.extend([0, json.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&str> = cuts.windows(2).map(|pair| &json[pair[0]..pair[1]]).collect();
            let (whole, live, rest) = run(&pieces);
            prop_assert_eq!(&whole, &text);
            prop_assert_eq!(live + &rest, text);
        }

        #[test]
        fn nothing_panics(json in "[{}\"\\\\u0-9a-dinput: é]{0,30}") {
            run(&[&json]);
        }
    }
}
