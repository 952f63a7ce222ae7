//! What stations said last, word for word but for the secrets.

use base::Timestamp;
use station::{CallFailure, Problem, Trace};

use super::book::Stations;
use super::error::StationError;
use super::kept::{self, KeptAnswers};
use super::problem;
use crate::view::{RawAnswer, RawAnswers};

impl Stations {
    /// The answers of the last query of a site.
    pub fn raw(&self, site: &str) -> Result<RawAnswers, StationError> {
        let site = self.site(site)?;
        let station = self.store().station(&site.id)?;
        let kept: KeptAnswers = kept::read(&station.answers).unwrap_or_default();
        let at = kept.at.unwrap_or_default();
        Ok(RawAnswers {
            site: site.name,
            answers: answers(&kept.traces, at),
        })
    }
}

/// For the doors.
pub(super) fn answers(traces: &[Trace], at: Timestamp) -> Vec<RawAnswer> {
    let answer = |trace: &Trace| {
        let failed = |failure: &CallFailure| Problem::NoAnswer(failure.clone());
        let failure = trace.failure.as_ref().map(failed);
        RawAnswer {
            call: trace.call.clone(),
            keyed: trace.keyed,
            status: trace.status,
            content_type: trace.content_type.clone(),
            at: at.to_string(),
            ms: trace.ms.unwrap_or_default() as f64,
            body: trace.text.clone(),
            cut: trace.cut,
            error: failure
                .or(trace.problem.clone())
                .as_ref()
                .map(problem::view),
        }
    };
    traces.iter().map(answer).collect()
}
