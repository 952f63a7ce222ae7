//! Why a command could not be done, as one sentence that says what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

/// Everything that stops a command.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The command line cannot be understood.
    WrongUse(String),
    /// Something has to be installed or updated by the person, because we cannot do it.
    Missing {
        /// What is missing.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// A program could not be started at all.
    NotStarted {
        /// The program with its arguments.
        command: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A program ran and did not succeed.
    Failed {
        /// The program with its arguments.
        command: String,
        /// Its exit code, or the signal that ended it.
        status: String,
    },
    /// A file could not be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A program ran, but did not do in time or say what was expected of it.
    Unexpected(String),
    /// So many findings or steps are not in order; they have been printed already.
    Several {
        /// How many.
        count: usize,
        /// What they are, in the plural.
        what: &'static str,
    },
}

impl Fault {
    /// A file fault, to be used with `map_err`.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |cause| Self::File {
            path: path.to_path_buf(),
            cause,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongUse(sentence) | Self::Unexpected(sentence) => formatter.write_str(sentence),
            Self::Missing { what, remedy } => write!(formatter, "{what} is missing. {remedy}"),
            Self::NotStarted { command, cause } => {
                write!(formatter, "`{command}` could not be started: {cause}.")
            }
            Self::Failed { command, status } => {
                write!(
                    formatter,
                    "`{command}` ended with {status}; its output is above."
                )
            }
            Self::File { path, cause } => write!(formatter, "{}: {cause}.", path.display()),
            Self::Several { count, what } => write!(formatter, "{count} {what}; see above."),
        }
    }
}
