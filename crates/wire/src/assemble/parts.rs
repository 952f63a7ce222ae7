//! Small operations on the members of an answer in the making.

use serde_json::{Map, Value};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// Appends to a string member, which is created if it is missing or no string.
pub(super) fn append(object: &mut Object, name: &str, piece: &str) {
    match object.get_mut(name) {
        Some(Value::String(text)) => text.push_str(piece),
        _ => set(object, name, piece),
    }
}

/// Sets a member.
pub(super) fn set(object: &mut Object, name: &str, value: impl Into<Value>) {
    object.insert(name.to_owned(), value.into());
}

/// Adds to an array member, which is created if it is missing or no array.
pub(super) fn push(object: &mut Object, name: &str, value: Value) {
    match object.get_mut(name) {
        Some(Value::Array(list)) => list.push(value),
        _ => set(object, name, vec![value]),
    }
}

/// Overwrites members with those that are not null.
pub(super) fn overwrite(object: &mut Object, with: Object) {
    for (name, value) in with {
        if !value.is_null() || !object.contains_key(&name) {
            object.insert(name, value);
        }
    }
}

/// Takes an object out of a member.
pub(super) fn take_object(object: &mut Object, name: &str) -> Option<Object> {
    match object.get_mut(name).map(Value::take)? {
        Value::Object(inner) => Some(inner),
        _ => None,
    }
}

/// Takes an array out of a member.
pub(super) fn take_array(object: &mut Object, name: &str) -> Vec<Value> {
    match object.get_mut(name).map(Value::take) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// A string member.
pub(super) fn string<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}

/// A string member that is not empty.
pub(super) fn filled<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    string(object, name).filter(|text| !text.is_empty())
}

/// An integer member.
pub(super) fn integer(object: &Object, name: &str) -> Option<i64> {
    object.get(name)?.as_i64()
}

/// The object that a value is, or an empty one.
pub(super) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// What a value says as text: a string as it is, nothing for null, all else as JSON.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
