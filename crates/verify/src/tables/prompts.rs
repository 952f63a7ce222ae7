//! `prompts.toml`: fixed prompts and what they cost.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::models::Model;
use super::{TableError, read};

const FILE: &str = "prompts.toml";
const TEXT: &str = include_str!("../../../../config/verify/prompts.toml");

/// Fixed prompts and what they cost.
#[derive(Clone, Debug)]
pub struct Prompts {
    prompts: Vec<Prompt>,
    overheads: Vec<Overhead>,
    slopes: Vec<Slope>,
    unlisted: Unlisted,
}

/// How far the counts of a model without counts may lie from those of the old tokenizer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unlisted {
    /// Tokens around the text itself.
    frame: u64,
    /// Factor of the new tokenizer on the text: usual, most.
    factor: [f64; 2],
    /// Tokens that thinking adds which is always on: usual, most.
    thinking: [u64; 2],
    source: String,
}

/// What a prompt may cost on any Claude, tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The likeliest.
    pub middle: u64,
    /// Up to here nothing is put before it.
    pub usual: u64,
    /// Above, something is.
    pub most: u64,
}

/// A prompt with its tokens, without system prompt, tools and thinking.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prompt {
    pub(crate) id: String,
    pub(crate) text: String,
    thinking: String,
    pub(crate) tokens: u64,
    models: Vec<String>,
    tokenizer: Option<String>,
    pub(crate) source: String,
    verified: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Overhead {
    mode: String,
    tokens: u64,
    models: Vec<String>,
    source: String,
    verified: bool,
}

/// Tokens for each character of a text, as a band for each tokenizer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slope {
    /// Which text.
    pub corpus: String,
    old: [f64; 2],
    new: [f64; 2],
    /// Where it is from.
    pub source: String,
    /// Whether it may decide something alone.
    pub verified: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "as_of")]
    _as_of: toml::value::Datetime,
    sources: BTreeMap<String, String>,
    prompt: Vec<Prompt>,
    thinking_overhead: Vec<Overhead>,
    slope: Vec<Slope>,
    unlisted: Unlisted,
}

impl Prompts {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn bundled() -> Result<Self, TableError> {
        let file: File = read(FILE, TEXT)?;
        let prompts = file.prompt.iter().map(|row| &row.source);
        let overheads = file.thinking_overhead.iter().map(|row| &row.source);
        for key in prompts.chain(overheads).chain([&file.unlisted.source]) {
            if !file.sources.contains_key(key) {
                return Err(TableError::Value {
                    file: FILE,
                    field: key.clone(),
                    problem: "a source that is not listed",
                });
            }
        }
        Ok(Self {
            prompts: file.prompt,
            overheads: file.thinking_overhead,
            slopes: file.slope,
            unlisted: file.unlisted,
        })
    }

    /// Prompts whose cost is known for a model, each once.
    pub(crate) fn for_model(&self, model: &Model) -> Vec<&Prompt> {
        let holds = |row: &&Prompt| row.verified && row.thinking == "none" && row.holds_for(model);
        self.prompts.iter().filter(holds).collect()
    }

    /// All prompts, each text once.
    pub(crate) fn texts(&self) -> Vec<&Prompt> {
        let mut seen: Vec<&Prompt> = Vec::new();
        for row in &self.prompts {
            if seen.iter().all(|known| known.id != row.id) {
                seen.push(row);
            }
        }
        seen
    }

    /// What a prompt costs on a model.
    pub fn tokens(&self, model: &Model, id: &str) -> Option<u64> {
        let row = self.for_model(model).into_iter().find(|row| row.id == id)?;
        Some(row.tokens)
    }

    /// What thinking adds to the prompt of a model.
    pub fn thinking_overhead(&self, model: &Model, mode: &str) -> Option<u64> {
        let holds =
            |row: &&Overhead| row.verified && row.mode == mode && row.models.contains(&model.id);
        self.overheads.iter().find(holds).map(|row| row.tokens)
    }

    /// What a prompt may cost on a model whose counts are not known.
    pub fn range(&self, id: &str) -> Option<Range> {
        let is_old = |row: &&Prompt| row.id == id && row.tokenizer.as_deref() == Some("old");
        let tokens = self.prompts.iter().find(is_old)?.tokens;
        let Unlisted {
            frame,
            factor,
            thinking,
            ..
        } = &self.unlisted;
        let text = tokens.saturating_sub(*frame) as f64;
        let up_to = |place: usize| frame + (text * factor[place]).ceil() as u64 + thinking[place];
        Some(Range {
            middle: up_to(0),
            usual: up_to(0) + 2,
            most: up_to(1),
        })
    }

    /// The bands of a text.
    pub fn slope(&self, corpus: &str) -> Option<&Slope> {
        self.slopes.iter().find(|row| row.corpus == corpus)
    }
}

impl Prompt {
    fn holds_for(&self, model: &Model) -> bool {
        self.models.contains(&model.id) || self.tokenizer.as_ref() == Some(&model.tokenizer)
    }
}

impl Slope {
    /// The band of a model's tokenizer.
    pub fn band(&self, model: &Model) -> [f64; 2] {
        if model.tokenizer == "old" {
            self.old
        } else {
            self.new
        }
    }

    /// From the least to the most that any Claude has.
    pub fn any_band(&self) -> [f64; 2] {
        [self.old[0].min(self.new[0]), self.old[1].max(self.new[1])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::Models;

    #[test]
    fn counts_belong_to_models() {
        let (models, prompts) = (Models::bundled().unwrap(), Prompts::bundled().unwrap());
        let tokens = |model: &str, prompt: &str| prompts.tokens(models.find(model)?, prompt);
        assert_eq!(tokens("claude-haiku-4-5", "hello"), Some(8));
        assert_eq!(tokens("claude-opus-5", "two-plus-two"), Some(13));
        assert_eq!(tokens("claude-opus-4-6", "two-plus-two"), Some(14));
        assert_eq!(tokens("claude-opus-5-5", "hello"), None);
        let sonnet = models.find("claude-sonnet-4-6").unwrap();
        assert_eq!(prompts.thinking_overhead(sonnet, "adaptive"), Some(17));
    }
}
