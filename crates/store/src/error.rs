//! What can go wrong with the store.

use std::path::PathBuf;

/// Why the store cannot be opened or used. Nothing has been overwritten.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer program wrote it.
    #[error(
        "{path} was written by a newer Relayscope (its format is {found}, this program knows {known}). \
         Install the newer version, or start with another --data-dir"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// It is not a database, or a damaged one.
    #[error("{path} is damaged or is not a database ({reason}). {}", .holds.way_out())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is lost with it.
        holds: Holds,
        /// SQLite's words.
        reason: String,
    },
    /// The linked SQLite has the WAL-reset fault that can damage files.
    #[error("the SQLite library is too old ({0}): 3.51.3 or newer is needed")]
    OldLibrary(String),
    /// The file or its directory cannot be used.
    #[error("{path} cannot be used ({reason})")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A statement failed.
    #[error("the database failed ({0})")]
    Sql(#[from] rusqlite::Error),
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// `traffic.db`.
    Traffic,
    /// `relayscope.db`.
    Sites,
}

impl Holds {
    /// What to do when it is damaged.
    fn way_out(self) -> &'static str {
        match self {
            Self::Traffic => {
                "Move it away and start again: recorded traffic begins anew, sites and settings are in \
                 other files"
            }
            Self::Sites => {
                "It holds the sites with their keys, routes, client keys and the ledger: put a copy of it \
                 in its place. Without one, move it away, not delete it, and start again: all of these begin \
                 anew, and an export of the sites can be imported"
            }
        }
    }
}

impl StoreError {
    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        let Self::Sql(rusqlite::Error::SqliteFailure(failure, _)) = self else {
            return false;
        };
        failure.code == rusqlite::ErrorCode::DiskFull
    }
}
