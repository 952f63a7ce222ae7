//! What a station says that is left, in its own unit, and what that is in dollars and renminbi.

use base::{Currency, Measured, Nanos, Timestamp, Unknown};
use serde::{Deserialize, Serialize};

use crate::decimal::{Decimal, product};
use crate::kind::StationKind;
use crate::known::{Display, Known};
use crate::problem::Problem;

/// Whose figures these are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What one key may spend; not backed by money.
    #[default]
    Key,
    /// What the account holds; keys share it.
    Account,
    /// What a subscription allows.
    Subscription,
}

/// In which state key and account are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It can be used.
    Active,
    /// Nothing is left, or a window is used up.
    Exhausted,
    /// Its time is over.
    Expired,
    /// Switched off.
    Disabled,
    /// Not known to the station.
    Invalid,
    /// The station could not be asked.
    Unreachable,
    /// This kind of station gives no balance, or wants something that was not given.
    Unsupported,
    /// It answered, but does not say.
    #[default]
    Unknown,
}

/// Unit of amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// US dollars.
    #[default]
    #[serde(rename = "USD")]
    Usd,
    /// Renminbi.
    #[serde(rename = "CNY")]
    Cny,
    /// Raw quota of the One-API family ("tokens" in its panel).
    #[serde(rename = "quota")]
    Quota,
}

/// Amounts of one scope, in the balance's unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purse {
    /// Whose.
    pub scope: Scope,
    /// Its name: of the key, of the plan.
    pub name: Option<String>,
    /// Whether it has no limit. Then `remaining` and `granted` are not known and mean nothing.
    pub unlimited: bool,
    /// What is left; negative is debt.
    pub remaining: Measured<Nanos>,
    /// What was used.
    pub used: Measured<Nanos>,
    /// What there was: left and used.
    pub granted: Measured<Nanos>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A limit that renews itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// `5h`, `1d`, `7d`, `30d` …
    pub window: String,
    /// Whether it belongs to the key or to a subscription.
    pub scope: Scope,
    /// What may be used in it; not known: no limit.
    pub limit: Measured<Nanos>,
    /// What is used.
    pub used: Measured<Nanos>,
    /// What is left.
    pub remaining: Measured<Nanos>,
    /// When it begins anew.
    pub resets_at: Option<Timestamp>,
}

/// Exact raw figures of the One-API family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Left.
    pub remaining: Option<i64>,
    /// Used.
    pub used: Option<i64>,
    /// Both together.
    pub granted: Option<i64>,
}

/// What was used in a time, as the station counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Calls.
    pub requests: Option<u64>,
    /// All tokens.
    pub tokens: Option<u64>,
    /// What was charged, in the balance's unit.
    pub charged: Option<Nanos>,
    /// What it would have been at list prices, in the balance's unit.
    pub listed: Option<Nanos>,
}

/// A reading of a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// What kind of station it was read as.
    pub kind: StationKind,
    /// State of key and account.
    pub state: State,
    /// Unit of all amounts.
    pub unit: Unit,
    /// Whose the headline figures are: the purse that runs out first, where several are known.
    pub scope: Scope,
    /// Whether the headline purse has no limit.
    pub unlimited: bool,
    /// What is left: see `scope`.
    pub remaining: Measured<Nanos>,
    /// What was used.
    pub used: Measured<Nanos>,
    /// What there was.
    pub granted: Measured<Nanos>,
    /// What can be spent now: the smallest of key cap, wallet or subscription, and windows, as far as known.
    /// Estimated where one of them is not known.
    pub spendable: Measured<Nanos>,
    /// When the key (or subscription) ends.
    pub expires_at: Option<Timestamp>,
    /// The key's own cap, if it was read.
    pub key: Option<Purse>,
    /// The account's wallet, if it was read.
    pub account: Option<Purse>,
    /// Subscriptions.
    pub subscriptions: Vec<Purse>,
    /// Windows.
    pub windows: Vec<Window>,
    /// Raw quota of the headline purse.
    pub quota: Quota,
    /// What was used today (the station's day).
    pub today: Option<Spent>,
    /// What was used ever.
    pub total: Option<Spent>,
    /// Factor that the station charges (sub2api's group).
    pub multiplier: Option<Decimal>,
    /// Why a figure is missing, or the worst thing to know.
    pub reason: Option<Problem>,
    /// What else to know.
    pub notes: Vec<Problem>,
    /// Where the headline is from: `GET /api/usage/token/`.
    pub source: String,
    /// What was learnt: to be remembered.
    pub known: Known,
}

impl Balance {
    /// A reading without figures.
    pub fn without(kind: StationKind, state: State, reason: Problem, known: Known) -> Self {
        let unknown = Measured::Unknown(Unknown::NotGiven);
        Self {
            kind,
            state,
            unit: Unit::Usd,
            scope: Scope::Key,
            unlimited: false,
            remaining: unknown,
            used: unknown,
            granted: unknown,
            spendable: unknown,
            expires_at: None,
            key: None,
            account: None,
            subscriptions: Vec::new(),
            windows: Vec::new(),
            quota: Quota::default(),
            today: None,
            total: None,
            multiplier: None,
            reason: Some(reason),
            notes: Vec::new(),
            source: String::new(),
            known,
        }
    }

    /// Whether there is any figure in it. Where not, the last good one should stay on the screen.
    pub fn has_figures(&self) -> bool {
        self.unlimited
            || self.remaining.value().is_some()
            || self.used.value().is_some()
            || !self.windows.is_empty()
    }

    /// An amount of this balance in another currency. `cny_per_usd` is the user's own rate; a station that
    /// counts in renminbi is converted with its own. Exact becomes estimated through the user's rate.
    pub fn convert(
        &self,
        amount: Measured<Nanos>,
        to: Currency,
        cny_per_usd: Decimal,
    ) -> Measured<Nanos> {
        convert(amount, self.unit, to, &self.known, cny_per_usd)
    }
}

/// See [`Balance::convert`].
pub fn convert(
    amount: Measured<Nanos>,
    from: Unit,
    to: Currency,
    known: &Known,
    cny_per_usd: Decimal,
) -> Measured<Nanos> {
    let Some(value) = amount.value() else {
        return amount;
    };
    let value = Decimal::of(*value);
    let one = Decimal::whole(1);
    let own_rate = known.cny_per_usd.filter(|rate| rate.is_positive());
    let (converted, is_exact) = match (from, to) {
        (Unit::Usd, Currency::Usd) | (Unit::Cny, Currency::Cny) => return amount,
        (Unit::Usd, Currency::Cny) => (product(&[value, cny_per_usd], &[]), false),
        (Unit::Cny, Currency::Usd) => {
            let rate = own_rate.unwrap_or(cny_per_usd);
            (product(&[value], &[rate]), own_rate.is_some())
        }
        (Unit::Quota, to) => {
            let Some(per_usd) = known.quota_per_usd else {
                return Measured::Unknown(Unknown::NotGiven);
            };
            match to {
                Currency::Usd => (product(&[value], &[per_usd]), true),
                Currency::Cny => (product(&[value, cny_per_usd], &[per_usd, one]), false),
            }
        }
    };
    match converted {
        Some(nanos) if is_exact && amount.is_exact() => Measured::Exact(nanos),
        Some(nanos) => Measured::Estimated(nanos),
        None => Measured::Unknown(Unknown::NotGiven),
    }
}

/// Raw quota in the station's own unit. Raw amounts too large for nanos, and currencies of the operator's
/// own, are told in dollars. `None` where the factor is not known.
pub(crate) fn of_quota(quota: i64, known: &Known, unit: Unit) -> Option<Nanos> {
    let quota = Decimal::whole(quota);
    match unit {
        Unit::Quota => quota.nanos(),
        Unit::Usd => product(&[quota], &[known.quota_per_usd?]),
        Unit::Cny => product(&[quota, known.cny_per_usd?], &[known.quota_per_usd?]),
    }
}

/// The unit in which amounts of quota are told: the station's own where that can be reckoned.
pub(crate) fn unit_of(known: &Known, largest: i64) -> Unit {
    let has_factor = known.quota_per_usd.is_some();
    let fits = Decimal::whole(largest).nanos().is_some();
    match known.display {
        _ if !has_factor => Unit::Quota,
        Some(Display::Quota) if fits => Unit::Quota,
        Some(Display::Cny) if known.cny_per_usd.is_some() => Unit::Cny,
        _ => Unit::Usd,
    }
}

/// The smaller of two amounts; known to be only an estimate when one of them is not known.
pub(crate) fn smaller(one: Measured<Nanos>, other: Measured<Nanos>) -> Measured<Nanos> {
    match (one.value(), other.value()) {
        (Some(left), Some(right)) if left <= right => one,
        (Some(_), Some(_)) => other,
        (Some(left), None) => Measured::Estimated(*left),
        (None, Some(right)) => Measured::Estimated(*right),
        (None, None) => one,
    }
}
