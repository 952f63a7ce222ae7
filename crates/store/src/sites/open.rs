//! Opening `relayscope.db` and its vault.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Holds, StoreError};
use crate::open::{describe, private, step_up};
use crate::vault::{Place, Vault, VaultError, Wish, open_master_key};

const STEPS: &[&str] = &[
    include_str!("../migrations_sites/0001_sites.sql"),
    include_str!("../migrations_sites/0002_stations.sql"),
    include_str!("../migrations_sites/0003_verify.sql"),
    include_str!("../migrations_sites/0004_standings.sql"),
];

/// Sites, keys, routes.
#[derive(Debug)]
pub struct SiteStore {
    db: Mutex<Connection>,
    vault: Result<(Arc<Vault>, Place), VaultError>,
}

/// How secrets are protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultState {
    /// They can be used; the master key lies there.
    Open(Place),
    /// They cannot be used now.
    Locked(VaultError),
}

/// What can go wrong with sites.
#[derive(Debug, thiserror::Error)]
pub enum SitesError {
    /// No such site.
    #[error("there is no site named “{0}”")]
    NoSuchSite(String),
    /// No such key.
    #[error("there is no key “{0}”")]
    NoSuchKey(String),
    /// No such entry of a ledger.
    #[error("there is no entry “{0}” in the ledger")]
    NoSuchEntry(String),
    /// Two sites of one name cannot be told apart.
    #[error("there is a site named “{0}” already")]
    NameTaken(String),
    /// The same key twice would be used twice as often.
    #[error("the site has the key {0} already")]
    KeyTaken(String),
    /// Secrets cannot be used.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The file.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for SitesError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::Sql(error))
    }
}

impl SiteStore {
    /// Opens or creates the file in a directory. A vault that cannot be opened is no error: everything
    /// but the secrets works, and they stay sealed.
    pub fn open(directory: &Path, wish: Wish) -> Result<Self, SitesError> {
        let path = directory.join("relayscope.db");
        let describe = |error: rusqlite::Error| describe(&path, Holds::Sites, error);
        let mut db = Connection::open(&path).map_err(describe)?;
        step_up(&mut db, &path, Holds::Sites, STEPS)?;
        private(&path)?;
        let fact = |name: &str| {
            db.query_row("SELECT value FROM fact WHERE name = ?1", [name], |row| {
                row.get::<_, String>(0)
            })
            .optional()
            .map_err(describe)
        };
        let place = match fact("vault_place")?.as_deref() {
            Some("keychain") => Some(Place::Keychain),
            Some(_) => Some(Place::File),
            None => None,
        };
        let account = match fact("install")? {
            Some(name) => name,
            None => {
                let mut bytes = [0u8; 8];
                getrandom::fill(&mut bytes)
                    .map_err(|error| VaultError::Random(error.to_string()))?;
                let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                put_fact(&db, "install", &name)?;
                name
            }
        };
        let opened = open_master_key(directory, place, wish, &account);
        if let (Ok((_, found)), None) = (&opened, place) {
            let name = if *found == Place::Keychain {
                "keychain"
            } else {
                "file"
            };
            put_fact(&db, "vault_place", name)?;
        }
        let vault = opened.map(|(master, place)| (Arc::new(Vault::new(&master)), place));
        Ok(Self {
            db: Mutex::new(db),
            vault,
        })
    }

    /// How secrets are protected.
    pub fn vault_state(&self) -> VaultState {
        match &self.vault {
            Ok((_, place)) => VaultState::Open(*place),
            Err(error) => VaultState::Locked(error.clone()),
        }
    }

    pub(super) fn vault(&self) -> Result<Arc<Vault>, VaultError> {
        self.vault
            .as_ref()
            .map(|(vault, _)| vault.clone())
            .map_err(Clone::clone)
    }

    pub(super) fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put_fact(db: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO fact (name, value) VALUES (?1, ?2)",
        params![name, value],
    )?;
    Ok(())
}
