//! Two reports side by side: of one site at two times, or of two sites.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Report, Verdict};
use crate::reading::{Axis, Finding, Integrity, Outcome};

/// What differs between two reports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "TestComparison")]
pub struct Comparison {
    /// Verdicts, before and after.
    pub verdict: (Verdict, Verdict),
    /// Channels.
    pub channel: (String, String),
    /// Models.
    pub model: (Option<String>, Option<String>),
    /// Scores by axis.
    pub scores: Vec<(Axis, Option<u8>, Option<u8>)>,
    /// Kinds of meddling whose finding changed.
    pub integrity: Vec<(Integrity, Finding, Finding)>,
    /// Probes whose outcome or result changed, and those that only one report has.
    pub probes: Vec<Change>,
    /// Whether anything that matters differs: verdict, channel, model, meddling.
    pub is_alarming: bool,
}

/// A probe that ended differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ProbeChange")]
pub struct Change {
    /// The probe.
    pub id: String,
    /// How it ended in the first report; `None` if it was not asked.
    pub before: Option<Outcome>,
    /// How it ended in the second.
    pub after: Option<Outcome>,
    /// The first report's line, in English.
    pub summary_before: String,
    /// The second's.
    pub summary_after: String,
}

impl Comparison {
    /// Compares two reports.
    pub fn of(one: &Report, other: &Report) -> Self {
        let integrity: Vec<_> = Integrity::ALL
            .into_iter()
            .map(|kind| (kind, one.integrity.get(kind), other.integrity.get(kind)))
            .filter(|(_, before, after)| before != after)
            .collect();
        let worse = integrity.iter().any(|(_, _, after)| *after == Finding::Yes);
        let is_alarming = one.verdict != other.verdict
            || one.channel.best != other.channel.best
            || one.model.served != other.model.served
            || worse;
        Self {
            verdict: (one.verdict, other.verdict),
            channel: (one.channel.best.clone(), other.channel.best.clone()),
            model: (one.model.served.clone(), other.model.served.clone()),
            scores: Axis::ALL
                .into_iter()
                .map(|axis| (axis, one.scores.get(axis), other.scores.get(axis)))
                .collect(),
            probes: changes(one, other),
            integrity,
            is_alarming,
        }
    }
}

fn changes(one: &Report, other: &Report) -> Vec<Change> {
    let mut ids: Vec<&str> = one.probes.iter().map(|probe| probe.id.as_str()).collect();
    let more = other.probes.iter().map(|probe| probe.id.as_str());
    ids.extend(more.filter(|id| !one.probes.iter().any(|probe| probe.id == *id)));
    let find = |report: &Report, id: &str| {
        let found = report.probes.iter().find(|probe| probe.id == id);
        found.map(|probe| (probe.outcome, probe.result.clone(), probe.summary.clone()))
    };
    let changed = ids.into_iter().filter_map(|id| {
        let (before, after) = (find(one, id), find(other, id));
        let key = |found: &Option<(Outcome, String, String)>| {
            found
                .as_ref()
                .map(|(outcome, result, _)| (*outcome, result.clone()))
        };
        (key(&before) != key(&after)).then(|| Change {
            id: id.to_owned(),
            before: before.as_ref().map(|found| found.0),
            after: after.as_ref().map(|found| found.0),
            summary_before: before.map(|found| found.2).unwrap_or_default(),
            summary_after: after.map(|found| found.2).unwrap_or_default(),
        })
    });
    changed.collect()
}
