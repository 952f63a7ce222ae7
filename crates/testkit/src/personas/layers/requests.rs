//! Layers that change what is asked.

use serde_json::{Value, json};

use crate::personas::chance::Chance;
use crate::personas::claude::blocks;
use crate::personas::site::{Layer, before};
use crate::personas::tokens::{Family, count};

/// Serves another model than the one that was asked for.
pub(crate) fn serves(model: &'static str) -> Box<dyn Layer> {
    before(move |visit| {
        if !visit.body["model"].is_null() {
            visit.body["model"] = model.into();
        }
    })
}

/// Puts a text before every system prompt, always the same.
pub(crate) fn injects(text: impl Into<String>) -> Box<dyn Layer> {
    let text = text.into();
    before(move |visit| {
        if visit.body["messages"].is_array() {
            put_before_system(&mut visit.body, &text);
        }
    })
}

/// Puts a text before every system prompt, with something that differs every time.
pub(crate) fn injects_anew(text: &'static str) -> Box<dyn Layer> {
    let chance = Chance::named(text);
    before(move |visit| {
        if visit.body["messages"].is_array() {
            let mut dice = chance.dice();
            let stamp = format!(
                "{text}\nSession {} at {}.",
                dice.uuid(),
                jiff::Timestamp::now()
            );
            put_before_system(&mut visit.body, &stamp);
        }
    })
}

/// Makes a request look like Claude Code's, as proxies of subscriptions do.
pub(crate) fn wraps_in_claude_code() -> Box<dyn Layer> {
    before(|visit| {
        if !visit.body["messages"].is_array() {
            return;
        }
        let own = "You are Claude Code, Anthropic's official CLI for Claude.";
        let has = blocks(&visit.body["system"]).iter().any(|block| {
            block["text"]
                .as_str()
                .is_some_and(|text| text.starts_with(own))
        });
        if !has {
            put_before_system(&mut visit.body, own);
        }
        if visit.body["metadata"].is_null() && visit.is_message() {
            visit.body["metadata"] = json!({ "user_id": "user_of_the_proxy" });
        }
    })
}

fn put_before_system(body: &mut Value, text: &str) {
    let mut system = blocks(&body["system"]);
    system.insert(0, json!({ "type": "text", "text": text }));
    body["system"] = system.into();
}

/// Forgets what is longer than so many tokens, the oldest text first.
pub(crate) fn truncates(tokens: u64) -> Box<dyn Layer> {
    before(move |visit| {
        let Some(messages) = visit.body["messages"].as_array_mut() else {
            return;
        };
        let mut left = tokens;
        for message in messages.iter_mut().rev() {
            let mut kept = blocks(&message["content"]);
            for block in kept.iter_mut().rev() {
                if let Some(text) = block["text"].as_str() {
                    let shorter = end_of(text, left);
                    left = left.saturating_sub(count(Family::Old, shorter));
                    block["text"] = shorter.to_owned().into();
                }
            }
            message["content"] = kept.into();
        }
    })
}

/// The end of a text that has at most so many tokens, about.
fn end_of(text: &str, tokens: u64) -> &str {
    let all = count(Family::Old, text);
    if all <= tokens {
        return text;
    }
    let mut from = text.len() - (text.len() as u64 * tokens / all.max(1)) as usize;
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

/// Takes thinking blocks out of conversations, so that none is ever refused.
pub(crate) fn rectifies() -> Box<dyn Layer> {
    before(|visit| {
        for message in visit.body["messages"].as_array_mut().into_iter().flatten() {
            if let Some(blocks) = message["content"].as_array_mut() {
                blocks.retain(|block| {
                    !matches!(
                        block["type"].as_str(),
                        Some("thinking" | "redacted_thinking")
                    )
                });
            }
        }
    })
}
