//! How a station is asked where the usual way does not fit: what users say, checked, and what follows.

use base::{Nanos, Secret};
use serde::Deserialize;
use station::custom::{BalancePointers, Document, LogPointers, Pointer, readings};
use station::{Custom, Decimal, Heard, StationKind, Unit, converse, evidence};
use std::sync::Arc;
use store::sites::StationChange;

use super::book::Stations;
use super::error::StationError;
use super::target::Purpose;
use super::{amount, kept, problem, raw, view};
use crate::settings::StationSettings;
use crate::view::{InterfaceTrial, InterfaceView, PointerReading, PointersView, StationView};

/// Longest snooze, hours.
const LONGEST_SNOOZE: f64 = 24.0 * 90.0;

/// Body of `PATCH /api/stations/{id}`. What is absent stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StationInput {
    /// Kind; empty: as it is detected.
    pub kind: Option<String>,
    /// Own threshold, US dollars; `null`: the general one; 0: never.
    #[serde(deserialize_with = "present")]
    pub threshold_usd: Option<Option<f64>>,
    /// Where one buys credit; empty: the kind's usual page.
    pub recharge_url: Option<String>,
    /// No notification for so many hours; 0: at once again.
    pub snooze_hours: Option<f64>,
}

/// Tells `null` from absent.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::<f64>::deserialize(from).map(Some)
}

impl Stations {
    /// Changes what users set at a station.
    pub fn change(&self, site: &str, input: &StationInput) -> Result<StationView, StationError> {
        let site = self.site(site)?;
        if let Some(kind) = input.kind.as_deref().filter(|kind| !kind.is_empty()) {
            kind.parse::<StationKind>()
                .map_err(|_| StationError::BadKind(kind.to_owned()))?;
        }
        let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if let Some(url) = &input.recharge_url
            && !url.is_empty()
            && !is_web(url)
        {
            return Err(StationError::BadMember {
                name: "recharge_url",
                expected: "a web address that begins with http:// or https://",
            });
        }
        let threshold = match input.threshold_usd {
            Some(Some(usd)) => {
                let nanos = amount::amount(&usd.to_string())?.filter(|nanos| nanos.0 >= 0);
                Some(Some(nanos.ok_or(StationError::BadMember {
                    name: "threshold_usd",
                    expected: "a number, 0 or more",
                })?))
            }
            Some(None) => Some(None),
            None => None,
        };
        let snoozed_until = match input.snooze_hours {
            Some(hours) if !(0.0..=LONGEST_SNOOZE).contains(&hours) => {
                return Err(StationError::BadMember {
                    name: "snooze_hours",
                    expected: "a number from 0 to 2160",
                });
            }
            Some(0.0) => Some(None),
            Some(hours) => Some(Some(self.now().plus_micros((hours * 3.6e9) as i64))),
            None => None,
        };
        let change = StationChange {
            kind_set: input.kind.clone(),
            threshold,
            recharge_url: input.recharge_url.clone(),
            snoozed_until,
            interface: None,
        };
        self.store().change_station(&site.id, &change)?;
        self.changed();
        self.view(&site.id)
    }

    /// How a station is asked.
    pub fn interface(&self, site: &str) -> Result<InterfaceView, StationError> {
        let site = self.site(site)?;
        let station = self.store().station(&site.id)?;
        Ok(kept::read(&station.interface).unwrap_or_default())
    }

    /// Changes how a station is asked.
    pub fn put_interface(
        &self,
        site: &str,
        interface: &InterfaceView,
    ) -> Result<InterfaceView, StationError> {
        let site = self.site(site)?;
        check(interface)?;
        let change = StationChange {
            interface: Some(kept::write(interface)),
            ..StationChange::default()
        };
        self.store().change_station(&site.id, &change)?;
        self.changed();
        self.interface(&site.id)
    }

    /// Asks a station in a way that is not saved, and shows what would be read.
    pub async fn try_interface(
        self: &Arc<Self>,
        site: &str,
        interface: InterfaceView,
    ) -> Result<InterfaceTrial, StationError> {
        check(&interface)?;
        let (site, other) = (site.to_owned(), interface);
        let prepared = self
            .blocking(move |it| it.prepare(&site, Purpose::Balance, Some(&other)))
            .await?;
        let line = prepared.line(self);
        let mut heard = Heard::default();
        let target = &prepared.target;
        let next = |heard: &Heard| station::balance(target, heard);
        let reading = converse(&line, &target.address, &mut heard, next).await;
        let pointers = target.custom.as_ref().and_then(|it| it.balance.as_ref());
        let told = pointers.map(|pointers| readings(pointers, &heard));
        let now = self.now();
        let is_good = reading.balance.has_figures();
        Ok(InterfaceTrial {
            balance: is_good.then(|| view::balance(&reading.balance, now, self.cny_per_usd())),
            error: reading.balance.reason.as_ref().map(problem::view),
            readings: told.unwrap_or_default().into_iter().map(pointed).collect(),
            answers: raw::answers(&evidence(&heard, &prepared.secrets()), now),
        })
    }

    /// Seals the credential of an account, or changes its user id.
    pub fn put_account(
        &self,
        site: &str,
        user_id: Option<&str>,
        credential: Option<&str>,
    ) -> Result<StationView, StationError> {
        let site = self.site(site)?;
        let user_id = user_id.map(str::trim).filter(|id| !id.is_empty());
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if user_id.is_some_and(|id| id.len() > 64 || !is_plain(id)) {
            return Err(StationError::BadMember {
                name: "user_id",
                expected: "the number of the user",
            });
        }
        let credential = credential.map(str::trim);
        if credential.is_some_and(|it| it.is_empty() || it.len() > 8_192 || !is_plain(it)) {
            return Err(StationError::BadCredential);
        }
        let credential = credential.map(|it| Secret::new(it.to_owned()));
        self.store()
            .put_account(&site.id, user_id, credential.as_ref())?;
        self.changed();
        self.view(&site.id)
    }

    /// Forgets the credential of an account.
    pub fn remove_account(&self, site: &str) -> Result<StationView, StationError> {
        let site = self.site(site)?;
        self.store().remove_account(&site.id)?;
        self.changed();
        self.view(&site.id)
    }
}

fn pointed(reading: station::CustomReading) -> PointerReading {
    PointerReading {
        figure: reading.figure,
        pointer: reading.pointer,
        found: reading.found,
        amount: reading.amount.map(Nanos::to_f64),
        error: reading.problem.as_ref().map(problem::view),
    }
}

/// Whether balances are read by the user's pointers.
pub(super) fn reads_by_pointers(interface: &InterfaceView) -> bool {
    let it = &interface.pointers;
    [&it.remaining, &it.used, &it.granted, &it.unlimited]
        .iter()
        .any(|pointer| !pointer.is_empty())
}

/// The user's paths and pointers, the general ones where the site has none.
pub(super) fn custom(interface: &InterfaceView, general: &StationSettings) -> Option<Custom> {
    let path = |own: &str, general: &str| {
        let path = if own.is_empty() { general } else { own };
        Some(path.to_owned()).filter(|path| !path.is_empty())
    };
    let pointers = &interface.pointers;
    let custom = Custom {
        balance_path: path(&interface.balance_path, &general.balance_path),
        usage_path: path(&interface.usage_path, &general.usage_path),
        logs_path: path(&interface.logs_path, &general.logs_path),
        balance: reads_by_pointers(interface).then(|| balance_pointers(pointers)),
        logs: (!pointers.log_rows.is_empty()).then(|| log_pointers(pointers)),
    };
    (custom != Custom::default()).then_some(custom)
}

fn balance_pointers(pointers: &PointersView) -> BalancePointers {
    let of = |text: &str| {
        let (document, pointer) = match text.strip_prefix("usage:") {
            Some(pointer) => (Document::Usage, pointer),
            None => (Document::Balance, text),
        };
        let pointer = pointer.to_owned();
        (!text.is_empty()).then_some(Pointer { document, pointer })
    };
    BalancePointers {
        remaining: of(&pointers.remaining),
        used: of(&pointers.used),
        granted: of(&pointers.granted),
        unlimited: of(&pointers.unlimited),
        expires_at: of(&pointers.expires_at),
        unit: unit(&pointers.unit).unwrap_or_default(),
        divisor: Decimal::parse(&pointers.divisor),
    }
}

fn log_pointers(pointers: &PointersView) -> LogPointers {
    let of = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    LogPointers {
        rows: pointers.log_rows.clone(),
        total: of(&pointers.log_total),
        time: of(&pointers.log_time),
        model: of(&pointers.log_model),
        token_name: of(&pointers.log_token_name),
        prompt_tokens: of(&pointers.log_prompt_tokens),
        completion_tokens: of(&pointers.log_completion_tokens),
        cache_read_tokens: of(&pointers.log_cache_read_tokens),
        cost: of(&pointers.log_cost),
        duration_s: of(&pointers.log_duration),
        request_id: of(&pointers.log_request_id),
        unit: unit(&pointers.log_unit).unwrap_or_default(),
        divisor: Decimal::parse(&pointers.log_divisor),
    }
}

fn unit(text: &str) -> Option<Unit> {
    match text {
        "" | "USD" => Some(Unit::Usd),
        "CNY" => Some(Unit::Cny),
        "quota" => Some(Unit::Quota),
        _ => None,
    }
}

/// What is wrong with an interface.
pub(super) fn check(interface: &InterfaceView) -> Result<(), StationError> {
    let it = interface;
    for (name, path) in [
        ("balance_path", &it.balance_path),
        ("usage_path", &it.usage_path),
        ("logs_path", &it.logs_path),
    ] {
        // `//host` would lead elsewhere.
        let fits = path.is_empty() || (path.starts_with('/') && !path.starts_with("//"));
        if !fits || path.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(StationError::BadPath(name));
        }
    }
    for (name, form) in [
        ("balance_auth", &it.balance_auth),
        ("log_auth", &it.log_auth),
    ] {
        if !matches!(&form[..], "" | "bearer" | "url_key") {
            let expected = "bearer or url_key";
            return Err(StationError::BadMember { name, expected });
        }
    }
    for (name, proxy) in [
        ("balance_proxy", &it.balance_proxy),
        ("log_proxy", &it.log_proxy),
    ] {
        if !proxy.is_empty() && net::Outbound::parse(proxy).is_err() {
            let expected = "system, direct, http://host:port or socks5://host:port";
            return Err(StationError::BadMember { name, expected });
        }
    }
    check_pointers(&it.pointers)
}

fn check_pointers(it: &PointersView) -> Result<(), StationError> {
    for (name, text) in [
        ("remaining", &it.remaining),
        ("used", &it.used),
        ("granted", &it.granted),
        ("unlimited", &it.unlimited),
        ("expires_at", &it.expires_at),
        ("log_rows", &it.log_rows),
        ("log_total", &it.log_total),
        ("log_time", &it.log_time),
        ("log_model", &it.log_model),
        ("log_token_name", &it.log_token_name),
        ("log_prompt_tokens", &it.log_prompt_tokens),
        ("log_completion_tokens", &it.log_completion_tokens),
        ("log_cache_read_tokens", &it.log_cache_read_tokens),
        ("log_cost", &it.log_cost),
        ("log_duration", &it.log_duration),
        ("log_request_id", &it.log_request_id),
    ] {
        let pointer = text.strip_prefix("usage:").unwrap_or(text);
        if !text.is_empty() && !pointer.starts_with('/') {
            return Err(StationError::BadPointer(name));
        }
    }
    for (name, text) in [("unit", &it.unit), ("log_unit", &it.log_unit)] {
        if unit(text).is_none() {
            let expected = "USD, CNY or quota";
            return Err(StationError::BadMember { name, expected });
        }
    }
    for (name, text) in [("divisor", &it.divisor), ("log_divisor", &it.log_divisor)] {
        let good = Decimal::parse(text).is_some_and(|it| it.is_positive());
        if !text.is_empty() && !good {
            let expected = "a number above 0";
            return Err(StationError::BadMember { name, expected });
        }
    }
    Ok(())
}
