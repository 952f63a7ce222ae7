//! Forgetting: by age, by size, by project, all of it.

use base::Timestamp;
use rusqlite::params;
use rusqlite::types::Value;

use crate::body::{self, Uses};
use crate::detail;
use crate::error::StoreError;
use crate::exchange::EXPIRED;
use crate::open::Store;
use crate::tally::{Portion, Tally};

/// How long and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Exchanges that began before this moment go whole.
    pub before: Option<Timestamp>,
    /// Above this, the oldest bodies go (their rows stay).
    pub bytes: Option<u64>,
}

/// What a clean-up did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Exchanges removed.
    pub exchanges: u64,
    /// Exchanges whose bodies were removed.
    pub bodies: u64,
}

/// Exchanges per transaction: between two steps the recorder gets its turn.
const STEP: i64 = 200;

/// What the rows of an exchange's bodies take besides the bodies, at most; usually half of it.
const ROWS: u64 = 512;

/// Exchanges that have bodies, oldest first, with the bytes of these. In the order of the table: it is read no
/// further than asked.
pub(crate) const OLDEST_BODIES: &str =
    "SELECT seq, sum(kept) FROM body GROUP BY seq ORDER BY seq LIMIT ?1";

/// Pages given back to the file system per step.
const VACUUM_PAGES: u32 = 500;

/// What is deleted.
pub(crate) enum Which<'a> {
    /// What arrived before a moment.
    Before(Timestamp),
    /// What belongs to a project.
    Project(&'a str),
    /// Everything that is over.
    Over,
}

impl Which<'_> {
    /// The next rows to go, and what is bound. In the order of an index that holds the condition: else
    /// the whole table would be looked through when there is nothing to do, while the recorder waits.
    pub(crate) fn statement(&self) -> (String, Value) {
        let (condition, value) = match self {
            Self::Before(moment) => (
                "INDEXED BY exchange_started WHERE started_us < ?1 ORDER BY started_us",
                Value::Integer(moment.0),
            ),
            Self::Project(project) => (
                "INDEXED BY exchange_project WHERE project = ?1 ORDER BY seq",
                Value::Text((*project).to_owned()),
            ),
            Self::Over => (
                "NOT INDEXED WHERE outcome <> ?1 ORDER BY seq",
                Value::Text("running".to_owned()),
            ),
        };
        let columns = Portion::columns();
        let sql =
            format!("SELECT seq, detail_at, {columns} FROM exchange {condition} LIMIT {STEP}");
        (sql, value)
    }
}

impl Store {
    /// Removes what the retention says, in small steps.
    pub fn retain(&self, retention: Retention) -> Result<Cleaned, StoreError> {
        let mut cleaned = Cleaned::default();
        if let Some(before) = retention.before {
            cleaned.exchanges = self.delete(&Which::Before(before))?;
        }
        if let Some(limit) = retention.bytes {
            loop {
                let excess = self.size()?.bytes.saturating_sub(limit);
                let removed = match excess {
                    0 => 0,
                    excess => self.expire_oldest_bodies(excess)?,
                };
                if removed == 0 {
                    break;
                }
                cleaned.bodies += removed;
            }
        }
        if cleaned != Cleaned::default() {
            self.give_back()?;
        }
        Ok(cleaned)
    }

    /// Removes everything of a project; gives the number of exchanges.
    pub fn delete_project(&self, project: &str) -> Result<u64, StoreError> {
        let deleted = self.delete(&Which::Project(project))?;
        self.give_back()?;
        Ok(deleted)
    }

    /// Removes all exchanges that are over; gives their number.
    pub fn delete_all(&self) -> Result<u64, StoreError> {
        let deleted = self.delete(&Which::Over)?;
        self.give_back()?;
        Ok(deleted)
    }

    fn delete(&self, which: &Which<'_>) -> Result<u64, StoreError> {
        let (sql, value) = which.statement();
        let mut deleted = 0;
        loop {
            let mut writer = self.writer();
            let (step, compressor) = writer.deleting()?;
            let rows: Vec<(i64, Option<i64>, Portion)> = step
                .prepare_cached(&sql)?
                .query_map([value.clone()], |row| {
                    Ok((row.get(0)?, row.get(1)?, Portion::of_row(row, 2)?))
                })?
                .collect::<Result<_, _>>()?;
            let count = rows.len();
            let (mut uses, mut tally) = (Uses::default(), Tally::default());
            let mut places = Vec::new();
            for (seq, place, portion) in rows {
                body::remove(&step, &mut uses, seq)?;
                step.prepare_cached("DELETE FROM exchange WHERE seq = ?1")?
                    .execute([seq])?;
                tally.remove(portion);
                places.extend(place);
            }
            uses.write(&step)?;
            detail::remove(&step, compressor, &places)?;
            let more = tally.write(&step)?;
            step.commit()?;
            self.count(more);
            deleted += count as u64;
            if count < STEP as usize {
                return Ok(deleted);
            }
        }
    }

    /// Removes the oldest bodies until so many bytes may be free. Compressed and shared as they are they free
    /// fewer: how many, the next look at the size tells.
    fn expire_oldest_bodies(&self, bytes: u64) -> Result<u64, StoreError> {
        let mut writer = self.writer();
        let (step, _) = writer.deleting()?;
        let (mut rows, mut free) = (Vec::new(), 0);
        let mut query = step.prepare_cached(OLDEST_BODIES)?;
        let mut found = query.query([STEP])?;
        while free < bytes
            && let Some(row) = found.next()?
        {
            let (seq, kept): (i64, i64) = (row.get(0)?, row.get(1)?);
            rows.push(seq);
            free += kept.max(0) as u64 + ROWS;
        }
        drop(found);
        drop(query);
        let mut uses = Uses::default();
        for seq in &rows {
            body::remove(&step, &mut uses, *seq)?;
            step.prepare_cached("UPDATE exchange SET loss = loss | ?2 WHERE seq = ?1")?
                .execute(params![seq, EXPIRED])?;
        }
        uses.write(&step)?;
        step.commit()?;
        Ok(rows.len() as u64)
    }

    /// Gives freed pages back to the file system.
    fn give_back(&self) -> Result<(), StoreError> {
        loop {
            let db = &self.writer().db;
            let free: i64 = db.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
            if free == 0 {
                return Ok(());
            }
            // Frees its pages one row at a time: every row has to be asked for.
            let sql = format!("PRAGMA incremental_vacuum({VACUUM_PAGES})");
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
        }
    }
}
