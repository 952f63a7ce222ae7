//! Reading lists and single exchanges.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::body::{self, Body, Side};
use crate::detail;
use crate::error::StoreError;
use crate::exchange::{COLUMNS, Exchange, Filter, Page, from_row};
use crate::open::Store;

impl Store {
    /// Part of the list, newest first, from below a place in the order on.
    pub fn page(
        &self,
        filter: &Filter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.read(|db| page(db, filter, before, limit))
    }

    /// One exchange.
    pub fn exchange(&self, id: &str) -> Result<Option<Exchange>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {COLUMNS} FROM exchange WHERE id = ?1");
            let found = db
                .prepare_cached(&sql)?
                .query_row([id], from_row)
                .optional()?;
            Ok(found.map(|(_, exchange)| exchange))
        })
    }

    /// The detail of an exchange: the JSON text that was written.
    pub fn detail(&self, id: &str) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            let sql =
                "SELECT detail_at, data FROM exchange LEFT JOIN detail USING (seq) WHERE id = ?1";
            let found: Option<(Option<i64>, Option<Vec<u8>>)> = db
                .prepare_cached(sql)?
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((place, data)) = found else {
                return Ok(None);
            };
            if let Some(place) = place {
                return detail::read(db, place);
            }
            let text = data.and_then(|data| zstd::stream::decode_all(&data[..]).ok());
            Ok(text.map(|text| String::from_utf8_lossy(&text).into_owned()))
        })
    }

    /// A body of an exchange.
    pub fn body(&self, id: &str, side: Side) -> Result<Option<Body>, StoreError> {
        self.read(|db| body::read(db, id, side))
    }
}

pub(crate) fn page(
    db: &Connection,
    filter: &Filter,
    before: Option<i64>,
    limit: usize,
) -> rusqlite::Result<Page> {
    let (condition, values) = condition(filter, before);
    let sql = format!(
        "SELECT {COLUMNS} FROM exchange WHERE {condition} ORDER BY seq DESC LIMIT {}",
        limit + 1
    );
    let mut query = db.prepare_cached(&sql)?;
    let mut found: Vec<(i64, Exchange)> = query
        .query_map(params_from_iter(values), from_row)?
        .collect::<Result<_, _>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(seq, _)| *seq);
    Ok(Page {
        exchanges: found.into_iter().map(|(_, exchange)| exchange).collect(),
        next,
    })
}

/// The `WHERE` clause of a filter, with bound values only.
pub(crate) fn condition(filter: &Filter, before: Option<i64>) -> (String, Vec<Value>) {
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
    if let Some(since) = filter.since {
        values.push(Value::Integer(since.0));
        parts.push(format!("started_us >= ?{}", values.len()));
    }
    if let Some(before) = before {
        values.push(Value::Integer(before));
        parts.push(format!("seq < ?{}", values.len()));
    }
    (parts.join(" AND "), values)
}
