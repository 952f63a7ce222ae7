//! Balances over time.

use base::{Nanos, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::open::{SiteStore, SitesError};

/// A balance at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// The ledger's entry, where it was entered by hand.
    pub entry: Option<String>,
    /// Credit left, US dollars; `None` where it is no money.
    pub usd: Option<Nanos>,
    /// Spent so far as the station says, US dollars.
    pub used_usd: Option<Nanos>,
    /// Units left, where the station counts so.
    pub quota: Option<i64>,
    /// Our own exchanges since the balance before.
    pub spent: Spent,
}

/// Our own exchanges in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// At list price, US dollars; those without a price left out.
    pub cost: Nanos,
    /// How many.
    pub exchanges: u32,
    /// Of these: without a price.
    pub unpriced: u32,
}

const COLUMNS: &str =
    "at_us, entry, usd_nano, used_usd_nano, quota, cost_usd_nano, exchanges, unpriced";

impl SiteStore {
    /// Balances of a site from a moment on, oldest first, with the last one before that moment.
    pub fn samples(&self, site_id: &str, since: Timestamp) -> Result<Vec<Sample>, SitesError> {
        let db = self.db();
        let sql = format!(
            "SELECT {COLUMNS} FROM balance WHERE site_id = ?1 AND at_us >= coalesce((SELECT max(at_us) FROM \
             balance WHERE site_id = ?1 AND at_us < ?2), ?2) ORDER BY at_us"
        );
        let mut query = db.prepare_cached(&sql)?;
        let rows = query.query_map(params![site_id, since.0], from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The last two balances of a site that were read before a moment, newest first.
    pub fn last_samples(
        &self,
        site_id: &str,
        before: Timestamp,
    ) -> Result<Vec<Sample>, SitesError> {
        let db = self.db();
        let sql = format!(
            "SELECT {COLUMNS} FROM balance WHERE site_id = ?1 AND at_us < ?2 ORDER BY at_us DESC LIMIT 2"
        );
        let mut query = db.prepare_cached(&sql)?;
        let rows = query.query_map(params![site_id, before.0], from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds balances of the past, in one transaction.
    pub fn put_samples(&self, site_id: &str, samples: &[Sample]) -> Result<(), SitesError> {
        let mut db = self.db();
        let step = db.transaction()?;
        for sample in samples {
            insert(&step, site_id, sample)?;
        }
        Ok(step.commit()?)
    }

    /// Corrects what our own exchanges came to before a balance: some of them were still running.
    pub fn recount(&self, site_id: &str, at: Timestamp, spent: Spent) -> Result<(), SitesError> {
        self.db()
            .prepare_cached(
                "UPDATE balance SET cost_usd_nano = ?3, exchanges = ?4, unpriced = ?5 \
                 WHERE site_id = ?1 AND at_us = ?2",
            )?
            .execute(params![
                site_id,
                at.0,
                spent.cost.0,
                spent.exchanges,
                spent.unpriced
            ])?;
        Ok(())
    }
}

/// Adds a balance. Where neither it nor our own spending has moved since the last two, the last one is
/// prolonged: an idle site must not fill the file.
pub(super) fn append(db: &Connection, site_id: &str, sample: &Sample) -> rusqlite::Result<()> {
    let sql =
        format!("SELECT {COLUMNS} FROM balance WHERE site_id = ?1 ORDER BY at_us DESC LIMIT 2");
    let last: Vec<Sample> = db
        .prepare_cached(&sql)?
        .query_map([site_id], from_row)?
        .collect::<Result<_, _>>()?;
    let still = |earlier: &Sample| {
        earlier.entry.is_none()
            && earlier.at < sample.at
            && (earlier.usd, earlier.used_usd, earlier.quota)
                == (sample.usd, sample.used_usd, sample.quota)
    };
    if let [newest, before] = &last[..]
        && still(newest)
        && still(before)
        && newest.spent == Spent::default()
        && sample.spent == Spent::default()
    {
        db.prepare_cached("UPDATE balance SET at_us = ?3 WHERE site_id = ?1 AND at_us = ?2")?
            .execute(params![site_id, newest.at.0, sample.at.0])?;
        return Ok(());
    }
    insert(db, site_id, sample)
}

/// Adds a balance anywhere in time. The spending before the next one is divided between both.
pub(super) fn insert_between(
    db: &Connection,
    site_id: &str,
    sample: &Sample,
) -> rusqlite::Result<()> {
    insert(db, site_id, sample)?;
    shift(db, site_id, sample, -1)
}

/// Removes the balance of an entry. Its spending belongs to the next one.
pub(super) fn remove_of(db: &Connection, entry: &str) -> rusqlite::Result<()> {
    let sql = format!("SELECT site_id, {COLUMNS} FROM balance WHERE entry = ?1");
    let found: Option<(String, Sample)> = db
        .prepare_cached(&sql)?
        .query_row([entry], |row| Ok((row.get("site_id")?, from_row(row)?)))
        .optional()?;
    let Some((site_id, sample)) = found else {
        return Ok(());
    };
    db.execute(
        "DELETE FROM balance WHERE site_id = ?1 AND at_us = ?2",
        params![site_id, sample.at.0],
    )?;
    shift(db, &site_id, &sample, 1)
}

/// Moves the spending of a sample into (1) or out of (-1) the one that follows.
fn shift(db: &Connection, site_id: &str, sample: &Sample, sign: i64) -> rusqlite::Result<()> {
    let spent = &sample.spent;
    db.prepare_cached(
        "UPDATE balance SET cost_usd_nano = max(0, cost_usd_nano + ?3), exchanges = max(0, exchanges + ?4), \
         unpriced = max(0, unpriced + ?5) WHERE site_id = ?1 AND at_us = (SELECT min(at_us) FROM balance \
         WHERE site_id = ?1 AND at_us > ?2)",
    )?
    .execute(params![
        site_id,
        sample.at.0,
        sign * spent.cost.0,
        sign * i64::from(spent.exchanges),
        sign * i64::from(spent.unpriced)
    ])?;
    Ok(())
}

pub(super) fn insert(db: &Connection, site_id: &str, sample: &Sample) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO balance (site_id, at_us, entry, usd_nano, used_usd_nano, quota, cost_usd_nano, \
         exchanges, unpriced) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        site_id,
        sample.at.0,
        sample.entry,
        sample.usd.map(|nanos| nanos.0),
        sample.used_usd.map(|nanos| nanos.0),
        sample.quota,
        sample.spent.cost.0,
        sample.spent.exchanges,
        sample.spent.unpriced
    ])?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Sample> {
    let nanos = |name: &str| {
        row.get::<_, Option<i64>>(name)
            .map(|found| found.map(Nanos))
    };
    Ok(Sample {
        at: Timestamp(row.get("at_us")?),
        entry: row.get("entry")?,
        usd: nanos("usd_nano")?,
        used_usd: nanos("used_usd_nano")?,
        quota: row.get("quota")?,
        spent: Spent {
            cost: Nanos(row.get("cost_usd_nano")?),
            exchanges: row.get("exchanges")?,
            unpriced: row.get("unpriced")?,
        },
    })
}
