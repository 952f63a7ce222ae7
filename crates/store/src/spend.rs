//! What exchanges came to, by site and model.

use std::collections::HashMap;

use base::{Nanos, Timestamp};
use rusqlite::{Row, params};

use crate::error::StoreError;
use crate::exchange::{COLUMNS, Exchange, from_row};
use crate::open::Store;

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

const SUMS: &str = "count(*), coalesce(sum(cost_basis = 'unpriced'), 0), \
     coalesce(sum(coalesce(list_nano_usd, cost_nano_usd)), 0), \
     coalesce(sum(coalesce(input, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0) + \
     coalesce(cache_write_1h, 0) + coalesce(output, 0)), 0), \
     coalesce(sum(iif(cost_nano_usd IS NULL, 0, coalesce(input, 0) + coalesce(cache_read, 0) + \
     coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(output, 0))), 0)";

impl Store {
    /// What the exchanges of a site came to that arrived after `from` and not after `to`.
    pub fn spend(&self, site: &str, from: Timestamp, to: Timestamp) -> Result<Spend, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT {SUMS} FROM exchange WHERE started_us > ?1 AND started_us <= ?2 AND site = ?3"
            );
            db.prepare_cached(&sql)?
                .query_row(params![from.0, to.0, site], |row| sums(row, 0))
        })
    }

    /// The same for every site.
    pub fn spend_by_site(&self, from: Timestamp) -> Result<HashMap<String, Spend>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT site, {SUMS} FROM exchange WHERE started_us > ?1 AND site IS NOT NULL GROUP BY site"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map([from.0], |row| Ok((row.get(0)?, sums(row, 1)?)))?;
            rows.collect()
        })
    }

    /// What the exchanges of a site came to by the model that answered, dearest first.
    pub fn spend_by_model(
        &self,
        site: &str,
        from: Timestamp,
    ) -> Result<Vec<(String, Spend)>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT coalesce(model_served, model) AS name, {SUMS} FROM exchange WHERE started_us > ?1 \
                 AND site = ?2 AND name IS NOT NULL GROUP BY name ORDER BY sum(cost_nano_usd) DESC, count(*) DESC"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(params![from.0, site], |row| {
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
