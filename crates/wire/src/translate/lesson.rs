//! What an upstream's refusal teaches about what it can do.

mod learn;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use learn::learn;

/// One thing learnt from a refusal, applied with [`Capabilities::learn`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "lesson", rename_all = "snake_case")]
pub enum Lesson {
    /// The output limit is called `max_completion_tokens`.
    MaxCompletionTokens,
    /// The output limit is called `max_tokens`.
    MaxTokens,
    /// The model generates at most so many tokens.
    OutputLimit {
        /// Tokens.
        tokens: u64,
    },
    /// There is no `stream_options`.
    NoStreamOptions,
    /// There is no `response_format` of type `json_schema`.
    NoJsonSchema,
    /// There is no `response_format` at all.
    NoJsonObject,
    /// There is no field for reasoning.
    NoReasoning,
    /// Only these efforts are known, lowest first.
    Efforts {
        /// Names of efforts.
        names: Vec<String>,
    },
    /// Reasoning must be sent back with tool calls.
    ReasoningPassback,
    /// Reasoning must not be sent back.
    NoReasoningPassback,
    /// There is no `parallel_tool_calls`.
    NoParallelToolCalls,
    /// `tool_choice` may only be `auto` or `none`.
    NoForcedTool,
    /// The model has no tools.
    NoTools,
    /// The model sees no images.
    NoImages,
    /// There are no file parts.
    NoFiles,
    /// `temperature` cannot be set.
    NoTemperature,
    /// `top_p` cannot be set.
    NoTopP,
    /// There is no `top_k`.
    NoTopK,
    /// There is no `stop`.
    NoStop,
    /// There is no `user`.
    NoUser,
    /// There is no `prompt_cache_key`.
    NoPromptCacheKey,
    /// There is no `cache_control`.
    NoCacheControl,
    /// System messages may only stand at the beginning.
    SystemFirst,
    /// `developer` is no role.
    NoDeveloper,
    /// `system` is no role.
    NoSystem,
    /// The first message must be the user's.
    UserFirst,
    /// Tools may not be `strict`.
    NoStrictTools,
    /// Calls sent back must be signed.
    CallSignatures,
    /// Schemas may hold plain keywords only.
    PlainSchemas,
    /// So many tools at most.
    ToolLimit {
        /// Tools.
        tools: usize,
    },
    /// An Anthropic model thinks by a budget of tokens, not by an effort.
    NoAdaptiveThinking,
    /// An Anthropic model thinks by an effort, not by a budget of tokens.
    AdaptiveThinking,
}
