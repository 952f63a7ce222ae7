//! `GET /api/status`: who it is, and what its numbers mean.

use crate::call::Call;
use crate::decimal::Decimal;
use crate::heard::Heard;
use crate::json::Json;
use crate::known::{Display, Known};
use crate::target::Target;

/// `GET /api/status`.
pub(crate) const STATUS: &str = "status";
/// How long it holds, µs: a day.
const HOLDS: i64 = 86_400_000_000;

/// The call; no key.
pub(crate) fn call() -> Call {
    Call::get(STATUS, "/api/status")
}

/// The `data` of a status that is one: `success`, a factor and a name.
pub(crate) fn data(heard: &Heard) -> Option<Json> {
    let json = heard.json(STATUS)?.ok()?;
    let data = json.get("data");
    let factor = data.get("quota_per_unit").number();
    let is_one = json.get("success").is_true()
        && factor.is_some_and(Decimal::is_positive)
        && data.get("system_name").text().is_some();
    is_one.then(|| data.clone())
}

/// A header of the answer to the status call.
pub(crate) fn header<'a>(heard: &'a Heard, name: &str) -> Option<&'a str> {
    heard.answer(STATUS)?.header(name)
}

/// What is remembered and what this conversation has told.
pub(crate) fn known(on: &Target, heard: &Heard) -> Known {
    let mut known = on.known.clone();
    if let Some(data) = data(heard) {
        known.learn(&read(&data));
        known.status_at = Some(on.now);
    }
    known
}

/// Whether the station's factor, unit and settings have still to be asked for, or once again: a day old they may
/// have been changed.
pub(crate) fn is_wanted(on: &Target, heard: &Heard) -> bool {
    let is_fresh = on
        .known
        .status_at
        .is_some_and(|at| on.now < at.plus_micros(HOLDS) && at <= on.now);
    let has_it = on.known.quota_per_usd.is_some() && on.known.display.is_some();
    let holds = has_it && is_fresh;
    !holds && !heard.asked(STATUS)
}

/// What a status tells.
pub(crate) fn read(data: &Json) -> Known {
    let positive = |name: &str| {
        data.get(name)
            .number()
            .filter(|number| number.is_positive())
    };
    let sign = data.get("custom_currency_symbol").words();
    let own_rate = positive("custom_currency_exchange_rate");
    Known {
        version: data.get("version").words().map(str::to_owned),
        name: data.get("system_name").words().map(str::to_owned),
        quota_per_usd: positive("quota_per_unit"),
        display: Some(display(data)),
        cny_per_usd: positive("usd_exchange_rate"),
        price_cny_per_usd: positive("price").or_else(|| positive("PaymentUSDRate")),
        own_currency: sign
            .zip(own_rate)
            .map(|(sign, rate)| (sign.to_owned(), rate)),
        check_in: data
            .get("checkin_enabled")
            .truth()
            .or_else(|| data.get("check_in_enabled").truth()),
        turnstile: data.get("turnstile_check").truth(),
        ..Known::default()
    }
}

/// Since 2025-09-29 there are four units, before that only the choice between dollars and raw quota.
fn display(data: &Json) -> Display {
    match data.get("quota_display_type").text() {
        Some("CNY") => Display::Cny,
        Some("TOKENS") => Display::Quota,
        Some("CUSTOM") => Display::Own,
        Some(_) => Display::Usd,
        None if data.get("display_in_currency").is_false() => Display::Quota,
        None => Display::Usd,
    }
}
