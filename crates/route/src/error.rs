//! What can be wrong.

use crate::strategies::UnknownStrategy;

/// A file of `config/routing` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoutingFileError {
    /// The text is not TOML, or a field is unknown, missing or of the wrong type.
    #[error("{file}, line {line}: {message}")]
    Toml {
        /// Name of the file.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A value makes no sense.
    #[error("{file}, `{field}`: {problem}")]
    Value {
        /// Name of the file.
        file: String,
        /// Name of the field.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A strategy that nobody knows.
    #[error(transparent)]
    Strategy(#[from] UnknownStrategy),
}

impl RoutingFileError {
    /// What the TOML parser says, with the line.
    pub(crate) fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        let before = text.get(..at).unwrap_or(text);
        Self::Toml {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            message: error.message().to_owned(),
        }
    }
}

/// A candidate that cannot be begun any more: plan again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// The key or its site was removed since.
    #[error("the key is gone")]
    Gone,
    /// Its state changed since.
    #[error("the key is not usable any more")]
    NotUsable,
    /// Somebody else is trying it out.
    #[error("the key is being tried out by another request")]
    Busy,
}
