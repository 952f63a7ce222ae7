//! Small operations on JSON objects.

use serde_json::{Map, Value};

/// A JSON object.
pub(crate) type Object = Map<String, Value>;

/// A string member.
pub(crate) fn string<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}

/// A string member that is not empty.
pub(crate) fn filled<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    string(object, name).filter(|text| !text.is_empty())
}

/// Takes a string member out.
pub(crate) fn take_string(object: &mut Object, name: &str) -> Option<String> {
    match object.get_mut(name).map(Value::take)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Takes an object member out.
pub(crate) fn take_object(object: &mut Object, name: &str) -> Option<Object> {
    match object.get_mut(name).map(Value::take)? {
        Value::Object(inner) => Some(inner),
        _ => None,
    }
}

/// A whole number: as an integer, a float without fraction, or a text of digits.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            number
                .as_f64()
                .filter(|number| *number >= 0.0 && number.fract() == 0.0 && *number < 1e15)
                .map(|number| number as u64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// An object with one member.
pub(crate) fn one(name: &str, value: impl Into<Value>) -> Value {
    let mut object = Object::new();
    object.insert(name.to_owned(), value.into());
    Value::Object(object)
}
