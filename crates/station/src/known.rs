//! What is remembered of a station between conversations.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;

/// In which unit a station of the One-API family counts for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Display {
    /// US dollars.
    #[default]
    Usd,
    /// Renminbi, at the station's own rate.
    Cny,
    /// Raw quota.
    Quota,
    /// A currency of the operator's own; its billing endpoints count in US dollars.
    Own,
}

/// What was learnt about a station. Kept by the app, handed in again with every conversation; nothing in it
/// is secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// Version that the station names.
    pub version: Option<String>,
    /// What the operator calls it.
    pub name: Option<String>,
    /// Quota that makes one US dollar.
    pub quota_per_usd: Option<Decimal>,
    /// Its unit for people.
    pub display: Option<Display>,
    /// Renminbi for a US dollar, as the station converts.
    pub cny_per_usd: Option<Decimal>,
    /// Renminbi that a US dollar of credit costs, as the operator says.
    pub price_cny_per_usd: Option<Decimal>,
    /// The operator's own currency: its sign, and how much of it is a US dollar.
    pub own_currency: Option<(String, Decimal)>,
    /// Whether people can check in.
    pub check_in: Option<bool>,
    /// Whether a check-in wants a Turnstile.
    pub turnstile: Option<bool>,
    /// Whether `/api/usage/token/` is there.
    pub token_usage: Option<bool>,
    /// Whether `/api/log/token` is there for keys.
    pub token_log: Option<bool>,
    /// Seconds east of UTC of the station's clock.
    pub utc_offset_s: Option<i32>,
    /// When `/api/status` told what stands here: operators change factors, units and check-ins.
    pub status_at: Option<Timestamp>,
    /// Panel's address where it is another than the API's.
    pub panel: Option<String>,
}

impl Known {
    /// Takes over what `other` knows and this does not, and what it knows better (it is newer).
    pub fn learn(&mut self, other: &Self) {
        fn take<T: Clone>(to: &mut Option<T>, from: &Option<T>) {
            if from.is_some() {
                to.clone_from(from);
            }
        }
        take(&mut self.version, &other.version);
        take(&mut self.name, &other.name);
        take(&mut self.quota_per_usd, &other.quota_per_usd);
        take(&mut self.display, &other.display);
        take(&mut self.cny_per_usd, &other.cny_per_usd);
        take(&mut self.price_cny_per_usd, &other.price_cny_per_usd);
        take(&mut self.own_currency, &other.own_currency);
        take(&mut self.check_in, &other.check_in);
        take(&mut self.turnstile, &other.turnstile);
        take(&mut self.token_usage, &other.token_usage);
        take(&mut self.token_log, &other.token_log);
        take(&mut self.utc_offset_s, &other.utc_offset_s);
        take(&mut self.status_at, &other.status_at);
        take(&mut self.panel, &other.panel);
    }
}
