//! Errors that come inside an answer whose status said 200.

use serde_json::{Value, json};

use crate::translate::object::Object;
use crate::translate::told::Told;

/// The error that a chunk is, in all the forms there are.
pub(super) fn told_error(chunk: &Object) -> Option<Told> {
    let filled = |value: &&Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    let of_choice = || {
        let choices = chunk.get("choices")?.as_array()?;
        choices
            .iter()
            .find_map(|choice| choice.get("error").filter(filled))
    };
    let is_error = ["object", "type"]
        .iter()
        .any(|name| chunk.get(*name).is_some_and(|value| value == "error"));
    if chunk.get("error").filter(filled).is_some() || is_error {
        return Some(Told::of(&Value::Object(chunk.clone())));
    }
    if let Some(error) = of_choice() {
        return Some(Told::of(&json!({"error": error})));
    }
    let says = |name: &str| {
        chunk
            .get(name)
            .is_some_and(|value| value.is_string() || value.is_array())
    };
    let answers = chunk.contains_key("choices") || chunk.contains_key("usage");
    (!answers && (says("detail") || says("message") || chunk.contains_key("base_resp")))
        .then(|| Told::of(&Value::Object(chunk.clone())))
}
