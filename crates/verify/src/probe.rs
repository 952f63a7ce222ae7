//! What a probe is: questions, and how to read the answers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ask::Ask;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::reading::{Axis, Reading};

/// What it takes to forge a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Forgeability {
    /// Rewriting answers.
    Static,
    /// A program that keeps state and knows the tables.
    Emulator,
    /// Anthropic's keys.
    Keys,
}

/// Probes that fail together for one reason. Within a family evidence is capped before it is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Ids and headers.
    Ids,
    /// The form of streams.
    Stream,
    /// Error texts, and what is accepted and refused.
    Errors,
    /// What stands in signatures.
    Signature,
    /// Whether signatures are verified.
    Replay,
    /// Token counts of text, tools and pictures.
    Tokens,
    /// Caching.
    Cache,
    /// What the model can do.
    Capability,
    /// How it behaves.
    Behaviour,
    /// Whether requests and answers are left alone.
    Integrity,
}

/// What needs the user's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptIn {
    /// A reference site.
    Reference,
    /// An official key.
    Official,
}

/// What is known of a probe before it runs.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name in reports and tables.
    pub id: &'static str,
    /// Its number in the catalogue of `docs/verify.md`.
    pub number: &'static str,
    /// Which other probes fail together with it.
    pub family: Family,
    /// What it takes to forge a pass.
    pub forge: Forgeability,
    /// Under which heading people find it.
    pub axis: Axis,
    /// From which depth on it is asked.
    pub depth: Depth,
    /// What it needs the user's word for.
    pub opt_in: Option<OptIn>,
    /// What it costs, calls that it shares with earlier probes left out.
    pub cost: Cost,
    /// Where its expectations are from.
    pub source: &'static str,
}

/// What a probe costs at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Calls.
    pub requests: u64,
    /// Prompt tokens.
    pub input: u64,
    /// Generated tokens.
    pub output: u64,
}

impl Cost {
    /// A cost.
    pub const fn new(requests: u64, input: u64, output: u64) -> Self {
        Self {
            requests,
            input,
            output,
        }
    }

    /// Reads along with others' calls.
    pub const FREE: Self = Self::new(0, 0, 0);
}

/// A probe. It is asked for its questions with nothing answered, then again whenever everything that it
/// asked for is answered, until it has no more. Then it reads.
pub trait Probe: Send + Sync {
    /// What is known of it.
    fn about(&self) -> &'static About;

    /// The next questions; `so_far` are the answers to its own, in the order of asking.
    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask>;

    /// What it makes of the answers. `all` are all answers of the run.
    fn read(&self, context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading;
}

/// The answer to the question with this slot.
pub fn in_slot<'a>(seen: &[&'a Observation], slot: &str) -> Option<&'a Observation> {
    seen.iter().find(|one| one.slot() == slot).copied()
}
