//! Merging the usage that an answer tells in pieces, in every vendor's spelling.

use base::Usage;
use serde::Deserialize;

use super::number;
use crate::scan;

/// Usage as told so far. A later value replaces an earlier one (they are cumulative); a later 0 does
/// not replace a number, because some relays fill the last event with zeros.
#[derive(Clone, Copy, Debug, Default)]
pub struct UsageReading {
    /// Whether any count was read; an object without one tells nothing.
    told: bool,
    /// Whether the output was told of more than the beginning.
    output_told: bool,
    usage: Usage,
    /// Whether the reading came with the end of the answer.
    pub is_final: bool,
}

impl UsageReading {
    /// The merged usage, if any was told.
    pub fn usage(&self) -> Option<Usage> {
        self.told.then_some(self.usage)
    }

    /// Whether the prompt was told; there is none without tokens.
    pub fn knows_input(&self) -> bool {
        self.usage.prompt() > 0
    }

    /// Whether the output was told, and not only what a message begins with.
    pub fn knows_output(&self) -> bool {
        self.output_told && self.usage.output > 0
    }

    /// Merges the `usage` of Anthropic's `message_start`: its output is a placeholder.
    pub(super) fn merge_anthropic_start(&mut self, told: &AnthropicUsage) {
        let output_told = self.output_told;
        self.merge_anthropic(told);
        self.output_told = output_told;
    }

    /// Merges Anthropic's `usage`: its `input_tokens` leave cached ones out already.
    pub(super) fn merge_anthropic(&mut self, told: &AnthropicUsage) {
        self.told |= told.input_tokens.is_some()
            || told.output_tokens.is_some()
            || told.cache_read_input_tokens.is_some()
            || told.cache_creation_input_tokens.is_some();
        self.output_told |= told.output_tokens.is_some_and(|output| output > 0);
        replace(&mut self.usage.input, told.input_tokens);
        replace(&mut self.usage.output, told.output_tokens);
        replace(&mut self.usage.cache_read, told.cache_read_input_tokens);
        let short = told.ephemeral_5m_input_tokens.unwrap_or(0);
        let long = told.ephemeral_1h_input_tokens.unwrap_or(0);
        if short > 0 || long > 0 {
            self.usage.cache_write_5m = short;
            self.usage.cache_write_1h = long;
        } else if self.usage.cache_write_1h == 0 {
            replace(
                &mut self.usage.cache_write_5m,
                told.cache_creation_input_tokens,
            );
        }
        self.usage.cache_known |=
            told.cache_read_input_tokens.is_some() || told.cache_creation_input_tokens.is_some();
        self.usage.reasoning = told
            .thinking_tokens
            .or(told.reasoning_tokens)
            .or(self.usage.reasoning);
        replace(&mut self.usage.web_searches, told.web_search_requests);
    }

    /// Merges the usage of Chat Completions or Responses: their prompt counts cached tokens too.
    pub(crate) fn merge_openai(&mut self, told: &OpenAiUsage) {
        let output = told.completion_tokens.or(told.output_tokens);
        self.told |= output
            .or(told.prompt_tokens)
            .or(told.input_tokens)
            .is_some();
        self.output_told |= output.is_some_and(|output| output > 0);
        let details = told
            .prompt_tokens_details
            .or(told.input_tokens_details)
            .unwrap_or_default();
        let read = told
            .prompt_cache_hit_tokens
            .or(details.cached_tokens)
            .or(told.cached_tokens)
            .or(told.cache_read_input_tokens);
        let written = details
            .cache_write_tokens
            .or(details.cache_creation_tokens)
            .or(details.cached_creation_tokens)
            .or(told.cache_creation_input_tokens);
        let prompt = told.prompt_tokens.or(told.input_tokens).unwrap_or(0);
        if prompt > 0 {
            let read = read.unwrap_or(0).min(prompt);
            let written = written.unwrap_or(0).min(prompt - read);
            self.usage.cache_read = read;
            self.usage.cache_write_5m = written;
            self.usage.input = prompt - read - written;
        }
        self.usage.cache_known |= read.is_some() || written.is_some();
        replace(&mut self.usage.output, output);
        let details = told
            .completion_tokens_details
            .or(told.output_tokens_details);
        if let Some(reasoning) = details.and_then(|details| details.reasoning_tokens) {
            self.usage.reasoning = Some(reasoning);
        }
    }
}

fn replace(kept: &mut u64, told: Option<u64>) {
    if let Some(told) = told.filter(|told| *told > 0) {
        *kept = told;
    }
}

/// Anthropic's `usage`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AnthropicUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    ephemeral_5m_input_tokens: Option<u64>,
    ephemeral_1h_input_tokens: Option<u64>,
    thinking_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
    web_search_requests: Option<u64>,
}

impl AnthropicUsage {
    /// Scanned, not parsed: it is read before a whole answer's head goes out. `None` for what is no object.
    pub(super) fn read(json: &[u8]) -> Option<Self> {
        if !json.starts_with(b"{") {
            return None;
        }
        let mut usage = Self::default();
        for (name, value) in scan::members(json) {
            usage.member(b"", name, value);
            // In the groups there are no groups.
            for (inner, value) in scan::members(value) {
                usage.member(name, inner, value);
            }
        }
        Some(usage)
    }

    /// Takes one member of a group; the outermost has no name.
    fn member(&mut self, group: &[u8], name: &[u8], value: &[u8]) {
        let member = match (group, name) {
            (b"", b"input_tokens") => &mut self.input_tokens,
            (b"", b"output_tokens") => &mut self.output_tokens,
            (b"", b"cache_read_input_tokens") => &mut self.cache_read_input_tokens,
            (b"", b"cache_creation_input_tokens") => &mut self.cache_creation_input_tokens,
            (b"cache_creation", b"ephemeral_5m_input_tokens") => {
                &mut self.ephemeral_5m_input_tokens
            }
            (b"cache_creation", b"ephemeral_1h_input_tokens") => {
                &mut self.ephemeral_1h_input_tokens
            }
            (b"output_tokens_details", b"thinking_tokens") => &mut self.thinking_tokens,
            (b"output_tokens_details", b"reasoning_tokens") => &mut self.reasoning_tokens,
            (b"server_tool_use", b"web_search_requests") => &mut self.web_search_requests,
            _ => return,
        };
        *member = number::count_of(value);
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    #[serde(deserialize_with = "number::count")]
    reasoning_tokens: Option<u64>,
}

/// `usage` of Chat Completions (`prompt_tokens`) and Responses (`input_tokens`), with the spellings
/// of DeepSeek (`prompt_cache_hit_tokens`), Kimi (`cached_tokens`) and relays.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OpenAiUsage {
    #[serde(deserialize_with = "number::count")]
    prompt_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    completion_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    input_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    output_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    cached_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    prompt_cache_hit_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    cache_read_input_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(deserialize_with = "number::object")]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(deserialize_with = "number::object")]
    input_tokens_details: Option<PromptDetails>,
    #[serde(deserialize_with = "number::object")]
    completion_tokens_details: Option<OutputDetails>,
    #[serde(deserialize_with = "number::object")]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct PromptDetails {
    #[serde(deserialize_with = "number::count")]
    cached_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    cache_write_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    cache_creation_tokens: Option<u64>,
    #[serde(deserialize_with = "number::count")]
    cached_creation_tokens: Option<u64>,
}
