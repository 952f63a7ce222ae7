//! Which row belongs to which call: each to one at most, the surest pairs first.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::clock::Clocks;
use super::{OurCall, OurOutcome, plain_model};
use crate::logs::LogRow;

/// Tokens that may differ for a pair by likeness: in hundredths …
const ALIKE_PERCENT: u64 = 10;
/// … and at least.
const ALIKE_TOKENS: u64 = 8;

/// Why a pair was made; the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The station's own id of the call.
    RequestId,
    /// Model, time, and all tokens.
    Tokens,
    /// Model, time, and the generated tokens: the prompt is counted differently.
    Output,
    /// Model, time, and tokens within a tenth.
    Alike,
    /// Model and time alone, and neither side has another candidate: how a bill with invented tokens is found.
    Time,
}

/// A pair: places in both lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) row: usize,
    pub(super) call: usize,
    pub(super) basis: Basis,
    /// µs that the row is later, the clocks' difference taken off.
    pub(super) apart: i64,
}

/// Finds the pairs.
pub(super) fn find(
    rows: &[LogRow],
    calls: &[usize],
    ours: &[OurCall],
    clocks: Clocks,
) -> Vec<Found> {
    let mut candidates = by_id(rows, calls, ours, clocks);
    candidates.extend(by_likeness(rows, calls, ours, clocks));
    candidates.sort_by_key(|found| (found.basis, found.apart.abs(), found.row, found.call));
    let (mut taken_rows, mut taken_calls) = (vec![false; rows.len()], vec![false; ours.len()]);
    let mut pairs = Vec::new();
    let (sure, lonely): (Vec<Found>, Vec<Found>) = candidates
        .into_iter()
        .partition(|found| found.basis != Basis::Time);
    for found in sure {
        if !taken_rows[found.row] && !taken_calls[found.call] {
            taken_rows[found.row] = true;
            taken_calls[found.call] = true;
            pairs.push(found);
        }
    }
    let left: Vec<Found> = lonely
        .into_iter()
        .filter(|found| !taken_rows[found.row] && !taken_calls[found.call])
        .collect();
    pairs.extend(only_ones(&left));
    pairs
}

/// Pairs by time alone count only where neither side could have meant another.
fn only_ones(left: &[Found]) -> impl Iterator<Item = Found> {
    let (mut of_row, mut of_call) = (HashMap::new(), HashMap::new());
    for found in left {
        *of_row.entry(found.row).or_insert(0) += 1;
        *of_call.entry(found.call).or_insert(0) += 1;
    }
    left.iter().copied().filter(move |found| {
        of_row.get(&found.row) == Some(&1) && of_call.get(&found.call) == Some(&1)
    })
}

fn by_id(rows: &[LogRow], calls: &[usize], ours: &[OurCall], clocks: Clocks) -> Vec<Found> {
    let known = ours
        .iter()
        .enumerate()
        .filter_map(|(at, call)| Some((call.request_id.as_deref()?, at)));
    let known: HashMap<&str, usize> = known.collect();
    let same = calls.iter().filter_map(|row| {
        let call = *known.get(rows[*row].request_id.as_deref()?)?;
        let apart = rows[*row]
            .time
            .map_or(0, |time| clocks.apart(time.0, ours[call].ended_at.0));
        Some(Found {
            row: *row,
            call,
            basis: Basis::RequestId,
            apart,
        })
    });
    same.collect()
}

fn by_likeness(rows: &[LogRow], calls: &[usize], ours: &[OurCall], clocks: Clocks) -> Vec<Found> {
    let mut by_model: HashMap<String, Vec<(i64, usize)>> = HashMap::new();
    for (at, call) in ours.iter().enumerate() {
        if call.outcome != OurOutcome::Answered {
            continue;
        }
        let mut names: Vec<String> = call.models.iter().map(|name| plain_model(name)).collect();
        names.sort();
        names.dedup();
        for name in names {
            by_model
                .entry(name)
                .or_default()
                .push((call.ended_at.0, at));
        }
    }
    by_model
        .values_mut()
        .for_each(|calls| calls.sort_unstable());
    let mut found = Vec::new();
    for row in calls {
        let (Some(time), Some(model)) = (rows[*row].time, rows[*row].model.as_deref()) else {
            continue;
        };
        let Some(candidates) = by_model.get(&plain_model(model)) else {
            continue;
        };
        let here = time.0.saturating_sub(clocks.ahead);
        let (from, to) = (
            here.saturating_sub(clocks.tolerance),
            here.saturating_add(clocks.tolerance),
        );
        let first = candidates.partition_point(|(ended, _)| *ended < from);
        for (ended, call) in candidates[first..]
            .iter()
            .take_while(|(ended, _)| *ended <= to)
        {
            found.push(Found {
                row: *row,
                call: *call,
                basis: basis(&rows[*row], &ours[*call]),
                apart: clocks.apart(time.0, *ended),
            });
        }
    }
    found
}

fn basis(row: &LogRow, call: &OurCall) -> Basis {
    let output = pair(row.completion_tokens, call.completion_tokens);
    let prompt = pair(row.prompt_tokens, call.prompt_tokens);
    let is_same = |pair: Option<(u64, u64)>| pair.is_some_and(|(one, other)| one == other);
    let is_alike = |pair: Option<(u64, u64)>| pair.is_some_and(|(one, other)| alike(one, other));
    if is_same(output) && is_same(prompt) {
        Basis::Tokens
    } else if is_same(output) && output != Some((0, 0)) {
        Basis::Output
    } else if is_alike(output) && (is_alike(prompt) || prompt.is_none()) {
        Basis::Alike
    } else {
        Basis::Time
    }
}

fn pair(one: Option<u64>, other: Option<u64>) -> Option<(u64, u64)> {
    one.zip(other)
}

fn alike(one: u64, other: u64) -> bool {
    let allowed = (one.max(other) / 100)
        .saturating_mul(ALIKE_PERCENT)
        .max(ALIKE_TOKENS);
    one.abs_diff(other) <= allowed
}

impl Clocks {
    /// µs that a row is later than a call, the clocks' difference taken off.
    fn apart(self, row: i64, call: i64) -> i64 {
        row.saturating_sub(self.ahead).saturating_sub(call)
    }
}
