//! Answers of an Anthropic upstream, read for callers of either OpenAI dialect.

pub(super) mod calls;
pub(super) mod events;
pub(super) mod failure;
pub(super) mod moment;
pub(super) mod usage;
pub(super) mod whole;
