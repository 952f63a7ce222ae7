//! What the pool knows of keys.

use base::Timestamp;
use rusqlite::params;

use super::open::{SiteStore, SitesError};

/// The state of one key, or of one key for one family of models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKeyState {
    /// What it is about: a site, or a key of a site.
    pub fingerprint: String,
    /// Model family, or empty.
    pub scope: String,
    /// JSON of the pool.
    pub state: String,
}

impl SiteStore {
    /// Everything that is remembered.
    pub fn key_states(&self) -> Result<Vec<StoredKeyState>, SitesError> {
        let db = self.db();
        let mut query = db.prepare_cached("SELECT fingerprint, scope, state FROM key_state")?;
        let rows = query.query_map([], |row| {
            let (fingerprint, scope, state) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(StoredKeyState {
                fingerprint,
                scope,
                state,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Replaces everything that is remembered under some names, in one transaction.
    pub fn replace_key_states(
        &self,
        names: &[String],
        states: &[StoredKeyState],
        now: Timestamp,
    ) -> Result<(), SitesError> {
        let mut db = self.db();
        let step = db.transaction()?;
        for name in names {
            step.prepare_cached("DELETE FROM key_state WHERE fingerprint = ?1")?
                .execute([name])?;
        }
        for state in states {
            step.prepare_cached(
                "INSERT OR REPLACE INTO key_state (fingerprint, scope, state, updated_us) \
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![state.fingerprint, state.scope, state.state, now.0])?;
        }
        Ok(step.commit()?)
    }
}
