//! `battery.toml`: questions with one answer each, and open prompts.

use serde::Deserialize;

use super::{TableError, read};

const FILE: &str = "battery.toml";
const TEXT: &str = include_str!("../../../../config/verify/battery.toml");

/// Questions and prompts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Battery {
    #[serde(rename = "as_of")]
    _as_of: toml::value::Datetime,
    /// Where from.
    pub source: String,
    /// Whether the answers were checked.
    pub verified: bool,
    /// Questions with one answer each.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
    equality: Equality,
}

/// A question with one answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its name.
    pub id: String,
    /// The question.
    pub question: String,
    /// Spellings of the answer, lower case.
    pub answers: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Equality {
    prompts: Vec<String>,
}

impl Battery {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn bundled() -> Result<Self, TableError> {
        read(FILE, TEXT)
    }

    /// Open prompts for the comparison of distributions.
    pub fn prompts(&self) -> &[String] {
        &self.equality.prompts
    }
}

impl Item {
    /// Whether a text ends in the answer: its last number, or the answer as a word.
    pub fn is_answered_by(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.answers.iter().any(|answer| {
            let mut places = lower.match_indices(answer.as_str());
            places.any(|(start, found)| {
                let before = lower.get(..start).and_then(|text| text.chars().next_back());
                let after = lower
                    .get(start + found.len()..)
                    .and_then(|text| text.chars().next());
                let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
                !is_word(before) && !is_word(after)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_found_as_words() {
        let battery = Battery::bundled().unwrap();
        let base = battery.items.iter().find(|item| item.id == "base").unwrap();
        assert!(base.is_answered_by("The answer is 5623."));
        assert!(!base.is_answered_by("15623"));
    }
}
