//! How an answer ends: why, and what it used.

use base::Usage;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fold::estimated_tokens;
use crate::fold::usage::{OpenAiUsage, UsageReading};
use crate::translate::memory::Memory;

/// Why a model stopped, as Chat Completions say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Finish {
    /// It was done, or says so.
    Stop,
    /// It called tools.
    Tools,
    /// The output limit was reached.
    Length,
    /// The context is full.
    Context,
    /// A filter cut in.
    Filter,
    /// Something went wrong.
    Error,
}

impl Finish {
    /// The meaning of a `finish_reason`.
    pub(super) fn of(reason: &str) -> Self {
        match reason.to_ascii_lowercase().as_str() {
            "length" | "max_tokens" | "max_output_tokens" | "model_length" => Self::Length,
            "model_context_window_exceeded" => Self::Context,
            "tool_calls" | "tool_use" | "function_call" => Self::Tools,
            "content_filter" | "refusal" | "sensitive" | "safety" => Self::Filter,
            "error" | "network_error" | "insufficient_system_resource" => Self::Error,
            _ => Self::Stop,
        }
    }
}

/// The end of the message: `stop_reason` and what goes with it. What was said counts more than the reason
/// given, except where the answer was cut.
pub(super) fn stop(finish: Option<Finish>, has_calls: bool, refused: Option<&str>) -> Value {
    let reason = match finish {
        Some(Finish::Length) => "max_tokens",
        Some(Finish::Context) => "model_context_window_exceeded",
        Some(Finish::Filter) => "refusal",
        _ if has_calls => "tool_use",
        _ if refused.is_some() => "refusal",
        _ => "end_turn",
    };
    let mut stop = json!({"stop_reason": reason, "stop_sequence": null});
    if reason == "refusal" {
        stop["stop_details"] = json!({"type": "refusal", "category": null, "explanation": refused});
    }
    stop
}

/// Takes a `usage` of a chunk.
pub(super) fn read_usage(reading: &mut UsageReading, usage: &Value) {
    if usage.is_object()
        && let Ok(told) = OpenAiUsage::deserialize(usage)
    {
        reading.merge_openai(&told);
    }
}

/// `usage` of the answer so far. What the upstream did not tell is estimated: the input when it was sent, the
/// output from the bytes of the content.
pub(super) fn usage(memory: &Memory, reading: &UsageReading, content_bytes: usize) -> Value {
    let told = reading.usage().unwrap_or_default();
    let mut usage = told;
    if told.prompt() == 0 {
        usage = Usage {
            input: memory.input_tokens,
            ..told
        };
    }
    if told.output == 0 && content_bytes > 0 {
        usage.output = estimated_tokens(content_bytes).max(1) as u64;
    }
    let mut json = json!({
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write(),
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
    });
    if let Some(reasoning) = usage.reasoning {
        json["output_tokens_details"] = json!({"thinking_tokens": reasoning});
    }
    json
}

/// `usage` of the beginning, when nothing has been generated.
pub(super) fn usage_at_start(memory: &Memory, reading: &UsageReading) -> Value {
    let mut usage = usage(memory, reading, 0);
    usage["output_tokens"] = json!(1);
    if let Some(usage) = usage.as_object_mut() {
        usage.remove("output_tokens_details");
    }
    usage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::Pair;

    #[test]
    fn reasons() {
        for (finish, calls, refused, wanted) in [
            (Some("stop"), false, None, "end_turn"),
            (Some("stop"), true, None, "tool_use"),
            (Some("tool_calls"), true, None, "tool_use"),
            (Some("tool_calls"), false, None, "end_turn"),
            (Some("function_call"), true, None, "tool_use"),
            (Some("length"), true, None, "max_tokens"),
            (Some("content_filter"), true, None, "refusal"),
            (Some("stop"), false, Some("no"), "refusal"),
            (Some("whatever"), false, None, "end_turn"),
            (None, false, None, "end_turn"),
            (None, true, None, "tool_use"),
        ] {
            let stop = stop(finish.map(Finish::of), calls, refused);
            assert_eq!(
                stop["stop_reason"], wanted,
                "{finish:?} {calls} {refused:?}"
            );
        }
    }

    #[test]
    fn usage_in_every_spelling() {
        let mut memory = Memory::new(Pair::AnthropicChat, "s");
        memory.input_tokens = 77;
        for (told, input, read, written, output, thinking) in [
            (
                json!({"prompt_tokens": 10, "completion_tokens": 5}),
                10,
                0,
                0,
                5,
                None,
            ),
            (
                json!({"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 1},
                "completion_tokens_details": {"reasoning_tokens": 3}}),
                5,
                4,
                1,
                5,
                Some(3),
            ),
            (
                json!({"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 8}),
                2,
                8,
                0,
                5,
                None,
            ),
            (
                json!({"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 8}),
                2,
                8,
                0,
                5,
                None,
            ),
            (
                json!({"prompt_tokens": 10, "completion_tokens": 5, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2}),
                5,
                3,
                2,
                5,
                None,
            ),
            (
                json!({"prompt_tokens": 10.0, "completion_tokens": "5", "total_tokens": null}),
                10,
                0,
                0,
                5,
                None,
            ),
            (
                json!({"prompt_tokens": 0, "completion_tokens": 0}),
                77,
                0,
                0,
                100,
                None,
            ),
            (json!(null), 77, 0, 0, 100, None),
            (
                json!({"prompt_tokens": 3, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 9}}),
                0,
                3,
                0,
                1,
                None,
            ),
        ] {
            let mut reading = UsageReading::default();
            read_usage(&mut reading, &told);
            let usage = usage(&memory, &reading, 400);
            let wanted = json!([input, read, written, output, thinking]);
            assert_eq!(
                json!([
                    usage["input_tokens"],
                    usage["cache_read_input_tokens"],
                    usage["cache_creation_input_tokens"],
                    usage["output_tokens"],
                    usage["output_tokens_details"]["thinking_tokens"]
                ]),
                wanted,
                "{told}"
            );
        }
    }
}
