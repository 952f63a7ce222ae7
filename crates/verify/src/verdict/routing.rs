//! Whether calls are answered by different models.

use std::collections::BTreeMap;

use crate::call::CallId;
use crate::reading::{Mark, Who};
use crate::report::Routing;
use crate::statistics::beta_interval;

/// How the calls that show who answered them divide. `None` where none does.
pub(crate) fn routing<'a>(marks: impl Iterator<Item = &'a Mark>) -> Option<Routing> {
    let mut calls: BTreeMap<CallId, bool> = BTreeMap::new();
    for mark in marks {
        let is_foreign = mark.who != Who::Claimed;
        // A call that shows both is counted as foreign: nothing foreign shows itself by chance.
        let known = calls.entry(mark.call).or_insert(false);
        *known = *known || is_foreign;
    }
    let count = calls.len() as u64;
    let foreign = calls.values().filter(|is_foreign| **is_foreign).count() as u64;
    if count == 0 {
        return None;
    }
    let (before, after) = (foreign as f64 + 0.5, (count - foreign) as f64 + 0.5);
    let (low, high) = beta_interval(before, after, 0.95);
    Some(Routing {
        calls: count,
        foreign,
        share: before / (before + after),
        low: if foreign == 0 { 0.0 } else { low },
        high: if foreign == count { 1.0 } else { high },
    })
}
