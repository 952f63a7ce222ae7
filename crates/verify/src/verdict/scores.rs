//! Scores from 0 to 100, beside the verdict and never in its place.

use crate::observe::Observation;
use crate::reading::{Axis, Reading};
use crate::report::Scores;

/// Tokens of some answers, prompt and generated.
pub(crate) fn tokens_of(answers: &[&Observation]) -> u64 {
    let counted = answers.iter().filter_map(|seen| seen.answered());
    counted
        .map(|message| {
            let usage = &message.usage;
            usage
                .prompt()
                .unwrap_or(0)
                .saturating_add(usage.output.unwrap_or(0))
        })
        .fold(0, u64::saturating_add)
}

/// The scores that readings make up; identity only from the verdict.
pub(crate) fn scores_so_far<'a>(readings: impl Iterator<Item = &'a Reading>) -> Scores {
    let parts: Vec<_> = readings.flat_map(|reading| reading.scores.iter()).collect();
    let mut scores = Scores::default();
    for axis in Axis::ALL {
        let own = parts.iter().filter(|part| part.axis == axis);
        let (sum, weight) = own.fold((0.0, 0.0), |(sum, weight), part| {
            (sum + part.value * part.weight, weight + part.weight)
        });
        if weight > 0.0 {
            *scores.place(axis) = Some(percent(sum / weight));
        }
    }
    scores
}

/// A share as whole percents.
pub(crate) fn percent(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}
