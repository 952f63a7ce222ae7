//! KonataAPI's `stats.json` and `config.json`. Its members are read in any usual type; what cannot be read
//! is named, never guessed.

use serde_json::{Map, Value, json};
use station::Decimal;
use store::sites::EntryKind;

use super::bundle::{Amounts, Bundle, BundleEntry, BundleKey, BundleSite, key, web};
use crate::stations::amount;
use crate::stations::error::StationError;
use crate::view::{ImportSkip, InterfaceView};

/// Paths that KonataAPI writes when nobody changed them: no wish of the user's.
const USUAL_PATHS: [&str; 3] = [
    "/v1/dashboard/billing/subscription",
    "/v1/dashboard/billing/usage",
    "/api/log/token",
];

/// Members of a site that are read, or mean nothing here.
const KNOWN: &[&str] = &[
    "id",
    "name",
    "url",
    "api_key",
    "key",
    "type",
    "tags",
    "balance",
    "balance_unit",
    "last_query_time",
    "checkin_url",
    "notes",
    "balance_auth_type",
    "log_auth_type",
    "proxy",
    "endpoints",
    "recharge_records",
];

/// Reads either file.
pub(super) fn read(json: &Value, amounts: Amounts) -> Result<Bundle, StationError> {
    let list = |name: &str| json.get(name).and_then(Value::as_array);
    let is_config = [
        "profiles",
        "api_endpoints",
        "auto_query",
        "low_balance_threshold",
    ]
    .iter()
    .any(|name| json.get(name).is_some());
    let (format, place, sites) = match (list("sites"), is_config) {
        (Some(sites), _) => ("konata-stats", "sites", sites.clone()),
        (None, true) => (
            "konata-config",
            "profiles",
            list("profiles").cloned().unwrap_or_default(),
        ),
        (None, false) => return Err(StationError::UnknownFile),
    };
    let mut bundle = Bundle {
        format,
        ..Bundle::default()
    };
    for (number, site) in sites.iter().enumerate() {
        let place = format!("{place}[{number}]");
        read_site(site, &place, amounts, &mut bundle);
    }
    if is_config {
        settings(json, &mut bundle);
    }
    Ok(bundle)
}

fn read_site(json: &Value, place: &str, amounts: Amounts, bundle: &mut Bundle) {
    let name = text(json, "name").trim().to_owned();
    let mut skip = |place: String, reason: &str| {
        bundle.skipped.push(ImportSkip {
            place,
            name: base::redact::text(&name).into_owned(),
            reason: reason.to_owned(),
        });
    };
    let address = text(json, "url");
    if address.trim().is_empty() || address.trim().trim_end_matches('/') == "https:" {
        return skip(place.to_owned(), "no_url");
    }
    let Ok(url) = net::BaseUrl::parse(&address) else {
        return skip(place.to_owned(), "bad_url");
    };
    let mut site = BundleSite::at(name.clone(), url);
    let secret = match &text(json, "api_key")[..] {
        "" => text(json, "key"),
        secret => secret.to_owned(),
    };
    match key(&secret) {
        Some(secret) => site.keys.push(BundleKey {
            label: String::new(),
            weight: 1,
            secret,
        }),
        None if secret.trim().is_empty() => {}
        None => skip(format!("{place}.api_key"), "bad_key"),
    }
    for (number, record) in items(json, "recharge_records").iter().enumerate() {
        match recharge(record, amounts) {
            Some(entry) => site.entries.push(entry),
            None => skip(format!("{place}.recharge_records[{number}]"), "bad_record"),
        }
    }
    match balance(json) {
        Ok(entry) => site.entries.extend(entry),
        Err(reason) => skip(format!("{place}.balance"), reason),
    }
    site.paid = text(json, "type") != "free";
    if text(json, "type") == "subscription" {
        site.tags.push("subscription".to_owned());
    }
    for tag in items(json, "tags") {
        if let Some(tag) = tag.as_str().filter(|tag| !tag.trim().is_empty()) {
            site.tags.push(tag.trim().to_owned());
        }
    }
    site.note = text(json, "notes").trim().to_owned();
    site.checkin_url = web(&text(json, "checkin_url"));
    site.interface = interface(json, place, &mut bundle.ignored);
    let members = json.as_object().into_iter().flat_map(Map::keys);
    for member in members.filter(|member| !KNOWN.contains(&member.as_str())) {
        bundle.ignored.push(format!("{place}.{member}"));
    }
    bundle.sites.push(site);
}

fn recharge(json: &Value, amounts: Amounts) -> Option<BundleEntry> {
    let amount = number(json.get("amount")?)?.nanos()?;
    let at = amount::read_date(text(json, "date").trim())?;
    if amount.0 < 0 {
        return None;
    }
    let (paid, credit) = match amounts {
        Amounts::Credit => (None, Some(amount)),
        Amounts::PaidCny => (Some((amount, base::Currency::Cny)), None),
    };
    Some(BundleEntry {
        kind: EntryKind::Recharge,
        at: Some(at),
        paid,
        credit,
        method: String::new(),
        note: text(json, "note").trim().to_owned(),
    })
}

/// The balance that the file remembers; 0 is what KonataAPI writes before it knows.
fn balance(json: &Value) -> Result<Option<BundleEntry>, &'static str> {
    let Some(value) = json.get("balance").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let amount = number(value).ok_or("bad_balance")?;
    if amount.is_zero() {
        return Ok(None);
    }
    if !matches!(
        &text(json, "balance_unit").to_ascii_uppercase()[..],
        "" | "USD"
    ) {
        return Err("balance_not_usd");
    }
    Ok(Some(BundleEntry {
        kind: EntryKind::Balance,
        at: amount::read_date(text(json, "last_query_time").trim()),
        paid: None,
        credit: Some(amount.nanos().ok_or("bad_balance")?),
        method: String::new(),
        note: String::new(),
    }))
}

fn interface(json: &Value, place: &str, ignored: &mut Vec<String>) -> InterfaceView {
    let auth = |name: &str| match &text(json, name)[..] {
        "url_key" => "url_key".to_owned(),
        _ => String::new(),
    };
    let endpoints = json.get("endpoints").cloned().unwrap_or_default();
    let path = |name: &str| path(&endpoints, name);
    let proxy = text(json, "proxy").trim().to_owned();
    let good = proxy.is_empty() || net::Outbound::parse(&proxy).is_ok();
    if !good {
        ignored.push(format!("{place}.proxy"));
    }
    let proxy = if good { proxy } else { String::new() };
    InterfaceView {
        balance_auth: auth("balance_auth_type"),
        log_auth: auth("log_auth_type"),
        balance_proxy: proxy.clone(),
        log_proxy: proxy,
        balance_path: path("balance_subscription"),
        usage_path: path("balance_usage"),
        logs_path: path("logs"),
        ..InterfaceView::default()
    }
}

/// A path of the user's; empty where it is none, or the usual one.
fn path(json: &Value, name: &str) -> String {
    let path = text(json, name).trim().to_owned();
    let fits =
        path.starts_with('/') && !path.starts_with("//") && !path.contains(char::is_whitespace);
    if fits && !USUAL_PATHS.contains(&path.as_str()) {
        path
    } else {
        String::new()
    }
}

fn settings(json: &Value, bundle: &mut Bundle) {
    let mut set = |name: &str, value: Value| bundle.settings.push((name.to_owned(), value));
    let endpoints = json.get("api_endpoints").cloned().unwrap_or_default();
    for (member, setting) in [
        ("balance_subscription", "stations.balance_path"),
        ("balance_usage", "stations.usage_path"),
        ("logs", "stations.logs_path"),
    ] {
        let path = path(&endpoints, member);
        if !path.is_empty() {
            set(setting, json!(path));
        }
    }
    let whole = |value: &Value| number(value).and_then(Decimal::to_i64);
    if let Some(size) = endpoints.get("logs_page_size").and_then(whole) {
        set("stations.logs_page_size", json!(size.clamp(10, 1_000)));
    }
    if let Some(tray) = json.get("minimize_to_tray").and_then(Value::as_bool) {
        set("desktop.close_to_tray", json!(tray));
    }
    let auto = json.get("auto_query").cloned().unwrap_or_default();
    if let Some(enabled) = auto.get("enabled").and_then(Value::as_bool) {
        set("stations.auto_query", json!(enabled));
    }
    if let Some(minutes) = auto.get("interval_minutes").and_then(whole) {
        set(
            "stations.auto_query_minutes",
            json!(minutes.clamp(5, 1_440)),
        );
    }
    let low = json.get("low_balance_threshold").and_then(number);
    if let Some(low) = low
        .map(Decimal::to_f64)
        .filter(|low| (0.0..=1e6).contains(low))
    {
        set("stations.low_balance_usd", json!(low));
    }
}

/// A text; a number where people wrote one.
fn text(json: &Value, name: &str) -> String {
    match json.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn items<'a>(json: &'a Value, name: &str) -> &'a [Value] {
    json.get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A number, also one written as text. `1,000` is none.
fn number(json: &Value) -> Option<Decimal> {
    match json {
        Value::Number(number) => Decimal::parse(&number.to_string()),
        Value::String(text) => Decimal::parse(text),
        _ => None,
    }
}
