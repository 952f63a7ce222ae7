//! Where in the order exchanges of a kind can be at all, so that a list need not look everywhere.

use rusqlite::{Connection, params_from_iter};

use crate::exchange::Filter;
use crate::list::condition;

/// What the hourly sums know of a filter; `None`: nothing.
fn known(filter: &Filter) -> Option<Filter> {
    let known = Filter {
        models: filter.models.clone(),
        sites: filter.sites.clone(),
        clients: filter.clients.clone(),
        ..Filter::default()
    };
    (known != Filter::default()).then_some(known)
}

/// Whether [`spans`] can tell anything of a filter.
pub(crate) fn narrow(filter: &Filter) -> bool {
    known(filter).is_some()
}

/// The stretches of the order below a place that may hold what fits a filter, the newest first: first and
/// last place of each. There is nothing outside.
pub(crate) fn spans(
    db: &Connection,
    filter: &Filter,
    below: i64,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let (condition, values) = condition(&known(filter).unwrap_or_default());
    let sql = format!("SELECT first_seq, last_seq FROM tally WHERE {condition}");
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map(params_from_iter(values), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    let mut spans = found.collect::<Result<Vec<(i64, i64)>, _>>()?;
    spans.retain(|(first, _)| *first < below);
    spans.sort_unstable_by_key(|(first, _)| std::cmp::Reverse(*first));
    Ok(merged(spans, below))
}

/// Those that overlap or touch become one. In and out: by their first place, the newest first.
fn merged(spans: Vec<(i64, i64)>, below: i64) -> Vec<(i64, i64)> {
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (first, last) in spans {
        let mut last = last.min(below.saturating_sub(1));
        // What begins further back may reach over several that are there already.
        while let Some(newer) = merged.pop_if(|newer| newer.0 <= last + 1) {
            last = last.max(newer.1);
        }
        merged.push((first, last));
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_overlap_are_looked_at_once() {
        let found = merged(vec![(90, 200), (60, 70), (50, 59), (10, 95), (1, 5)], 100);
        assert_eq!(found, [(10, 99), (1, 5)]);
        assert_eq!(merged(Vec::new(), 100), []);
    }
}
