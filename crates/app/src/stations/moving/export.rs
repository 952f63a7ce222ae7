//! Writing sites and ledgers as a file.

use base::{Nanos, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use station::Decimal;
use store::sites::{EntryKind, Site};

use super::bundle::Amounts;
use super::own::{
    Archive, ArchivedAccount, ArchivedBalance, ArchivedEntry, ArchivedKey, ArchivedSite, VERSION,
};
use crate::stations::book::Stations;
use crate::stations::error::StationError;
use crate::stations::kept;
use crate::view::InterfaceView;

/// Formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// Relayscope's own archive.
    #[default]
    Relayscope,
    /// KonataAPI's `stats.json`.
    KonataStats,
    /// KonataAPI's `config.json`.
    KonataConfig,
}

impl Stations {
    /// Everything as a document. Keys and credentials are in it only when they are asked for.
    pub fn export(
        &self,
        format: ExportFormat,
        with_secrets: bool,
        amounts: Amounts,
    ) -> Result<Value, StationError> {
        match format {
            ExportFormat::Relayscope => {
                let mut sites = Vec::new();
                for site in self.store().sites()? {
                    sites.push(self.archived(site, with_secrets)?);
                }
                let archive = Archive {
                    relayscope: VERSION,
                    exported_at: self.now().to_string(),
                    with_secrets,
                    sites,
                };
                serde_json::to_value(archive).map_err(|_| StationError::Lost)
            }
            ExportFormat::KonataStats => {
                let mut sites = Vec::new();
                for site in self.store().sites()? {
                    sites.push(self.konata_site(&site, with_secrets, amounts)?);
                }
                Ok(json!({ "sites": sites }))
            }
            ExportFormat::KonataConfig => self.konata_config(with_secrets),
        }
    }

    fn archived(&self, site: Site, with_secrets: bool) -> Result<ArchivedSite, StationError> {
        let station = self.store().station(&site.id)?;
        let mut keys = Vec::new();
        for key in self.store().keys(&site.id)? {
            let secret = match with_secrets {
                true => Some(self.store().reveal_key(&key.id)?.reveal().clone()),
                false => None,
            };
            keys.push(ArchivedKey {
                label: key.label,
                weight: key.weight,
                masked: key.masked,
                key: secret,
            });
        }
        let account = match self.store().account(&site.id)? {
            Some(account) => Some(ArchivedAccount {
                user_id: account.user_id,
                credential: match with_secrets {
                    true => {
                        let opened = self.store().reveal_account(&site.id)?;
                        opened.map(|opened| opened.reveal().clone())
                    }
                    false => None,
                },
            }),
            None => None,
        };
        let ledger = self.store().ledger(&site.id)?;
        let samples = self.store().samples(&site.id, Timestamp(0))?;
        let by_hand = |sample: &&store::sites::Sample| sample.entry.is_none();
        Ok(ArchivedSite {
            name: site.name,
            base_url: site.base_url,
            api: site.api,
            paid: site.paid,
            enabled: site.enabled,
            pinned: site.pinned,
            tags: site.tags,
            note: site.note,
            checkin_url: site.checkin_url,
            recharge_url: station.recharge_url,
            outbound: site.outbound,
            multiplier: site.multiplier,
            aliases: site.aliases,
            strategy: site.strategy,
            kind: station.kind_set,
            threshold_usd: station.threshold.map(Decimal::of),
            interface: kept::read(&station.interface).unwrap_or_default(),
            keys,
            account,
            ledger: ledger.iter().map(entry).collect(),
            balances: samples.iter().filter(by_hand).map(balance).collect(),
        })
    }

    fn konata_site(
        &self,
        site: &Site,
        with_secrets: bool,
        amounts: Amounts,
    ) -> Result<Value, StationError> {
        let view = self.view(&site.id)?;
        let balance = view.balance.as_ref().filter(|balance| !balance.unlimited);
        let left = balance.and_then(|balance| balance.remaining_usd);
        let at = balance.and_then(|balance| Timestamp::parse(&balance.at));
        let records: Vec<Value> = self
            .store()
            .ledger(&site.id)?
            .iter()
            .rev()
            .filter(|entry| entry.kind == EntryKind::Recharge)
            .filter_map(|entry| {
                let amount = match amounts {
                    Amounts::Credit => entry.credit,
                    Amounts::PaidCny => entry.paid.map(|(paid, _)| paid),
                };
                Some(json!({
                    "id": format!("rec-{}", tail(&entry.id, 6)),
                    "amount": plain(amount?),
                    "date": local(entry.at, "%Y-%m-%d"),
                    "note": entry.note,
                }))
            })
            .collect();
        let mut json = json!({
            "id": tail(&site.id, 8),
            "name": site.name,
            "url": site.base_url,
            "type": if site.paid { "paid" } else { "free" },
            "tags": site.tags,
            "balance": left.unwrap_or(0.0),
            "balance_unit": "USD",
            "last_query_time": at.map_or(String::new(), |at| local(at, "%Y-%m-%d %H:%M:%S")),
            "notes": site.note,
            "api_key": self.konata_key(site, with_secrets)?,
            "checkin_url": site.checkin_url.clone().unwrap_or_default(),
            "recharge_records": records,
        });
        self.konata_interface(site, &mut json)?;
        Ok(json)
    }

    fn konata_config(&self, with_secrets: bool) -> Result<Value, StationError> {
        let settings = self.settings();
        let set = &settings.stations;
        let mut profiles = Vec::new();
        for site in self.store().sites()? {
            let mut json = json!({
                "name": site.name,
                "url": site.base_url,
                "key": self.konata_key(&site, with_secrets)?,
            });
            self.konata_interface(&site, &mut json)?;
            profiles.push(json);
        }
        Ok(json!({
            "profiles": profiles,
            "api_endpoints": {
                "balance_subscription": or(&set.balance_path, "/v1/dashboard/billing/subscription"),
                "balance_usage": or(&set.usage_path, "/v1/dashboard/billing/usage"),
                "logs": or(&set.logs_path, "/api/log/token"),
                "logs_page_size": set.logs_page_size,
            },
            "minimize_to_tray": settings.desktop.close_to_tray,
            "auto_query": {
                "enabled": set.auto_query,
                "interval_minutes": set.auto_query_minutes,
            },
            "low_balance_threshold": set.low_balance_usd,
        }))
    }

    /// KonataAPI knows one key per site.
    fn konata_key(&self, site: &Site, with_secrets: bool) -> Result<String, StationError> {
        let keys = self.store().keys(&site.id)?;
        let first = keys.iter().find(|key| key.enabled).or(keys.first());
        match first.filter(|_| with_secrets) {
            Some(key) => Ok(self.store().reveal_key(&key.id)?.reveal().clone()),
            None => Ok(String::new()),
        }
    }

    fn konata_interface(&self, site: &Site, json: &mut Value) -> Result<(), StationError> {
        let station = self.store().station(&site.id)?;
        let it: InterfaceView = kept::read(&station.interface).unwrap_or_default();
        json["balance_auth_type"] = or(&it.balance_auth, "bearer").into();
        json["log_auth_type"] = or(&it.log_auth, "bearer").into();
        json["proxy"] = it.balance_proxy.clone().into();
        let mut endpoints = json!({});
        for (name, path) in [
            ("balance_subscription", &it.balance_path),
            ("balance_usage", &it.usage_path),
            ("logs", &it.logs_path),
        ] {
            if !path.is_empty() {
                endpoints[name] = path.clone().into();
            }
        }
        json["endpoints"] = endpoints;
        Ok(())
    }
}

fn entry(entry: &store::sites::Entry) -> ArchivedEntry {
    ArchivedEntry {
        kind: entry.kind.name().to_owned(),
        at: entry.at.to_string(),
        paid: entry.paid.map(|(paid, _)| Decimal::of(paid)),
        currency: entry.paid.map(|(_, currency)| currency),
        credit_usd: entry.credit.map(Decimal::of),
        method: entry.method.clone(),
        note: entry.note.clone(),
    }
}

fn balance(sample: &store::sites::Sample) -> ArchivedBalance {
    ArchivedBalance {
        at: sample.at.to_string(),
        usd: sample.usd.map(Decimal::of),
        used_usd: sample.used_usd.map(Decimal::of),
        quota: sample.quota,
        cost_usd: Some(Decimal::of(sample.spent.cost)),
        exchanges: sample.spent.exchanges,
        unpriced: sample.spent.unpriced,
    }
}

/// A whole number as such, others with their decimals: as KonataAPI writes them.
fn plain(amount: Nanos) -> Value {
    match amount.0 % Nanos::PER_UNIT {
        0 => json!(amount.0 / Nanos::PER_UNIT),
        _ => json!(amount.to_f64()),
    }
}

fn tail(text: &str, length: usize) -> &str {
    let start = text.len().saturating_sub(length);
    text.get(start..).unwrap_or(text)
}

fn or(text: &str, usual: &str) -> String {
    if text.is_empty() { usual } else { text }.to_owned()
}

fn local(at: Timestamp, form: &str) -> String {
    let zoned = at.to_jiff().to_zoned(jiff::tz::TimeZone::system());
    zoned.strftime(form).to_string()
}
