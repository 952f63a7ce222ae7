//! The words in charts, from `config/charts/`.

use serde::Deserialize;

const ENGLISH: &str = include_str!("../../../../config/charts/en.toml");
const CHINESE: &str = include_str!("../../../../config/charts/zh-CN.toml");

/// A language that charts can be labelled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// From a language tag (`zh-CN`); anything else than Chinese is English.
    pub fn of(tag: &str) -> Self {
        if tag
            .get(..2)
            .is_some_and(|tag| tag.eq_ignore_ascii_case("zh"))
        {
            Self::Chinese
        } else {
            Self::English
        }
    }
}

/// The words cannot be read: a mistake in the program, not of its user.
#[derive(Debug, thiserror::Error)]
#[error("the words of charts cannot be read: {0}")]
pub struct WordsError(#[from] toml::de::Error);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) titles: Titles,
    pub(super) measures: Measures,
    pub(super) units: Units,
    pub(super) labels: chart::Labels,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Titles {
    pub(super) balance: String,
    pub(super) months: String,
    pub(super) models: String,
    pub(super) sites: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Measures {
    pub(super) remaining: String,
    pub(super) consumed: String,
    pub(super) burn: String,
    pub(super) days: String,
    pub(super) price: String,
    pub(super) token_price: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Units {
    pub(super) quota: String,
    pub(super) days: String,
}

impl Words {
    pub(super) fn in_language(language: Language) -> Result<Self, WordsError> {
        let text = match language {
            Language::English => ENGLISH,
            Language::Chinese => CHINESE,
        };
        Ok(toml::from_str(text)?)
    }
}
