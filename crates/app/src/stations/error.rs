//! What can be wrong with a question about stations.

use station::Problem;
use store::StoreError;
use store::sites::SitesError;

use super::problem;
use crate::settings::SettingsError;
use crate::sites::SiteError;

/// Why there is no answer. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// An amount cannot be read.
    #[error("“{0}” is no amount: write it as 1000 or 12.50, without thousands separators")]
    BadAmount(String),
    /// A date cannot be read.
    #[error("“{0}” is no date: write 2026-11-12 or 2026-11-12T08:00:00Z")]
    BadDate(String),
    /// Not a currency that is known here.
    #[error("“{0}” is no currency: use CNY or USD")]
    BadCurrency(String),
    /// Not a kind of entry.
    #[error("“{0}” is no kind of entry: use recharge, balance or check-in")]
    BadEntry(String),
    /// An entry says neither what was paid nor what was received.
    #[error("an entry needs an amount")]
    NoAmount,
    /// Not a kind of station.
    #[error("“{0}” is no kind of station")]
    BadKind(String),
    /// A path of an interface.
    #[error("{0} must be a path that begins with /")]
    BadPath(&'static str),
    /// A JSON pointer of an interface.
    #[error("{0} must be a JSON pointer such as /data/balance")]
    BadPointer(&'static str),
    /// A member of an interface.
    #[error("{name} must be {expected}")]
    BadMember {
        /// Its name.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A credential.
    #[error("a credential must not be empty and must not hold spaces or line breaks")]
    BadCredential,
    /// The file is no JSON, or ends too early.
    #[error("the file cannot be read: it is broken at line {line}, column {column}")]
    BadFile {
        /// From 1 on.
        line: usize,
        /// From 1 on.
        column: usize,
    },
    /// The file is JSON of some other program.
    #[error(
        "the file is neither KonataAPI's stats.json or config.json nor an archive of Relayscope"
    )]
    UnknownFile,
    /// A newer program wrote the archive.
    #[error("a newer Relayscope wrote the archive: install the newer version")]
    NewerFile,
    /// A setting of the file.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The station's answer is none.
    #[error("{}", problem::sentence(.0))]
    Station(Box<Problem>),
    /// Sites, keys, ledger.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The traffic store.
    #[error(transparent)]
    Traffic(#[from] StoreError),
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] crate::charts::ChartError),
    /// The task ended abnormally.
    #[error("the answer could not be put together")]
    Lost,
}

impl From<SitesError> for StationError {
    fn from(error: SitesError) -> Self {
        Self::Site(error.into())
    }
}

impl StationError {
    /// The error's code, for the API and the locale files.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadAmount(_) => "bad_amount",
            Self::BadDate(_) => "bad_date",
            Self::BadCurrency(_) => "bad_currency",
            Self::BadEntry(_) => "bad_entry",
            Self::NoAmount => "no_amount",
            Self::BadKind(_) => "bad_kind",
            Self::BadPath(_) => "bad_path",
            Self::BadPointer(_) => "bad_pointer",
            Self::BadMember { .. } => "bad_member",
            Self::BadCredential => "bad_credential",
            Self::BadFile { .. } => "bad_file",
            Self::UnknownFile => "unknown_file",
            Self::NewerFile => "newer_file",
            Self::Settings(_) => "bad_setting",
            Self::Station(_) => "station_failed",
            Self::Site(error) => error.code(),
            Self::Traffic(_) => "store_failed",
            Self::Chart(_) | Self::Lost => "internal",
        }
    }

    /// Values for the sentence.
    pub fn params(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        match self {
            Self::BadAmount(text)
            | Self::BadDate(text)
            | Self::BadCurrency(text)
            | Self::BadEntry(text)
            | Self::BadKind(text) => pair("value", &base::redact::text(text)),
            Self::BadPath(name) | Self::BadPointer(name) => pair("name", name),
            Self::BadMember { name, .. } => pair("name", name),
            Self::BadFile { line, column } => {
                let mut params = pair("line", &line.to_string());
                params.push(("column".to_owned(), column.to_string()));
                params
            }
            Self::Station(problem) => {
                let view = problem::view(problem);
                let mut params = vec![("problem".to_owned(), view.code)];
                params.extend(view.params);
                params
            }
            Self::Site(error) => error.params(),
            _ => Vec::new(),
        }
    }
}
