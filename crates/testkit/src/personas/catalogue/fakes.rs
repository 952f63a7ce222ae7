//! Other vendors' models under Claude's name.

use super::Workshop;
use crate::personas::Persona;
use crate::personas::layers::forges_headers;
use crate::personas::others::{
    DEEPSEEK, GEMINI_GATEWAY, GLM, GLM_PLAIN_SIGNATURE, GPT_NEW_API, KIMI, QWEN_FORGED,
};

pub(super) fn all(workshop: &Workshop) -> Vec<Persona> {
    vec![
        workshop.other("openai-converted", &GPT_NEW_API),
        workshop.other("glm-like", &GLM),
        workshop.other("glm-renamed", &GLM_PLAIN_SIGNATURE),
        workshop.other("kimi-like", &KIMI),
        workshop.other("deepseek-like", &DEEPSEEK),
        workshop.other("gemini-through-gateway", &GEMINI_GATEWAY),
        workshop
            .other("forger", &QWEN_FORGED)
            .with(forges_headers()),
    ]
}
