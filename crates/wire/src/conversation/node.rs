//! A value of a JSON text, read only as far as somebody looks: a body of megabytes is not copied
//! into a tree to show the beginning of each message.
//!
//! Objects keep duplicate members; the last one counts, as it does for most servers. Lone surrogates
//! become replacement characters.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The JSON text of one value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a>(&'a str);

/// Members of an object, in the order sent.
#[derive(Debug, Default)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

/// A body as text: invalid UTF-8 replaced, byte-order mark removed.
pub(crate) fn document(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body))
}

impl<'a> Node<'a> {
    /// The one value of a text; `None` if it is not JSON.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str::<&RawValue>(text)
            .ok()
            .map(|raw| Self(raw.get()))
    }

    /// Its JSON text.
    pub(crate) fn json(self) -> &'a str {
        self.0
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(crate) fn is_true(self) -> bool {
        self.0 == "true"
    }

    pub(crate) fn is_string(self) -> bool {
        self.0.starts_with('"')
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    pub(crate) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    /// The string that it is.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        if !self.is_string() {
            return None;
        }
        // Most strings have no escape: then there is nothing to parse.
        let inner = self.0.get(1..self.0.len().checked_sub(1)?)?;
        if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
            return Some(Cow::Borrowed(inner));
        }
        let mut json = serde_json::Deserializer::from_str(self.0);
        StringSeed.deserialize(&mut json).ok()
    }

    /// Elements of an array; none for anything else.
    pub(crate) fn elements(self) -> Vec<Node<'a>> {
        if !self.is_array() {
            return Vec::new();
        }
        let mut json = serde_json::Deserializer::from_str(self.0);
        json.deserialize_seq(Elements).unwrap_or_default()
    }

    /// Members of an object; none for anything else.
    pub(crate) fn object(self) -> Object<'a> {
        if !self.is_object() {
            return Object::default();
        }
        let mut json = serde_json::Deserializer::from_str(self.0);
        Object(json.deserialize_map(Members).unwrap_or_default())
    }
}

impl<'a> Object<'a> {
    /// The member of that name, unless it is null.
    pub(crate) fn get(&self, name: &str) -> Option<Node<'a>> {
        let found = self.0.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, node)| *node).filter(|node| !node.is_null())
    }

    /// The string member of that name.
    pub(crate) fn string(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.string()
    }

    /// The string member of that name, or nothing.
    pub(crate) fn string_or_empty(&self, name: &str) -> Cow<'a, str> {
        self.string(name).unwrap_or_default()
    }

    /// The object member of that name, or an empty one.
    pub(crate) fn object(&self, name: &str) -> Object<'a> {
        self.get(name).map(Node::object).unwrap_or_default()
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, Node<'a>)> {
        self.0.iter().map(|(name, node)| (name.as_ref(), *node))
    }
}

/// A string read as bytes: the only way of serde_json that takes lone surrogates.
struct StringSeed;

impl<'de> DeserializeSeed<'de> for StringSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_bytes(self)
    }
}

impl<'de> Visitor<'de> for StringSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(String::from_utf8_lossy(bytes))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(String::from_utf8_lossy(bytes).into_owned()))
    }
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<Node<'de>>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(raw) = from.next_element::<&RawValue>()? {
            elements.push(Node(raw.get()));
        }
        Ok(elements)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, Node<'de>)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = from.next_key_seed(StringSeed)? {
            members.push((name, Node(from.next_value::<&RawValue>()?.get())));
        }
        Ok(members)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_two_members_counts() {
        let object = Node::parse(r#"{"a":1,"a":"x"}"#).unwrap().object();
        assert_eq!(object.string("a").unwrap(), "x");
        assert_eq!(object.members().count(), 2);
    }

    #[test]
    fn lone_surrogates_and_nul_are_taken() {
        let node = Node::parse(r#"{"k\ud800":"a\udc00b\u0000\"\\"}"#).unwrap();
        let (name, value) = node.object().0.pop().unwrap();
        assert!(name.starts_with('k') && name.contains('\u{fffd}'));
        let value = value.string().unwrap();
        assert!(
            value.starts_with("a\u{fffd}") && value.ends_with("b\0\"\\"),
            "{value:?}"
        );
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let node = Node::parse(&deep).unwrap();
        assert_eq!(node.object().get("a").unwrap().elements().len(), 1);
    }
}
