//! What an answer used, as Anthropic tells it over several events.

use serde_json::{Value, json};

use crate::count;
use crate::translate::memory::Memory;

/// Tokens told so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::translate) struct Totals {
    input: Option<u64>,
    read: Option<u64>,
    written: Option<u64>,
    output: Option<u64>,
    thinking: Option<u64>,
    /// Tokens of what was said, counted here, for an upstream that tells none.
    said: u64,
}

impl Totals {
    /// Takes in a `usage`: figures are cumulative, and a 0 does not replace a number.
    pub(in crate::translate) fn take(&mut self, told: &Value) {
        let merge = |kept: &mut Option<u64>, told: Option<&Value>| {
            if let Some(told) = told
                .and_then(Value::as_u64)
                .filter(|told| *told > 0 || kept.is_none())
            {
                *kept = Some(told);
            }
        };
        merge(&mut self.input, told.get("input_tokens"));
        merge(&mut self.output, told.get("output_tokens"));
        merge(&mut self.read, told.get("cache_read_input_tokens"));
        merge(&mut self.written, told.get("cache_creation_input_tokens"));
        merge(
            &mut self.thinking,
            told.pointer("/output_tokens_details/thinking_tokens"),
        );
    }

    /// Counts something that was said.
    pub(in crate::translate) fn count(&mut self, text: &str) {
        self.said = self
            .said
            .saturating_add(u64::from(count::quick(text.as_bytes())));
    }

    fn prompt(&self, memory: &Memory) -> u64 {
        let told = [self.input, self.read, self.written];
        let told = told.into_iter().flatten().fold(0, u64::saturating_add);
        match told {
            0 => memory.input_tokens,
            told => told,
        }
    }

    fn output(&self) -> u64 {
        // One token is what `message_start` tells before anything was said.
        match self.output {
            Some(told) if told > 1 || self.said <= 1 => told,
            _ => self.said,
        }
    }

    /// `usage` of Chat Completions. What was not told is estimated: 0 would be a lie.
    pub(in crate::translate) fn chat(&self, memory: &Memory) -> Value {
        let (prompt, output) = (self.prompt(memory), self.output());
        let mut read = json!({"cached_tokens": self.read.unwrap_or(0)});
        if let Some(written) = self.written {
            read["cache_write_tokens"] = json!(written);
        }
        json!({
            "prompt_tokens": prompt,
            "completion_tokens": output,
            "total_tokens": prompt.saturating_add(output),
            "prompt_tokens_details": read,
            "completion_tokens_details": {"reasoning_tokens": self.thinking.unwrap_or(0)},
        })
    }

    /// `usage` of Responses.
    pub(in crate::translate) fn responses(&self, memory: &Memory) -> Value {
        let (prompt, output) = (self.prompt(memory), self.output());
        json!({
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": self.read.unwrap_or(0)},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": self.thinking.unwrap_or(0)},
            "total_tokens": prompt.saturating_add(output),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::Pair;

    fn memory() -> Memory {
        Memory {
            input_tokens: 77,
            ..Memory::new(Pair::ChatAnthropic, "seed")
        }
    }

    #[test]
    fn cached_tokens_are_part_of_the_prompt() {
        let mut totals = Totals::default();
        totals.take(&json!({"input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5, "output_tokens": 1}));
        totals.take(&json!({"input_tokens": 0, "output_tokens": 20, "output_tokens_details": {"thinking_tokens": 7}}));
        let usage = totals.chat(&memory());
        assert_eq!(usage["prompt_tokens"], 115);
        assert_eq!(usage["completion_tokens"], 20);
        assert_eq!(usage["total_tokens"], 135);
        assert_eq!(
            usage["prompt_tokens_details"],
            json!({"cached_tokens": 100, "cache_write_tokens": 5})
        );
        assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 7);
        let usage = totals.responses(&memory());
        assert_eq!(usage["input_tokens"], 115);
        assert_eq!(usage["input_tokens_details"]["cached_tokens"], 100);
        assert_eq!(usage["output_tokens_details"]["reasoning_tokens"], 7);
    }

    #[test]
    fn what_is_not_told_is_estimated() {
        let mut totals = Totals::default();
        totals.count("four words are said");
        let usage = totals.chat(&memory());
        assert_eq!(usage["prompt_tokens"], 77);
        assert!(
            usage["completion_tokens"]
                .as_u64()
                .is_some_and(|said| said >= 4)
        );
        totals.take(&json!({"input_tokens": 0, "output_tokens": 1}));
        assert_eq!(
            totals.chat(&memory()),
            usage,
            "zeros and the 1 of the beginning are no figures"
        );
        assert_eq!(Totals::default().chat(&memory())["completion_tokens"], 0);
    }
}
