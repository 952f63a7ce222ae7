//! `signature.toml`: what was seen of thinking signatures.

use serde::Deserialize;

use super::{TableError, read};

const FILE: &str = "signature.toml";
const TEXT: &str = include_str!("../../../../config/verify/signature.toml");

/// What was seen of thinking signatures.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureFacts {
    #[serde(rename = "as_of")]
    _as_of: toml::value::Datetime,
    /// Where from.
    pub source: String,
    /// Whether it was seen by more than one.
    pub verified: bool,
    /// Channel ids seen so far.
    pub channel_ids: Vec<u64>,
    /// The channel id from which a block names its model.
    pub names_model_from: u64,
    /// The channel id from which a block has a time.
    pub has_time_from: u64,
    /// Seconds that its time may be off.
    pub time_tolerance_s: i64,
    /// What programs put before a signature.
    pub program_prefixes: Vec<String>,
    /// Bytes of ciphertext beyond the text.
    pub length_overhead: u64,
    /// Bytes by which that may be off.
    pub length_tolerance: u64,
    /// Bytes of ciphertext for a thinking token, least and most.
    pub bytes_per_token: [f64; 2],
}

impl SignatureFacts {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn bundled() -> Result<Self, TableError> {
        read(FILE, TEXT)
    }
}
