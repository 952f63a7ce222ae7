//! Models of other vendors that are sold in the dress of the Anthropic protocol.

mod imitation;
mod vendors;

pub(crate) use imitation::Imitation;
pub(crate) use vendors::{
    DEEPSEEK, GEMINI_GATEWAY, GLM, GLM_PLAIN_SIGNATURE, GPT_NEW_API, KIMI, MINIMAX, QWEN_FORGED,
    QWEN_GATEWAY, Vendor,
};
