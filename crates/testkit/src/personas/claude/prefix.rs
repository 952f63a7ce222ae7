//! What a thinking block is bound to: everything that stood before it.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Hashes of the three parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefix {
    pub(crate) system: [u8; 32],
    pub(crate) tools: [u8; 32],
    pub(crate) messages: [u8; 32],
}

impl Prefix {
    /// Of the block at this place of this request.
    pub(crate) fn before(body: &Value, message: usize, block: usize) -> Self {
        let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
        let mut digest = Sha256::new();
        for earlier in messages.iter().take(message) {
            digest.update(earlier["role"].as_str().unwrap_or_default());
            for one in blocks(&earlier["content"]) {
                digest.update(plain(one).to_string());
            }
        }
        if let Some(own) = messages.get(message) {
            for one in blocks(&own["content"]).into_iter().take(block) {
                digest.update(plain(one).to_string());
            }
        }
        Self {
            system: system(&body["system"]),
            tools: hash(&plain(body["tools"].clone()).to_string()),
            messages: digest.finalize().into(),
        }
    }

    /// Of a block that is about to be made in answer to this request.
    pub(crate) fn of_answer(body: &Value) -> Self {
        let count = body["messages"].as_array().map_or(0, Vec::len);
        Self::before(body, count, 0)
    }
}

/// A text and a list of one text are the same.
pub(crate) fn blocks(content: &Value) -> Vec<Value> {
    match content {
        Value::String(text) => vec![serde_json::json!({ "type": "text", "text": text })],
        Value::Array(blocks) => blocks.clone(),
        _ => Vec::new(),
    }
}

fn system(system: &Value) -> [u8; 32] {
    let texts: Vec<String> = blocks(system)
        .iter()
        .filter_map(|block| block["text"].as_str().map(str::to_owned))
        .collect();
    hash(&texts.join("\n"))
}

/// Without what does not belong to the prefix.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| name != "cache_control")
            .map(|(name, value)| (name, plain(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        other => other,
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
