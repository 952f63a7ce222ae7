//! Local client keys: a program's name and route, in the place where programs have a key anyway.

use base::{Secret, Timestamp};
use rusqlite::params;

use super::open::{SiteStore, SitesError};

/// A client key as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKey {
    /// Its name.
    pub id: String,
    /// Label for people.
    pub label: String,
    /// Hash by which it is recognised.
    pub hash: String,
    /// `sk-local-••••`.
    pub masked: String,
    /// Project of its requests.
    pub project: Option<String>,
    /// Sites, best first; empty: the default route.
    pub sites: Vec<String>,
}

/// A client key to add.
#[derive(Clone, Debug)]
pub struct NewClientKey {
    /// Its name.
    pub id: String,
    /// Label for people.
    pub label: String,
    /// Hash by which it is recognised.
    pub hash: String,
    /// The key itself, for its masked form only.
    pub secret: Secret<String>,
    /// Project of its requests.
    pub project: Option<String>,
    /// Sites, best first.
    pub sites: Vec<String>,
}

impl SiteStore {
    /// All client keys.
    pub fn client_keys(&self) -> Result<Vec<ClientKey>, SitesError> {
        let db = self.db();
        let mut query = db.prepare_cached(
            "SELECT id, label, hash, masked, project, sites FROM client_key ORDER BY created_us",
        )?;
        let rows = query.query_map([], |row| {
            let sites: String = row.get(5)?;
            Ok(ClientKey {
                id: row.get(0)?,
                label: row.get(1)?,
                hash: row.get(2)?,
                masked: row.get(3)?,
                project: row.get(4)?,
                sites: serde_json::from_str(&sites).unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds a client key.
    pub fn add_client_key(&self, key: &NewClientKey, now: Timestamp) -> Result<(), SitesError> {
        let sites = serde_json::to_string(&key.sites).unwrap_or_default();
        self.db().execute(
            "INSERT INTO client_key (id, label, hash, masked, project, sites, created_us) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                key.id,
                key.label,
                key.hash,
                key.secret.masked(),
                key.project,
                sites,
                now.0
            ],
        )?;
        Ok(())
    }

    /// Removes a client key.
    pub fn remove_client_key(&self, id: &str) -> Result<(), SitesError> {
        match self
            .db()
            .execute("DELETE FROM client_key WHERE id = ?1", [id])?
        {
            0 => Err(SitesError::NoSuchKey(id.to_owned())),
            _ => Ok(()),
        }
    }
}
