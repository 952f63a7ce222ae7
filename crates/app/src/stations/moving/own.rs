//! Relayscope's own archive: JSON that a person can read. Without secrets unless they were asked for.

use std::collections::BTreeMap;

use base::{Currency, Nanos, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use station::Decimal;
use store::sites::{EntryKind, Sample};

use super::bundle::{Bundle, BundleEntry, BundleKey, BundleSite, key, web};
use crate::stations::error::StationError;
use crate::stations::interface;
use crate::view::{ImportSkip, InterfaceView};

/// Version of the archive.
pub(super) const VERSION: u32 = 1;

/// The whole archive.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Archive {
    /// Version.
    pub(super) relayscope: u32,
    pub(super) exported_at: String,
    /// Whether keys are in it.
    pub(super) with_secrets: bool,
    pub(super) sites: Vec<ArchivedSite>,
}

/// A site.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ArchivedSite {
    pub(super) name: String,
    pub(super) base_url: String,
    pub(super) api: String,
    pub(super) paid: bool,
    pub(super) enabled: bool,
    pub(super) pinned: bool,
    pub(super) tags: Vec<String>,
    pub(super) note: String,
    pub(super) checkin_url: Option<String>,
    pub(super) recharge_url: Option<String>,
    pub(super) outbound: String,
    pub(super) multiplier: String,
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) strategy: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) threshold_usd: Option<Decimal>,
    pub(super) interface: InterfaceView,
    pub(super) keys: Vec<ArchivedKey>,
    pub(super) account: Option<ArchivedAccount>,
    pub(super) ledger: Vec<ArchivedEntry>,
    pub(super) balances: Vec<ArchivedBalance>,
}

/// A key; without `key` it is left out when it is read.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ArchivedKey {
    pub(super) label: String,
    pub(super) weight: u32,
    pub(super) masked: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
}

/// An account.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ArchivedAccount {
    pub(super) user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credential: Option<String>,
}

/// An entry of the ledger. Amounts are decimal texts.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ArchivedEntry {
    pub(super) kind: String,
    pub(super) at: String,
    pub(super) paid: Option<Decimal>,
    pub(super) currency: Option<Currency>,
    pub(super) credit_usd: Option<Decimal>,
    pub(super) method: String,
    pub(super) note: String,
}

/// A balance at a moment.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ArchivedBalance {
    pub(super) at: String,
    pub(super) usd: Option<Decimal>,
    pub(super) used_usd: Option<Decimal>,
    pub(super) quota: Option<i64>,
    pub(super) cost_usd: Option<Decimal>,
    pub(super) exchanges: u32,
    pub(super) unpriced: u32,
}

/// Reads an archive.
pub(super) fn read(json: Value) -> Result<Bundle, StationError> {
    let version = json["relayscope"].as_u64().unwrap_or(u64::MAX);
    if version > u64::from(VERSION) {
        return Err(StationError::NewerFile);
    }
    let archive: Archive = serde_json::from_value(json).map_err(|_| StationError::UnknownFile)?;
    let mut bundle = Bundle {
        format: "relayscope",
        ..Bundle::default()
    };
    for (number, site) in archive.sites.into_iter().enumerate() {
        read_site(site, &format!("sites[{number}]"), &mut bundle);
    }
    Ok(bundle)
}

fn read_site(archived: ArchivedSite, place: &str, bundle: &mut Bundle) {
    let mut skip = |place: String, reason: &str| {
        bundle.skipped.push(ImportSkip {
            place,
            name: archived.name.clone(),
            reason: reason.to_owned(),
        });
    };
    if archived.base_url.is_empty() {
        return skip(place.to_owned(), "no_url");
    }
    let Ok(url) = net::BaseUrl::parse(&archived.base_url) else {
        return skip(place.to_owned(), "bad_url");
    };
    let mut site = BundleSite::at(archived.name.clone(), url);
    for (number, entry) in archived.ledger.iter().enumerate() {
        match read_entry(entry) {
            Some(entry) => site.entries.push(entry),
            None => skip(format!("{place}.ledger[{number}]"), "bad_record"),
        }
    }
    if interface::check(&archived.interface).is_ok() {
        site.interface = archived.interface;
    } else {
        skip(format!("{place}.interface"), "bad_interface");
    }
    let good = archived.multiplier.parse::<price::Factor>().is_ok();
    if good {
        site.multiplier = archived.multiplier;
    }
    if net::Outbound::parse(&archived.outbound).is_ok() {
        site.outbound = archived.outbound;
    }
    if matches!(&archived.api[..], "auto" | "anthropic" | "openai" | "both") {
        site.api = archived.api;
    }
    let known = |name: &String| route::strategies::named(name).is_ok();
    site.strategy = archived.strategy.filter(known);
    let is_kind = |kind: &String| kind.parse::<station::StationKind>().is_ok();
    site.kind = archived.kind.filter(is_kind);
    site.threshold = archived.threshold_usd.and_then(Decimal::nanos);
    (site.paid, site.enabled, site.pinned) = (archived.paid, archived.enabled, archived.pinned);
    (site.tags, site.note, site.aliases) = (archived.tags, archived.note, archived.aliases);
    site.checkin_url = archived.checkin_url.as_deref().and_then(web);
    site.recharge_url = archived.recharge_url.as_deref().and_then(web);
    site.keys = archived.keys.iter().filter_map(read_key).collect();
    site.account = archived.account.and_then(|account| {
        let credential = key(account.credential.as_deref()?)?;
        Some((account.user_id, Secret::new(credential.reveal().clone())))
    });
    site.samples = archived.balances.iter().filter_map(read_balance).collect();
    bundle.sites.push(site);
}

fn read_key(archived: &ArchivedKey) -> Option<BundleKey> {
    Some(BundleKey {
        label: archived.label.clone(),
        weight: archived.weight.min(1_000),
        secret: key(archived.key.as_deref()?)?,
    })
}

fn read_entry(archived: &ArchivedEntry) -> Option<BundleEntry> {
    let nanos = |amount: Option<Decimal>| match amount {
        Some(amount) => amount.nanos().map(Some),
        None => Some(None),
    };
    let paid = nanos(archived.paid)?;
    let currency = archived.currency.unwrap_or(Currency::Cny);
    Some(BundleEntry {
        kind: EntryKind::named(&archived.kind)?,
        at: Some(Timestamp::parse(&archived.at)?),
        paid: paid.map(|paid| (paid, currency)),
        credit: nanos(archived.credit_usd)?,
        method: archived.method.clone(),
        note: archived.note.clone(),
    })
}

fn read_balance(archived: &ArchivedBalance) -> Option<Sample> {
    let nanos = |amount: Option<Decimal>| amount.and_then(Decimal::nanos);
    Some(Sample {
        at: Timestamp::parse(&archived.at)?,
        entry: None,
        usd: nanos(archived.usd),
        used_usd: nanos(archived.used_usd),
        quota: archived.quota,
        spent: store::sites::Spent {
            cost: nanos(archived.cost_usd).unwrap_or(Nanos(0)),
            exchanges: archived.exchanges,
            unpriced: archived.unpriced,
        },
    })
}
