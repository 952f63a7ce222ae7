//! What a stored state is about.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a stored state is about. As text: `key`, `family:claude-opus`, `model:gpt-6`, `site`,
/// `site_model:gpt-6`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum StoredScope {
    /// The key.
    Key,
    /// The key, for models of a family.
    Family(String),
    /// The key, for one model.
    Model(String),
    /// The site.
    Site,
    /// The site, for one model.
    SiteModel(String),
}

impl fmt::Display for StoredScope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => out.write_str("key"),
            Self::Family(name) => write!(out, "family:{name}"),
            Self::Model(name) => write!(out, "model:{name}"),
            Self::Site => out.write_str("site"),
            Self::SiteModel(name) => write!(out, "site_model:{name}"),
        }
    }
}

impl From<StoredScope> for String {
    fn from(scope: StoredScope) -> Self {
        scope.to_string()
    }
}

impl TryFrom<String> for StoredScope {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once(':') {
            None if text == "key" => Ok(Self::Key),
            None if text == "site" => Ok(Self::Site),
            Some(("family", name)) => Ok(Self::Family(name.to_owned())),
            Some(("model", name)) => Ok(Self::Model(name.to_owned())),
            Some(("site_model", name)) => Ok(Self::SiteModel(name.to_owned())),
            _ => Err("not the scope of a state"),
        }
    }
}
