//! Reading lists and single exchanges.

use base::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::body::{self, Body, Side};
use crate::detail;
use crate::error::StoreError;
use crate::exchange::{COLUMNS, Exchange, Filter, Page, from_row};
use crate::list;
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

    /// Exchanges that did not arrive before a moment, newest first; `limit` at most.
    pub fn since(&self, from: Timestamp, limit: usize) -> Result<Vec<Exchange>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&since_statement())?;
            let rows = query.query_map(params![from.0, limit as i64], from_row)?;
            rows.map(|row| row.map(|(_, exchange)| exchange)).collect()
        })
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

pub(crate) fn since_statement() -> String {
    format!(
        "SELECT {COLUMNS} FROM exchange INDEXED BY exchange_started WHERE started_us >= ?1 \
         ORDER BY started_us DESC, seq DESC LIMIT ?2"
    )
}

fn page(
    db: &Connection,
    filter: &Filter,
    before: Option<i64>,
    limit: usize,
) -> rusqlite::Result<Page> {
    let mut found = list::rows(db, filter, before, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(seq, _)| *seq);
    Ok(Page {
        exchanges: found.into_iter().map(|(_, exchange)| exchange).collect(),
        next,
    })
}
