//! Tokens of a translated request, for answers that do not tell them.

use serde_json::Value;

use crate::count;

/// Bytes of base64 that stand for four of a document.
const BASE64: usize = 4;

/// Tokens of everything in a request, from its bytes: pictures and documents by their own measure.
pub(crate) fn request(body: &Value) -> u64 {
    let messages = body.get("messages").and_then(Value::as_array);
    let tools = body.get("tools").and_then(Value::as_array);
    let turns = messages.map_or(0, Vec::len) as u64 * u64::from(count::PER_TURN);
    let offers = tools.map_or(0, Vec::len) as u64 * u64::from(count::PER_TOOL);
    let said = [messages, tools].into_iter().flatten().flatten().map(value);
    said.fold(turns + offers, u64::saturating_add)
}

fn value(value: &Value) -> u64 {
    match value {
        Value::String(text) if text.starts_with("data:image/") => u64::from(count::IMAGE),
        Value::String(text) if text.starts_with("data:") => {
            let bytes = u32::try_from(text.len() / BASE64 * 3).unwrap_or(u32::MAX);
            u64::from(count::document(bytes))
        }
        Value::String(text) => u64::from(count::quick(text.as_bytes())),
        Value::Array(list) => list.iter().map(self::value).fold(0, u64::saturating_add),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| u64::from(count::quick(name.as_bytes())) + self::value(member))
            .fold(0, u64::saturating_add),
        Value::Number(_) => 1,
        Value::Bool(_) | Value::Null => 0,
    }
}
