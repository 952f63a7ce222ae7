//! Keys of sites: sealed, shown masked, opened only to be sent to their own site.

use base::{Secret, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::open::{SiteStore, SitesError};
use super::{site, stations};
use crate::vault::Vault;

/// A key as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteKey {
    /// Its name.
    pub id: String,
    /// Its site.
    pub site_id: String,
    /// Label for people.
    pub label: String,
    /// Share of requests under the weighted strategy.
    pub weight: u32,
    /// Whether it may be used.
    pub enabled: bool,
    /// Name under which the pool remembers its state.
    pub fingerprint: String,
    /// `sk-••••••••7Qf2`.
    pub masked: String,
}

/// A key to add.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its name.
    pub id: String,
    /// Label for people.
    pub label: String,
    /// Share of requests under the weighted strategy.
    pub weight: u32,
    /// The key itself.
    pub secret: Secret<String>,
}

const COLUMNS: &str = "id, site_id, label, weight, enabled, fingerprint, masked";

impl SiteStore {
    /// The keys of a site, in order.
    pub fn keys(&self, site_id: &str) -> Result<Vec<SiteKey>, SitesError> {
        let db = self.db();
        let sql = format!(
            "SELECT {COLUMNS} FROM site_key WHERE site_id = ?1 ORDER BY position, created_us"
        );
        let mut query = db.prepare_cached(&sql)?;
        Ok(query
            .query_map([site_id], from_row)?
            .collect::<Result<_, _>>()?)
    }

    /// Adds a key to a site.
    pub fn add_key(
        &self,
        site_id: &str,
        key: &NewKey,
        now: Timestamp,
    ) -> Result<SiteKey, SitesError> {
        let vault = self.vault()?;
        let db = self.db();
        insert(&db, &vault, site_id, key, now)?;
        get(&db, &key.id)
    }

    /// Adds a site with its keys: all of it or nothing.
    pub fn add_site_with_keys(
        &self,
        new: &super::Site,
        keys: &[NewKey],
        now: Timestamp,
    ) -> Result<(), SitesError> {
        // Without a vault nothing may be half-saved.
        let vault = if keys.is_empty() {
            None
        } else {
            Some(self.vault()?)
        };
        self.add_site(new)?;
        let Some(vault) = vault else { return Ok(()) };
        let mut db = self.db();
        let step = db.transaction()?;
        let added = keys
            .iter()
            .try_for_each(|key| insert(&step, &vault, &new.id, key, now));
        match added {
            Ok(()) => Ok(step.commit()?),
            Err(error) => {
                step.rollback()?;
                db.execute("DELETE FROM site WHERE id = ?1", [&new.id])?;
                Err(error)
            }
        }
    }

    /// Changes label, weight or the enabled flag of a key.
    pub fn change_key(
        &self,
        id: &str,
        label: Option<&str>,
        weight: Option<u32>,
        enabled: Option<bool>,
    ) -> Result<SiteKey, SitesError> {
        let db = self.db();
        db.execute(
            "UPDATE site_key SET label = coalesce(?2, label), weight = coalesce(?3, weight), \
             enabled = coalesce(?4, enabled) WHERE id = ?1",
            params![id, label, weight, enabled],
        )?;
        get(&db, id)
    }

    /// Removes a key.
    pub fn remove_key(&self, id: &str) -> Result<(), SitesError> {
        match self
            .db()
            .execute("DELETE FROM site_key WHERE id = ?1", [id])?
        {
            0 => Err(SitesError::NoSuchKey(id.to_owned())),
            _ => Ok(()),
        }
    }

    /// Opens a key, to send it to its site or to show it to its owner.
    pub fn reveal_key(&self, id: &str) -> Result<Secret<String>, SitesError> {
        let vault = self.vault()?;
        let db = self.db();
        let row: Option<(Vec<u8>, String)> = db
            .prepare_cached(
                "SELECT sealed, base_url FROM site_key JOIN site ON site.id = site_id WHERE site_key.id = ?1",
            )?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (sealed, base_url) = row.ok_or_else(|| SitesError::NoSuchKey(id.to_owned()))?;
        Ok(vault.open(&sealed, &bound_to(id, &base_url))?)
    }

    /// Moves a site to another address. Its keys move with it, which is why the user is asked first.
    pub fn move_site(&self, id: &str, base_url: &str) -> Result<(), SitesError> {
        let found = self.site(id)?;
        if origin(&found.base_url) == origin(base_url) {
            self.db().execute(
                "UPDATE site SET base_url = ?2 WHERE id = ?1",
                params![found.id, base_url],
            )?;
            return Ok(());
        }
        let keys = self.keys(&found.id)?;
        let opened: Vec<(String, Secret<String>)> = keys
            .into_iter()
            .map(|key| self.reveal_key(&key.id).map(|secret| (key.id, secret)))
            .collect::<Result<_, _>>()?;
        let vault = if opened.is_empty() {
            None
        } else {
            Some(self.vault()?)
        };
        let mut db = self.db();
        let step = db.transaction()?;
        step.execute(
            "UPDATE site SET base_url = ?2, api_found = NULL WHERE id = ?1",
            params![found.id, base_url],
        )?;
        stations::moved(&step, &found.id)?;
        for (id, secret) in opened {
            let Some(vault) = &vault else { break };
            let sealed = vault.seal(&secret, &bound_to(&id, base_url))?;
            step.execute(
                "UPDATE site_key SET sealed = ?2 WHERE id = ?1",
                params![id, sealed],
            )?;
        }
        Ok(step.commit()?)
    }
}

pub(super) fn insert(
    db: &Connection,
    vault: &Vault,
    site_id: &str,
    key: &NewKey,
    now: Timestamp,
) -> Result<(), SitesError> {
    let found =
        site::find(db, site_id)?.ok_or_else(|| SitesError::NoSuchSite(site_id.to_owned()))?;
    let sealed = vault.seal(&key.secret, &bound_to(&key.id, &found.base_url))?;
    let fingerprint = vault.fingerprint(&key.secret);
    let known: i64 = db.query_row(
        "SELECT count(*) FROM site_key WHERE site_id = ?1 AND fingerprint = ?2",
        params![found.id, fingerprint],
        |row| row.get(0),
    )?;
    if known > 0 {
        return Err(SitesError::KeyTaken(key.secret.masked()));
    }
    db.execute(
        "INSERT INTO site_key (id, site_id, label, weight, enabled, position, fingerprint, masked, sealed, \
         created_us) VALUES (?1, ?2, ?3, ?4, 1, (SELECT coalesce(max(position), 0) + 1 FROM site_key \
         WHERE site_id = ?2), ?5, ?6, ?7, ?8)",
        params![
            key.id,
            found.id,
            key.label,
            key.weight,
            fingerprint,
            key.secret.masked(),
            sealed,
            now.0
        ],
    )?;
    Ok(())
}

fn get(db: &Connection, id: &str) -> Result<SiteKey, SitesError> {
    let sql = format!("SELECT {COLUMNS} FROM site_key WHERE id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id], from_row)
        .optional()?;
    found.ok_or_else(|| SitesError::NoSuchKey(id.to_owned()))
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<SiteKey> {
    Ok(SiteKey {
        id: row.get("id")?,
        site_id: row.get("site_id")?,
        label: row.get("label")?,
        weight: row.get("weight")?,
        enabled: row.get("enabled")?,
        fingerprint: row.get("fingerprint")?,
        masked: row.get("masked")?,
    })
}

/// A sealed key opens only in its own row and for its own host.
fn bound_to(key_id: &str, base_url: &str) -> String {
    format!("{key_id}|{}", origin(base_url))
}

/// Scheme, host and port of an address.
pub(super) fn origin(base_url: &str) -> String {
    let (scheme, rest) = base_url.split_once("://").unwrap_or(("https", base_url));
    let authority = rest.split('/').next().unwrap_or(rest);
    format!("{scheme}://{authority}").to_ascii_lowercase()
}
