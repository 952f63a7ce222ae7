//! Money over time: burn rate, days left, true price.

use base::{Currency, Nanos, Timestamp};
use price::Factor;
use store::Spend;
use store::sites::{Entry, EntryKind, Sample};

use super::change::{factor, parts, stretches, times, usd};
use crate::view::FiguresView;

/// Days that the burn rate is taken over.
pub(super) const BURN_DAYS: i64 = 7;

/// A burn rate needs balances at least this far apart: shorter ones are chance.
const SHORTEST_BURN_DAYS: f64 = 1.0 / 24.0;

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// Farthest day that is still told: beyond it "days left" says nothing.
const FARTHEST_DAYS: f64 = 3_650.0;

/// What the figures of a site are made from.
pub(super) struct Facts<'a> {
    /// Now.
    pub(super) now: Timestamp,
    /// Balances of the last week and the one before, oldest first.
    pub(super) week: &'a [Sample],
    /// The last balance that is known.
    pub(super) last: Option<&'a Sample>,
    /// All entries.
    pub(super) entries: &'a [Entry],
    /// Our own exchanges of the last week.
    pub(super) spend: Spend,
    /// Since when exchanges are known, within the last week.
    pub(super) spend_since: Timestamp,
    /// The site's multiplier.
    pub(super) multiplier: Factor,
    /// Renminbi for one US dollar.
    pub(super) cny_per_usd: f64,
}

/// Makes the figures.
pub(super) fn figures(facts: &Facts<'_>) -> FiguresView {
    let mut view = FiguresView {
        multiplier: factor(facts.multiplier),
        ..FiguresView::default()
    };
    recharges(facts, &mut view);
    consumed(facts, &mut view);
    burn(facts, &mut view);
    let left = facts.last.and_then(|last| last.usd);
    if let (Some(left), Some(burn @ 0.000_001..)) = (left, view.burn_usd_per_day) {
        let days = (left.to_f64() / burn).max(0.0);
        view.days_left = Some(days);
        view.empty_on = day_after(facts.now, days);
    } else if let (Some(quota), Some(burn @ 0.000_001..)) =
        (facts.last.and_then(|last| last.quota), view.burn_per_day)
        && left.is_none()
    {
        let days = (quota as f64 / burn).max(0.0);
        view.days_left = Some(days);
        view.empty_on = day_after(facts.now, days);
    }
    true_price(facts, &mut view);
    view
}

/// Day on which a balance falls to a level at this pace.
pub(super) fn crossed_on(
    now: Timestamp,
    left: f64,
    level: f64,
    burn_per_day: Option<f64>,
) -> Option<String> {
    let burn = burn_per_day.filter(|burn| *burn > 0.000_001)?;
    (left > level).then(|| day_after(now, (left - level) / burn))?
}

fn day_after(now: Timestamp, days: f64) -> Option<String> {
    if !(0.0..=FARTHEST_DAYS).contains(&days) {
        return None;
    }
    let then = now.plus_micros((days * DAY as f64) as i64).to_jiff();
    let local = then.to_zoned(jiff::tz::TimeZone::system());
    Some(local.date().to_string())
}

/// What was paid, renminbi in nanos at the rate that is set.
pub(super) fn paid_cny(entry: &Entry, cny_per_usd: f64) -> Option<f64> {
    let (paid, currency) = entry.paid?;
    Some(match currency {
        Currency::Cny => paid.to_f64(),
        Currency::Usd => paid.to_f64() * cny_per_usd,
    })
}

fn recharges(facts: &Facts<'_>, view: &mut FiguresView) {
    let bought = |entry: &&Entry| entry.kind == EntryKind::Recharge;
    let bought: Vec<&Entry> = facts.entries.iter().filter(bought).collect();
    view.recharges = u32::try_from(bought.len()).unwrap_or(u32::MAX);
    let credits: Vec<Nanos> = bought.iter().filter_map(|entry| entry.credit).collect();
    if !credits.is_empty() {
        let sum: i128 = credits.iter().map(|credit| i128::from(credit.0)).sum();
        view.recharged_usd = Some(usd(sum));
    }
    let paid = |entry: &&Entry| paid_cny(entry, facts.cny_per_usd);
    let paid: Vec<f64> = bought.iter().filter_map(paid).collect();
    if !paid.is_empty() {
        view.paid_cny = Some(paid.iter().sum());
    }
}

/// Consumed in all: by the station's own count, else by the ledger, else by our own exchanges.
fn consumed(facts: &Facts<'_>, view: &mut FiguresView) {
    let last = facts.last;
    let found = match (last.and_then(|it| it.used_usd), last.and_then(|it| it.usd)) {
        (Some(used), _) => Some((used.to_f64(), "station")),
        (None, Some(left)) => {
            let given = |entry: &&Entry| entry.kind != EntryKind::Balance;
            let given = facts.entries.iter().filter(given);
            let sum: f64 = given
                .filter_map(|entry| entry.credit)
                .map(Nanos::to_f64)
                .sum();
            (sum > 0.0 && sum >= left.to_f64()).then_some((sum - left.to_f64(), "ledger"))
        }
        (None, None) => None,
    };
    if let Some((amount, basis)) = found {
        view.consumed_usd = Some(amount);
        view.consumed_basis = Some(basis.to_owned());
    }
}

fn burn(facts: &Facts<'_>, view: &mut FiguresView) {
    let since = facts.now.plus_micros(-BURN_DAYS * DAY);
    if let Some((usd_per_day, days)) = burn_in_money(facts) {
        view.burn_usd_per_day = Some(usd_per_day);
        view.burn_per_day = Some(usd_per_day);
        view.burn_basis = Some("balance".to_owned());
        view.burn_days = Some(days);
        return;
    }
    if let Some((quota_per_day, days)) = burn_in_quota(facts) {
        view.burn_per_day = Some(quota_per_day);
        view.burn_basis = Some("balance".to_owned());
        view.burn_days = Some(days);
        return;
    }
    let days = days_between(facts.spend_since.max(since), facts.now);
    if facts.spend.exchanges > 0 && days >= SHORTEST_BURN_DAYS {
        let spent = times(i128::from(facts.spend.cost.0), facts.multiplier);
        view.burn_usd_per_day = Some(usd(spent) / days);
        view.burn_basis = Some("exchanges".to_owned());
        view.burn_days = Some(days);
    }
}

/// By the station's count of what was used where it gives one: forgotten recharges do not disturb it.
fn burn_in_money(facts: &Facts<'_>) -> Option<(f64, f64)> {
    let used: Vec<(Timestamp, Nanos)> = facts
        .week
        .iter()
        .filter_map(|it| Some((it.at, it.used_usd?)))
        .collect();
    let (amount, from, to) = match (used.first(), used.last()) {
        (Some(first), Some(last)) if first.0 < last.0 && first.1 <= last.1 => (
            i128::from(last.1.0) - i128::from(first.1.0),
            first.0,
            last.0,
        ),
        _ => {
            let pieces = stretches(facts.week, facts.entries, facts.multiplier);
            let consumed = pieces.iter().map(|(_, _, piece)| piece.consumed()).sum();
            parts(facts.week, facts.entries, facts.multiplier)?;
            let money = || facts.week.iter().filter(|it| it.usd.is_some());
            (consumed, money().next()?.at, money().next_back()?.at)
        }
    };
    over(usd(amount), from, to)
}

fn burn_in_quota(facts: &Facts<'_>) -> Option<(f64, f64)> {
    let quota: Vec<(Timestamp, i64)> = facts
        .week
        .iter()
        .filter_map(|it| Some((it.at, it.quota?)))
        .collect();
    let went = |pair: &[(Timestamp, i64)]| pair[0].1.saturating_sub(pair[1].1).max(0) as f64;
    let amount: f64 = quota.windows(2).map(went).sum();
    over(amount, quota.first()?.0, quota.last()?.0)
}

/// Per day.
fn over(amount: f64, from: Timestamp, to: Timestamp) -> Option<(f64, f64)> {
    let days = days_between(from, to);
    (days >= SHORTEST_BURN_DAYS).then(|| (amount / days, days))
}

fn days_between(from: Timestamp, to: Timestamp) -> f64 {
    (to.0.saturating_sub(from.0)) as f64 / DAY as f64
}

/// Renminbi per dollar of credit, and per million tokens of the exchanges that we saw. Both need the price
/// and the credit of the same recharges; what was given for nothing counts as bought for nothing.
fn true_price(facts: &Facts<'_>, view: &mut FiguresView) {
    let bought = facts
        .entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::Recharge);
    let known = bought
        .filter_map(|entry| Some((paid_cny(entry, facts.cny_per_usd)?, entry.credit?.to_f64())));
    let (paid, credit) = known.fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    if credit <= 0.0 {
        return;
    }
    let cny_per_usd = paid / credit;
    view.cny_per_usd = Some(cny_per_usd);
    if facts.spend.priced_tokens > 0 {
        let spent = times(i128::from(facts.spend.cost.0), facts.multiplier);
        let per_token = usd(spent) / facts.spend.priced_tokens as f64;
        view.cny_per_million_tokens = Some(per_token * 1_000_000.0 * cny_per_usd);
    }
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
