//! `GET /v1/models` and `POST /v1/messages/count_tokens`.

use serde_json::{Value, json};

use super::{CREATED, Dialect};

/// Models of Anthropic's list: id and name for people.
const ANTHROPIC: &[(&str, &str)] = &[
    ("claude-opus-5-5", "Claude Opus 5.5"),
    ("claude-sonnet-5-5", "Claude Sonnet 5.5"),
    ("claude-haiku-5-5", "Claude Haiku 5.5"),
];

/// Models of OpenAI's list.
const OPENAI: &[&str] = &["gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna", "gpt-5.5"];

/// The list in the caller's dialect.
pub(crate) fn list(dialect: Dialect) -> Value {
    match dialect {
        Dialect::Messages => {
            let data: Vec<Value> = ANTHROPIC.iter().map(anthropic).collect();
            json!({
                "data": data,
                "has_more": false,
                "first_id": ANTHROPIC[0].0,
                "last_id": ANTHROPIC[ANTHROPIC.len() - 1].0,
            })
        }
        Dialect::Chat | Dialect::Responses => {
            let data: Vec<Value> = OPENAI.iter().map(|id| openai(id)).collect();
            json!({ "object": "list", "data": data })
        }
    }
}

/// One model, if it is in the list.
pub(crate) fn one(dialect: Dialect, id: &str) -> Option<Value> {
    match dialect {
        Dialect::Messages => ANTHROPIC.iter().find(|(had, _)| *had == id).map(anthropic),
        Dialect::Chat | Dialect::Responses => {
            OPENAI.iter().find(|had| **had == id).map(|id| openai(id))
        }
    }
}

fn anthropic((id, name): &(&str, &str)) -> Value {
    json!({
        "type": "model",
        "id": id,
        "display_name": name,
        "created_at": "2026-09-01T00:00:00Z",
        "lifecycle": "active",
        "deprecated_at": null,
        "retires_at": null,
        "line": null,
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
    })
}

fn openai(id: &str) -> Value {
    json!({ "id": id, "object": "model", "created": CREATED, "owned_by": "system" })
}
