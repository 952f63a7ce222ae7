//! What a request is for, where a rule may care.

use serde::{Deserialize, Serialize};

/// A kind of request that coding agents make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Small work beside the conversation: a title, a summary; Claude Code asks a Haiku model for it.
    Background,
    /// The prompt is longer than [`LONG_CONTEXT_TOKENS`].
    LongContext,
    /// Thinking is asked for.
    Thinking,
    /// The vendor's web search is the only tool.
    WebSearch,
    /// A picture is part of the last turn.
    Image,
    /// A helper that the agent started.
    Subagent,
}

/// From here on a prompt is long, in estimated tokens (claude-code-router's default).
pub const LONG_CONTEXT_TOKENS: u64 = 60_000;

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [
        Self::Background,
        Self::LongContext,
        Self::Thinking,
        Self::WebSearch,
        Self::Image,
        Self::Subagent,
    ];
}
