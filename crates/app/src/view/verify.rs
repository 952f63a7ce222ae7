//! Authenticity tests as the doors show them.

use ::verify::{Depth, Report};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ErrorView;

/// Body of `POST /api/sites/{id}/verify` and of the estimate.
#[derive(Clone, Debug, Default, Deserialize, Serialize, TS)]
#[serde(default)]
pub struct VerifyAsk {
    /// The claimed model.
    pub model: String,
    /// How deep; the setting's where it is left out.
    pub depth: Option<Depth>,
    /// Id or label of the key; empty: the first that can be used.
    pub key: String,
    /// The run stops before it would cost more, US dollars; the setting's where it is left out.
    pub max_cost_usd: Option<f64>,
    /// Calls under way at once; the setting's where it is left out.
    pub concurrency: Option<u32>,
    /// Id or name of a site that the user trusts, to compare answers with.
    pub reference_site: String,
    /// The model's name there, where it differs.
    pub reference_model: String,
    /// Id or name of a site that is the vendor's own, to replay thinking at.
    pub official_site: String,
}

/// A test in short.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, TS)]
pub struct VerifyRun {
    /// Its name.
    pub id: String,
    /// Id of the site.
    pub site_id: String,
    /// Name of the site.
    pub site: String,
    /// The claimed model.
    pub model: String,
    /// How deep.
    pub depth: Depth,
    /// `running|done|failed`.
    pub state: String,
    /// Why it failed.
    pub error: Option<ErrorView>,
    /// When it began, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub ended: Option<String>,
    /// `genuine|consistent|mixed|contradicted|unverifiable`; `None` while it runs.
    pub verdict: Option<::verify::Verdict>,
    /// How sure the verdict is, 0 to 1.
    pub confidence: Option<f64>,
    /// The likeliest channel.
    pub channel: Option<String>,
    /// The model that answers, where it is known.
    pub served: Option<String>,
    /// What it cost, US dollars at list price times the site's multiplier.
    pub cost_usd: Option<f64>,
    /// The cap that it ran under, US dollars.
    pub max_cost_usd: Option<f64>,
    /// Calls.
    pub requests: u32,
    /// Why it ended early.
    pub stopped: Option<::verify::Stop>,
    /// Label of the key.
    pub key: Option<String>,
    /// Whether the schedule began it.
    #[serde(default)]
    pub scheduled: bool,
}

/// Answer of `GET /api/verify/runs/{id}`.
#[derive(Clone, Debug, Serialize, TS)]
pub struct VerifyDetail {
    /// The test in short.
    pub run: VerifyRun,
    /// How far it is; `None` once it is over.
    pub progress: Option<::verify::Progress>,
    /// What it found; `None` while it runs. Its calls are left out: they are asked for one by one.
    pub report: Option<Report>,
}

/// Answer of `GET /api/verify/runs`.
#[derive(Clone, Debug, Serialize, TS)]
pub struct VerifyRuns {
    /// Newest first, those that run before all others.
    pub runs: Vec<VerifyRun>,
}

/// A request preset.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PresetView {
    /// Its name.
    pub name: String,
    /// `anthropic|openai-chat|openai-responses`.
    pub dialect: String,
    /// Path below the site's base address.
    pub path: String,
    /// Where it is from.
    pub source: String,
    /// How old it is, `2026-11-20`.
    pub as_of: Option<String>,
    /// Whether the user made it.
    pub own: bool,
}

/// Something that a person should hear of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeView {
    /// Its name.
    pub id: String,
    /// When it was told, RFC 3339.
    pub at: String,
    /// Which sentence: `notices.<code>` in the locale files.
    pub code: String,
    /// Values for the sentence.
    pub params: Vec<(String, String)>,
    /// What stands in the gap `{what}`, as the tester's own sentence.
    pub claim: Option<::verify::Claim>,
}

/// What ordinary traffic shows of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StandingView {
    /// Id of the site.
    pub site_id: String,
    /// Answers that were looked at.
    pub seen: u32,
    /// Answers that settled something against the site.
    pub contradicted: u32,
    /// What was told, newest first.
    pub notices: Vec<StandingNotice>,
}

/// Something that ordinary traffic showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StandingNotice {
    /// When, RFC 3339.
    pub at: String,
    /// The model that was asked for.
    pub model: String,
    /// What.
    pub claim: ::verify::Claim,
    /// Whether it settles the matter, or only calls for a test.
    pub sure: bool,
}
