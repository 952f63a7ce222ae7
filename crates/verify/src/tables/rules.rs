//! `rules.toml`: priors, caps, thresholds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::likelihoods::Channel;
use super::{TableError, read};

const FILE: &str = "rules.toml";
const TEXT: &str = include_str!("../../../../config/verify/rules.toml");

/// Priors, caps, thresholds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    #[serde(rename = "as_of")]
    _as_of: toml::value::Datetime,
    /// Where from.
    pub source: String,
    /// Whether they were fitted to measurements.
    pub verified: bool,
    /// What is believed before anything is seen.
    pub prior: Prior,
    /// The most that results may weigh.
    pub caps: Caps,
    /// When what is said.
    pub verdict: Thresholds,
}

/// What is believed before anything is seen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// By channel; adds up to 1.
    pub channel: BTreeMap<Channel, f64>,
    /// Share of Claude answers that are the claimed model.
    pub claimed: f64,
}

/// The most that results may weigh, in nats.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Results that static rewriting can forge, for Claude.
    pub static_for: f64,
    /// Results that a live emulator can forge, for Claude.
    pub emulator_for: f64,
    /// Results that need Anthropic's keys, for Claude.
    pub keys_for: f64,
    /// One family against anything.
    pub against: f64,
}

/// When what is said; probabilities unless named otherwise.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Least of the claimed model.
    pub claimed: f64,
    /// Least of all genuine channels together.
    pub genuine_channel: f64,
    /// Least of the opposite.
    pub contradicted: f64,
    /// Families with a hard fact that a contradiction without a sure fact takes.
    pub hard_families: usize,
    /// Results against it, and families of such, that make do with one hard fact.
    pub broad_results: usize,
    /// See `broad_results`.
    pub broad_families: usize,
    /// Least of a channel that is named.
    pub channel_named: f64,
    /// Tokens that subscription proxies are known to put before a request.
    pub known_injection: f64,
}

impl Rules {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// When the file is wrong.
    pub fn bundled() -> Result<Self, TableError> {
        let rules: Self = read(FILE, TEXT)?;
        let sum: f64 = rules.prior.channel.values().sum();
        if (sum - 1.0).abs() > 1e-6 || rules.prior.channel.len() != Channel::ALL.len() {
            return Err(TableError::Value {
                file: FILE,
                field: "prior.channel".to_owned(),
                problem: "has to name every channel and add up to 1",
            });
        }
        Ok(rules)
    }
}
