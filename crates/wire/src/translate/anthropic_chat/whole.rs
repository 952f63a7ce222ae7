//! A whole Chat answer as a Messages answer. It goes the way of a stream: one set of rules for both.

use serde_json::{Value, json};

use super::errors;
use super::stream::StreamMachine;
use crate::assemble::{self, tolerant};
use crate::dialect::Dialect;
use crate::translate::error::ErrorAnswer;
use crate::translate::memory::Memory;
use crate::translate::object::one;

/// Member that holds arguments that are no JSON object, because `input` has to be one.
const RAW: &str = "__raw_arguments";

pub(in crate::translate) fn answer(memory: &Memory, body: &[u8]) -> Result<Vec<u8>, ErrorAnswer> {
    if let Some(own) = already_ours(memory, body) {
        return Ok(own);
    }
    let mut machine = StreamMachine::new(memory.clone());
    let mut events = Vec::new();
    machine.feed(body, &mut events);
    machine.finish(&mut events);
    if let Some(failure) = machine.failure() {
        return Err(failure.clone());
    }
    let mut assembled = assemble::answer(Dialect::Anthropic, &events);
    if !assembled.complete || assembled.error.is_some() {
        let fault = errors::upstream_fault(super::machine::CUT);
        return Err(fault.answer(&memory.seed));
    }
    let blocks = assembled
        .json
        .get_mut("content")
        .and_then(Value::as_array_mut);
    for block in blocks.into_iter().flatten() {
        if let Some(input) = block.get_mut("input")
            && !input.is_object()
        {
            let raw = match input.take() {
                Value::String(text) => text,
                other => other.to_string(),
            };
            *input = one(RAW, raw);
        }
    }
    Ok(assembled.json.to_string().into_bytes())
}

/// An answer that is in the caller's dialect although the upstream was asked in another.
fn already_ours(memory: &Memory, body: &[u8]) -> Option<Vec<u8>> {
    let mut json = match body.trim_ascii_start().first() {
        Some(b'{') => tolerant::value(body)?,
        _ => return None,
    };
    let is_message = json.get("type").is_some_and(|kind| kind == "message");
    if !is_message || !json.get("content").is_some_and(Value::is_array) {
        return None;
    }
    json["model"] = json!(memory.model);
    Some(json.to_string().into_bytes())
}
