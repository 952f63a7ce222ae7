//! Moving data in and out.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Answer of `POST /api/import/preview` and `POST /api/import`: what the file holds, and what would
/// become (or became) of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportPlan {
    /// `konata-stats|konata-config|relayscope`.
    pub format: String,
    /// Sites of the file.
    pub sites: Vec<ImportSite>,
    /// Sites that are new.
    pub new_sites: u32,
    /// Sites that are here already.
    pub known_sites: u32,
    /// Recharge records that are new.
    pub new_records: u32,
    /// Recharge records that are here already.
    pub known_records: u32,
    /// Keys that are new; they are sealed.
    pub new_keys: u32,
    /// Settings of the file, as setting and value: taken over when `settings` is said.
    pub settings: Vec<(String, String)>,
    /// Entries that are left out.
    pub skipped: Vec<ImportSkip>,
    /// What is in the file and has no place here.
    pub ignored: Vec<String>,
    /// Whether it was done.
    pub done: bool,
}

/// A site of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportSite {
    /// Name in the file.
    pub name: String,
    /// Its address.
    pub url: String,
    /// `new|known`.
    pub state: String,
    /// The site that is here already.
    pub here: Option<String>,
    /// Recharge records that are new.
    pub new_records: u32,
    /// Keys that are new.
    pub new_keys: u32,
}

/// An entry that is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ImportSkip {
    /// Where it stands: `sites[3]`.
    pub place: String,
    /// Its name.
    pub name: String,
    /// Why: `no_url|bad_url|bad_record|duplicate`.
    pub reason: String,
}
