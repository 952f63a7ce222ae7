//! The result of a run, for people and for programs.

mod compare;
mod hide;
mod markdown;
mod page;

use std::collections::BTreeMap;

use base::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use compare::{Change, Comparison};
pub use hide::Hider;

use crate::call::{CallId, Door, Request};
use crate::claim::Claim;
use crate::exchange::Failure;
use crate::plan::{Depth, Estimate};
use crate::probe::{Family, Forgeability};
use crate::reading::{Axis, Evidence, Finding, Mark, Outcome};
use crate::run::Stop;

/// The result of a run. The members that scripts read come first and keep their names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Report {
    /// Name of the site.
    pub site: String,
    /// The model that the site claims to serve.
    pub model_claimed: String,
    /// In one word.
    pub verdict: Verdict,
    /// How sure the verdict is, 0 to 1. Not a grade.
    pub confidence: f64,
    /// By which way answers come.
    pub channel: ChannelAxis,
    /// Which model answers.
    pub model: ModelAxis,
    /// What is meddled with.
    pub integrity: IntegrityAxis,
    /// Scores from 0 to 100; `None` where nothing was measured.
    pub scores: Scores,
    /// What every probe found, in the order of the catalogue.
    pub probes: Vec<ProbeReport>,
    /// What the run cost.
    pub cost: Spent,
    /// The verdict in a sentence.
    pub headline: Claim,
    /// Why, the weightiest first.
    pub reasons: Vec<Claim>,
    /// Whether calls are answered by different models.
    pub routing: Option<Routing>,
    /// Share of the planned probes' weight that gave an answer, 0 to 1.
    pub coverage: f64,
    /// How deep.
    pub depth: Depth,
    /// Name of the request preset that the site answered.
    pub preset: String,
    /// What the run was expected to cost.
    pub estimate: Estimate,
    /// Why the run ended early.
    pub stopped: Option<Stop>,
    /// When it began.
    #[ts(type = "number")]
    pub started: Timestamp,
    /// When it ended.
    #[ts(type = "number")]
    pub ended: Timestamp,
    /// Seed of everything random in it, as text: it has 64 bits.
    pub seed: String,
    /// Every call, what was sent and what came back, account identifiers hashed.
    pub calls: Vec<CallRecord>,
}

/// The verdict in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Proven: the claimed model, by a way that is meant for it, left alone.
    Genuine,
    /// As the claimed model answers, but not proven, or proven and meddled with.
    Consistent,
    /// Some calls are answered by something else.
    Mixed,
    /// Not what it claims to be.
    Contradicted,
    /// Too little came back to say.
    #[default]
    Unverifiable,
}

/// By which way answers come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelAxis {
    /// The likeliest, `unknown` where none is likely enough.
    pub best: String,
    /// Of all.
    pub probabilities: BTreeMap<String, f64>,
}

/// Which model answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelAxis {
    /// The likeliest; `None` where none is likely enough or it is not Claude.
    pub served: Option<String>,
    /// Of those above one in a thousand.
    pub probabilities: BTreeMap<String, f64>,
}

/// What is meddled with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IntegrityAxis {
    /// Text is put before what the user sends.
    pub prompt_injection: Finding,
    /// A part of the prompt does not reach the model.
    pub truncation: Finding,
    /// More tokens are reported than were used.
    pub usage_inflation: Finding,
    /// Answers come from a store.
    pub canned: Finding,
    /// Parameters are dropped.
    pub parameters_stripped: Finding,
    /// Tool calls are changed.
    pub tools_rewritten: Finding,
}

/// Scores from 0 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Scores {
    /// Is it the claimed model?
    pub identity: Option<u8>,
    /// Does it speak as documented?
    pub protocol: Option<u8>,
    /// Are figures honest?
    pub billing: Option<u8>,
    /// Can it do what the model can do?
    pub capability: Option<u8>,
    /// Does it answer, in time, alike?
    pub stability: Option<u8>,
}

/// What one probe found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ProbeReport {
    /// Its name; its title is the sentence `probe.<id>`.
    pub id: String,
    /// Its number in the catalogue.
    pub number: String,
    /// Heading under which it stands.
    pub axis: Axis,
    /// Other probes of this family fail together with it.
    pub family: Family,
    /// What it takes to forge a pass.
    pub forge: Forgeability,
    /// How it ended.
    pub outcome: Outcome,
    /// The result's name in the likelihoods; empty if neutral.
    pub result: String,
    /// One line, in English.
    pub summary: String,
    /// The same line as data.
    pub claim: Claim,
    /// What was seen and what was expected.
    pub evidence: Vec<Evidence>,
    /// What single calls show about who answered them.
    pub marks: Vec<Mark>,
    /// Figures.
    pub figures: BTreeMap<String, f64>,
    /// Its calls.
    #[ts(type = "number[]")]
    pub calls: Vec<CallId>,
    /// Tokens of its calls.
    #[ts(type = "number")]
    pub tokens: u64,
    /// What it says for Claude (above 0) or against (below), nats, before caps; `None` if neutral.
    pub weight: Option<f64>,
    /// Where its expectations are from.
    pub source: String,
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "TestCost")]
pub struct Spent {
    /// US dollars at list price times the site's ratio; `None` where the model has no price.
    pub usd: Option<f64>,
    /// Prompt tokens as the site reported them.
    #[ts(type = "number")]
    pub input_tokens: u64,
    /// Generated tokens as the site reported them.
    #[ts(type = "number")]
    pub output_tokens: u64,
    /// Calls.
    #[ts(type = "number")]
    pub requests: u64,
}

/// How many calls were answered by something else.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Routing {
    /// Calls that show who answered.
    #[ts(type = "number")]
    pub calls: u64,
    /// Of these, answered by something else.
    #[ts(type = "number")]
    pub foreign: u64,
    /// Share of the foreign ones: middle of the interval's distribution, Beta(½, ½) before.
    pub share: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A call as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CallRecord {
    /// Its name.
    #[ts(type = "number")]
    pub id: CallId,
    /// The probe that asked first.
    pub probe: String,
    /// What for.
    pub slot: String,
    /// Whom.
    #[ts(type = "string")]
    pub door: Door,
    /// In which shape.
    pub preset: String,
    /// Which try.
    pub attempt: u8,
    /// What was sent, long texts shortened.
    #[ts(type = "unknown")]
    pub request: Request,
    /// Status; `None` without an answer.
    pub status: Option<u16>,
    /// Headers of the answer.
    pub headers: Vec<(String, String)>,
    /// The answer's body, shortened.
    pub body: String,
    /// Whether something is left out of it.
    pub is_shortened: bool,
    /// Why the exchange is not whole.
    pub failure: Option<Failure>,
    /// When it began.
    #[ts(type = "number")]
    pub started: Timestamp,
    /// To the head of the answer, milliseconds.
    pub head_ms: Option<f64>,
    /// To its end.
    pub ended_ms: f64,
}

impl IntegrityAxis {
    /// What is known about one kind of meddling.
    pub fn get(&self, kind: crate::reading::Integrity) -> Finding {
        use crate::reading::Integrity;
        match kind {
            Integrity::PromptInjection => self.prompt_injection,
            Integrity::Truncation => self.truncation,
            Integrity::UsageInflation => self.usage_inflation,
            Integrity::Canned => self.canned,
            Integrity::ParametersStripped => self.parameters_stripped,
            Integrity::ToolsRewritten => self.tools_rewritten,
        }
    }

    /// The place for one kind of meddling.
    pub(crate) fn place(&mut self, kind: crate::reading::Integrity) -> &mut Finding {
        use crate::reading::Integrity;
        match kind {
            Integrity::PromptInjection => &mut self.prompt_injection,
            Integrity::Truncation => &mut self.truncation,
            Integrity::UsageInflation => &mut self.usage_inflation,
            Integrity::Canned => &mut self.canned,
            Integrity::ParametersStripped => &mut self.parameters_stripped,
            Integrity::ToolsRewritten => &mut self.tools_rewritten,
        }
    }
}

impl Scores {
    /// The score of an axis.
    pub fn get(&self, axis: Axis) -> Option<u8> {
        match axis {
            Axis::Identity => self.identity,
            Axis::Protocol => self.protocol,
            Axis::Billing => self.billing,
            Axis::Capability => self.capability,
            Axis::Stability => self.stability,
        }
    }

    /// The place for an axis.
    pub(crate) fn place(&mut self, axis: Axis) -> &mut Option<u8> {
        match axis {
            Axis::Identity => &mut self.identity,
            Axis::Protocol => &mut self.protocol,
            Axis::Billing => &mut self.billing,
            Axis::Capability => &mut self.capability,
            Axis::Stability => &mut self.stability,
        }
    }
}
