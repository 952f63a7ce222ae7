//! Sites.

use std::collections::BTreeMap;

use base::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::open::{SiteStore, SitesError};

/// A relay station or an official API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its name in the store.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Base address, without `/v1`.
    pub base_url: String,
    /// `auto|anthropic|openai|both`, as the user set it.
    pub api: String,
    /// What was found out where `api` is `auto`.
    pub api_found: Option<String>,
    /// Paid, or free of charge (公益).
    pub paid: bool,
    /// Tags.
    pub tags: Vec<String>,
    /// Pinned to the top.
    pub pinned: bool,
    /// Whether routes may use it.
    pub enabled: bool,
    /// Way out; empty: the general setting.
    pub outbound: String,
    /// The relay's price multiplier, a decimal number.
    pub multiplier: String,
    /// Model asked for → model of this site.
    pub aliases: BTreeMap<String, String>,
    /// Rotation of its keys; `None`: the general setting.
    pub strategy: Option<String>,
    /// Page to check in at.
    pub checkin_url: Option<String>,
    /// Note.
    pub note: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What changes in a site. `None` leaves a member as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the members are those of Site")]
pub struct SiteChange {
    pub name: Option<String>,
    pub base_url: Option<String>,
    pub api: Option<String>,
    pub paid: Option<bool>,
    pub tags: Option<Vec<String>>,
    pub pinned: Option<bool>,
    pub enabled: Option<bool>,
    pub outbound: Option<String>,
    pub multiplier: Option<String>,
    pub aliases: Option<BTreeMap<String, String>>,
    pub strategy: Option<String>,
    pub checkin_url: Option<String>,
    pub note: Option<String>,
}

const COLUMNS: &str = "id, name, base_url, api, api_found, paid, tags, pinned, enabled, outbound, \
     multiplier, aliases, strategy, checkin_url, note, created_us";

impl SiteStore {
    /// All sites: pinned ones first, then in the user's order.
    pub fn sites(&self) -> Result<Vec<Site>, SitesError> {
        let db = self.db();
        let sql = format!(
            "SELECT {COLUMNS} FROM site WHERE deleted_us IS NULL ORDER BY pinned DESC, position, created_us"
        );
        let mut query = db.prepare_cached(&sql)?;
        Ok(query.query_map([], from_row)?.collect::<Result<_, _>>()?)
    }

    /// A site by id, or by name in any case.
    pub fn site(&self, id_or_name: &str) -> Result<Site, SitesError> {
        find(&self.db(), id_or_name)?.ok_or_else(|| SitesError::NoSuchSite(id_or_name.to_owned()))
    }

    /// Adds a site at the end of the list.
    pub fn add_site(&self, site: &Site) -> Result<(), SitesError> {
        insert(&self.db(), site)
    }

    /// Changes a site. A change of its address is refused here: keys are bound to it (see
    /// [`SiteStore::move_site`]).
    pub fn change_site(&self, id: &str, change: &SiteChange) -> Result<Site, SitesError> {
        let db = self.db();
        let site = find(&db, id)?.ok_or_else(|| SitesError::NoSuchSite(id.to_owned()))?;
        let mut new = site.clone();
        let Site {
            name,
            api,
            paid,
            tags,
            pinned,
            enabled,
            outbound,
            multiplier,
            aliases,
            ..
        } = &mut new;
        set(name, &change.name);
        set(api, &change.api);
        set(paid, &change.paid);
        set(tags, &change.tags);
        set(pinned, &change.pinned);
        set(enabled, &change.enabled);
        set(outbound, &change.outbound);
        set(multiplier, &change.multiplier);
        set(aliases, &change.aliases);
        set(&mut new.note, &change.note);
        if let Some(strategy) = &change.strategy {
            new.strategy = Some(strategy.clone()).filter(|text| !text.is_empty());
        }
        if let Some(url) = &change.checkin_url {
            new.checkin_url = Some(url.clone()).filter(|text| !text.is_empty());
        }
        if change.api.is_some() {
            new.api_found = None;
        }
        if find(&db, &new.name)?.is_some_and(|other| other.id != site.id) {
            return Err(SitesError::NameTaken(new.name));
        }
        db.execute(
            "UPDATE site SET name = ?2, api = ?3, api_found = ?4, paid = ?5, tags = ?6, pinned = ?7, \
             enabled = ?8, outbound = ?9, multiplier = ?10, aliases = ?11, strategy = ?12, \
             checkin_url = ?13, note = ?14 WHERE id = ?1",
            params![
                new.id,
                new.name,
                new.api,
                new.api_found,
                new.paid,
                json(&new.tags),
                new.pinned,
                new.enabled,
                new.outbound,
                new.multiplier,
                json(&new.aliases),
                new.strategy,
                new.checkin_url,
                new.note,
            ],
        )?;
        Ok(new)
    }

    /// Remembers what a site speaks.
    pub fn set_api_found(&self, id: &str, found: &str) -> Result<(), SitesError> {
        self.db().execute(
            "UPDATE site SET api_found = ?2 WHERE id = ?1",
            params![id, found],
        )?;
        Ok(())
    }

    /// Puts the sites in this order.
    pub fn order_sites(&self, ids: &[String]) -> Result<(), SitesError> {
        let mut db = self.db();
        let step = db.transaction()?;
        for (position, id) in ids.iter().enumerate() {
            step.execute(
                "UPDATE site SET position = ?2 WHERE id = ?1",
                params![id, position as i64 + 1],
            )?;
        }
        Ok(step.commit()?)
    }

    /// Deletes a site so that it can be brought back.
    pub fn delete_site(&self, id: &str, now: Timestamp) -> Result<(), SitesError> {
        let changed = self.db().execute(
            "UPDATE site SET deleted_us = ?2 WHERE id = ?1 AND deleted_us IS NULL",
            params![id, now.0],
        )?;
        if changed == 0 {
            Err(SitesError::NoSuchSite(id.to_owned()))
        } else {
            Ok(())
        }
    }

    /// Brings a deleted site back; under another name where its own is taken.
    pub fn restore_site(&self, id: &str) -> Result<Site, SitesError> {
        let db = self.db();
        let gone = || SitesError::NoSuchSite(id.to_owned());
        let name: String = db
            .query_row("SELECT name FROM site WHERE id = ?1", [id], |row| {
                row.get(0)
            })
            .optional()?
            .ok_or_else(gone)?;
        let taken =
            |name: &str| Ok::<_, SitesError>(find(&db, name)?.is_some_and(|site| site.id != id));
        let mut free = name.clone();
        let mut number = 2;
        while taken(&free)? {
            free = format!("{name} {number}");
            number += 1;
        }
        db.execute(
            "UPDATE site SET deleted_us = NULL, name = ?2 WHERE id = ?1",
            params![id, free],
        )?;
        find(&db, id)?.ok_or_else(gone)
    }

    /// Forgets sites that were deleted before a moment, with their keys.
    pub fn purge_sites(&self, before: Timestamp) -> Result<(), SitesError> {
        self.db()
            .execute("DELETE FROM site WHERE deleted_us < ?1", [before.0])?;
        Ok(())
    }
}

pub(super) fn insert(db: &Connection, site: &Site) -> Result<(), SitesError> {
    if find(db, &site.name)?.is_some() {
        return Err(SitesError::NameTaken(site.name.clone()));
    }
    db.execute(
        "INSERT INTO site (id, name, base_url, api, api_found, paid, tags, pinned, enabled, position, \
         outbound, multiplier, aliases, strategy, checkin_url, note, created_us) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
         (SELECT coalesce(max(position), 0) + 1 FROM site), ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            site.id,
            site.name,
            site.base_url,
            site.api,
            site.api_found,
            site.paid,
            json(&site.tags),
            site.pinned,
            site.enabled,
            site.outbound,
            site.multiplier,
            json(&site.aliases),
            site.strategy,
            site.checkin_url,
            site.note,
            site.created_at.0,
        ],
    )?;
    Ok(())
}

pub(super) fn find(db: &Connection, id_or_name: &str) -> rusqlite::Result<Option<Site>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM site WHERE deleted_us IS NULL AND (id = ?1 OR name = ?1 COLLATE NOCASE) \
         ORDER BY id = ?1 DESC LIMIT 1"
    );
    db.prepare_cached(&sql)?
        .query_row([id_or_name], from_row)
        .optional()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Site> {
    let tags: String = row.get("tags")?;
    let aliases: String = row.get("aliases")?;
    Ok(Site {
        id: row.get("id")?,
        name: row.get("name")?,
        base_url: row.get("base_url")?,
        api: row.get("api")?,
        api_found: row.get("api_found")?,
        paid: row.get("paid")?,
        tags: serde_json::from_str(&tags).unwrap_or_default(),
        pinned: row.get("pinned")?,
        enabled: row.get("enabled")?,
        outbound: row.get("outbound")?,
        multiplier: row.get("multiplier")?,
        aliases: serde_json::from_str(&aliases).unwrap_or_default(),
        strategy: row.get("strategy")?,
        checkin_url: row.get("checkin_url")?,
        note: row.get("note")?,
        created_at: Timestamp(row.get("created_us")?),
    })
}

fn set<T: Clone>(member: &mut T, change: &Option<T>) {
    if let Some(value) = change {
        member.clone_from(value);
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
