//! What a probe makes of what it saw.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::call::CallId;
use crate::claim::Claim;

/// How a probe ended, for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As the genuine service answers.
    Pass,
    /// Somewhat off, or worth knowing.
    Warn,
    /// Not as the genuine service answers.
    Fail,
    /// Says nothing either way: stripped, rewritten, refused, out of time.
    #[default]
    Neutral,
    /// Not asked, and why stands in the summary.
    Skipped,
}

/// What a probe makes of what it saw. Numbers are not in here: the result's weight is in
/// `config/verify/likelihoods.toml` under the probe and its `result`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// For people.
    pub outcome: Outcome,
    /// Which row of the likelihoods holds; empty where there is none (neutral).
    pub result: String,
    /// Models of the table whose genuine answer would have been this one; `None` says nothing of models.
    pub fits: Option<Vec<String>>,
    /// One line for people.
    pub summary: Claim,
    /// What was seen and what was expected.
    pub evidence: Vec<Evidence>,
    /// What settles the matter alone.
    pub contradictions: Vec<Contradiction>,
    /// What is known about meddling.
    pub integrity: Vec<(Integrity, Finding)>,
    /// Parts of scores.
    pub scores: Vec<Score>,
    /// What single calls show about who answered them.
    pub marks: Vec<Mark>,
    /// Figures for people and comparisons, `("injected_tokens", 27.0)`.
    pub figures: Vec<(String, f64)>,
}

/// One thing seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Evidence {
    /// What it shows.
    pub claim: Claim,
    /// The call that shows it; `None` where it took several.
    #[ts(type = "number | null")]
    pub call: Option<CallId>,
    /// What the genuine service gives.
    pub expected: Option<String>,
    /// What was given.
    pub got: Option<String>,
    /// Where the expectation is from.
    pub source: Option<String>,
}

/// What settles the matter alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Contradiction {
    /// The backend itself names another Claude model.
    OtherModel {
        /// The name.
        served: String,
    },
    /// The backend itself names another vendor's model or program.
    NotClaude {
        /// What it names.
        named: String,
    },
    /// Tool calls are changed on the way.
    Rewritten,
    /// Figures that no answer can have.
    ImpossibleUsage,
    /// An answer that was made for another question.
    Canned,
    /// A program that was not made for it gives itself away.
    ReverseChannel {
        /// The program.
        program: String,
    },
    /// Anthropic does not know a thinking block that the site gave out as Anthropic's.
    Unsigned,
}

impl Contradiction {
    /// The sentence for it.
    pub fn claim(&self) -> Claim {
        match self {
            Self::OtherModel { served } => Claim::new("sure.other-model").with("served", served),
            Self::NotClaude { named } => Claim::new("sure.not-claude").with("named", named),
            Self::Rewritten => Claim::new("sure.rewritten"),
            Self::ImpossibleUsage => Claim::new("sure.impossible-usage"),
            Self::Canned => Claim::new("sure.canned"),
            Self::ReverseChannel { program } => Claim::new("sure.reverse").with("program", program),
            Self::Unsigned => Claim::new("sure.unsigned"),
        }
    }
}

/// Kinds of meddling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Text is put before what the user sends.
    PromptInjection,
    /// A part of what the user sends does not reach the model.
    Truncation,
    /// More tokens are reported than were used.
    UsageInflation,
    /// Answers come from a store.
    Canned,
    /// Parameters are dropped.
    ParametersStripped,
    /// Tool calls are changed.
    ToolsRewritten,
}

impl Integrity {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::PromptInjection,
        Self::Truncation,
        Self::UsageInflation,
        Self::Canned,
        Self::ParametersStripped,
        Self::ToolsRewritten,
    ];
}

/// What is known about one kind of meddling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Looked for and not there.
    No,
    /// There.
    Yes,
    /// Nobody could tell.
    #[default]
    Unknown,
}

/// Axes that have a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Is it the claimed model?
    Identity,
    /// Does it speak as documented?
    Protocol,
    /// Are figures honest?
    Billing,
    /// Can it do what the model can do?
    Capability,
    /// Does it answer, in time, alike?
    Stability,
}

impl Axis {
    /// All axes.
    pub const ALL: [Self; 5] = [
        Self::Identity,
        Self::Protocol,
        Self::Billing,
        Self::Capability,
        Self::Stability,
    ];
}

/// A part of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Which.
    pub axis: Axis,
    /// From 0 to 1.
    pub value: f64,
    /// How much it counts beside the others.
    pub weight: f64,
}

/// What one call shows about who answered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mark {
    /// The call.
    #[ts(type = "number")]
    pub call: CallId,
    /// Who.
    pub who: Who,
}

/// Who answered a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "who", content = "name")]
pub enum Who {
    /// The claimed model.
    Claimed,
    /// Another Claude model.
    Other(String),
    /// Not Claude.
    Foreign(String),
}

impl Reading {
    /// An outcome with its row of the likelihoods and its line.
    pub fn new(outcome: Outcome, result: &str, summary: Claim) -> Self {
        Self {
            outcome,
            result: result.to_owned(),
            summary,
            ..Self::default()
        }
    }

    /// Says nothing either way.
    pub fn neutral(summary: Claim) -> Self {
        Self::new(Outcome::Neutral, "", summary)
    }

    /// Was not asked.
    pub fn skipped(summary: Claim) -> Self {
        Self::new(Outcome::Skipped, "", summary)
    }

    /// With the models whose genuine answer this is.
    #[must_use]
    pub fn fitting(mut self, models: Vec<String>) -> Self {
        self.fits = Some(models);
        self
    }

    /// With one thing seen.
    #[must_use]
    pub fn seen(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// With a part of a score, weight 1.
    #[must_use]
    pub fn scoring(self, axis: Axis, value: f64) -> Self {
        self.weighing(axis, value, 1.0)
    }

    /// With a part of a score.
    #[must_use]
    pub fn weighing(mut self, axis: Axis, value: f64, weight: f64) -> Self {
        let value = if value.is_finite() {
            value.clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.scores.push(Score {
            axis,
            value,
            weight,
        });
        self
    }

    /// With something known about meddling.
    #[must_use]
    pub fn finding(mut self, kind: Integrity, finding: Finding) -> Self {
        self.integrity.push((kind, finding));
        self
    }

    /// With something that settles the matter.
    #[must_use]
    pub fn contradicting(mut self, contradiction: Contradiction) -> Self {
        self.contradictions.push(contradiction);
        self
    }

    /// With what a call shows about who answered it.
    #[must_use]
    pub fn marking(mut self, call: CallId, who: Who) -> Self {
        self.marks.push(Mark { call, who });
        self
    }

    /// With a figure.
    #[must_use]
    pub fn figure(mut self, name: &str, value: f64) -> Self {
        self.figures.push((name.to_owned(), value));
        self
    }
}

impl Evidence {
    /// A thing seen.
    pub fn of(claim: Claim) -> Self {
        Self {
            claim,
            ..Self::default()
        }
    }

    /// In this call.
    #[must_use]
    pub fn at(mut self, call: CallId) -> Self {
        self.call = Some(call);
        self
    }

    /// Against what was expected.
    #[must_use]
    pub fn expecting(mut self, expected: impl ToString, got: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.got = Some(got.to_string());
        self
    }

    /// With where the expectation is from.
    #[must_use]
    pub fn from_source(mut self, source: &str) -> Self {
        self.source = Some(source.to_owned());
        self
    }
}
