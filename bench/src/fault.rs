//! What stops a measurement, as a sentence.

use std::path::PathBuf;

/// Every way in which measuring fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The command line cannot be understood.
    #[error("{0}\n\n{help}", help = crate::options::HELP)]
    WrongUse(String),
    /// A program could not be started.
    #[error("`{program}` could not be started: {cause}")]
    NotStarted {
        /// The program.
        program: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A program did not do what was expected of it.
    #[error("{program} {problem}")]
    Misbehaved {
        /// Which one.
        program: String,
        /// What it did, in the words of a sentence that begins with its name.
        problem: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The network failed underneath.
    #[error("the connection failed: {0}")]
    Connection(#[from] std::io::Error),
    /// The history could not be made.
    #[error("the history could not be made: {0}")]
    History(#[from] rusqlite::Error),
    /// HTTP failed underneath.
    #[error("the exchange failed: {0}")]
    Exchange(#[from] hyper::Error),
}

impl Fault {
    /// A program that did not do what was expected.
    pub(crate) fn misbehaved(program: &str, problem: impl Into<String>) -> Self {
        Self::Misbehaved {
            program: program.to_string(),
            problem: problem.into(),
        }
    }
}
