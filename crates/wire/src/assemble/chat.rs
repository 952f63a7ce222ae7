//! Streams of OpenAI Chat Completions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::calls::Calls;
use super::parts::{
    Object, append, filled, integer, object, overwrite, push, set, take_array, take_object,
};
use super::{Assembled, BlockKind, BlockSpan, Incoming};

/// The answer so far.
#[derive(Debug, Default)]
pub(super) struct Machine {
    answer: Object,
    choices: BTreeMap<i64, Choice>,
    done: bool,
}

#[derive(Debug, Default)]
struct Choice {
    message: Object,
    /// Members of the choice besides the message: `logprobs` and what the vendor adds.
    others: Object,
    finish: Option<String>,
    calls: Calls,
    spans: Vec<(&'static str, BlockSpan)>,
}

impl Machine {
    pub(super) fn take(&mut self, event: Incoming<'_>) {
        let mut chunk = object(event.value);
        for choice in take_array(&mut chunk, "choices") {
            let choice = object(choice);
            let index = integer(&choice, "index").unwrap_or(0);
            self.choices
                .entry(index)
                .or_default()
                .take(choice, event.index);
        }
        for name in ["choices", "object", "error"] {
            chunk.remove(name);
        }
        // Chunks repeat id and model; of several usages the last one counts.
        if let Some(usage) = chunk
            .get_mut("usage")
            .filter(|usage| usage.is_object())
            .map(Value::take)
        {
            set(&mut self.answer, "usage", usage);
        }
        for (name, value) in chunk {
            let known = self
                .answer
                .get(&name)
                .is_some_and(|known| !known.is_null() && known != "");
            if !known && name != "usage" {
                self.answer.insert(name, value);
            }
        }
    }

    pub(super) fn done(&mut self) {
        self.done = true;
    }

    pub(super) fn finish(mut self) -> Assembled {
        if self.choices.is_empty() && self.answer.is_empty() {
            return Assembled::default();
        }
        let finished = self.choices.values().any(|choice| choice.finish.is_some());
        let complete = self.done || finished;
        let mut blocks: Vec<_> = self.choices.values().flat_map(Choice::blocks).collect();
        blocks.sort_by_key(|span| span.first_event);
        let choices = self
            .choices
            .into_iter()
            .map(|(index, choice)| choice.finish(index));
        let choices: Vec<Value> = choices.collect();
        let usage = self.answer.remove("usage");
        set(&mut self.answer, "object", "chat.completion");
        set(&mut self.answer, "choices", choices);
        if let Some(usage) = usage {
            set(&mut self.answer, "usage", usage);
        }
        Assembled {
            json: Value::Object(self.answer),
            complete,
            error: None,
            blocks,
        }
    }
}

impl Choice {
    fn take(&mut self, mut choice: Object, event: u32) {
        let delta =
            take_object(&mut choice, "delta").or_else(|| take_object(&mut choice, "message"));
        if let Some(delta) = delta {
            self.delta(delta, event);
        }
        if let Some(Value::String(text)) = choice.get("text") {
            let text = text.clone();
            self.text("content", BlockKind::Text, &text, event);
        }
        if let Some(reason) = filled(&choice, "finish_reason") {
            self.stop(reason);
        }
        if let Some(mut logprobs) = take_object(&mut choice, "logprobs") {
            for name in ["content", "refusal"] {
                for entry in take_array(&mut logprobs, name) {
                    push(self.logprobs(), name, entry);
                }
            }
        }
        for name in [
            "index",
            "delta",
            "message",
            "text",
            "finish_reason",
            "logprobs",
            "error",
        ] {
            choice.remove(name);
        }
        overwrite(&mut self.others, choice);
    }

    fn logprobs(&mut self) -> &mut Object {
        let slot = self.others.entry("logprobs").or_insert_with(|| json!({}));
        if !slot.is_object() {
            *slot = json!({});
        }
        match slot {
            Value::Object(object) => object,
            _ => &mut self.message,
        }
    }

    /// Some servers say `stop` after the true reason.
    fn stop(&mut self, reason: &str) {
        if self.finish.is_none() || reason != "stop" {
            self.finish = Some(reason.to_owned());
        }
    }

    fn delta(&mut self, mut delta: Object, event: u32) {
        self.reasoning(&delta, event);
        match delta.get_mut("content").map(Value::take) {
            Some(Value::String(text)) => self.text("content", BlockKind::Text, &text, event),
            // Mistral: a list of parts.
            Some(Value::Array(parts)) => parts
                .into_iter()
                .for_each(|part| self.part(object(part), event)),
            _ => {}
        }
        if let Some(refusal) = filled(&delta, "refusal") {
            self.text("refusal", BlockKind::Text, refusal, event);
        }
        for call in take_array(&mut delta, "tool_calls") {
            self.calls.take(call, event);
        }
        if let Some(function) = take_object(&mut delta, "function_call") {
            self.calls.take_old(function, event);
        }
        if let Some(audio) = take_object(&mut delta, "audio") {
            self.audio(audio, event);
        }
        for name in ["images", "annotations", "reasoning_details"] {
            for entry in take_array(&mut delta, name) {
                push(&mut self.message, name, entry);
            }
        }
        let read = [
            "content",
            "refusal",
            "tool_calls",
            "function_call",
            "audio",
            "images",
        ];
        let also = [
            "annotations",
            "reasoning_details",
            "reasoning_content",
            "reasoning",
        ];
        delta.retain(|name, _| !read.contains(&name.as_str()) && !also.contains(&name.as_str()));
        overwrite(&mut self.message, delta);
    }

    fn part(&mut self, part: Object, event: u32) {
        if let Some(text) = filled(&part, "text") {
            return self.text("content", BlockKind::Text, text, event);
        }
        let Some(Value::Array(thoughts)) = part.get("thinking") else {
            return;
        };
        for thought in thoughts {
            let text = thought
                .get("text")
                .and_then(Value::as_str)
                .unwrap_or_default();
            self.text("reasoning_content", BlockKind::Thinking, text, event);
        }
    }

    /// Some servers send the same text under both names: the first one counts.
    fn reasoning(&mut self, delta: &Object, event: u32) {
        for name in ["reasoning_content", "reasoning"] {
            if let Some(text) = filled(delta, name) {
                return self.text(name, BlockKind::Thinking, text, event);
            }
        }
    }

    fn text(&mut self, member: &'static str, kind: BlockKind, piece: &str, event: u32) {
        append(&mut self.message, member, piece);
        if !piece.is_empty() {
            self.mark(member, kind, event);
        }
    }

    fn audio(&mut self, mut audio: Object, event: u32) {
        self.mark("audio", BlockKind::Other, event);
        let mut whole = take_object(&mut self.message, "audio").unwrap_or_default();
        for name in ["data", "transcript"] {
            if let Some(Value::String(piece)) = audio.remove(name) {
                append(&mut whole, name, &piece);
            }
        }
        overwrite(&mut whole, audio);
        set(&mut self.message, "audio", whole);
    }

    fn mark(&mut self, member: &'static str, kind: BlockKind, event: u32) {
        match self.spans.iter_mut().find(|(name, _)| *name == member) {
            Some((_, span)) => span.last_event = event,
            None => self.spans.push((member, BlockSpan::at(kind, event))),
        }
    }

    fn blocks(&self) -> impl Iterator<Item = BlockSpan> {
        self.spans
            .iter()
            .map(|(_, span)| *span)
            .chain(self.calls.spans())
    }

    fn finish(mut self, index: i64) -> Value {
        let mut message = object(json!({"role": "assistant", "content": null}));
        overwrite(&mut message, self.message);
        let calls = self.calls.finish();
        if !calls.is_empty() {
            set(&mut message, "tool_calls", calls);
        }
        let mut choice = object(json!({"index": index, "message": message}));
        set(&mut choice, "finish_reason", self.finish.take());
        overwrite(&mut choice, self.others);
        Value::Object(choice)
    }
}
