//! sub2api.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Visit, day, json as document, time, usd};
use super::state::{Key, Row, RowType, State, Window};
use super::trap;
use crate::script::Script;

/// Seconds that the station's clock is east of UTC.
const EAST: i64 = 28_800;
/// Paths that are not the panel's own.
const NOT_A_PAGE: [&str; 8] = [
    "/api/",
    "/v1/",
    "/v1beta/",
    "/backend-api/",
    "/antigravity/",
    "/setup/",
    "/health",
    "/models",
];

/// What sub2api answers.
pub(super) fn answer(state: &mut State, visit: &Visit) -> Script {
    match visit.title().as_str() {
        "GET /api/v1/settings/public" => settings(state),
        "GET /v1/usage" | "GET /v1/sub2api/billing" | "GET /v1/models"
            if visit.query("key").is_some() =>
        {
            coded(
                400,
                "api_key_in_query_deprecated",
                "API key in query parameter is deprecated",
            )
        }
        "GET /v1/usage" => match read_key(state, visit) {
            Ok(key) => usage(state, key, visit),
            Err(refusal) => refusal,
        },
        "GET /v1/sub2api/billing" => match read_key(state, visit) {
            Ok(_) => billing(state, visit),
            Err(refusal) => refusal,
        },
        "GET /v1/models" => match checked_key(state, visit) {
            Ok(_) => document(200, &json!({ "object": "list", "data": [] })),
            Err(refusal) => refusal,
        },
        "GET /api/v1/auth/me" => of_panel(state, visit, me),
        "GET /api/v1/usage" => of_panel(state, visit, calls),
        _ if NOT_A_PAGE
            .iter()
            .any(|start| visit.request.path().starts_with(start)) =>
        {
            trap::plain_not_found()
        }
        _ => trap::page(200),
    }
}

/// `{"code":"UPPER_SNAKE","message":…}`.
fn coded(status: u16, code: &str, message: &str) -> Script {
    document(status, &json!({ "code": code, "message": message }))
}

fn read_key<'a>(state: &'a State, visit: &Visit) -> Result<&'a Key, Script> {
    let Some(text) = visit.key() else {
        let message = "API key is required in Authorization header (Bearer scheme), x-api-key header, or x-goog-api-key header";
        return Err(coded(401, "API_KEY_REQUIRED", message));
    };
    match state.key(text) {
        None => Err(coded(401, "INVALID_API_KEY", "Invalid API key")),
        Some(key) if key.disabled => Err(coded(401, "API_KEY_DISABLED", "API key is disabled")),
        Some(key) => Ok(key),
    }
}

/// The key of a call that costs something, or the refusal.
pub(super) fn checked_key<'a>(state: &'a State, visit: &Visit) -> Result<&'a Key, Script> {
    let key = read_key(state, visit)?;
    let wallet_empty = state.account.plan.is_none() && state.account.left <= 0;
    let is_full = |window: &Window| window.used >= window.limit;
    match key {
        key if key.is_expired(visit.now) => {
            Err(coded(403, "API_KEY_EXPIRED", "API key has expired"))
        }
        key if key.is_spent() => Err(coded(
            429,
            "API_KEY_QUOTA_EXHAUSTED",
            "API key quota exhausted",
        )),
        key if key.windows.iter().any(is_full) => {
            Err(coded(429, "USAGE_LIMIT_EXCEEDED", "Usage limit exceeded"))
        }
        _ if wallet_empty => Err(coded(
            403,
            "INSUFFICIENT_BALANCE",
            "Insufficient account balance",
        )),
        key => Ok(key),
    }
}

fn settings(state: &State) -> Script {
    document(
        200,
        &json!({ "code": 0, "message": "success", "data": {
            "registration_enabled": true, "site_name": state.settings.name, "turnstile_enabled": state.settings.turnstile,
            "payment_enabled": true, "version": state.settings.version, "server_timezone": "Asia/Shanghai", "server_utc_offset": "+08:00",
        }}),
    )
}

fn billing(state: &State, visit: &Visit) -> Script {
    let factor = state.settings.group_ratio;
    document(
        200,
        &json!({
            "object": "sub2api.key_billing", "schema_version": 1, "billing_scope": "token",
            "group_rate_multiplier": factor, "resolved_rate_multiplier": factor, "peak_rate_enabled": false,
            "effective_rate_multiplier": factor, "observed_at": time(visit.now),
        }),
    )
}

fn usage(state: &State, key: &Key, visit: &Visit) -> Script {
    let mut document_of = if key.left.is_some() || !key.windows.is_empty() {
        limited(state, key, visit)
    } else if let Some(plan) = &state.account.plan {
        let windows = plan.limits.iter().zip(plan.used);
        let rest = windows.filter_map(|(limit, used)| Some((limit.as_ref()? - used).max(0)));
        let remaining = rest.min().map_or(-1.0, |rest| usd(state, rest));
        let limit = |at: usize| plan.limits[at].map(|limit| usd(state, limit));
        json!({ "mode": "unrestricted", "isValid": true, "planName": plan.name, "unit": "USD", "remaining": remaining, "subscription": {
            "daily_usage_usd": usd(state, plan.used[0]), "weekly_usage_usd": usd(state, plan.used[1]), "monthly_usage_usd": usd(state, plan.used[2]),
            "daily_limit_usd": limit(0), "weekly_limit_usd": limit(1), "monthly_limit_usd": limit(2),
            "weekly_window_start": null, "expires_at": time(plan.until),
        }})
    } else {
        let left = usd(state, state.account.left);
        json!({ "mode": "unrestricted", "isValid": true, "planName": "钱包余额", "remaining": left, "unit": "USD", "balance": left })
    };
    if let Value::Object(members) = &mut document_of {
        members.insert("usage".to_owned(), sums(state, key, visit.now));
        members.insert("daily_usage".to_owned(), daily(state, key, visit.now));
        members.insert("model_stats".to_owned(), by_model(state, key));
    }
    document(200, &document_of)
}

fn limited(state: &State, key: &Key, visit: &Visit) -> Value {
    let status = match key {
        key if key.is_expired(visit.now) => "expired",
        key if key.is_spent() => "quota_exhausted",
        _ => "active",
    };
    let mut document = json!({ "mode": "quota_limited", "isValid": true, "status": status });
    let Value::Object(members) = &mut document else {
        return document;
    };
    if let Some(left) = key.left {
        let rest = usd(state, left.max(0));
        let quota = json!({ "limit": usd(state, left + key.used), "used": usd(state, key.used), "remaining": rest, "unit": "USD" });
        members.insert("quota".to_owned(), quota);
        members.insert("remaining".to_owned(), json!(rest));
        members.insert("unit".to_owned(), json!("USD"));
    }
    let windows: Vec<Value> = key.windows.iter().map(|window| json!({
        "window": window.window, "limit": usd(state, window.limit), "used": usd(state, window.used),
        "remaining": usd(state, (window.limit - window.used).max(0)), "window_start": time(visit.now - 3_600), "reset_at": time(visit.now + 7_200),
    })).collect();
    if !windows.is_empty() {
        members.insert("rate_limits".to_owned(), json!(windows));
    }
    if key.until > 0 {
        members.insert("expires_at".to_owned(), json!(time(key.until)));
    }
    document
}

/// Sums of rows: `cost` is the list price, `actual_cost` what was charged.
fn sum<'a>(state: &State, rows: impl Iterator<Item = &'a Row>) -> Value {
    let (mut requests, mut fresh, mut output, mut read, mut write, mut quota) =
        (0_u64, 0, 0, 0, 0, 0_i64);
    for row in rows {
        requests += 1;
        fresh += row.fresh;
        output += row.output;
        read += row.cache_read;
        write += row.cache_write;
        quota += row.quota;
    }
    let charged = usd(state, quota);
    json!({
        "requests": requests, "input_tokens": fresh, "output_tokens": output, "cache_creation_tokens": write,
        "cache_write_tokens": write, "cache_read_tokens": read, "total_tokens": fresh + output + read + write,
        "cost": charged / state.settings.group_ratio, "actual_cost": charged,
    })
}

fn of_key<'a>(state: &'a State, key: &'a Key) -> impl Iterator<Item = &'a Row> {
    let is_call = |row: &&Row| row.key == key.name && row.row_type == RowType::Consume;
    state.rows.iter().filter(is_call)
}

fn sums(state: &State, key: &Key, now: i64) -> Value {
    let today = day(now, EAST);
    let of_today = of_key(state, key).filter(|row| day(row.at, EAST) == today);
    json!({ "today": sum(state, of_today), "total": sum(state, of_key(state, key)), "average_duration_ms": 8_123.4, "rpm": 3, "tpm": 40_211 })
}

fn daily(state: &State, key: &Key, now: i64) -> Value {
    let mut days: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in of_key(state, key).filter(|row| row.at > now - 30 * 86_400) {
        days.entry(day(row.at, EAST)).or_default().push(row);
    }
    let days = days.into_iter().map(|(day, rows)| {
        let mut sum = sum(state, rows.into_iter());
        sum["date"] = json!(day);
        sum
    });
    json!(days.collect::<Vec<_>>())
}

fn by_model(state: &State, key: &Key) -> Value {
    let mut models: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in of_key(state, key) {
        models.entry(&row.model).or_default().push(row);
    }
    let models = models.into_iter().map(|(model, rows)| {
        let mut sum = sum(state, rows.into_iter());
        sum["model"] = json!(model);
        sum["account_cost"] = json!(0);
        sum
    });
    json!(models.collect::<Vec<_>>())
}

/// What only the panel's JWT opens.
fn of_panel(state: &State, visit: &Visit, go: fn(&State, &Visit) -> Value) -> Script {
    if visit.bearer() != Some(state.account.token.as_str()) {
        return coded(401, "INVALID_TOKEN", "Invalid token");
    }
    document(
        200,
        &json!({ "code": 0, "message": "success", "data": go(state, visit) }),
    )
}

fn me(state: &State, _visit: &Visit) -> Value {
    let account = &state.account;
    json!({
        "id": account.id, "email": "a@example.com", "username": account.name, "role": "user",
        "balance": usd(state, account.left), "frozen_balance": 0, "concurrency": 5,
        "status": if account.banned { "disabled" } else { "active" },
        "total_recharged": usd(state, account.left + account.used), "run_mode": "standard",
    })
}

fn calls(state: &State, visit: &Visit) -> Value {
    let model = visit.query("model").unwrap_or_default();
    let rows: Vec<&Row> = state
        .rows
        .iter()
        .rev()
        .filter(|row| row.row_type == RowType::Consume && row.model.contains(model))
        .collect();
    let size = visit
        .number("page_size")
        .filter(|size| (1..=1_000).contains(size))
        .unwrap_or(20) as usize;
    let page = visit.number("page").unwrap_or(1).max(1) as usize;
    let items: Vec<Value> = rows.iter().enumerate().skip((page - 1) * size).take(size).map(|(at, row)| json!({
        "id": rows.len() - at, "request_id": row.request_id, "model": row.model, "input_tokens": row.fresh, "output_tokens": row.output,
        "cache_creation_tokens": row.cache_write, "cache_read_tokens": row.cache_read,
        "total_cost": usd(state, row.quota) / state.settings.group_ratio, "actual_cost": usd(state, row.quota),
        "rate_multiplier": state.settings.group_ratio, "stream": row.stream, "duration_ms": row.ms,
        "first_token_ms": (row.first_ms > 0).then_some(row.first_ms), "created_at": time(row.at),
    })).collect();
    json!({ "items": items, "total": rows.len(), "page": page, "page_size": size, "pages": rows.len().div_ceil(size) })
}
