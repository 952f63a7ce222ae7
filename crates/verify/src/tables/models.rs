//! `models.toml`: what is documented of each model.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{TableError, read};

const FILE: &str = "models.toml";
const TEXT: &str = include_str!("../../../../config/verify/models.toml");

/// Beginnings of names that say who sells a model, not which it is.
const SELLERS: [&str; 10] = [
    "global.",
    "apac.",
    "us.",
    "eu.",
    "jp.",
    "au.",
    "anthropic/",
    "anthropic.",
    "bedrock/",
    "vertex/",
];

/// Ends of names that say how it is served, not which it is.
const MANNERS: [&str; 6] = [
    "[1m]",
    "-latest",
    "-thinking",
    ":thinking",
    "-fast",
    "-nothinking",
];

/// One model. What is not known is `None` or empty.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its name without a date.
    pub id: String,
    /// Its names with a date, and older ones.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Longest prompt and answer together, tokens.
    pub context: Option<u64>,
    /// Longest answer, tokens.
    pub max_output: Option<u64>,
    /// Tokenizer family, `old` or `new`.
    pub tokenizer: String,
    /// Values of `thinking.type` that it takes.
    #[serde(default)]
    pub thinking_accepts: Vec<String>,
    /// Values of `thinking.type` that it refuses.
    #[serde(default)]
    pub thinking_rejects: Vec<String>,
    /// What it does with a forced tool.
    pub forced_tool: Option<ForcedTool>,
    /// Whether an answer's beginning may be given.
    pub prefill: Option<bool>,
    /// What it takes of sampling parameters.
    pub sampling: Option<Sampling>,
    /// Shortest prompt that is cached.
    pub cache_minimum: Option<CacheMinimum>,
    /// What tools add to the prompt.
    pub tool_tokens: Option<ToolTokens>,
    /// A tool type of Anthropic's that it does not have.
    pub unsupported_tool: Option<String>,
    /// How large pictures are seen.
    pub image_tier: Option<ImageTier>,
    /// Whether thinking blocks are bound to what stands before them.
    #[serde(default)]
    pub binds_prefix: bool,
    /// Day from which Anthropic's own API does not serve it.
    pub retired: Option<String>,
    /// Keys of the file's sources.
    pub sources: Vec<String>,
    /// Whether the row may decide something alone.
    pub verified: bool,
}

/// What a model does with a forced tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForcedTool {
    /// Refuses always.
    Refused,
    /// Takes it.
    Allowed,
    /// Refuses it together with thinking of a fixed budget.
    NotWithThinking,
}

/// What a model takes of sampling parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// Temperature 1 only, no `top_k`.
    Locked,
    /// The same, and `top_p` 0.99 only.
    TopP,
    /// Anything.
    Free,
}

/// Shortest prompt that is cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheMinimum {
    /// In tokens.
    pub tokens: u64,
    /// Whether it is documented for this model.
    pub verified: bool,
}

/// What the presence of tools adds to a prompt, tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolTokens {
    /// With `tool_choice` `auto` or `none`.
    pub auto: u64,
    /// With `any` or `tool`.
    pub any: Option<u64>,
    /// Whether it is documented.
    pub verified: bool,
}

/// How large pictures are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageTier {
    /// 1568 pixels and 1568 tokens at most.
    Standard,
    /// 2576 pixels and 4784 tokens at most.
    High,
}

/// All models.
#[derive(Clone, Debug)]
pub struct Models {
    models: Vec<Model>,
    sources: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "as_of")]
    _as_of: toml::value::Datetime,
    sources: BTreeMap<String, String>,
    model: Vec<Model>,
}

impl Models {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn bundled() -> Result<Self, TableError> {
        let file: File = read(FILE, TEXT)?;
        for model in &file.model {
            if model
                .sources
                .iter()
                .any(|key| !file.sources.contains_key(key))
            {
                return Err(TableError::Value {
                    file: FILE,
                    field: model.id.clone(),
                    problem: "a source that is not listed",
                });
            }
        }
        Ok(Self {
            models: file.model,
            sources: file.sources,
        })
    }

    /// All, newest first.
    pub fn all(&self) -> &[Model] {
        &self.models
    }

    /// The text of a source.
    pub fn source(&self, key: &str) -> Option<&str> {
        self.sources.get(key).map(String::as_str)
    }

    /// The model that a name means, in any usual spelling: with seller, date, version or manner.
    pub fn find(&self, name: &str) -> Option<&Model> {
        let name = plain(name);
        self.models
            .iter()
            .find(|model| model.id == name || model.aliases.contains(&name))
            .or_else(|| {
                let undated = without_date(&name)?;
                self.models.iter().find(|model| model.id == undated)
            })
    }

    /// Whether two names mean the same model. Names that nobody knows are compared as they are.
    pub fn same(&self, one: &str, other: &str) -> bool {
        match (self.find(one), self.find(other)) {
            (Some(one), Some(other)) => one.id == other.id,
            (None, None) => {
                let (one, other) = (plain(one), plain(other));
                let bare = |name: &str| without_date(name).unwrap_or(name).to_owned();
                bare(&one) == bare(&other)
            }
            _ => false,
        }
    }

    /// Ids of all models for which something holds.
    pub fn that(&self, holds: impl Fn(&Model) -> bool) -> Vec<String> {
        let fitting = self.models.iter().filter(|model| holds(model));
        fitting.map(|model| model.id.clone()).collect()
    }
}

/// A name without seller, manner and version, lower case, with dashes.
fn plain(name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    let mut rest = lower
        .rsplit_once("models/")
        .map_or(lower.as_str(), |(_, name)| name);
    while let Some(shorter) = SELLERS.iter().find_map(|seller| rest.strip_prefix(seller)) {
        rest = shorter;
    }
    while let Some(shorter) = MANNERS.iter().find_map(|manner| rest.strip_suffix(manner)) {
        rest = shorter;
    }
    let rest = rest.split_once("-v1:").map_or(rest, |(name, _)| name);
    let rest = rest.strip_suffix("-v1").unwrap_or(rest);
    rest.replace(['.', '@'], "-")
}

/// A name without the eight digits at its end.
fn without_date(name: &str) -> Option<&str> {
    let (rest, date) = name.rsplit_once('-')?;
    (date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_lead_to_one_model() {
        let models = Models::bundled().unwrap();
        for (name, id) in [
            ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
            (
                "us.anthropic.claude-haiku-4-5-20251001-v1:0",
                "claude-haiku-4-5",
            ),
            ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
            ("anthropic/claude-opus-5.5", "claude-opus-5-5"),
            ("claude-opus-4-5-20251101-thinking", "claude-opus-4-5"),
            ("Claude-Sonnet-4-6[1m]", "claude-sonnet-4-6"),
            ("claude-opus-5-20260724", "claude-opus-5"),
        ] {
            assert_eq!(
                models.find(name).map(|model| model.id.as_str()),
                Some(id),
                "{name}"
            );
        }
        assert!(models.find("gpt-5").is_none());
        assert!(models.same("claude-next-9", "anthropic/claude-next-9-20270101"));
        assert!(!models.same("claude-opus-5", "claude-opus-5-5"));
    }
}
