//! Which kind a station is: first what it shows without a key, then, where that tells nothing, the order of
//! trials with the key that users of KonataAPI know, with strict rules.

use serde::{Deserialize, Serialize};

use crate::heard::{Heard, Step};
use crate::kind::{Confidence, Recognised, StationKind};
use crate::kinds;
use crate::known::Known;
use crate::problem::Problem;
use crate::target::{KeyShape, Target};

/// Trials with the key, in KonataAPI's order.
const TRIALS: [StationKind; 4] = [
    StationKind::OpenAiBilling,
    StationKind::Sub2Api,
    StationKind::Jwt,
    StationKind::NewApi,
];

/// The kind of a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// The kind; unknown where nothing was recognised.
    pub kind: StationKind,
    /// How sure.
    pub confidence: Option<Confidence>,
    /// What was recognised: `/api/status: quota_display_type`.
    pub by: Option<String>,
    /// What was learnt.
    pub known: Known,
    /// What stood in the way, where nothing was recognised.
    pub reason: Option<Problem>,
}

/// What is asked next to find out the kind, or the kind.
pub fn detect(on: &Target, heard: &Heard) -> Step<Detection> {
    let best = recognised(heard);
    if let Some(sure) = best
        .as_ref()
        .filter(|best| best.confidence == Confidence::Certain)
    {
        return Step::Done(Detection::of(sure.clone()));
    }
    if let Some(problem) = blocked(heard) {
        return Step::Done(best.map_or_else(|| Detection::none(problem), Detection::of));
    }
    if !heard.is_full()
        && let Some(call) = next_probe(on, heard)
    {
        return Step::ask(call);
    }
    if let Some(best) = best {
        return Step::Done(Detection::of(best));
    }
    if on.key == KeyShape::Absent {
        return Step::Done(Detection::none(first_problem(heard)));
    }
    let mut trials = TRIALS.iter().filter_map(|kind| kinds::of(*kind).trial(on));
    match trials.find(|call| !heard.asked(&call.purpose)) {
        Some(call) if !heard.is_full() => Step::ask(call),
        _ => Step::Done(Detection::none(first_problem(heard))),
    }
}

fn next_probe(on: &Target, heard: &Heard) -> Option<crate::call::Call> {
    let hinted = match on.key {
        KeyShape::ClaudeRelay => Some(StationKind::ClaudeRelayService),
        KeyShape::Sub2Api | KeyShape::Jwt => Some(StationKind::Sub2Api),
        _ if on.address.has_dialect_end() => Some(StationKind::ClaudeRelayService),
        _ => None,
    };
    let hinted = hinted.map(kinds::of).into_iter();
    let mut probes = hinted.chain(kinds::all()).flat_map(|kind| kind.probes());
    probes.find(|call| !heard.asked(&call.purpose))
}

/// The surest recognition; of equally sure ones that of the kind that stands first in the list.
fn recognised(heard: &Heard) -> Option<Recognised> {
    let found = kinds::all()
        .into_iter()
        .filter_map(|kind| kind.recognise(heard));
    found.reduce(|best, other| {
        if other.confidence > best.confidence {
            other
        } else {
            best
        }
    })
}

/// What makes further questions useless.
fn blocked(heard: &Heard) -> Option<Problem> {
    heard
        .said()
        .iter()
        .filter_map(|said| heard.json(&said.call.purpose)?.err())
        .find(Problem::stops)
}

/// What is told where nothing was recognised: what the station itself said against the key, else what came
/// first.
fn first_problem(heard: &Heard) -> Problem {
    let problems: Vec<Problem> = heard
        .said()
        .iter()
        .filter_map(|said| heard.json(&said.call.purpose)?.err())
        .collect();
    let spoken = problems
        .iter()
        .rev()
        .find(|problem| matches!(problem, Problem::Refused { message, .. } if !message.is_empty()));
    let page = problems
        .iter()
        .find(|problem| matches!(problem, Problem::WebPage { .. }));
    spoken
        .or(page)
        .or(problems.first())
        .cloned()
        .unwrap_or(Problem::UnknownShape)
}

impl Detection {
    fn of(recognised: Recognised) -> Self {
        Self {
            kind: recognised.kind,
            confidence: Some(recognised.confidence),
            by: Some(recognised.by),
            known: recognised.known,
            reason: None,
        }
    }

    fn none(reason: Problem) -> Self {
        Self {
            kind: StationKind::Unknown,
            confidence: None,
            by: None,
            known: Known::default(),
            reason: Some(reason),
        }
    }
}
