//! Forgetting: by age, by size, by project, all of it.

use base::Timestamp;
use rusqlite::params;

use crate::body::{self, Uses};
use crate::detail;
use crate::error::StoreError;
use crate::exchange::EXPIRED;
use crate::open::Store;

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

/// Pages given back to the file system per step.
const VACUUM_PAGES: u32 = 500;

impl Store {
    /// Removes what the retention says, in small steps.
    pub fn retain(&self, retention: Retention) -> Result<Cleaned, StoreError> {
        let mut cleaned = Cleaned::default();
        if let Some(before) = retention.before {
            cleaned.exchanges = self.delete("started_us < ?1", before.0)?;
        }
        if let Some(limit) = retention.bytes {
            while self.size()?.bytes > limit {
                let removed = self.expire_oldest_bodies()?;
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
        let deleted = self.delete("project = ?1", project.to_owned())?;
        self.give_back()?;
        Ok(deleted)
    }

    /// Removes all exchanges that are over; gives their number.
    pub fn delete_all(&self) -> Result<u64, StoreError> {
        let deleted = self.delete("outcome <> ?1", "running".to_owned())?;
        self.give_back()?;
        Ok(deleted)
    }

    fn delete(
        &self,
        condition: &str,
        value: impl rusqlite::ToSql + Clone,
    ) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let mut writer = self.writer();
            let (step, compressor) = writer.deleting()?;
            let sql = format!(
                "SELECT seq, detail_at FROM exchange WHERE {condition} ORDER BY seq LIMIT {STEP}"
            );
            let rows: Vec<(i64, Option<i64>)> = step
                .prepare_cached(&sql)?
                .query_map([value.clone()], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let mut uses = Uses::default();
            for (seq, _) in &rows {
                body::remove(&step, &mut uses, *seq)?;
                step.prepare_cached("DELETE FROM exchange WHERE seq = ?1")?
                    .execute([seq])?;
            }
            uses.write(&step)?;
            let places: Vec<i64> = rows.iter().filter_map(|(_, place)| *place).collect();
            detail::remove(&step, compressor, &places)?;
            step.commit()?;
            deleted += rows.len() as u64;
            if rows.len() < STEP as usize {
                return Ok(deleted);
            }
        }
    }

    fn expire_oldest_bodies(&self) -> Result<u64, StoreError> {
        let mut writer = self.writer();
        let (step, _) = writer.deleting()?;
        let rows: Vec<i64> = step
            .prepare_cached("SELECT DISTINCT seq FROM body ORDER BY seq LIMIT ?1")?
            .query_map([STEP], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
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
