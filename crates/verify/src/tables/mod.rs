//! The tables of `config/verify`, compiled in.

mod battery;
mod likelihoods;
mod models;
mod phrases;
mod prompts;
mod rules;
mod signatures;
mod words;

use serde::de::DeserializeOwned;

pub use battery::{Battery, Item};
pub use likelihoods::{Channel, Likelihoods, ModelOdds, Row, Sign};
pub use models::{CacheMinimum, ForcedTool, ImageTier, Model, Models, Sampling, ToolTokens};
pub use phrases::{Gate, Phrases, Scan, Strength, Vendor};
pub use prompts::{Prompts, Range, Slope};
pub use rules::Rules;
pub use signatures::SignatureFacts;
pub use words::{Language, Words};

/// A table that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The text is not TOML, or a field is unknown, missing or of the wrong type.
    #[error("{file}, line {line}: {message}")]
    Toml {
        /// Name of the file.
        file: &'static str,
        /// Line, counted from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A value makes no sense.
    #[error("{file}, `{field}`: {problem}")]
    Value {
        /// Name of the file.
        file: &'static str,
        /// Name of the field or row.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// All tables. They never change during a run.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Models.
    pub models: Models,
    /// Fixed prompts and their tokens.
    pub prompts: Prompts,
    /// What results weigh.
    pub likelihoods: Likelihoods,
    /// Priors, caps, thresholds.
    pub rules: Rules,
    /// Texts by which gates, vendors and programs are known.
    pub phrases: Phrases,
    /// What is known of signatures.
    pub signatures: SignatureFacts,
    /// Questions.
    pub battery: Battery,
}

impl Tables {
    /// The tables that are compiled in.
    ///
    /// # Errors
    /// None in a program whose tests pass: they load them.
    pub fn bundled() -> Result<Self, TableError> {
        let models = Models::bundled()?;
        Ok(Self {
            prompts: Prompts::bundled()?,
            likelihoods: Likelihoods::bundled()?,
            rules: Rules::bundled()?,
            phrases: Phrases::bundled()?,
            signatures: SignatureFacts::bundled()?,
            battery: Battery::bundled()?,
            models,
        })
    }
}

/// Reads one file of `config/verify`.
pub(crate) fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, TableError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        let before = text.get(..at).unwrap_or(text);
        TableError::Toml {
            file,
            line: before.matches('\n').count() + 1,
            message: error.message().to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundled_tables_can_be_read() {
        let tables = Tables::bundled().unwrap();
        assert!(tables.models.all().len() >= 14);
    }

    #[test]
    fn a_wrong_table_names_its_line() {
        let error = read::<SignatureFacts>("x.toml", "a = 1\nb = [").unwrap_err();
        assert!(matches!(error, TableError::Toml { line: 2, .. }), "{error}");
    }
}
