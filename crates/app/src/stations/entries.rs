//! The ledger: what users enter, and why balances changed.

use base::{Currency, Nanos, Timestamp};
use store::sites::{Entry, EntryKind, EntrySource, Site, Spent};

use super::book::Stations;
use super::error::StationError;
use super::view::multiplier;
use super::{amount, change, csv, figures};
use crate::sites::new_id;
use crate::view::{EntryInput, EntryView, LedgerView};

/// Stretches that are told one by one.
const MOST_STRETCHES: usize = 50;

/// Longest note or method, in characters.
const LONGEST_TEXT: usize = 500;

impl Stations {
    /// The ledger of a site.
    pub fn ledger(&self, site: &str) -> Result<LedgerView, StationError> {
        let site = self.site(site)?;
        self.ledger_of(&site)
    }

    /// Adds an entry.
    pub fn add_entry(&self, site: &str, input: &EntryInput) -> Result<LedgerView, StationError> {
        let site = self.site(site)?;
        let entry = self.entry(&site, new_id("entry")?, input, EntrySource::User)?;
        self.put(&site, &entry)
    }

    /// Changes an entry: the input replaces it.
    pub fn change_entry(&self, id: &str, input: &EntryInput) -> Result<LedgerView, StationError> {
        let old = self.store().entry(id)?;
        let site = self.site(&old.site_id)?;
        let mut entry = self.entry(&site, old.id, input, old.source)?;
        if input.date.trim().is_empty() {
            entry.at = old.at;
        }
        self.put(&site, &entry)
    }

    /// Removes an entry.
    pub fn remove_entry(&self, id: &str) -> Result<LedgerView, StationError> {
        let entry = self.store().entry(id)?;
        self.store().remove_entry(id)?;
        self.changed();
        self.ledger(&entry.site_id)
    }

    /// The ledger as CSV.
    pub fn ledger_csv(&self, site: &str) -> Result<String, StationError> {
        Ok(csv::ledger(&self.ledger(site)?.entries))
    }

    pub(super) fn ledger_of(&self, site: &Site) -> Result<LedgerView, StationError> {
        let entries = self.store().ledger(&site.id)?;
        let samples = self.store().samples(&site.id, Timestamp(0))?;
        let multiplier = multiplier(site);
        let whole = change::parts(&samples, &entries, multiplier);
        let in_money = || samples.iter().filter(|it| it.usd.is_some());
        let ends = in_money().next().zip(in_money().next_back());
        let stretches = change::stretches(&samples, &entries, multiplier);
        let rate = self.cny_per_usd();
        Ok(LedgerView {
            site: site.id.clone(),
            name: site.name.clone(),
            entries: entries.iter().map(|entry| view(entry, rate)).collect(),
            change: whole
                .zip(ends)
                .map(|(parts, (first, last))| parts.view(first.at, last.at, multiplier)),
            changes: stretches
                .iter()
                .take(MOST_STRETCHES)
                .map(|(from, to, parts)| parts.view(*from, *to, multiplier))
                .collect(),
        })
    }

    fn put(&self, site: &Site, entry: &Entry) -> Result<LedgerView, StationError> {
        let spent = match entry.kind {
            EntryKind::Balance => {
                let before = self.store().last_samples(&site.id, entry.at)?;
                match before.first() {
                    Some(before) => self.spent(&site.name, before.at, entry.at)?,
                    None => Spent::default(),
                }
            }
            _ => Spent::default(),
        };
        self.store().put_entry(entry, spent, self.now())?;
        self.changed();
        self.ledger_of(site)
    }

    fn entry(
        &self,
        site: &Site,
        id: String,
        input: &EntryInput,
        source: EntrySource,
    ) -> Result<Entry, StationError> {
        let kind = match &input.kind[..] {
            "" => EntryKind::Recharge,
            kind => {
                EntryKind::named(kind).ok_or_else(|| StationError::BadEntry(kind.to_owned()))?
            }
        };
        let positive = |text: &str| match amount::amount(text)? {
            Some(nanos) if nanos.0 < 0 => Err(StationError::BadAmount(text.to_owned())),
            found => Ok(found),
        };
        let paid = positive(&input.paid)?;
        let currency = amount::currency(&input.currency)?;
        // A balance may be a debt.
        let credit = match kind {
            EntryKind::Balance => amount::amount(&input.credit_usd)?,
            _ => positive(&input.credit_usd)?,
        };
        if paid.is_none() && credit.is_none() || kind != EntryKind::Recharge && credit.is_none() {
            return Err(StationError::NoAmount);
        }
        for (name, text) in [("method", &input.method), ("note", &input.note)] {
            if text.chars().count() > LONGEST_TEXT {
                let expected = "500 characters or fewer";
                return Err(StationError::BadMember { name, expected });
            }
        }
        Ok(Entry {
            id,
            site_id: site.id.clone(),
            kind,
            at: amount::date(&input.date, self.now())?,
            paid: paid.map(|paid| (paid, currency)),
            credit,
            method: input.method.trim().to_owned(),
            note: input.note.trim().to_owned(),
            source,
        })
    }
}

/// An entry as the doors show it.
pub(super) fn view(entry: &Entry, cny_per_usd: f64) -> EntryView {
    let credit = entry.credit.map(Nanos::to_f64);
    let per_usd = match (figures::paid_cny(entry, cny_per_usd), credit) {
        (Some(paid), Some(credit)) if credit > 0.0 => Some(paid / credit),
        _ => None,
    };
    EntryView {
        id: entry.id.clone(),
        kind: entry.kind.name().to_owned(),
        at: entry.at.to_string(),
        paid: entry.paid.map(|(paid, _)| paid.to_f64()),
        currency: entry
            .paid
            .map(|(_, currency)| currency_name(currency).to_owned()),
        credit_usd: credit,
        cny_per_usd: per_usd.filter(|_| entry.kind == EntryKind::Recharge),
        method: entry.method.clone(),
        note: entry.note.clone(),
        source: entry.source.name().to_owned(),
    }
}

/// `CNY` or `USD`.
pub(super) fn currency_name(currency: Currency) -> &'static str {
    match currency {
        Currency::Usd => "USD",
        Currency::Cny => "CNY",
    }
}
