//! Layers that change what an answer says about itself.

use serde_json::Value;

use crate::personas::chance::Chance;
use crate::personas::claude::ids;
use crate::personas::site::{Layer, after};

/// Names the model that was asked for, whichever answered.
pub(crate) fn answers_as() -> Box<dyn Layer> {
    after(|visit, answered| {
        let asked = visit.body["model"].clone();
        if let Some(message) = answered.message() {
            message["model"] = asked;
        }
    })
}

/// Takes members out of answers, by path: `usage/inference_geo`.
pub(crate) fn drops_fields(paths: &'static [&'static str]) -> Box<dyn Layer> {
    after(move |_, answered| {
        let Some(message) = answered.message() else {
            return;
        };
        for path in paths {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            let pointer = if parent.is_empty() {
                String::new()
            } else {
                format!("/{parent}")
            };
            if let Some(members) = message.pointer_mut(&pointer).and_then(Value::as_object_mut) {
                members.shift_remove(name);
            }
        }
        if paths.contains(&"caller") {
            for block in message["content"].as_array_mut().into_iter().flatten() {
                if let Some(members) = block.as_object_mut() {
                    members.shift_remove("caller");
                }
            }
        }
    })
}

/// Takes thinking blocks out of answers.
pub(crate) fn drops_thinking() -> Box<dyn Layer> {
    after(|_, answered| {
        if let Some(blocks) = answered
            .message()
            .and_then(|message| message["content"].as_array_mut())
        {
            blocks.retain(|block| {
                !matches!(
                    block["type"].as_str(),
                    Some("thinking" | "redacted_thinking")
                )
            });
        }
    })
}

/// Gives messages ids of its own.
pub(crate) fn rewrites_ids(
    prefix: &'static str,
    alphabet: &'static str,
    length: usize,
) -> Box<dyn Layer> {
    let chance = Chance::named(prefix);
    after(move |_, answered| {
        if let Some(message) = answered.message() {
            let own = ids::letters(alphabet, length, &mut chance.dice());
            message["id"] = format!("{prefix}{own}").into();
        }
    })
}
