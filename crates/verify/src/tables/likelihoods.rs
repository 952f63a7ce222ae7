//! `likelihoods.toml`: how likely each result is, by who answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{TableError, read};
use crate::probe::Forgeability;
use crate::random::Random;

const FILE: &str = "likelihoods.toml";
const TEXT: &str = include_str!("../../../../config/verify/likelihoods.toml");

/// The least and the most that a likelihood may be: nothing is impossible or sure.
const LIMITS: (f64, f64) = (0.000_5, 0.999);

/// Ways by which an answer can come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Anthropic's own API, bytes untouched.
    FirstParty,
    /// The same through a gateway that writes answers anew.
    Gateway,
    /// AWS Bedrock.
    Bedrock,
    /// Google Vertex.
    Vertex,
    /// Accounts of Claude subscriptions.
    Subscription,
    /// A program that was not made for it: Kiro, Antigravity, Copilot, the web page.
    Reverse,
    /// Another vendor's model.
    NotClaude,
}

impl Channel {
    /// All ways.
    pub const ALL: [Self; 7] = [
        Self::FirstParty,
        Self::Gateway,
        Self::Bedrock,
        Self::Vertex,
        Self::Subscription,
        Self::Reverse,
        Self::NotClaude,
    ];

    /// Its place in [`Channel::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// Whether Anthropic's model answers by a door that is meant for it.
    pub fn is_genuine(self) -> bool {
        !matches!(self, Self::Reverse | Self::NotClaude)
    }

    /// Its name in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstParty => "first-party",
            Self::Gateway => "gateway",
            Self::Bedrock => "bedrock",
            Self::Vertex => "vertex",
            Self::Subscription => "subscription",
            Self::Reverse => "reverse",
            Self::NotClaude => "not-claude",
        }
    }
}

/// What a result speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// For the claimed model.
    For,
    /// Against it.
    Against,
    /// Only for one way or another.
    Channel,
}

/// One result of one probe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The probe.
    pub probe: String,
    /// The result.
    pub result: String,
    /// What it speaks for.
    pub sign: Sign,
    /// How hard it is to forge, where this result differs from its probe.
    pub forge: Option<Forgeability>,
    /// A positive fact that gateways do not cause: counts towards a contradiction together with others.
    #[serde(default)]
    pub hard: bool,
    /// How likely the result is on each channel; a channel left out has `rest`.
    pub channel: BTreeMap<Channel, f64>,
    /// How likely it is on channels that are not named.
    pub rest: f64,
    /// Factors by model; without it the result says nothing of models.
    pub model: Option<ModelOdds>,
    /// Where the numbers are from.
    pub source: String,
    /// Whether they were measured.
    pub verified: bool,
}

/// How likely a result is, by the model that answers.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelOdds {
    /// On models that the result fits.
    pub fits: f64,
    /// On other Claude models.
    pub misfits: f64,
}

/// All results.
#[derive(Clone, Debug)]
pub struct Likelihoods {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "as_of")]
    _as_of: toml::value::Datetime,
    row: Vec<Row>,
}

impl Likelihoods {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn bundled() -> Result<Self, TableError> {
        let file: File = read(FILE, TEXT)?;
        for row in &file.row {
            let models = row
                .model
                .map_or([row.rest; 2], |odds| [odds.fits, odds.misfits]);
            let mut all = row
                .channel
                .values()
                .copied()
                .chain(models)
                .chain([row.rest]);
            if all.any(|value| !(0.0..=1.0).contains(&value)) {
                return Err(TableError::Value {
                    file: FILE,
                    field: format!("{} {}", row.probe, row.result),
                    problem: "a likelihood outside 0 to 1",
                });
            }
        }
        Ok(Self { rows: file.row })
    }

    /// The row of a result.
    pub fn row(&self, probe: &str, result: &str) -> Option<&Row> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.probe == probe && row.result == result)
    }

    /// All rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The same table with every number changed by up to `share` of itself, for tests of robustness.
    #[must_use]
    pub fn perturbed(&self, seed: u64, share: f64) -> Self {
        let mut random = Random::named(seed, "likelihoods");
        let mut change = |value: &mut f64| {
            *value = (*value * (1.0 + share * (2.0 * random.unit() - 1.0))).clamp(0.0, 1.0);
        };
        let mut rows = self.rows.clone();
        for row in &mut rows {
            row.channel.values_mut().for_each(&mut change);
            change(&mut row.rest);
            if let Some(odds) = &mut row.model {
                change(&mut odds.fits);
                change(&mut odds.misfits);
            }
        }
        Self { rows }
    }
}

impl Row {
    /// Natural logarithm of how likely the result is on a channel.
    pub fn log_channel(&self, channel: Channel) -> f64 {
        let value = self.channel.get(&channel).copied().unwrap_or(self.rest);
        value.clamp(LIMITS.0, LIMITS.1).ln()
    }

    /// Natural logarithm of the factor of a model.
    pub fn log_model(&self, fits: bool) -> f64 {
        let Some(odds) = self.model else { return 0.0 };
        let value = if fits { odds.fits } else { odds.misfits };
        value.clamp(LIMITS.0, LIMITS.1).ln()
    }
}
