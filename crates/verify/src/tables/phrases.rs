//! `phrases.toml`: texts by which gates, vendors and programs are known.

use serde::Deserialize;

use super::likelihoods::Channel;
use super::{TableError, read};
use crate::observe::{ApiError, Observation};

const FILE: &str = "phrases.toml";
const TEXT: &str = include_str!("../../../../config/verify/phrases.toml");

/// Texts by which gates, vendors and programs are known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    #[serde(rename = "as_of")]
    _as_of: toml::value::Datetime,
    gate: Vec<Gate>,
    vendor: Vec<Vendor>,
    scan: Vec<Scan>,
    foreign_models: ForeignModels,
}

/// A refusal by which a site says that it wants Claude Code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its name.
    pub id: String,
    status: Vec<u16>,
    /// The whole message.
    message: Option<String>,
    /// One of these stands in the body.
    #[serde(default)]
    says: Vec<String>,
    /// Where it was seen.
    pub source: String,
    /// Whether it was seen by more than one.
    pub verified: bool,
}

/// Another vendor's own words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// The vendor.
    pub id: String,
    says: Vec<String>,
    /// Where it was seen.
    pub source: String,
    /// Whether it is documented.
    pub verified: bool,
}

/// A string that only one program writes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// The program.
    pub id: String,
    says: Vec<String>,
    /// What it means for the way of the answer.
    pub channel: Channel,
    /// How sure.
    pub strength: Strength,
    /// Where it was seen.
    pub source: String,
    /// Whether it is documented.
    pub verified: bool,
}

/// How sure a string names the way of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Nobody else writes it.
    Sure,
    /// Others may.
    Likely,
    /// Names the relay's program, says nothing of what is behind it.
    Program,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForeignModels {
    prefixes: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "verified")]
    _verified: bool,
}

impl Phrases {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn bundled() -> Result<Self, TableError> {
        read(FILE, TEXT)
    }

    /// The gate that an answer shows.
    pub fn gate(&self, seen: &Observation) -> Option<&Gate> {
        let error = seen.error.as_ref()?;
        let status = seen.exchange.status?;
        let has_wait = seen.exchange.retry_after_ms().is_some();
        self.gate.iter().find(|gate| {
            let whole = gate.message.as_ref();
            gate.status.contains(&status)
                && (whole.is_some_and(|text| !has_wait && error.message.eq_ignore_ascii_case(text))
                    || gate.says.iter().any(|text| error.says(text)))
        })
    }

    /// The vendor whose words an error has.
    pub fn vendor(&self, error: &ApiError) -> Option<&Vendor> {
        let says = |vendor: &&Vendor| vendor.says.iter().any(|text| error.says(text));
        self.vendor.iter().find(says)
    }

    /// Programs whose strings stand in a text that is in lower case.
    pub fn scans(&self, lower: &str) -> Vec<(&Scan, &str)> {
        let found = self.scan.iter().filter_map(|scan| {
            let text = scan
                .says
                .iter()
                .find(|text| lower.contains(text.as_str()))?;
            Some((scan, text.as_str()))
        });
        found.collect()
    }

    /// Whether a name is one of another vendor's models.
    pub fn is_foreign_model(&self, name: &str) -> bool {
        let lower = name.trim().to_lowercase();
        let bare = lower.rsplit('/').next().unwrap_or(&lower);
        let mut prefixes = self.foreign_models.prefixes.iter();
        !lower.contains("claude") && prefixes.any(|prefix| bare.starts_with(prefix.as_str()))
    }
}
