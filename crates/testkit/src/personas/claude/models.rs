//! What the backends know of each model, from `personas/models.toml`.

use std::sync::Arc;

use serde::Deserialize;

use crate::personas::mind::Skill;
use crate::personas::tokens::Family;

const TABLE: &str = include_str!("../../../personas/models.toml");

/// All models.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Models {
    model: Vec<Arc<Model>>,
}

/// One model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    pub(crate) id: String,
    pub(crate) names_itself: String,
    pub(crate) title: String,
    pub(crate) created: String,
    pub(crate) window: u64,
    pub(crate) max_output: u64,
    pub(crate) thinking: Vec<String>,
    pub(crate) thinks_by_default: bool,
    pub(crate) forced_tools: bool,
    pub(crate) prefill: bool,
    pub(crate) sampling: Sampling,
    pub(crate) cache_minimum: u64,
    pub(crate) tool_tokens: [u64; 2],
    pub(crate) tokenizer: Family,
    pub(crate) images: ImageTier,
    pub(crate) effort: Vec<String>,
    pub(crate) shows_thinking: bool,
    pub(crate) retains_thinking: bool,
    pub(crate) binds_prefix: bool,
    pub(crate) binds_account: bool,
    pub(crate) reads: Vec<String>,
    pub(crate) tools: Vec<String>,
    pub(crate) skill: Skill,
    pub(crate) geo: bool,
}

/// Which sampling parameters a model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sampling {
    /// Temperature or `top_p`, not both.
    Either,
    /// None that differs from the default.
    Locked,
    /// As locked, with a default of `top_p` of 0.99.
    Haiku,
}

/// How large a picture may be before it is made smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ImageTier {
    /// 1568 pixels and tokens.
    Standard,
    /// 2576 pixels, 4784 tokens.
    High,
}

impl Models {
    /// The table that is compiled in.
    pub(crate) fn bundled() -> Result<Self, toml::de::Error> {
        toml::from_str(TABLE)
    }

    /// By alias or by the name with a date.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Model>> {
        self.model
            .iter()
            .find(|model| model.id == name || model.names_itself == name)
    }

    pub(crate) fn all(&self) -> &[Arc<Model>] {
        &self.model
    }
}

impl Model {
    /// Whether this model can read a thinking block of another.
    pub(crate) fn reads(&self, other: &str) -> bool {
        let known = |read: &String| read == "*" || other.starts_with(read.as_str());
        other == self.names_itself || self.reads.iter().any(known)
    }
}
