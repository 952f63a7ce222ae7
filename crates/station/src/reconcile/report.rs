//! What the comparison says: bills, leftovers on both sides and why they are left over.

use std::collections::BTreeMap;

use base::{Currency, Measured, Nanos, Timestamp};
use serde::{Deserialize, Serialize};

use super::clock::Clocks;
use super::pairs::{Basis, Found};
use super::{Frame, OurCall, OurOutcome, is_charge, plain_model};
use crate::balance::convert;
use crate::logs::{LogRow, RowType};

/// A bill this far above what was expected is too high, in thousandths: figures are rounded on their way.
const TOO_HIGH: i128 = 20;
/// Differences below this are rounding whatever their share, nanos of a dollar: quota counts in 2,000.
const ROUNDING: i128 = 10_000;

/// A row and the call it charges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Identity of the row.
    pub row: String,
    /// Name of the exchange.
    pub call: String,
    /// When the row says.
    pub at: Option<Timestamp>,
    /// Model as the row names it.
    pub model: String,
    /// Why they are a pair.
    pub basis: Basis,
    /// What was charged, US dollars.
    pub billed_usd: Option<Nanos>,
    /// What it should have cost.
    pub expected_usd: Option<Nanos>,
    /// Charged over expected; for display.
    pub factor: Option<f64>,
    /// Whether it is too high: by more than a fiftieth.
    pub too_high: bool,
    /// Tokens that the station counted more than we did (less: negative): prompt.
    pub more_prompt_tokens: Option<i64>,
    /// The same for generated ones.
    pub more_completion_tokens: Option<i64>,
}

/// All pairs of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelBill {
    /// Model.
    pub model: String,
    /// Pairs of which both amounts are known.
    pub calls: u64,
    /// Of these: too high.
    pub too_high: u64,
    /// Charged, US dollars.
    pub billed_usd: Nanos,
    /// Expected.
    pub expected_usd: Nanos,
    /// Charged over expected; none where nothing was expected.
    pub factor: Option<f64>,
    /// Pairs of which an amount is not known: left out above.
    pub not_reckoned: u64,
}

/// Why a charge has no call of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNotOurs {
    /// It is older than our record.
    BeforeOurRecord,
    /// It is newer than our record was when it was read.
    AfterOurRecord,
    /// It was made with a key that is not in use here.
    OtherKey,
    /// It has no time or no model.
    NotComparable,
    /// Nothing of ours fits: another program used the key, or it was never made.
    NoCall,
}

/// Why a call of ours has no charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNotCharged {
    /// It failed: nothing is owed.
    Failed,
    /// It still runs.
    Running,
    /// The station's log does not reach back so far.
    BeforeTheirLog,
    /// It ended when the log had been read, or just before: rows are written with a delay.
    AfterTheirLog,
    /// Several rows or calls fit equally well.
    Ambiguous,
    /// Nothing in the log fits.
    NoRow,
}

/// A charge without a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowLeftover {
    /// Identity of the row.
    pub row: String,
    /// When.
    pub at: Option<Timestamp>,
    /// Model.
    pub model: Option<String>,
    /// Name of the key.
    pub key_name: Option<String>,
    /// What was charged, US dollars.
    pub billed_usd: Option<Nanos>,
    /// Why.
    pub why: WhyNotOurs,
}

/// A call without a charge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OurLeftover {
    /// Name of the exchange.
    pub call: String,
    /// When it ended.
    pub at: Timestamp,
    /// Model.
    pub model: Option<String>,
    /// What it should have cost, US dollars.
    pub expected_usd: Option<Nanos>,
    /// Why.
    pub why: WhyNotCharged,
}

/// The comparison. Every charge and every call stands in it exactly once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// The clocks.
    pub clocks: Clocks,
    /// Charges with their calls, newest first.
    pub pairs: Vec<Pair>,
    /// By model, the most expensive first.
    pub models: Vec<ModelBill>,
    /// All models together.
    pub all: ModelBill,
    /// Charges without a call, newest first.
    pub rows_left: Vec<RowLeftover>,
    /// How many, by reason.
    pub rows_left_by: BTreeMap<WhyNotOurs, u64>,
    /// Charged without a call of ours though our record covers the time, US dollars.
    pub unexplained_usd: Option<Nanos>,
    /// Calls without a charge, newest first.
    pub calls_left: Vec<OurLeftover>,
    /// How many, by reason.
    pub calls_left_by: BTreeMap<WhyNotCharged, u64>,
    /// Given back by refunds, US dollars; positive.
    pub refunded_usd: Option<Nanos>,
    /// Rows that are no charge (recharges, errors, check-ins …): not compared.
    pub rows_not_compared: u64,
}

/// Writes it.
pub(super) fn write(
    rows: &[LogRow],
    ours: &[OurCall],
    frame: &Frame,
    clocks: Clocks,
    found: &[Found],
) -> Reconciliation {
    let mut pairs: Vec<Pair> = found
        .iter()
        .map(|found| pair(found, &rows[found.row], &ours[found.call], frame))
        .collect();
    pairs.sort_by(|one, other| (other.at, &other.row).cmp(&(one.at, &one.row)));
    let rows_left = rows_left(rows, frame, clocks, found);
    let calls_left = calls_left(rows, ours, frame, clocks, found);
    let refunds = rows.iter().filter(|row| row.row_type == RowType::Refund);
    let refunded: Option<Nanos> = refunds.map(|row| usd(row, frame)).sum();
    let unexplained = rows_left.iter().filter(|row| row.why == WhyNotOurs::NoCall);
    Reconciliation {
        clocks,
        models: models(&pairs),
        all: bill("", pairs.iter()),
        rows_left_by: counted(rows_left.iter().map(|row| row.why)),
        unexplained_usd: unexplained.map(|row| row.billed_usd).sum(),
        calls_left_by: counted(calls_left.iter().map(|call| call.why)),
        refunded_usd: refunded.map(|sum| Nanos(sum.0.saturating_neg())),
        rows_not_compared: rows.iter().filter(|row| !is_charge(row)).count() as u64,
        pairs,
        rows_left,
        calls_left,
    }
}

fn usd(row: &LogRow, frame: &Frame) -> Option<Nanos> {
    let cost = Measured::Exact(row.cost?);
    let usd = convert(
        cost,
        row.unit,
        Currency::Usd,
        &frame.known,
        frame.cny_per_usd,
    );
    usd.value().copied()
}

fn pair(found: &Found, row: &LogRow, call: &OurCall, frame: &Frame) -> Pair {
    let billed = usd(row, frame);
    let more = |theirs: Option<u64>, mine: Option<u64>| {
        let (theirs, mine) = theirs.zip(mine)?;
        i64::try_from(theirs)
            .ok()?
            .checked_sub(i64::try_from(mine).ok()?)
    };
    Pair {
        row: row.identity.clone(),
        call: call.id.clone(),
        at: row.time,
        model: row.model.clone().unwrap_or_default(),
        basis: found.basis,
        billed_usd: billed,
        expected_usd: call.expected_usd,
        factor: billed
            .zip(call.expected_usd)
            .and_then(|(billed, expected)| ratio(billed, expected)),
        too_high: billed
            .zip(call.expected_usd)
            .is_some_and(|(billed, expected)| is_too_high(billed, expected)),
        more_prompt_tokens: more(row.prompt_tokens, call.prompt_tokens),
        more_completion_tokens: more(row.completion_tokens, call.completion_tokens),
    }
}

fn ratio(billed: Nanos, expected: Nanos) -> Option<f64> {
    (expected.0 > 0).then(|| billed.0 as f64 / expected.0 as f64)
}

fn is_too_high(billed: Nanos, expected: Nanos) -> bool {
    let (billed, expected) = (i128::from(billed.0), i128::from(expected.0));
    let over = billed - expected;
    over > ROUNDING && over * 1_000 > expected * TOO_HIGH
}

fn models(pairs: &[Pair]) -> Vec<ModelBill> {
    let mut by_model: BTreeMap<String, Vec<&Pair>> = BTreeMap::new();
    for pair in pairs {
        by_model
            .entry(plain_model(&pair.model))
            .or_default()
            .push(pair);
    }
    let mut models: Vec<ModelBill> = by_model
        .into_iter()
        .map(|(model, pairs)| bill(&model, pairs.into_iter()))
        .collect();
    models.sort_by_key(|model| std::cmp::Reverse(model.billed_usd));
    models
}

fn bill<'a>(model: &str, pairs: impl Iterator<Item = &'a Pair>) -> ModelBill {
    let mut bill = ModelBill {
        model: model.to_owned(),
        calls: 0,
        too_high: 0,
        billed_usd: Nanos(0),
        expected_usd: Nanos(0),
        factor: None,
        not_reckoned: 0,
    };
    for pair in pairs {
        let Some((billed, expected)) = pair.billed_usd.zip(pair.expected_usd) else {
            bill.not_reckoned += 1;
            continue;
        };
        bill.calls += 1;
        bill.too_high += u64::from(pair.too_high);
        bill.billed_usd = bill.billed_usd + billed;
        bill.expected_usd = bill.expected_usd + expected;
    }
    bill.factor = ratio(bill.billed_usd, bill.expected_usd);
    bill
}

fn rows_left(rows: &[LogRow], frame: &Frame, clocks: Clocks, found: &[Found]) -> Vec<RowLeftover> {
    let mut taken = vec![false; rows.len()];
    found.iter().for_each(|found| taken[found.row] = true);
    let left = rows
        .iter()
        .zip(taken)
        .filter(|(row, taken)| !taken && is_charge(row));
    let mut left: Vec<RowLeftover> = left
        .map(|(row, _)| RowLeftover {
            row: row.identity.clone(),
            at: row.time,
            model: row.model.clone(),
            key_name: row.token_name.clone(),
            billed_usd: usd(row, frame),
            why: why_not_ours(row, frame, clocks),
        })
        .collect();
    left.sort_by(|one, other| (other.at, &other.row).cmp(&(one.at, &one.row)));
    left
}

fn why_not_ours(row: &LogRow, frame: &Frame, clocks: Clocks) -> WhyNotOurs {
    let is_other_key = !frame.key_names.is_empty()
        && row
            .token_name
            .as_ref()
            .is_some_and(|name| !frame.key_names.contains(name));
    let Some(time) = row.time.filter(|_| row.model.is_some()) else {
        return WhyNotOurs::NotComparable;
    };
    let here = time.0.saturating_sub(clocks.ahead);
    match here {
        _ if is_other_key => WhyNotOurs::OtherKey,
        here if here < frame.ours_from.0.saturating_add(clocks.tolerance) => {
            WhyNotOurs::BeforeOurRecord
        }
        here if here > frame.ours_to.0.saturating_sub(clocks.tolerance) => {
            WhyNotOurs::AfterOurRecord
        }
        _ => WhyNotOurs::NoCall,
    }
}

fn calls_left(
    rows: &[LogRow],
    ours: &[OurCall],
    frame: &Frame,
    clocks: Clocks,
    found: &[Found],
) -> Vec<OurLeftover> {
    let mut taken = vec![false; ours.len()];
    found.iter().for_each(|found| taken[found.call] = true);
    let mut free = vec![true; rows.len()];
    found.iter().for_each(|found| free[found.row] = false);
    let left = ours.iter().zip(taken).filter(|(_, taken)| !taken);
    let mut left: Vec<OurLeftover> = left
        .map(|(call, _)| OurLeftover {
            call: call.id.clone(),
            at: call.ended_at,
            model: call.models.first().cloned(),
            expected_usd: call.expected_usd,
            why: why_not_charged(call, rows, &free, frame, clocks),
        })
        .collect();
    left.sort_by(|one, other| (other.at, &other.call).cmp(&(one.at, &one.call)));
    left
}

fn why_not_charged(
    call: &OurCall,
    rows: &[LogRow],
    free: &[bool],
    frame: &Frame,
    clocks: Clocks,
) -> WhyNotCharged {
    let there = call.ended_at.0.saturating_add(clocks.ahead);
    match call.outcome {
        OurOutcome::Failed => return WhyNotCharged::Failed,
        OurOutcome::Running => return WhyNotCharged::Running,
        OurOutcome::Answered => {}
    }
    if there < frame.rows_from.0.saturating_add(clocks.tolerance) {
        return WhyNotCharged::BeforeTheirLog;
    }
    // The log was read by our clock.
    if call.ended_at.0 > frame.rows_to.0.saturating_sub(clocks.tolerance) {
        return WhyNotCharged::AfterTheirLog;
    }
    let names: Vec<String> = call.models.iter().map(|name| plain_model(name)).collect();
    let fits = |row: &LogRow| {
        let is_near = row
            .time
            .is_some_and(|time| time.0.saturating_sub(there).saturating_abs() <= clocks.tolerance);
        let is_model = row
            .model
            .as_deref()
            .is_some_and(|model| names.contains(&plain_model(model)));
        is_charge(row) && is_near && is_model
    };
    let others = rows.iter().zip(free).any(|(row, free)| *free && fits(row));
    if others {
        WhyNotCharged::Ambiguous
    } else {
        WhyNotCharged::NoRow
    }
}

fn counted<K: Ord>(reasons: impl Iterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_insert(0) += 1;
    }
    counts
}
