//! Why a test cannot be made or shown.

use crate::sites::SiteError;

/// Why a test cannot be made or shown.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The claimed model is needed.
    #[error("a model is needed: the one that the site claims to serve")]
    NoModel,
    /// One test of a site at a time.
    #[error("{0} is being tested already")]
    Running(String),
    /// No such test.
    #[error("there is no test “{0}”")]
    NoSuchRun(String),
    /// A test that runs has no report.
    #[error("the test still runs")]
    NotOver,
    /// An amount is not one.
    #[error("the most that a test may cost must be an amount in US dollars above 0")]
    BadCost,
    /// A format is not known.
    #[error("“{0}” is no format: use md, html or json")]
    BadFormat(String),
    /// The tables that are compiled in.
    #[error("{0}")]
    Tables(#[from] ::verify::TableError),
    /// There is no such shape of requests.
    #[error("there is no preset “{0}”")]
    NoSuchPreset(String),
    /// The name cannot be used.
    #[error("“{0}” cannot be a preset's name: letters, digits, spaces, - _ and . only")]
    BadPresetName(String),
    /// The name is one of ours.
    #[error("there is a preset named “{0}” already")]
    PresetTaken(String),
    /// What the preset is to be made of is not there.
    #[error("{0}")]
    NoExchange(String),
    /// A kept report cannot be read.
    #[error("the report cannot be read ({0})")]
    Unreadable(String),
    /// Sites, keys, the store.
    #[error(transparent)]
    Site(#[from] SiteError),
}

impl VerifyError {
    /// The error's code, for the API and the locale files.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoModel => "no_model",
            Self::Running(_) => "test_running",
            Self::NoSuchRun(_) => "no_such_test",
            Self::NotOver => "test_not_over",
            Self::BadCost => "bad_cost",
            Self::BadFormat(_) => "bad_format",
            Self::NoSuchPreset(_) => "no_such_preset",
            Self::BadPresetName(_) => "bad_preset_name",
            Self::PresetTaken(_) => "preset_taken",
            Self::NoExchange(_) => "not_found",
            Self::Tables(_) => "internal",
            Self::Unreadable(_) => "report_unreadable",
            Self::Site(error) => error.code(),
        }
    }

    /// Values for the sentence.
    pub fn params(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        match self {
            Self::Running(site) => pair("site", site),
            Self::NoSuchPreset(name) | Self::BadPresetName(name) | Self::PresetTaken(name) => {
                pair("name", name)
            }
            Self::BadFormat(format) => pair("value", format),
            Self::Unreadable(reason) => pair("reason", reason),
            Self::Site(error) => error.params(),
            _ => Vec::new(),
        }
    }
}

impl From<store::sites::SitesError> for VerifyError {
    fn from(error: store::sites::SitesError) -> Self {
        Self::Site(SiteError::Sites(error))
    }
}
