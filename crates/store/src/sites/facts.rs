//! Small things that are remembered under a name.

use rusqlite::{OptionalExtension, params};

use super::open::{SiteStore, SitesError};

impl SiteStore {
    /// What is remembered under a name.
    pub fn fact(&self, name: &str) -> Result<Option<String>, SitesError> {
        let db = self.db();
        let mut query = db.prepare_cached("SELECT value FROM fact WHERE name = ?1")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Remembers something under a name.
    pub fn put_fact(&self, name: &str, value: &str) -> Result<(), SitesError> {
        self.db().execute(
            "INSERT OR REPLACE INTO fact (name, value) VALUES (?1, ?2)",
            params![name, value],
        )?;
        Ok(())
    }
}
