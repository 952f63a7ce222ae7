//! Why a balance changed: `change = −cost × multiplier + recharged + checked in + unexplained`.
//!
//! Sums are 128-bit nanos, so that no addition of stored amounts can fall over the edge.

use base::Timestamp;
use price::Factor;
use store::sites::{Entry, EntryKind, Sample};

use crate::view::ChangeView;

/// Billionths in one unit.
const PER_UNIT: f64 = 1_000_000_000.0;

/// The parts of a change, US dollars in nanos.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// Balance at the begin.
    pub(super) before: i128,
    /// Balance at the end.
    pub(super) after: i128,
    /// Our own exchanges at list price.
    pub(super) cost: i128,
    /// `cost × multiplier`, rounded once.
    pub(super) spent: i128,
    /// Recharges.
    pub(super) recharged: i128,
    /// Rewards for check-ins.
    pub(super) checkin: i128,
    /// Exchanges.
    pub(super) exchanges: u32,
    /// Of these: without a price.
    pub(super) unpriced: u32,
    /// Recharges whose credit nobody said.
    pub(super) recharges_unknown: u32,
}

impl Parts {
    /// The change.
    pub(super) fn change(&self) -> i128 {
        self.after - self.before
    }

    /// What nothing explains.
    pub(super) fn unexplained(&self) -> i128 {
        self.change() + self.spent - self.recharged - self.checkin
    }

    /// What the station took: everything that went, whoever spent it. Never negative: what came without
    /// an entry is no consumption.
    pub(super) fn consumed(&self) -> i128 {
        (self.recharged + self.checkin - self.change()).max(0)
    }

    /// For the doors.
    pub(super) fn view(&self, from: Timestamp, to: Timestamp, multiplier: Factor) -> ChangeView {
        ChangeView {
            from: from.to_string(),
            to: to.to_string(),
            before_usd: usd(self.before),
            after_usd: usd(self.after),
            change_usd: usd(self.change()),
            cost_usd: usd(self.cost),
            multiplier: factor(multiplier),
            spent_usd: usd(-self.spent),
            recharged_usd: usd(self.recharged),
            checkin_usd: usd(self.checkin),
            unexplained_usd: usd(self.unexplained()),
            exchanges: self.exchanges,
            unpriced: self.unpriced,
            recharges_unknown: self.recharges_unknown,
        }
    }
}

/// The parts of the change from the first balance to the last. `samples` oldest first; the first one's own
/// spending lies before it. `None` without two balances in money.
pub(super) fn parts(samples: &[Sample], entries: &[Entry], multiplier: Factor) -> Option<Parts> {
    let in_money: Vec<&Sample> = samples.iter().filter(|it| it.usd.is_some()).collect();
    let (first, last) = (in_money.first()?, in_money.last()?);
    if first.at >= last.at {
        return None;
    }
    let between = samples
        .iter()
        .filter(|it| it.at > first.at && it.at <= last.at);
    let mut parts = Parts {
        before: nanos(first.usd),
        after: nanos(last.usd),
        ..Parts::default()
    };
    for sample in between {
        parts.cost += i128::from(sample.spent.cost.0);
        parts.exchanges = parts.exchanges.saturating_add(sample.spent.exchanges);
        parts.unpriced = parts.unpriced.saturating_add(sample.spent.unpriced);
    }
    parts.spent = times(parts.cost, multiplier);
    let entries = entries
        .iter()
        .filter(|entry| entry.at > first.at && entry.at <= last.at);
    for entry in entries {
        let credit = entry.credit.map(|credit| i128::from(credit.0));
        match (entry.kind, credit) {
            (EntryKind::Recharge, Some(credit)) => parts.recharged += credit,
            (EntryKind::Recharge, None) => parts.recharges_unknown += 1,
            (EntryKind::CheckIn, credit) => parts.checkin += credit.unwrap_or(0),
            (EntryKind::Balance, _) => {}
        }
    }
    Some(parts)
}

/// The same between every two neighbouring balances, newest first, where something happened.
pub(super) fn stretches(
    samples: &[Sample],
    entries: &[Entry],
    multiplier: Factor,
) -> Vec<(Timestamp, Timestamp, Parts)> {
    let in_money = samples
        .iter()
        .enumerate()
        .filter(|(_, it)| it.usd.is_some());
    let in_money: Vec<usize> = in_money.map(|(place, _)| place).collect();
    let mut found = Vec::new();
    for pair in in_money.windows(2) {
        let within = &samples[pair[0]..=pair[1]];
        let (from, to) = (samples[pair[0]].at, samples[pair[1]].at);
        let Some(parts) = parts(within, entries, multiplier) else {
            continue;
        };
        let happened = parts.change() != 0 || parts.cost != 0 || parts.unexplained() != 0;
        if happened || parts.exchanges > 0 {
            found.push((from, to, parts));
        }
    }
    found.reverse();
    found
}

/// An amount times a factor, rounded half away from zero. The factor's text is exact.
pub(super) fn times(amount: i128, factor: Factor) -> i128 {
    let (above, below) = fraction(factor);
    let product = amount.saturating_mul(above);
    let half = if product < 0 { -(below / 2) } else { below / 2 };
    product.saturating_add(half) / below
}

/// A factor as a number, for display.
pub(super) fn factor(factor: Factor) -> f64 {
    let (above, below) = fraction(factor);
    above as f64 / below as f64
}

fn fraction(factor: Factor) -> (i128, i128) {
    let text = factor.to_string();
    if let Some((above, below)) = text.split_once('/') {
        let number = |text: &str| text.parse().unwrap_or(1);
        return (number(above), number(below).max(1));
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{decimals}").parse().unwrap_or(1);
    (digits, 10_i128.pow(decimals.len() as u32))
}

/// Nanos as dollars, for display.
pub(super) fn usd(nanos: i128) -> f64 {
    nanos as f64 / PER_UNIT
}

fn nanos(amount: Option<base::Nanos>) -> i128 {
    amount.map_or(0, |amount| i128::from(amount.0))
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
