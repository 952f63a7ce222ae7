//! How much is asked, and what it may cost.

use base::Nanos;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How deep a test goes. A deeper one asks everything of the ones before.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// About 15 calls, most of them free.
    Quick,
    /// About 35 calls.
    #[default]
    Standard,
    /// Everything, some 300 calls.
    Full,
}

/// What needs the user's word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct OptIns {
    /// Compare answers with a site that the user trusts ([`crate::Door::Reference`]).
    pub reference: bool,
    /// Replay a thinking block with the user's own official key ([`crate::Door::Official`]).
    pub official: bool,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// How deep.
    pub depth: Depth,
    /// What the user allowed besides.
    pub opt_ins: OptIns,
    /// The run stops before it would cost more, US dollars; `None` is no limit.
    pub max_cost_usd: Option<Nanos>,
    /// Only these probes (ids); empty is all that the depth has.
    pub only: Vec<String>,
}

/// What a run will cost, before it starts. Genuine error answers are free, so a real run is cheaper.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Estimate {
    /// Calls.
    #[ts(type = "number")]
    pub requests: u64,
    /// Prompt tokens.
    #[ts(type = "number")]
    pub input_tokens: u64,
    /// Generated tokens.
    #[ts(type = "number")]
    pub output_tokens: u64,
    /// US dollars at list price times the site's ratio; `None` where the model has no price.
    pub usd: Option<f64>,
    /// Ids of the probes.
    pub probes: Vec<String>,
}

impl Plan {
    /// Everything that a depth has.
    pub fn of(depth: Depth) -> Self {
        Self {
            depth,
            ..Self::default()
        }
    }
}
