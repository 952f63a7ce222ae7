//! Hourly sums: what changes in them is gathered while rows are written or deleted, and written at once
//! in the same transaction.

use std::collections::BTreeMap;

use base::UsageBasis;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, ToSql, params};

use crate::exchange::Exchange;

/// An hour, µs.
pub(crate) const HOUR: i64 = 3_600_000_000;

/// Most of one exchange: what an upstream claims beyond that is no figure, and would overflow the sums.
const MOST_TOKENS: i64 = 1_000_000_000_000;
const MOST_COST: i64 = 1_000_000_000_000_000;

/// What a row of `exchange` adds to the sums, with the limits of [`Sums::of`].
pub(crate) const OF_ROW: &str = "1 AS exchanges, cost_basis = 'unpriced' AS unpriced, \
     cost_nano_usd IS NOT NULL AS priced, \
     max(-1000000000000000, min(1000000000000000, coalesce(list_nano_usd, cost_nano_usd, 0))) AS list, \
     max(-1000000000000000, min(1000000000000000, coalesce(cost_nano_usd, 0))) AS cost, \
     max(0, min(1000000000000, coalesce(input, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0) + \
     coalesce(cache_write_1h, 0) + coalesce(output, 0))) AS tokens, \
     iif(cost_nano_usd IS NULL, 0, max(0, min(1000000000000, coalesce(input, 0) + coalesce(cache_read, 0) + \
     coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(output, 0)))) AS priced_tokens";

const WRITE: &str = "INSERT INTO tally (hour, site, model, model_served, client, first_seq, last_seq, \
     exchanges, unpriced, priced, list_nano_usd, cost_nano_usd, tokens, priced_tokens) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
     ON CONFLICT (hour, site, model, model_served, client) DO UPDATE SET \
     first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq), \
     exchanges = exchanges + excluded.exchanges, unpriced = unpriced + excluded.unpriced, \
     priced = priced + excluded.priced, list_nano_usd = list_nano_usd + excluded.list_nano_usd, \
     cost_nano_usd = cost_nano_usd + excluded.cost_nano_usd, tokens = tokens + excluded.tokens, \
     priced_tokens = priced_tokens + excluded.priced_tokens";

/// What is added up together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bucket {
    hour: i64,
    site: Option<String>,
    model: Option<String>,
    model_served: Option<String>,
    client: Option<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    exchanges: i64,
    unpriced: i64,
    priced: i64,
    list: i64,
    cost: i64,
    tokens: i64,
    priced_tokens: i64,
}

/// What one exchange adds to the sums.
#[derive(Clone, Debug)]
pub(crate) struct Portion {
    bucket: Bucket,
    sums: Sums,
}

impl Sums {
    fn of(exchange: &Exchange) -> Self {
        let usage = &exchange.usage;
        let counts = [
            usage.input,
            usage.cache_read,
            usage.cache_write_5m,
            usage.cache_write_1h,
            usage.output,
        ];
        let tokens = match exchange.usage_basis {
            UsageBasis::Unknown => 0,
            // As the row has them.
            _ => counts.iter().map(|count| i128::from(*count as i64)).sum(),
        };
        let tokens = tokens.clamp(0, i128::from(MOST_TOKENS)) as i64;
        let cost = exchange.cost_usd.map(|cost| cost.0);
        let list = exchange.list_usd.map(|cost| cost.0).or(cost);
        let limited = |amount: Option<i64>| amount.unwrap_or(0).clamp(-MOST_COST, MOST_COST);
        Self {
            exchanges: 1,
            unpriced: i64::from(exchange.cost_basis == "unpriced"),
            priced: i64::from(cost.is_some()),
            list: limited(list),
            cost: limited(cost),
            tokens,
            priced_tokens: if cost.is_some() { tokens } else { 0 },
        }
    }
}

impl Bucket {
    fn of(exchange: &Exchange) -> Self {
        Self {
            hour: exchange.started_at.0.div_euclid(HOUR),
            site: exchange.site.clone(),
            model: exchange.model.clone(),
            model_served: exchange.model_served.clone(),
            client: exchange.client.clone(),
        }
    }

    fn holds(&self, exchange: &Exchange) -> bool {
        self.hour == exchange.started_at.0.div_euclid(HOUR)
            && self.site == exchange.site
            && self.model == exchange.model
            && self.model_served == exchange.model_served
            && self.client == exchange.client
    }
}

impl Portion {
    /// Of an exchange whose end is written into the row of its start: some of that stays.
    pub(crate) fn at_end(&self, exchange: &Exchange) -> Self {
        Self {
            bucket: Bucket {
                site: exchange.site.clone(),
                model_served: exchange.model_served.clone(),
                ..self.bucket.clone()
            },
            sums: Sums::of(exchange),
        }
    }

    /// The columns that [`Portion::of_row`] reads.
    pub(crate) fn columns() -> String {
        format!("started_us, site, model, model_served, client, {OF_ROW}")
    }

    /// Of a row that is there: [`Portion::columns`] from one of them on.
    pub(crate) fn of_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let number = |at: usize| row.get::<_, i64>(first + at);
        Ok(Self {
            bucket: Bucket {
                hour: number(0)?.div_euclid(HOUR),
                site: row.get(first + 1)?,
                model: row.get(first + 2)?,
                model_served: row.get(first + 3)?,
                client: row.get(first + 4)?,
            },
            sums: Sums {
                exchanges: number(5)?,
                unpriced: number(6)?,
                priced: number(7)?,
                list: number(8)?,
                cost: number(9)?,
                tokens: number(10)?,
                priced_tokens: number(11)?,
            },
        })
    }
}

/// Changes of the sums.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    changes: BTreeMap<Bucket, Change>,
    /// Of the last new exchange: the next one is likely to be of the same.
    last: Option<Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    more: Sums,
    first_seq: i64,
    last_seq: i64,
}

impl Default for Change {
    fn default() -> Self {
        Self {
            more: Sums::default(),
            first_seq: i64::MAX,
            last_seq: i64::MIN,
        }
    }
}

impl Change {
    fn add(&mut self, seq: i64, sums: Sums) {
        self.count(sums, 1);
        self.first_seq = self.first_seq.min(seq);
        self.last_seq = self.last_seq.max(seq);
    }

    fn count(&mut self, sums: Sums, sign: i64) {
        let more = &mut self.more;
        for (sum, one) in [
            (&mut more.exchanges, sums.exchanges),
            (&mut more.unpriced, sums.unpriced),
            (&mut more.priced, sums.priced),
            (&mut more.list, sums.list),
            (&mut more.cost, sums.cost),
            (&mut more.tokens, sums.tokens),
            (&mut more.priced_tokens, sums.priced_tokens),
        ] {
            *sum += sign * one;
        }
    }
}

impl Tally {
    /// A new exchange, written as it is at that place in the order.
    pub(crate) fn add_new(&mut self, seq: i64, exchange: &Exchange) {
        let last = self.last.take().filter(|last| last.holds(exchange));
        let bucket = last.unwrap_or_else(|| Bucket::of(exchange));
        let sums = Sums::of(exchange);
        match self.changes.get_mut(&bucket) {
            Some(change) => change.add(seq, sums),
            None => self
                .changes
                .entry(bucket.clone())
                .or_default()
                .add(seq, sums),
        }
        self.last = Some(bucket);
    }

    /// An exchange is there, at that place in the order.
    pub(crate) fn add(&mut self, seq: i64, portion: Portion) {
        let change = self.changes.entry(portion.bucket).or_default();
        change.add(seq, portion.sums);
    }

    /// An exchange is there no more, or has become another.
    pub(crate) fn remove(&mut self, portion: Portion) {
        let change = self.changes.entry(portion.bucket).or_default();
        change.count(portion.sums, -1);
    }

    /// Writes them; gives how many exchanges there are more, or fewer.
    pub(crate) fn write(self, db: &Connection) -> rusqlite::Result<i64> {
        let mut exchanges = 0;
        for (bucket, change) in self.changes {
            let more = change.more;
            let [site, model, model_served, client] = [
                Name(&bucket.site),
                Name(&bucket.model),
                Name(&bucket.model_served),
                Name(&bucket.client),
            ];
            db.prepare_cached(WRITE)?.execute(params![
                bucket.hour,
                site,
                model,
                model_served,
                client,
                change.first_seq,
                change.last_seq,
                more.exchanges,
                more.unpriced,
                more.priced,
                more.list,
                more.cost,
                more.tokens,
                more.priced_tokens
            ])?;
            if more.exchanges <= 0 {
                let sql = "DELETE FROM tally WHERE hour = ?1 AND site = ?2 AND model = ?3 \
                     AND model_served = ?4 AND client = ?5 AND exchanges <= 0";
                db.prepare_cached(sql)?.execute(params![
                    bucket.hour,
                    site,
                    model,
                    model_served,
                    client
                ])?;
            }
            exchanges += more.exchanges;
        }
        Ok(exchanges)
    }
}

/// A text, or 0 where there is none: NULL cannot be in a key.
struct Name<'a>(&'a Option<String>);

impl ToSql for Name<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Some(text) => ValueRef::Text(text.as_bytes()),
            None => ValueRef::Integer(0),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
