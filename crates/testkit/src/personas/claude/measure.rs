//! What a request costs, part by part in the order in which a cache reads it.

use serde_json::Value;

use super::images;
use super::models::Model;
use super::prefix::blocks;
use crate::personas::mind::document_text;
use crate::personas::tokens::{Family, count};

/// A part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Portion {
    /// How many tokens.
    pub(crate) tokens: u64,
    /// What it says, for the cache.
    pub(crate) text: String,
    /// A place to cache up to, with its lifetime in minutes.
    pub(crate) cached_for: Option<u64>,
}

/// The parts of a request; `dropped` tells which thinking blocks are not read: message and block.
pub(crate) fn portions(
    model: &Model,
    body: &Value,
    kept_thinking: &[(usize, usize, u64)],
) -> Vec<Portion> {
    let family = model.tokenizer;
    let mut portions = Vec::new();
    tools(model, body, &mut portions);
    for block in blocks(&body["system"]) {
        portions.push(portion(count(family, text_of(&block)), &block));
    }
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    for (at, message) in messages.iter().enumerate() {
        let around = if at == 0 { opening(model, body) } else { 4 };
        portions.push(plain(around, &message["role"]));
        for (place, block) in blocks(&message["content"]).iter().enumerate() {
            let kept = kept_thinking
                .iter()
                .find(|(message, block, _)| (*message, *block) == (at, place))
                .map_or(0, |(_, _, tokens)| *tokens);
            portions.push(portion(block_tokens(model, block, kept), block));
        }
    }
    if !body["cache_control"].is_null()
        && let Some(last) = portions.last_mut()
    {
        last.cached_for = lifetime(&body["cache_control"]);
    }
    portions
}

/// What stands around the first message.
fn opening(model: &Model, body: &Value) -> u64 {
    let base = if model.tokenizer == Family::Old { 7 } else { 6 };
    let newest_of_old = model.id.ends_with("-4-6");
    base + match body["thinking"]["type"].as_str() {
        Some("enabled") if newest_of_old => 28,
        Some("enabled") => 29,
        Some("adaptive") if newest_of_old => 17,
        Some("adaptive") if model.id.ends_with("-4-7") => 5,
        _ => 0,
    }
}

fn tools(model: &Model, body: &Value, portions: &mut Vec<Portion>) {
    let tools = body["tools"].as_array().map_or(&[][..], Vec::as_slice);
    let choice = body["tool_choice"]["type"].as_str();
    if !tools.is_empty() {
        let forced = matches!(choice, Some("any" | "tool"));
        portions.push(plain(
            model.tool_tokens[usize::from(forced)],
            &body["tool_choice"],
        ));
    }
    for tool in tools {
        let mut told = tool.clone();
        if let Some(members) = told.as_object_mut() {
            members.remove("cache_control");
        }
        let tokens = if tool["input_schema"].is_null() {
            120
        } else {
            // Quotes and braces mostly join their neighbours.
            count(
                model.tokenizer,
                &told.to_string().replace(['"', '{', '}'], ""),
            )
        };
        portions.push(portion(tokens, tool));
    }
}

fn block_tokens(model: &Model, block: &Value, kept_thinking: u64) -> u64 {
    let family = model.tokenizer;
    match block["type"].as_str() {
        Some("text") => count(family, text_of(block)),
        Some("image") => image_tokens(model, block) + 3,
        Some("document") => {
            let (text, pages) = document_text(block);
            count(family, &text) + pages * images::tokens(model.images, 1240, 1754) + 3
        }
        Some("thinking" | "redacted_thinking") => kept_thinking,
        Some("tool_use") => count(family, &block["input"].to_string()) + 28,
        Some("tool_result") => {
            let inside = blocks(&block["content"]);
            let inside: u64 = inside
                .iter()
                .map(|block| block_tokens(model, block, 0))
                .sum();
            inside + 14
        }
        _ => 0,
    }
}

fn image_tokens(model: &Model, block: &Value) -> u64 {
    use base64::Engine as _;
    let data = block["source"]["data"].as_str().unwrap_or_default();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(data)
        .unwrap_or_default();
    images::png_size(&bytes).map_or(1_000, |(width, height)| {
        images::tokens(model.images, width, height)
    })
}

fn text_of(block: &Value) -> &str {
    block["text"].as_str().unwrap_or_default()
}

fn plain(tokens: u64, told: &Value) -> Portion {
    Portion {
        tokens,
        text: told.to_string(),
        cached_for: None,
    }
}

fn portion(tokens: u64, block: &Value) -> Portion {
    let mut told = block.clone();
    if let Some(members) = told.as_object_mut() {
        members.remove("cache_control");
    }
    Portion {
        tokens,
        text: told.to_string(),
        cached_for: lifetime(&block["cache_control"]),
    }
}

fn lifetime(control: &Value) -> Option<u64> {
    (control["type"] == "ephemeral").then(|| if control["ttl"] == "1h" { 60 } else { 5 })
}
