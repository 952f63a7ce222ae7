//! Honest Claude on a detour: a relay that turns requests into OpenAI's protocol, sends them to a reseller of
//! Claude that speaks only that, and turns the answers back. Much is lost, nothing is forged.

use serde_json::{Value, json};

use crate::personas::chance::Chance;
use crate::personas::claude::{blocks, ids};
use crate::personas::site::{Answered, Layer, Said, Site, Visit};
use crate::personas::style::Style;

struct Detour {
    chance: Chance,
}

/// The relay and the reseller.
pub(crate) fn detour() -> Box<dyn Layer> {
    Box::new(Detour {
        chance: Chance::named("detour"),
    })
}

impl Layer for Detour {
    fn around(&self, mut visit: Visit, inner: &dyn Site) -> Answered {
        let mut dice = self.chance.dice();
        if !visit.is_message() {
            return refused(404, "Invalid URL", &mut dice);
        }
        let asked = visit.body["model"].clone();
        there(&mut visit.body);
        let mut answered = inner.answer(&visit);
        if let Some(text) = answered.error_text().cloned() {
            return refused(answered.status, &text, &mut dice);
        }
        if let Some(message) = answered.message() {
            let usage = message["usage"].clone();
            let number = |name: &str| usage[name].as_u64().unwrap_or(0);
            let input = number("input_tokens")
                + number("cache_read_input_tokens")
                + number("cache_creation_input_tokens");
            let content: Vec<Value> = message["content"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|block| matches!(block["type"].as_str(), Some("text" | "tool_use")))
                .map(back)
                .collect();
            let stop = match message["stop_reason"].as_str() {
                Some("tool_use") => "tool_use",
                Some("max_tokens") => "max_tokens",
                _ => "end_turn",
            };
            *message = json!({
                "id": format!("gen-1795180000-{}", ids::letters(ids::BASE62, 20, &mut dice)),
                "type": "message", "role": "assistant", "content": content, "model": asked,
                "stop_reason": stop,
                "usage": { "input_tokens": input, "output_tokens": number("output_tokens"),
                    "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0 },
            });
        }
        answered.headers = vec![("x-new-api-version".to_owned(), "v0.11.4".to_owned())];
        answered.style = Style::converted();
        answered
    }
}

/// A block after the way back.
fn back(block: &Value) -> Value {
    let mut block = block.clone();
    if let Some(members) = block.as_object_mut() {
        members.shift_remove("caller");
    }
    block
}

/// What OpenAI's protocol can carry.
fn there(body: &mut Value) {
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| {
            [
                "model",
                "max_tokens",
                "messages",
                "system",
                "tools",
                "tool_choice",
                "temperature",
                "top_p",
                "stop_sequences",
                "stream",
            ]
            .contains(&name.as_str())
        });
    }
    let texts: Vec<String> = blocks(&body["system"])
        .iter()
        .filter_map(|block| block["text"].as_str().map(str::to_owned))
        .collect();
    if !texts.is_empty() {
        body["system"] = texts.join("\n").into();
    }
    for message in body["messages"].as_array_mut().into_iter().flatten() {
        for block in message["content"].as_array_mut().into_iter().flatten() {
            if let Some(members) = block.as_object_mut() {
                members.shift_remove("cache_control");
            }
        }
        if let Some(blocks) = message["content"].as_array_mut() {
            blocks.retain(|block| {
                !matches!(
                    block["type"].as_str(),
                    Some("thinking" | "redacted_thinking" | "document")
                )
            });
        }
    }
    for tool in body["tools"].as_array_mut().into_iter().flatten() {
        if tool["input_schema"].is_null() {
            // A tool of the vendor's own becomes an ordinary one.
            *tool = json!({ "name": tool["name"], "input_schema": { "type": "object", "properties": {} } });
        }
        if let Some(members) = tool.as_object_mut() {
            members.shift_remove("cache_control");
        }
    }
}

fn refused(status: u16, message: &str, dice: &mut crate::dice::Dice) -> Answered {
    let id = ids::letters(ids::BASE62, 30, dice);
    Answered::new(
        status,
        Said::Document(json!({
            "error": { "type": "new_api_error", "message": format!("Provider returned error: {message} (request id: {id})") },
            "type": "error",
        })),
    )
}
