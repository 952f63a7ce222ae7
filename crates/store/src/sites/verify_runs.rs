//! Authenticity tests that are over.

use base::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::open::{SiteStore, SitesError};
use crate::error::StoreError;

/// Compression level of reports: they are written once and read seldom.
const LEVEL: i32 = 9;

/// A test to be kept.
#[derive(Clone, Debug)]
pub struct NewVerifyRun {
    /// Its name.
    pub id: String,
    /// Id of the site.
    pub site_id: String,
    /// The claimed model.
    pub model: String,
    /// When it began.
    pub started: Timestamp,
    /// JSON: what lists show.
    pub summary: String,
    /// JSON: everything.
    pub report: String,
}

impl SiteStore {
    /// Keeps a test, and only the newest `most` of its site.
    pub fn add_verify_run(&self, run: &NewVerifyRun, most: u32) -> Result<(), SitesError> {
        let packed = zstd::bulk::compress(run.report.as_bytes(), LEVEL);
        let packed = packed.map_err(unpackable)?;
        let mut db = self.db();
        let step = db.transaction()?;
        step.execute(
            "INSERT OR REPLACE INTO verify_run (id, site_id, model, started_us, summary, report) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                run.id,
                run.site_id,
                run.model,
                run.started.0,
                run.summary,
                packed
            ],
        )?;
        step.execute(
            "DELETE FROM verify_run WHERE site_id = ?1 AND id NOT IN \
             (SELECT id FROM verify_run WHERE site_id = ?1 ORDER BY started_us DESC LIMIT ?2)",
            params![run.site_id, most],
        )?;
        Ok(step.commit()?)
    }

    /// Summaries, newest first: of one site, or of all.
    pub fn verify_runs(&self, site_id: Option<&str>) -> Result<Vec<String>, SitesError> {
        let db = self.db();
        let mut query = db.prepare_cached(
            "SELECT summary FROM verify_run WHERE ?1 IS NULL OR site_id = ?1 \
             ORDER BY started_us DESC",
        )?;
        let rows = query.query_map([site_id], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Summary and report of one test.
    pub fn verify_run(&self, id: &str) -> Result<Option<(String, String)>, SitesError> {
        let found: Option<(String, Vec<u8>)> = self
            .db()
            .query_row(
                "SELECT summary, report FROM verify_run WHERE id = ?1",
                [id],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((summary, packed)) = found else {
            return Ok(None);
        };
        let plain = zstd::stream::decode_all(&packed[..]).map_err(unpackable)?;
        let report = String::from_utf8_lossy(&plain).into_owned();
        Ok(Some((summary, report)))
    }

    /// What ordinary traffic shows of sites: id and JSON.
    pub fn standings(&self) -> Result<Vec<(String, String)>, SitesError> {
        let db = self.db();
        let mut query = db.prepare_cached("SELECT site_id, known FROM standing")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps what ordinary traffic shows of a site; of one that is gone, nothing.
    pub fn put_standing(&self, site_id: &str, known: &str) -> Result<(), SitesError> {
        self.db().execute(
            "INSERT OR REPLACE INTO standing (site_id, known) \
             SELECT id, ?2 FROM site WHERE id = ?1",
            params![site_id, known],
        )?;
        Ok(())
    }

    /// Forgets a test; tells whether there was one.
    pub fn remove_verify_run(&self, id: &str) -> Result<bool, SitesError> {
        let gone = self
            .db()
            .execute("DELETE FROM verify_run WHERE id = ?1", [id])?;
        Ok(gone > 0)
    }
}

fn unpackable(error: std::io::Error) -> StoreError {
    StoreError::Sql(rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
