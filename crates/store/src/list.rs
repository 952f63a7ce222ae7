//! Lists: which index they come from, and where in the order is looked.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::exchange::{COLUMNS, Exchange, Filter, from_row};
use crate::spans;

/// Places in the order that are looked through at once before asking where else to look.
const NEAR: i64 = 4_096;

/// The newest rows that fit a filter, from below a place in the order on, with their places.
pub(crate) fn rows(
    db: &Connection,
    filter: &Filter,
    before: Option<i64>,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, Exchange)>> {
    // All statements see the same rows.
    let db = db.unchecked_transaction()?;
    let below = match before {
        Some(before) => before,
        None => newest(&db)?.saturating_add(1),
    };
    let [_, _, ..] = &filter.projects[..] else {
        return rows_below(&db, filter, below, limit, NEAR);
    };
    // Each in its own order, and together the newest of them.
    let mut found = Vec::new();
    for project in filter.projects.iter().collect::<BTreeSet<_>>() {
        let one = Filter {
            projects: vec![project.clone()],
            ..filter.clone()
        };
        found.extend(rows_below(&db, &one, below, limit, NEAR)?);
    }
    found.sort_unstable_by_key(|(seq, _)| Reverse(*seq));
    found.truncate(limit);
    Ok(found)
}

fn newest(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT coalesce(max(seq), 0) FROM exchange")?
        .query_row([], |row| row.get(0))
}

/// What is common is found near the top; what is rare or nowhere, where the hourly sums say.
pub(crate) fn rows_below(
    db: &Connection,
    filter: &Filter,
    below: i64,
    limit: usize,
    near: i64,
) -> rusqlite::Result<Vec<(i64, Exchange)>> {
    if !spans::narrow(filter) {
        return between(db, filter, (i64::MIN, below.saturating_sub(1)), limit);
    }
    let floor = below.saturating_sub(near);
    let mut found = between(db, filter, (floor, below.saturating_sub(1)), limit)?;
    if found.len() >= limit {
        return Ok(found);
    }
    for span in spans::spans(db, filter, floor)? {
        found.extend(between(db, filter, span, limit - found.len())?);
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

fn between(
    db: &Connection,
    filter: &Filter,
    (first, last): (i64, i64),
    limit: usize,
) -> rusqlite::Result<Vec<(i64, Exchange)>> {
    let (sql, mut values) = statement(filter);
    values.extend([first, last, limit as i64].map(Value::Integer));
    db.prepare_cached(&sql)?
        .query_map(params_from_iter(values), from_row)?
        .collect()
}

/// Behind the values of the filter: first and last place in the order, and how many rows.
pub(crate) fn statement(filter: &Filter) -> (String, Vec<Value>) {
    let (condition, values) = condition(filter);
    // Named, because the planner knows nothing of how the rows are distributed.
    let (index, implied) = match &filter.projects[..] {
        _ if wrong_only(filter) => ("INDEXED BY exchange_wrong", WRONG),
        _ if filter.outcomes == ["running"] => ("INDEXED BY exchange_running", RUNNING),
        [_] => ("INDEXED BY exchange_project", "1"),
        _ => ("NOT INDEXED", "1"),
    };
    let (first, last, limit) = (values.len() + 1, values.len() + 2, values.len() + 3);
    let sql = format!(
        "SELECT {COLUMNS} FROM exchange {index} WHERE {condition} AND {implied} \
         AND seq >= ?{first} AND seq <= ?{last} ORDER BY seq DESC LIMIT ?{limit}"
    );
    (sql, values)
}

/// The conditions of partial indexes, word by word.
const WRONG: &str = "(outcome NOT IN ('done', 'running') OR status >= 300)";
const RUNNING: &str = "outcome = 'running'";

/// Whether all that fits a filter is in the index of what went wrong.
fn wrong_only(filter: &Filter) -> bool {
    let outcomes = &filter.outcomes;
    let outcomes = !outcomes.is_empty()
        && !outcomes
            .iter()
            .any(|outcome| outcome == "done" || outcome == "running");
    let statuses = &filter.statuses;
    outcomes || (!statuses.is_empty() && statuses.iter().all(|(from, _)| *from >= 300))
}

/// The `WHERE` clause of a filter, with bound values only.
pub(crate) fn condition(filter: &Filter) -> (String, Vec<Value>) {
    let mut parts = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut any = |texts: &[String], test: &str, change: fn(&str) -> String| {
        if texts.is_empty() {
            return;
        }
        let tests: Vec<String> = texts
            .iter()
            .map(|text| {
                values.push(Value::Text(change(text)));
                test.replace('?', &format!("?{}", values.len()))
            })
            .collect();
        parts.push(format!("({})", tests.join(" OR ")));
    };
    any(
        &filter.models,
        "(model = ? OR model_served = ?)",
        str::to_owned,
    );
    any(&filter.projects, "project = ?", str::to_owned);
    any(&filter.sites, "site = ?", str::to_owned);
    any(
        &filter.clients,
        "substr(client, 1, length(?)) = ?",
        str::to_owned,
    );
    any(&filter.outcomes, "outcome = ?", str::to_owned);
    if !filter.statuses.is_empty() {
        let ranges: Vec<String> = filter
            .statuses
            .iter()
            .map(|(from, to)| format!("status BETWEEN {from} AND {to}"))
            .collect();
        parts.push(format!("({})", ranges.join(" OR ")));
    }
    (parts.join(" AND "), values)
}
