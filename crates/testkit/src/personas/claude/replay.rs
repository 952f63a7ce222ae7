//! Thinking blocks that come back: which are genuine, which may be read, and what that costs.

use serde_json::{Value, json};

use super::checks::BINDING_BETA;
use super::models::Model;
use super::prefix::{Prefix, blocks};
use super::refused::Refused;
use super::signature::{Sealed, open};
use crate::personas::site::Visit;
use crate::personas::tokens::count;

/// What became of the blocks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay {
    /// Those that are read: message, block, tokens.
    pub(crate) kept: Vec<(usize, usize, u64)>,
    /// What is told about those that were dropped.
    pub(crate) transformations: Vec<Value>,
}

/// What an account does about blocks of another conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mismatch {
    Error,
    Drop,
    Ignore,
}

/// Looks at every thinking block of a request. `enforced` is the rule of accounts opened since autumn 2026.
pub(crate) fn replay(
    visit: &Visit,
    model: &Model,
    organisation: &str,
    enforced: bool,
) -> Result<Replay, Refused> {
    let body = &visit.body;
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let mismatch = match body["thinking"]["block_binding"]["prefix_mismatch_behavior"].as_str() {
        Some("error") => Mismatch::Error,
        Some("drop_block") => Mismatch::Drop,
        _ if enforced => Mismatch::Error,
        _ => Mismatch::Ignore,
    };
    let in_loop = loop_begins(messages);
    let latest = messages
        .iter()
        .rposition(|message| message["role"] == "assistant");
    let mut replay = Replay::default();
    for (at, message) in messages.iter().enumerate() {
        for (place, block) in blocks(&message["content"]).iter().enumerate() {
            let Some(sealed) = opened(block, at, place)? else {
                continue;
            };
            if model.shows_thinking && latest == Some(at) && was_edited(block, &sealed) {
                return Err(Refused::invalid(format!(
                    "messages.{at}.content.{place}: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response."
                )));
            }
            let drop = |reason: &str| json!({ "type": "thinking_dropped", "path": format!("messages.{at}.content.{place}"), "reason": reason });
            if !model.reads(&sealed.model) {
                replay.transformations.push(drop("model_binding_mismatch"));
                continue;
            }
            if model.binds_account && sealed.organisation != organisation {
                replay
                    .transformations
                    .push(drop("organization_binding_mismatch"));
                continue;
            }
            let now = Prefix::before(body, at, place);
            if model.binds_prefix && now != sealed.prefix && mismatch != Mismatch::Ignore {
                if mismatch == Mismatch::Error {
                    return Err(bound_elsewhere(visit, at, place, &sealed.prefix, &now));
                }
                replay.transformations.push(drop("prefix_binding_mismatch"));
                continue;
            }
            if model.retains_thinking || at >= in_loop {
                replay
                    .kept
                    .push((at, place, count(model.tokenizer, &sealed.thinking)));
            }
        }
    }
    Ok(replay)
}

/// What the signature of a block holds; nothing where it is no thinking block.
fn opened(block: &Value, at: usize, place: usize) -> Result<Option<Sealed>, Refused> {
    let (signature, kind) = match block["type"].as_str() {
        Some("thinking") => (&block["signature"], "thinking"),
        Some("redacted_thinking") => (&block["data"], "redacted_thinking"),
        _ => return Ok(None),
    };
    let Some(signature) = signature.as_str() else {
        return Err(Refused::invalid(format!(
            "messages.{at}.content.{place}.{kind}.signature: Field required"
        )));
    };
    match open(signature) {
        Some(sealed) => Ok(Some(sealed)),
        None => Err(Refused::invalid(format!(
            "messages.{at}.content.{place}: Invalid `signature` in `{kind}` block"
        ))),
    }
}

fn was_edited(block: &Value, sealed: &Sealed) -> bool {
    block["thinking"]
        .as_str()
        .is_some_and(|text| !text.is_empty() && text != sealed.thinking)
}

fn bound_elsewhere(visit: &Visit, at: usize, place: usize, was: &Prefix, is: &Prefix) -> Refused {
    let differs = if was.system != is.system {
        "The `system` prompt differs from the one this block was created with."
    } else if was.tools != is.tools {
        "The tools list differs from the one this block was created with."
    } else {
        "Content before this block differs from the content it was created with."
    };
    let needs = if visit.has_beta(BINDING_BETA) {
        String::new()
    } else {
        format!(" That setting requires the `anthropic-beta: {BINDING_BETA}` header.")
    };
    Refused::invalid(format!(
        "messages.{at}.content.{place}: Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set thinking.block_binding.prefix_mismatch_behavior to \"drop_block\".{needs} {differs}"
    ))
}

/// The first message of the tool loop that the conversation is in.
fn loop_begins(messages: &[Value]) -> usize {
    let is_result = |message: &Value| {
        blocks(&message["content"])
            .iter()
            .any(|block| block["type"] == "tool_result")
    };
    let plain_question = |message: &Value| message["role"] == "user" && !is_result(message);
    messages.iter().rposition(plain_question).unwrap_or(0)
}
