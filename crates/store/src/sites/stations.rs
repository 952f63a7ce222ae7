//! Stations: what is known of the software behind a site, and how the last query went.

use base::{Nanos, Secret, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::balances::{self, Sample};
use super::keys::origin;
use super::open::{SiteStore, SitesError};
use super::site;
use crate::vault::Vault;

/// What is kept of a station. Texts that are JSON are written and read by the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Station {
    /// The site.
    pub site_id: String,
    /// Kind as it was detected.
    pub kind: Option<String>,
    /// Kind as the user set it.
    pub kind_set: Option<String>,
    /// JSON: what else was detected.
    pub detection: String,
    /// JSON: how it is asked.
    pub interface: String,
    /// Below this the user is told; `None`: the general setting, 0: never.
    pub threshold: Option<Nanos>,
    /// Where one buys credit.
    pub recharge_url: Option<String>,
    /// Whether the user has been told that the balance is low.
    pub told_low: bool,
    /// No notification until then.
    pub snoozed_until: Option<Timestamp>,
    /// JSON: the last good balance.
    pub balance: Option<String>,
    /// JSON: how the last query went.
    pub query: Option<String>,
    /// JSON: what the station said last, redacted.
    pub answers: String,
    /// JSON: the last check-in.
    pub checkin: String,
}

/// What changes in a station by the user's will. `None` leaves a member as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StationChange {
    /// Kind; empty: as it is detected.
    pub kind_set: Option<String>,
    /// JSON.
    pub interface: Option<String>,
    /// `Some(None)`: the general setting.
    pub threshold: Option<Option<Nanos>>,
    /// Where one buys credit; empty: not known.
    pub recharge_url: Option<String>,
    /// No notification until then; `Some(None)`: at once again.
    pub snoozed_until: Option<Option<Timestamp>>,
}

/// The outcome of a query: all of it is kept, or nothing.
#[derive(Clone, Debug, Default)]
pub struct QueryOutcome {
    /// JSON: how it went.
    pub query: String,
    /// JSON: what the station said, redacted.
    pub answers: String,
    /// Kind and JSON of a new detection.
    pub detection: Option<(Option<String>, String)>,
    /// JSON of a good balance, and its place in the series.
    pub balance: Option<(String, Option<Sample>)>,
}

/// A stored account, without its credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationAccount {
    /// Id of the user at the station.
    pub user_id: Option<String>,
    /// `••••••••7Qf2`.
    pub masked: String,
}

const COLUMNS: &str = "site_id, kind, kind_set, detection, interface, threshold_nano_usd, recharge_url, \
     told_low, snoozed_us, balance, query, answers, checkin";

impl SiteStore {
    /// All stations of sites that are there; a site that was never asked has none.
    pub fn stations(&self) -> Result<Vec<Station>, SitesError> {
        let db = self.db();
        let sql = format!(
            "SELECT {COLUMNS} FROM station WHERE site_id IN (SELECT id FROM site WHERE deleted_us IS NULL)"
        );
        let mut query = db.prepare_cached(&sql)?;
        Ok(query.query_map([], from_row)?.collect::<Result<_, _>>()?)
    }

    /// The station of a site; an empty one where nothing is known.
    pub fn station(&self, site_id: &str) -> Result<Station, SitesError> {
        let db = self.db();
        let sql = format!("SELECT {COLUMNS} FROM station WHERE site_id = ?1");
        let found = db
            .prepare_cached(&sql)?
            .query_row([site_id], from_row)
            .optional()?;
        Ok(found.unwrap_or_else(|| Station::empty(site_id)))
    }

    /// Changes what users change.
    pub fn change_station(&self, site_id: &str, change: &StationChange) -> Result<(), SitesError> {
        let mut db = self.db();
        let step = db.transaction()?;
        change_in(&step, site_id, change)?;
        Ok(step.commit()?)
    }

    /// Keeps the outcome of a query in one transaction.
    pub fn keep_query(&self, site_id: &str, outcome: &QueryOutcome) -> Result<(), SitesError> {
        let mut db = self.db();
        let step = db.transaction()?;
        begin(&step, site_id)?;
        step.prepare_cached("UPDATE station SET query = ?2, answers = ?3 WHERE site_id = ?1")?
            .execute(params![site_id, outcome.query, outcome.answers])?;
        if let Some((kind, detection)) = &outcome.detection {
            step.prepare_cached("UPDATE station SET kind = ?2, detection = ?3 WHERE site_id = ?1")?
                .execute(params![site_id, kind, detection])?;
        }
        if let Some((balance, sample)) = &outcome.balance {
            step.prepare_cached("UPDATE station SET balance = ?2 WHERE site_id = ?1")?
                .execute(params![site_id, balance])?;
            if let Some(sample) = sample {
                balances::append(&step, site_id, sample)?;
            }
        }
        Ok(step.commit()?)
    }

    /// Remembers whether the user has been told that the balance is low.
    pub fn set_told_low(&self, site_id: &str, told: bool) -> Result<(), SitesError> {
        let db = self.db();
        begin(&db, site_id)?;
        db.prepare_cached("UPDATE station SET told_low = ?2 WHERE site_id = ?1")?
            .execute(params![site_id, told])?;
        Ok(())
    }

    /// Remembers a check-in: JSON.
    pub fn set_checkin(&self, site_id: &str, checkin: &str) -> Result<(), SitesError> {
        let db = self.db();
        begin(&db, site_id)?;
        db.prepare_cached("UPDATE station SET checkin = ?2 WHERE site_id = ?1")?
            .execute(params![site_id, checkin])?;
        Ok(())
    }

    /// The account of a site, without its credential.
    pub fn account(&self, site_id: &str) -> Result<Option<StationAccount>, SitesError> {
        let db = self.db();
        let account = db
            .prepare_cached("SELECT user_id, masked FROM station_account WHERE site_id = ?1")?
            .query_row([site_id], |row| {
                Ok(StationAccount {
                    user_id: row.get(0)?,
                    masked: row.get(1)?,
                })
            })
            .optional()?;
        Ok(account)
    }

    /// Seals an account's credential for the site's host. Without one, only the user id changes.
    pub fn put_account(
        &self,
        site_id: &str,
        user_id: Option<&str>,
        credential: Option<&Secret<String>>,
    ) -> Result<(), SitesError> {
        let Some(credential) = credential else {
            self.db().execute(
                "UPDATE station_account SET user_id = ?2 WHERE site_id = ?1",
                params![site_id, user_id],
            )?;
            return Ok(());
        };
        let vault = self.vault()?;
        seal_account(&self.db(), &vault, site_id, user_id, credential)
    }

    /// Forgets an account.
    pub fn remove_account(&self, site_id: &str) -> Result<(), SitesError> {
        self.db()
            .execute("DELETE FROM station_account WHERE site_id = ?1", [site_id])?;
        Ok(())
    }

    /// Opens an account's credential, to send it to its station.
    pub fn reveal_account(&self, site_id: &str) -> Result<Option<Secret<String>>, SitesError> {
        let row: Option<(Vec<u8>, String)> = self
            .db()
            .prepare_cached(
                "SELECT sealed, base_url FROM station_account JOIN site ON site.id = site_id WHERE site_id = ?1",
            )?
            .query_row([site_id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((sealed, base_url)) = row else {
            return Ok(None);
        };
        let opened = self.vault()?.open(&sealed, &bound_to(site_id, &base_url))?;
        Ok(Some(opened))
    }
}

impl Station {
    fn empty(site_id: &str) -> Self {
        Self {
            site_id: site_id.to_owned(),
            detection: "{}".to_owned(),
            interface: "{}".to_owned(),
            answers: "[]".to_owned(),
            checkin: "{}".to_owned(),
            ..Self::default()
        }
    }
}

/// Makes sure that there is a row.
pub(super) fn begin(db: &Connection, site_id: &str) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO station (site_id) VALUES (?1)")?
        .execute([site_id])?;
    Ok(())
}

pub(super) fn change_in(
    db: &Connection,
    site_id: &str,
    change: &StationChange,
) -> rusqlite::Result<()> {
    begin(db, site_id)?;
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if change.kind_set.is_some() {
        db.execute(
            "UPDATE station SET kind_set = ?2 WHERE site_id = ?1",
            params![site_id, text(&change.kind_set)],
        )?;
    }
    if let Some(interface) = &change.interface {
        db.execute(
            "UPDATE station SET interface = ?2 WHERE site_id = ?1",
            params![site_id, interface],
        )?;
    }
    if let Some(threshold) = change.threshold {
        // Another threshold is another question: it may be answered anew.
        db.execute(
            "UPDATE station SET threshold_nano_usd = ?2, told_low = 0 WHERE site_id = ?1",
            params![site_id, threshold.map(|nanos| nanos.0)],
        )?;
    }
    if change.recharge_url.is_some() {
        db.execute(
            "UPDATE station SET recharge_url = ?2 WHERE site_id = ?1",
            params![site_id, text(&change.recharge_url)],
        )?;
    }
    if let Some(until) = change.snoozed_until {
        db.execute(
            "UPDATE station SET snoozed_us = ?2 WHERE site_id = ?1",
            params![site_id, until.map(|until| until.0)],
        )?;
    }
    Ok(())
}

pub(super) fn seal_account(
    db: &Connection,
    vault: &Vault,
    site_id: &str,
    user_id: Option<&str>,
    credential: &Secret<String>,
) -> Result<(), SitesError> {
    let found =
        site::find(db, site_id)?.ok_or_else(|| SitesError::NoSuchSite(site_id.to_owned()))?;
    let sealed = vault.seal(credential, &bound_to(&found.id, &found.base_url))?;
    db.execute(
        "INSERT OR REPLACE INTO station_account (site_id, user_id, masked, sealed) VALUES (?1, ?2, ?3, ?4)",
        params![found.id, user_id, credential.masked(), sealed],
    )?;
    Ok(())
}

/// A site at another address is another station: what was learnt is forgotten, and its credential, which
/// was sealed for the old host, goes with it.
pub(super) fn moved(db: &Connection, site_id: &str) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE station SET kind = NULL, detection = '{}', answers = '[]', query = NULL WHERE site_id = ?1",
        [site_id],
    )?;
    db.execute("DELETE FROM station_account WHERE site_id = ?1", [site_id])?;
    Ok(())
}

fn bound_to(site_id: &str, base_url: &str) -> String {
    format!("account|{site_id}|{}", origin(base_url))
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Station> {
    Ok(Station {
        site_id: row.get("site_id")?,
        kind: row.get("kind")?,
        kind_set: row.get("kind_set")?,
        detection: row.get("detection")?,
        interface: row.get("interface")?,
        threshold: row.get::<_, Option<i64>>("threshold_nano_usd")?.map(Nanos),
        recharge_url: row.get("recharge_url")?,
        told_low: row.get("told_low")?,
        snoozed_until: row.get::<_, Option<i64>>("snoozed_us")?.map(Timestamp),
        balance: row.get("balance")?,
        query: row.get("query")?,
        answers: row.get("answers")?,
        checkin: row.get("checkin")?,
    })
}
