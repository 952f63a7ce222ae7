//! `words.*.toml`: sentences for reports.

use std::collections::BTreeMap;

use super::{TableError, read};
use crate::claim::Claim;

const ENGLISH: &str = include_str!("../../../../config/verify/words.en.toml");
const CHINESE: &str = include_str!("../../../../config/verify/words.zh-CN.toml");

/// A language that reports are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The language of a tag such as `zh-CN`; English if it is none of ours.
    pub fn of(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

/// Sentences of one language, by code.
#[derive(Clone, Debug)]
pub struct Words {
    language: Language,
    sentences: BTreeMap<String, String>,
}

impl Words {
    /// The sentences of a language.
    ///
    /// # Errors
    /// When its file is wrong.
    pub fn of(language: Language) -> Result<Self, TableError> {
        let (file, text) = match language {
            Language::English => ("words.en.toml", ENGLISH),
            Language::Chinese => ("words.zh-CN.toml", CHINESE),
        };
        let tables: BTreeMap<String, BTreeMap<String, String>> = read(file, text)?;
        let sentences = tables.into_iter().flat_map(|(section, sentences)| {
            let named = sentences.into_iter();
            named.map(move |(key, sentence)| (format!("{section}.{key}"), sentence))
        });
        Ok(Self {
            language,
            sentences: sentences.collect(),
        })
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The sentence of a code, gaps unfilled.
    pub fn get(&self, code: &str) -> Option<&str> {
        self.sentences.get(code).map(String::as_str)
    }

    /// All codes.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.sentences.keys().map(String::as_str)
    }

    /// A claim as a sentence; the code itself where there are no words for it.
    pub fn say(&self, claim: &Claim) -> String {
        let Some(sentence) = self.get(&claim.code) else {
            return claim.code.clone();
        };
        let mut said = sentence.to_owned();
        for (name, value) in &claim.params {
            // A channel goes by its code; people read its name.
            let named = (name == "channel").then(|| self.get(&format!("channel.{value}")));
            let shown = named.flatten().unwrap_or(value);
            said = said.replace(&format!("{{{name}}}"), shown);
        }
        said
    }
}
