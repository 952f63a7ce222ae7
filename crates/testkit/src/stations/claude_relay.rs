//! claude-relay-service.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Visit, json as document, time, usd};
use super::state::{Key, Row, RowType, State};
use super::trap;
use crate::script::Script;

/// The made-up key's id.
const KEY_ID: &str = "3f0c2b1e-6c5d-4c57-9a4e-2b7f0d8a1c11";

/// What claude-relay-service answers.
pub(super) fn answer(state: &mut State, visit: &Visit) -> Script {
    let path = visit.request.path();
    match visit.title().as_str() {
        "GET /health" => document(
            200,
            &json!({
                "status": "healthy", "service": "claude-relay-service", "version": state.settings.version,
                "timestamp": time(visit.now), "uptime": 1_234.5,
            }),
        ),
        "POST /apiStats/api/get-key-id" => with_key(state, visit, |_, _| json!({ "id": KEY_ID })),
        "POST /apiStats/api/user-stats" => with_key(state, visit, stats),
        "POST /apiStats/api/user-model-stats" => with_key(state, visit, models),
        _ if path.starts_with("/admin-next") => trap::page(200),
        _ => document(
            404,
            &json!({
                "error": "Not Found", "message": format!("Route {path} not found"), "timestamp": time(visit.now),
            }),
        ),
    }
}

/// The key of a model call, or the refusal.
pub(super) fn checked_key<'a>(state: &'a State, visit: &Visit) -> Result<&'a Key, Script> {
    let Some(text) = visit.key() else {
        return Err(document(
            401,
            &json!({ "error": "Missing API key", "message": "Please provide an API key" }),
        ));
    };
    match state.key(text) {
        Some(key) if !key.disabled && !key.is_spent() && !key.is_expired(visit.now) => Ok(key),
        Some(_) => Err(document(
            429,
            &json!({ "error": "Total cost limit exceeded", "message": "limit reached" }),
        )),
        None => Err(invalid("API key not found")),
    }
}

fn invalid(message: &str) -> Script {
    document(
        401,
        &json!({ "error": "Invalid API key", "message": message }),
    )
}

fn with_key(state: &State, visit: &Visit, go: fn(&State, &Key) -> Value) -> Script {
    let body = visit.body();
    let key = match (body["apiKey"].as_str(), body["apiId"].as_str()) {
        (Some(text), _) => state.key(text),
        (None, Some(KEY_ID)) => state.keys.first(),
        _ => None,
    };
    match key {
        None => invalid("API key not found"),
        Some(key) if key.disabled => invalid("API key is disabled"),
        Some(key) => document(200, &json!({ "success": true, "data": go(state, key) })),
    }
}

fn stats(state: &State, key: &Key) -> Value {
    let limit = |window: &str| {
        let found = key.windows.iter().find(|had| had.window == window);
        found.map_or((0.0, 0.0), |window| {
            (usd(state, window.limit), usd(state, window.used))
        })
    };
    let ((daily, daily_used), (rate, rate_used)) = (limit("1d"), limit("5h"));
    let rows: Vec<&Row> = state
        .rows
        .iter()
        .filter(|row| row.key == key.name)
        .collect();
    let tokens: u64 = rows
        .iter()
        .map(|row| row.fresh + row.cache_read + row.cache_write + row.output)
        .sum();
    json!({
        "id": KEY_ID, "name": key.name, "isActive": !key.disabled,
        "expiresAt": if key.until > 0 { time(key.until) } else { String::new() },
        "usage": { "total": { "requests": rows.len(), "allTokens": tokens, "cost": usd(state, key.used) } },
        "limits": {
            "totalCostLimit": key.left.map_or(0.0, |left| usd(state, left + key.used)), "currentTotalCost": usd(state, key.used),
            "dailyCostLimit": daily, "currentDailyCost": daily_used, "rateLimitWindow": 300, "rateLimitCost": rate,
            "currentWindowCost": rate_used, "weeklyOpusCostLimit": 0,
        },
    })
}

fn models(state: &State, key: &Key) -> Value {
    let mut models: BTreeMap<&str, (u64, u64, u64, u64, u64, i64)> = BTreeMap::new();
    let rows = state
        .rows
        .iter()
        .filter(|row| row.key == key.name && row.row_type == RowType::Consume);
    for row in rows {
        let sum = models.entry(&row.model).or_default();
        sum.0 += 1;
        sum.1 += row.fresh;
        sum.2 += row.output;
        sum.3 += row.cache_write;
        sum.4 += row.cache_read;
        sum.5 += row.quota;
    }
    let models = models.into_iter().map(|(model, sum)| json!({
        "model": model, "requests": sum.0, "inputTokens": sum.1, "outputTokens": sum.2, "cacheCreateTokens": sum.3,
        "cacheReadTokens": sum.4, "allTokens": sum.1 + sum.2 + sum.3 + sum.4, "costs": { "total": usd(state, sum.5) },
    }));
    json!(models.collect::<Vec<_>>())
}
