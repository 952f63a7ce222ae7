//! Merging the usage that an answer tells in pieces, in every vendor's spelling.

use base::Usage;
use serde::Deserialize;

/// Usage as told so far. A later value replaces an earlier one (they are cumulative); a later 0 does
/// not replace a number, because some relays fill the last event with zeros.
#[derive(Clone, Copy, Debug, Default)]
pub struct UsageReading {
    told: bool,
    usage: Usage,
    /// Whether the reading came with the end of the answer.
    pub is_final: bool,
}

impl UsageReading {
    /// The merged usage, if any was told.
    pub fn usage(&self) -> Option<Usage> {
        self.told.then_some(self.usage)
    }

    /// Merges Anthropic's `usage`: its `input_tokens` leave cached ones out already.
    pub(super) fn merge_anthropic(&mut self, told: &AnthropicUsage) {
        self.told = true;
        replace(&mut self.usage.input, told.input_tokens);
        replace(&mut self.usage.output, told.output_tokens);
        replace(&mut self.usage.cache_read, told.cache_read_input_tokens);
        let created = told.cache_creation.unwrap_or_default();
        let (short, long) = (
            created.ephemeral_5m_input_tokens,
            created.ephemeral_1h_input_tokens,
        );
        if short.unwrap_or(0) + long.unwrap_or(0) > 0 {
            self.usage.cache_write_5m = short.unwrap_or(0);
            self.usage.cache_write_1h = long.unwrap_or(0);
        } else if self.usage.cache_write_1h == 0 {
            replace(
                &mut self.usage.cache_write_5m,
                told.cache_creation_input_tokens,
            );
        }
        self.usage.cache_known |=
            told.cache_read_input_tokens.is_some() || told.cache_creation_input_tokens.is_some();
        if let Some(details) = told.output_tokens_details {
            self.usage.reasoning = details
                .thinking_tokens
                .or(details.reasoning_tokens)
                .or(self.usage.reasoning);
        }
        if let Some(tools) = told.server_tool_use {
            replace(&mut self.usage.web_searches, tools.web_search_requests);
        }
    }

    /// Merges the usage of Chat Completions or Responses: their prompt counts cached tokens too.
    pub(crate) fn merge_openai(&mut self, told: &OpenAiUsage) {
        self.told = true;
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
        replace(
            &mut self.usage.output,
            told.completion_tokens.or(told.output_tokens),
        );
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
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnthropicUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_creation: Option<CacheCreation>,
    output_tokens_details: Option<OutputDetails>,
    server_tool_use: Option<ServerToolUse>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct CacheCreation {
    ephemeral_5m_input_tokens: Option<u64>,
    ephemeral_1h_input_tokens: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct ServerToolUse {
    web_search_requests: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    thinking_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
}

/// `usage` of Chat Completions (`prompt_tokens`) and Responses (`input_tokens`), with the spellings
/// of DeepSeek (`prompt_cache_hit_tokens`), Kimi (`cached_tokens`) and relays.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OpenAiUsage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cached_tokens: Option<u64>,
    prompt_cache_hit_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
    input_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<OutputDetails>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
    cache_creation_tokens: Option<u64>,
    cached_creation_tokens: Option<u64>,
}
