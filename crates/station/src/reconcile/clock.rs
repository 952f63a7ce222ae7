//! How far apart two clocks are, seen from calls that both sides know.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{OurCall, plain_model};
use crate::logs::LogRow;

/// Fewer pairs tell nothing about a clock.
const FEWEST: usize = 3;
/// A pair's times may differ by so much where the clocks' difference is not known, µs.
const UNSURE: i64 = 20_000_000;
/// … and by so much at least where it is: rows tell whole seconds, and are written a moment after the end.
const SURE: i64 = 3_000_000;
/// … and at most.
const MOST: i64 = 60_000_000;

/// Two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// µs that the station's clock is ahead of ours; 0 where it is not known.
    pub ahead: i64,
    /// µs by which times of a pair may differ besides.
    pub tolerance: i64,
    /// Calls from which that was seen; fewer than three: not known.
    pub seen: usize,
}

/// Compares the clocks by calls that are the same to the token and happened once on both sides.
pub(super) fn compare(rows: &[LogRow], calls: &[usize], ours: &[OurCall]) -> Clocks {
    let mut theirs: HashMap<Likeness, Vec<i64>> = HashMap::new();
    for row in calls.iter().map(|at| &rows[*at]) {
        if let (Some(likeness), Some(time)) = (of_row(row), row.time) {
            theirs.entry(likeness).or_default().push(time.0);
        }
    }
    let mut mine: HashMap<Likeness, Vec<i64>> = HashMap::new();
    for call in ours {
        for likeness in of_call(call) {
            mine.entry(likeness).or_default().push(call.ended_at.0);
        }
    }
    let mut apart: Vec<i64> = theirs
        .iter()
        .filter_map(
            |(likeness, times)| match (&times[..], &mine.get(likeness)?[..]) {
                ([their], [my]) => their.checked_sub(*my),
                _ => None,
            },
        )
        .collect();
    if apart.len() < FEWEST {
        return Clocks {
            ahead: 0,
            tolerance: UNSURE,
            seen: apart.len(),
        };
    }
    let ahead = median(&mut apart);
    let mut off: Vec<i64> = apart
        .iter()
        .map(|apart| apart.saturating_sub(ahead).saturating_abs())
        .collect();
    let usual = median(&mut off);
    Clocks {
        ahead,
        tolerance: usual.saturating_mul(4).saturating_add(SURE).min(MOST),
        seen: apart.len(),
    }
}

type Likeness = (String, u64, u64);

fn of_row(row: &LogRow) -> Option<Likeness> {
    let output = row.completion_tokens.filter(|count| *count > 0)?;
    Some((
        plain_model(row.model.as_deref()?),
        row.prompt_tokens?,
        output,
    ))
}

fn of_call(call: &OurCall) -> Vec<Likeness> {
    let (Some(prompt), Some(output)) = (call.prompt_tokens, call.completion_tokens) else {
        return Vec::new();
    };
    let mut names: Vec<String> = call.models.iter().map(|name| plain_model(name)).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| (name, prompt, output))
        .collect()
}

fn median(numbers: &mut [i64]) -> i64 {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or(0)
}
