//! The ledger: recharges, balances entered by hand, rewards for check-ins.

use base::{Currency, Nanos, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::balances::{self, Sample, Spent};
use super::open::{SiteStore, SitesError};

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// Credit was bought, or given.
    Recharge,
    /// The balance, entered by hand.
    Balance,
    /// A reward for checking in.
    CheckIn,
}

impl EntryKind {
    /// `recharge|balance|check-in`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recharge => "recharge",
            Self::Balance => "balance",
            Self::CheckIn => "check-in",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Recharge, Self::Balance, Self::CheckIn]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntrySource {
    /// The user.
    User,
    /// A file that was imported.
    Import,
    /// The station.
    Station,
}

impl EntrySource {
    /// `user|import|station`.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Import => "import",
            Self::Station => "station",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "import" => Self::Import,
            "station" => Self::Station,
            _ => Self::User,
        }
    }
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// The site.
    pub site_id: String,
    /// What it is.
    pub kind: EntryKind,
    /// When.
    pub at: Timestamp,
    /// What was paid, and in what; `None`: nobody said.
    pub paid: Option<(Nanos, Currency)>,
    /// Credit received, or the balance, US dollars; `None`: nobody said.
    pub credit: Option<Nanos>,
    /// How it was paid.
    pub method: String,
    /// Note.
    pub note: String,
    /// Who said so.
    pub source: EntrySource,
}

const COLUMNS: &str =
    "id, site_id, kind, at_us, paid_nano, currency, credit_nano_usd, method, note, source";

impl SiteStore {
    /// The entries of a site, newest first.
    pub fn ledger(&self, site_id: &str) -> Result<Vec<Entry>, SitesError> {
        let db = self.db();
        let sql = format!(
            "SELECT {COLUMNS} FROM ledger WHERE site_id = ?1 ORDER BY at_us DESC, created_us DESC"
        );
        let mut query = db.prepare_cached(&sql)?;
        let rows = query.query_map([site_id], from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// An entry.
    pub fn entry(&self, id: &str) -> Result<Entry, SitesError> {
        let db = self.db();
        let sql = format!("SELECT {COLUMNS} FROM ledger WHERE id = ?1");
        let found = db
            .prepare_cached(&sql)?
            .query_row([id], from_row)
            .optional()?;
        found.ok_or_else(|| SitesError::NoSuchEntry(id.to_owned()))
    }

    /// Adds an entry, or puts it in the place of the one of its name. `spent`: our own exchanges since the
    /// balance before it, where it is a balance.
    pub fn put_entry(&self, entry: &Entry, spent: Spent, now: Timestamp) -> Result<(), SitesError> {
        let mut db = self.db();
        let step = db.transaction()?;
        put_in(&step, entry, spent, now)?;
        Ok(step.commit()?)
    }

    /// Removes an entry.
    pub fn remove_entry(&self, id: &str) -> Result<(), SitesError> {
        let mut db = self.db();
        let step = db.transaction()?;
        balances::remove_of(&step, id)?;
        let removed = step.execute("DELETE FROM ledger WHERE id = ?1", [id])?;
        if removed == 0 {
            return Err(SitesError::NoSuchEntry(id.to_owned()));
        }
        Ok(step.commit()?)
    }
}

pub(super) fn put_in(
    db: &Connection,
    entry: &Entry,
    spent: Spent,
    now: Timestamp,
) -> rusqlite::Result<()> {
    balances::remove_of(db, &entry.id)?;
    db.prepare_cached(
        "INSERT INTO ledger (id, site_id, kind, at_us, paid_nano, currency, credit_nano_usd, method, note, \
         source, created_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
         ON CONFLICT (id) DO UPDATE SET kind = ?3, at_us = ?4, paid_nano = ?5, currency = ?6, \
         credit_nano_usd = ?7, method = ?8, note = ?9",
    )?
    .execute(params![
        entry.id,
        entry.site_id,
        entry.kind.name(),
        entry.at.0,
        entry.paid.map(|(nanos, _)| nanos.0),
        entry.paid.map(|(_, currency)| match currency {
            Currency::Usd => "USD",
            Currency::Cny => "CNY",
        }),
        entry.credit.map(|nanos| nanos.0),
        entry.method,
        entry.note,
        entry.source.name(),
        now.0
    ])?;
    if entry.kind == EntryKind::Balance && entry.credit.is_some() {
        let sample = Sample {
            at: entry.at,
            entry: Some(entry.id.clone()),
            usd: entry.credit,
            used_usd: None,
            quota: None,
            spent,
        };
        balances::insert_between(db, &entry.site_id, &sample)?;
    }
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kind: String = row.get("kind")?;
    let source: String = row.get("source")?;
    let currency: Option<String> = row.get("currency")?;
    let currency = match currency.as_deref() {
        Some("USD") => Currency::Usd,
        _ => Currency::Cny,
    };
    Ok(Entry {
        id: row.get("id")?,
        site_id: row.get("site_id")?,
        kind: EntryKind::named(&kind).unwrap_or(EntryKind::Recharge),
        at: Timestamp(row.get("at_us")?),
        paid: row
            .get::<_, Option<i64>>("paid_nano")?
            .map(|nanos| (Nanos(nanos), currency)),
        credit: row.get::<_, Option<i64>>("credit_nano_usd")?.map(Nanos),
        method: row.get("method")?,
        note: row.get("note")?,
        source: EntrySource::named(&source),
    })
}
