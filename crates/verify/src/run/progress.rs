//! How far a run is.

use base::Timestamp;
use serde::Serialize;
use ts_rs::TS;

use super::{Run, Stop};
use crate::claim::Claim;
use crate::observe::Observation;
use crate::reading::{Axis, Outcome};
use crate::report::{Scores, Spent};
use crate::verdict;

/// How far a probe is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "ProbePhase")]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing asked yet.
    Waiting,
    /// Asked, or reading along.
    Running,
    /// Has everything that it needs.
    Done,
}

/// One probe of a run.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ProbeProgress {
    /// Its name.
    pub id: String,
    /// Its number in the catalogue.
    pub number: String,
    /// Heading under which it stands.
    pub axis: Axis,
    /// How far.
    pub phase: Phase,
    /// Calls asked.
    #[ts(type = "number")]
    pub asked: u64,
    /// Calls answered.
    #[ts(type = "number")]
    pub answered: u64,
    /// What it found; `None` before it is done.
    pub outcome: Option<Outcome>,
    /// In one line.
    pub claim: Option<Claim>,
    /// Tokens of its calls so far.
    #[ts(type = "number")]
    pub tokens: u64,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(rename = "TestProgress")]
pub struct Progress {
    /// Its probes.
    pub probes: Vec<ProbeProgress>,
    /// Scores so far.
    pub scores: Scores,
    /// Cost so far.
    pub cost: Spent,
    /// Calls that were expected at the start.
    #[ts(type = "number")]
    pub expected_requests: u64,
    /// Calls under way.
    #[ts(type = "number")]
    pub in_flight: u64,
    /// The site asked to wait until then.
    #[ts(type = "number | null")]
    pub cooling_until: Option<Timestamp>,
    /// Name of the request preset that is used now.
    pub preset: String,
    /// Why it ends early.
    pub stopped: Option<Stop>,
}

pub(super) fn of(run: &Run) -> Progress {
    let probes = run.probes.iter().map(|running| {
        let about = running.probe.about();
        let answers: Vec<&Observation> = run.own(&running.calls);
        let reading = running
            .reading
            .as_ref()
            .filter(|_| running.phase == Phase::Done);
        let is_passive = running.calls.is_empty() && about.cost.requests == 0;
        let reading = reading.filter(|_| !is_passive);
        ProbeProgress {
            id: about.id.to_owned(),
            number: about.number.to_owned(),
            axis: about.axis,
            phase: if is_passive {
                Phase::Running
            } else {
                running.phase
            },
            asked: running.calls.len() as u64,
            answered: answers.len() as u64,
            outcome: reading.map(|reading| reading.outcome),
            claim: reading.map(|reading| reading.summary.clone()),
            tokens: verdict::tokens_of(&answers),
        }
    });
    let readings = run.probes.iter().filter_map(|one| one.reading.as_ref());
    Progress {
        probes: probes.collect(),
        scores: verdict::scores_so_far(readings),
        cost: run.budget.spent(&run.seen),
        expected_requests: run.estimate.requests,
        in_flight: run.queue.in_flight() as u64,
        cooling_until: run.course.cooling_until,
        preset: run.preset.to_owned(),
        stopped: run.course.stopped,
    }
}
