//! Taking over sites, keys and ledgers from a file: everything, or nothing.

use base::{Secret, Timestamp};

use super::balances::{self, Sample, Spent};
use super::ledger::{self, Entry};
use super::open::{SiteStore, SitesError};
use super::stations::{self, StationChange};
use super::{NewKey, Site, keys, site};

/// What is taken over for one site.
#[derive(Clone, Debug)]
pub struct SiteImport {
    /// A site that is new; `None`: `site_id` is here already.
    pub new: Option<Site>,
    /// Its id.
    pub site_id: String,
    /// Keys to add.
    pub keys: Vec<NewKey>,
    /// Entries to add.
    pub entries: Vec<Entry>,
    /// What users set at the station.
    pub station: StationChange,
    /// Balances of earlier times.
    pub samples: Vec<Sample>,
    /// User id and credential of the account.
    pub account: Option<(Option<String>, Secret<String>)>,
}

impl SiteStore {
    /// Takes everything over in one transaction.
    pub fn import(&self, imports: &[SiteImport], now: Timestamp) -> Result<(), SitesError> {
        let has_secret = |it: &SiteImport| !it.keys.is_empty() || it.account.is_some();
        let vault = if imports.iter().any(has_secret) {
            Some(self.vault()?)
        } else {
            None
        };
        let mut db = self.db();
        let step = db.transaction()?;
        for import in imports {
            if let Some(new) = &import.new {
                site::insert(&step, new)?;
            }
            if let Some(vault) = &vault {
                for key in &import.keys {
                    keys::insert(&step, vault, &import.site_id, key, now)?;
                }
                if let Some((user_id, credential)) = &import.account {
                    let user_id = user_id.as_deref();
                    stations::seal_account(&step, vault, &import.site_id, user_id, credential)?;
                }
            }
            for sample in &import.samples {
                balances::insert(&step, &import.site_id, sample)?;
            }
            for entry in &import.entries {
                ledger::put_in(&step, entry, Spent::default(), now)?;
            }
            if import.station != StationChange::default() {
                stations::change_in(&step, &import.site_id, &import.station)?;
            }
        }
        Ok(step.commit()?)
    }
}
