//! JSON as stations write it: numbers keep their text, `NaN` is no reason to give up, members may have
//! any type.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::decimal::Decimal;

/// Levels of lists and objects that are read; what is deeper is no answer of a station.
const DEEPEST: usize = 32;

/// A value with the text of its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`, and what stands for "not a number".
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// The text of a number.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// Members in order. Of two of one name the last holds.
    Object(Vec<(String, Json)>),
}

const NULL: &Json = &Json::Null;

impl Json {
    /// Reads a document; `None` when it is none. Invalid UTF-8 becomes `�`, a byte order mark is skipped.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => value(raw, 0),
            Err(_) => {
                let mended = without_nan(text)?;
                value(serde_json::from_str::<&RawValue>(&mended).ok()?, 0)
            }
        }
    }

    /// A member of an object; null when there is none.
    pub fn get(&self, name: &str) -> &Self {
        match self {
            Self::Object(members) => members
                .iter()
                .rev()
                .find(|(had, _)| had == name)
                .map_or(NULL, |(_, value)| value),
            _ => NULL,
        }
    }

    /// A member of a member.
    pub fn at(&self, path: &[&str]) -> &Self {
        path.iter().fold(self, |value, name| value.get(name))
    }

    /// The value at an RFC 6901 pointer; `None` where nothing is.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let steps = pointer.strip_prefix('/')?.split('/');
        steps
            .map(|step| step.replace("~1", "/").replace("~0", "~"))
            .try_fold(self, |value, step| match value {
                Self::Object(members) => members
                    .iter()
                    .rev()
                    .find(|(name, _)| *name == step)
                    .map(|(_, value)| value),
                Self::List(items) => {
                    let plain = step == "0" || !step.starts_with('0');
                    let digits = step.bytes().all(|byte| byte.is_ascii_digit());
                    items.get(step.parse::<usize>().ok().filter(|_| plain && digits)?)
                }
                _ => None,
            })
    }

    /// Whether the object has that member, whatever it is.
    pub fn has(&self, name: &str) -> bool {
        matches!(self, Self::Object(members) if members.iter().any(|(had, _)| had == name))
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Whether it is null or absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text that is not empty.
    pub fn words(&self) -> Option<&str> {
        self.text().map(str::trim).filter(|text| !text.is_empty())
    }

    /// A text, or a number or truth value as text.
    pub fn plain(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text.clone()),
            Self::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// A truth value, also spelled `1`, `"true"` and the like.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            Self::Number(text) | Self::Text(text) => match text.as_str() {
                "1" | "true" | "True" | "TRUE" => Some(true),
                "0" | "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// `true` and nothing else.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// `false` and nothing else.
    pub fn is_false(&self) -> bool {
        matches!(self, Self::Bool(false))
    }

    /// A number, or a number inside a text.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Number(text) | Self::Text(text) => Decimal::parse(text),
            _ => None,
        }
    }

    /// A whole number, or the whole part of one with decimals.
    pub fn integer(&self) -> Option<i64> {
        self.number().and_then(Decimal::floor_i64)
    }

    /// A count: a whole number of at least 0.
    pub fn count(&self) -> Option<u64> {
        self.integer().and_then(|number| u64::try_from(number).ok())
    }

    /// The items of a list; none of anything else, null included.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The members of an object.
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }
}

enum Level<'a> {
    List(Vec<&'a RawValue>),
    Object(Vec<(String, &'a RawValue)>),
}

fn value(raw: &RawValue, depth: usize) -> Option<Json> {
    let text = raw.get();
    Some(match text.as_bytes().first()? {
        b'{' | b'[' if depth == DEEPEST => return None,
        b'{' | b'[' => match serde_json::from_str::<Level<'_>>(text).ok()? {
            Level::List(items) => {
                let items = items.into_iter().map(|item| value(item, depth + 1));
                Json::List(items.collect::<Option<_>>()?)
            }
            Level::Object(members) => {
                let members = members
                    .into_iter()
                    .map(|(name, raw)| Some((name, value(raw, depth + 1)?)));
                Json::Object(members.collect::<Option<_>>()?)
            }
        },
        b'"' => Json::Text(spelled(text)),
        b't' => Json::Bool(true),
        b'f' => Json::Bool(false),
        b'n' => Json::Null,
        _ => Json::Number(text.to_owned()),
    })
}

/// The text of a JSON string; half a surrogate pair leaves it as it was spelled.
fn spelled(text: &str) -> String {
    serde_json::from_str(text).unwrap_or_else(|_| text.trim_matches('"').to_owned())
}

/// `NaN` and `Infinity` outside of texts become null; `None` when there are none.
fn without_nan(text: &str) -> Option<String> {
    const NONSENSE: [&str; 5] = ["-Infinity", "+Infinity", "Infinity", "-NaN", "NaN"];
    let mut mended = String::with_capacity(text.len());
    let (mut inside, mut escaped, mut found) = (false, false, false);
    let mut skip = 0;
    for (at, character) in text.char_indices() {
        if at < skip {
            continue;
        }
        if !inside && let Some(word) = NONSENSE.iter().find(|word| text[at..].starts_with(**word)) {
            mended.push_str("null");
            skip = at + word.len();
            found = true;
            continue;
        }
        if character == '"' && !escaped {
            inside = !inside;
        }
        escaped = inside && character == '\\' && !escaped;
        mended.push(character);
    }
    found.then_some(mended)
}

impl<'de: 'a, 'a> Deserialize<'de> for Level<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Levels;
        impl<'de> Visitor<'de> for Levels {
            type Value = Level<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list or an object")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Level<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = from.next_element()? {
                    items.push(item);
                }
                Ok(Level::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Level<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = from.next_entry()? {
                    members.push(member);
                }
                Ok(Level::Object(members))
            }
        }
        from.deserialize_any(Levels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Json {
        Json::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_keep_their_text() {
        let json = read(r#"{"a": 0.1000000000000000055, "b": 100000000, "c": "12.5", "d": 1e2}"#);
        assert_eq!(json.get("a"), &Json::Number("0.1000000000000000055".into()));
        assert_eq!(json.get("b").integer(), Some(100_000_000));
        assert_eq!(json.get("c").number(), Decimal::parse("12.5"));
        assert_eq!(json.get("d").count(), Some(100));
        assert_eq!(json.get("e"), &Json::Null);
    }

    #[test]
    fn nonsense_numbers_are_null_and_texts_stay() {
        let json = read(
            "\u{feff}{\"a\": NaN, \"b\": -Infinity, \"c\": \"NaN \\\" NaN\", \"d\": [1, Infinity]}",
        );
        assert!(json.get("a").is_null() && json.get("b").is_null());
        assert_eq!(json.get("c").text(), Some("NaN \" NaN"));
        assert_eq!(
            json.get("d").items(),
            [Json::Number("1".into()), Json::Null]
        );
    }

    #[test]
    fn strange_bytes_are_no_reason_to_fail() {
        assert_eq!(
            Json::read(b"{\"a\": \"\xff\xfe\"}")
                .unwrap()
                .get("a")
                .text(),
            Some("��")
        );
        assert_eq!(read(r#"{"a": "\ud800"}"#).get("a").text(), Some(r"\ud800"));
        assert_eq!(Json::read(b""), None);
        assert_eq!(Json::read(b"<html>"), None);
        assert_eq!(Json::read(b"{\"a\": 1"), None);
        assert_eq!(Json::read("[".repeat(100_000).as_bytes()), None);
        let deep = format!("{}{}", "[".repeat(64), "]".repeat(64));
        assert_eq!(Json::read(deep.as_bytes()), None);
    }

    #[test]
    fn pointers_follow_the_standard() {
        let json = read(r#"{"data": {"list": [{"a/b": 1}, {"m~n": 2}]}, "": 3}"#);
        let at = |pointer: &str| json.pointer(pointer).and_then(Json::integer);
        assert_eq!(at("/data/list/0/a~1b"), Some(1));
        assert_eq!(at("/data/list/1/m~0n"), Some(2));
        assert_eq!(at("/"), Some(3));
        for nothing in [
            "data",
            "/data/list/01/m~0n",
            "/data/list/-",
            "/data/list/2",
            "/x/y",
        ] {
            assert_eq!(at(nothing), None, "{nothing}");
        }
        assert_eq!(json.pointer(""), Some(&json));
    }
}
