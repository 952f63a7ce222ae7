//! What a model says, without the words of any vendor's protocol.

use serde_json::Value;

use crate::tokens;

/// One answer of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Model that the answer names.
    pub model: String,
    /// What it says, in order.
    pub blocks: Vec<Block>,
    /// Why it stops.
    pub stop: Stop,
    /// What is counted.
    pub usage: Usage,
    /// Whether and how the usage is told.
    pub usage_form: UsageForm,
    /// Makes the ids: equal for equal requests, so that two answers can be compared byte by byte.
    pub seed: u32,
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Reasoning.
    Thinking(String),
    /// Text.
    Text(String),
    /// A call of a tool.
    ToolUse {
        /// Name of the tool.
        name: String,
        /// Its arguments.
        input: Value,
    },
}

/// Why a model stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It has said all.
    EndTurn,
    /// It waits for the results of tools.
    ToolUse,
    /// It reached the limit.
    MaxTokens,
    /// It does not want to.
    Refusal,
}

/// Tokens of a prompt, by price class; those of the answer follow from its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Neither read from a cache nor written to it.
    pub fresh: u64,
    /// Read from the cache.
    pub cache_read: u64,
    /// Written to the cache for five minutes.
    pub cache_write_5m: u64,
    /// Written to the cache for an hour.
    pub cache_write_1h: u64,
    /// Generated, when it shall differ from what the blocks hold.
    pub output: Option<u64>,
}

/// Whether and how the usage is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageForm {
    /// As the vendor does.
    Usual,
    /// Not at all.
    Absent,
    /// `null`.
    Null,
    /// The final figures twice: adding them up would be wrong.
    Twice,
    /// Running figures with every token.
    Running,
}

impl Answer {
    /// Generated tokens, reasoning included.
    pub fn output_tokens(&self) -> u64 {
        let counted = || self.blocks.iter().map(Block::tokens).sum();
        self.usage.output.unwrap_or_else(counted)
    }

    /// Tokens of reasoning.
    pub fn reasoning_tokens(&self) -> u64 {
        let thinks = |block: &&Block| matches!(block, Block::Thinking(_));
        self.blocks.iter().filter(thinks).map(Block::tokens).sum()
    }

    /// An id with this prefix; `position` tells the ids of one answer apart.
    pub fn id(&self, prefix: &str, position: usize) -> String {
        let mut state = u64::from(self.seed) << 8 | position as u64;
        let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789";
        let id: String = (0..22)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695);
                char::from(letters[(state >> 33) as usize % letters.len()])
            })
            .collect();
        format!("{prefix}01{id}")
    }
}

// === impl Block ===

impl Block {
    /// Tokens of this block.
    pub fn tokens(&self) -> u64 {
        match self {
            Self::Thinking(text) | Self::Text(text) => tokens::pieces(text).len() as u64,
            Self::ToolUse { input, .. } => tokens::pieces(&input.to_string()).len() as u64,
        }
    }
}

// === impl Usage ===

impl Usage {
    /// Everything that was read.
    pub fn prompt(&self) -> u64 {
        self.fresh + self.cache_read + self.cache_write()
    }

    /// Written to the cache.
    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m + self.cache_write_1h
    }
}
