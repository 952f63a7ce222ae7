//! What exchanges came to, by site and model.

use std::collections::HashMap;

use base::{Nanos, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use crate::error::StoreError;
use crate::exchange::{COLUMNS, Exchange, from_row};
use crate::open::Store;
use crate::tally::{HOUR, OF_ROW};

/// Exchanges added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spend {
    /// How many.
    pub exchanges: u32,
    /// Of these: without a price although there was something to price.
    pub unpriced: u32,
    /// Cost at list price, US dollars; those without a price left out.
    pub cost: Nanos,
    /// Tokens of prompts and answers.
    pub tokens: u64,
    /// Tokens of the exchanges that have a price.
    pub priced_tokens: u64,
}

/// Which hours of a time are taken whole, and what is left of it: moments in µs, and hours, since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts {
    /// After this moment, and before that one.
    head: (i64, i64),
    /// From this hour on, and before that one.
    hours: (i64, i64),
    /// From this moment on, and not after that one.
    tail: (i64, i64),
}

/// After `from` and not after `to`.
fn parts(from: i64, to: i64) -> Parts {
    let first = from.div_euclid(HOUR) + 1;
    let end = to.saturating_add(1).div_euclid(HOUR);
    if first >= end {
        return Parts {
            head: (from, from),
            hours: (first, first),
            tail: (from.saturating_add(1), to),
        };
    }
    Parts {
        head: (from, first * HOUR),
        hours: (first, end),
        tail: (end * HOUR, to),
    }
}

impl Parts {
    /// What is bound as ?1 to ?6.
    fn values(self) -> Vec<Value> {
        let (head, hours, tail) = (self.head, self.hours, self.tail);
        [hours.0, hours.1, head.0, head.1, tail.0, tail.1]
            .map(Value::Integer)
            .into()
    }
}

/// Added up over whole hours and the rows of what is left, by some of the names `site` and `name`.
pub(crate) fn statement(what: &str) -> String {
    let named = "site, coalesce(model_served, model) AS name";
    format!(
        "WITH part AS (\
         SELECT nullif(site, 0) AS site, coalesce(nullif(model_served, 0), nullif(model, 0)) AS name, \
         exchanges, unpriced, priced, list_nano_usd AS list, cost_nano_usd AS cost, tokens, priced_tokens \
         FROM tally WHERE hour >= ?1 AND hour < ?2 \
         UNION ALL SELECT {named}, {OF_ROW} FROM exchange INDEXED BY exchange_started \
         WHERE started_us > ?3 AND started_us < ?4 \
         UNION ALL SELECT {named}, {OF_ROW} FROM exchange INDEXED BY exchange_started \
         WHERE started_us >= ?5 AND started_us <= ?6) {what}"
    )
}

const ADDED_UP: &str = "coalesce(sum(exchanges), 0), coalesce(sum(unpriced), 0), \
     coalesce(sum(list), 0), coalesce(sum(tokens), 0), coalesce(sum(priced_tokens), 0)";

impl Store {
    /// What the exchanges of a site came to that arrived after `from` and not after `to`. Only those that
    /// are kept count: what retention or a user removed is in no sum.
    pub fn spend(&self, site: &str, from: Timestamp, to: Timestamp) -> Result<Spend, StoreError> {
        let sql = statement(&format!("SELECT {ADDED_UP} FROM part WHERE site = ?7"));
        let mut values = parts(from.0, to.0).values();
        values.push(Value::Text(site.to_owned()));
        self.read(|db| {
            db.prepare_cached(&sql)?
                .query_row(params_from_iter(values), |row| sums(row, 0))
        })
    }

    /// The same for every site.
    pub fn spend_by_site(&self, from: Timestamp) -> Result<HashMap<String, Spend>, StoreError> {
        let sql = statement(&format!(
            "SELECT site, {ADDED_UP} FROM part WHERE site IS NOT NULL GROUP BY site"
        ));
        let values = parts(from.0, i64::MAX).values();
        self.read(|db| {
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(params_from_iter(values), |row| {
                Ok((row.get(0)?, sums(row, 1)?))
            })?;
            rows.collect()
        })
    }

    /// What the exchanges of a site came to by the model that answered, dearest first.
    pub fn spend_by_model(
        &self,
        site: &str,
        from: Timestamp,
    ) -> Result<Vec<(String, Spend)>, StoreError> {
        let sql = statement(&format!(
            "SELECT name, {ADDED_UP} FROM part WHERE site = ?7 AND name IS NOT NULL GROUP BY name \
             ORDER BY iif(sum(priced) = 0, NULL, sum(cost)) DESC, sum(exchanges) DESC, name"
        ));
        let mut values = parts(from.0, i64::MAX).values();
        values.push(Value::Text(site.to_owned()));
        self.read(|db| {
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(params_from_iter(values), |row| {
                Ok((row.get(0)?, sums(row, 1)?))
            })?;
            rows.collect()
        })
    }

    /// Exchanges of a site that arrived in a time, both ends included, oldest first; `limit` at most.
    pub fn of_site(
        &self,
        site: &str,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<Exchange>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM exchange WHERE started_us BETWEEN ?1 AND ?2 AND site = ?3 \
                 ORDER BY started_us LIMIT {limit}"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(params![from.0, to.0, site], from_row)?;
            rows.map(|row| row.map(|(_, exchange)| exchange)).collect()
        })
    }

    /// Arrival of the oldest exchange that is kept.
    pub fn oldest(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|db| {
            let oldest: Option<i64> = db
                .prepare_cached("SELECT min(started_us) FROM exchange")?
                .query_row([], |row| row.get(0))?;
            Ok(oldest.map(Timestamp))
        })
    }
}

fn sums(row: &Row<'_>, first: usize) -> rusqlite::Result<Spend> {
    let count = |at: usize| row.get::<_, i64>(first + at);
    let small = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    Ok(Spend {
        exchanges: small(count(0)?),
        unpriced: small(count(1)?),
        cost: Nanos(count(2)?),
        tokens: count(3)?.max(0) as u64,
        priced_tokens: count(4)?.max(0) as u64,
    })
}
