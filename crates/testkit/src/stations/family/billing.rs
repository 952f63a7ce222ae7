//! What a key may read of itself: OpenAI's old billing, and New-API's counters.

use serde_json::json;

use super::{checked_key, document, reading_key};
use crate::script::Script;
use crate::stations::answer::Visit;
use crate::stations::state::{Key, Software, State};

/// What "no limit" looks like.
const NO_LIMIT: i64 = 100_000_000;

/// What billing is about: limit and used, in quota; none: no limit.
fn billed(state: &State, key: &Key) -> (Option<i64>, i64) {
    let account = (
        Some(state.account.left + state.account.used),
        state.account.used,
    );
    let is_hub = matches!(state.software, Software::OneHub | Software::DoneHub);
    match key.left {
        _ if !state.settings.token_statistics => account,
        None if is_hub => account,
        None => (None, key.used),
        Some(left) => (Some(left + key.used), key.used),
    }
}

/// Quota in the unit of the billing endpoints; a currency of the operator's own is told in dollars.
fn displayed(state: &State, quota: i64) -> f64 {
    let settings = &state.settings;
    let usd = quota as f64 / settings.quota_per_usd as f64;
    match settings.display.as_str() {
        "TOKENS" => quota as f64,
        "CNY" => usd * settings.usd_exchange_rate,
        _ => usd,
    }
}

pub(super) fn subscription(state: &State, visit: &Visit) -> Script {
    let key = match checked_key(state, visit) {
        Ok(key) => key,
        Err(refusal) => return refusal,
    };
    let (limit, _) = billed(state, key);
    let limit = limit.map_or(json!(NO_LIMIT), |limit| {
        // One-API forgets to add what was used where token statistics are off.
        let is_short = state.software == Software::OneApi && !state.settings.token_statistics;
        let shown = if is_short { state.account.left } else { limit };
        json!(displayed(state, shown))
    });
    document(
        200,
        &json!({
            "object": "billing_subscription",
            "has_payment_method": true,
            "soft_limit_usd": limit,
            "hard_limit_usd": limit,
            "system_hard_limit_usd": limit,
            "access_until": key.until,
        }),
    )
}

pub(super) fn usage(state: &State, visit: &Visit) -> Script {
    let key = match checked_key(state, visit) {
        Ok(key) => key,
        Err(refusal) => return refusal,
    };
    let (_, used) = billed(state, key);
    let total = displayed(state, used) * 100.0;
    document(200, &json!({ "object": "list", "total_usage": total }))
}

pub(super) fn token_usage(state: &State, visit: &Visit) -> Script {
    let key = match reading_key(state, visit) {
        Ok(key) => key,
        Err(refusal) => return refusal,
    };
    // The counter of an unlimited key goes down all the same.
    let left = key.left.unwrap_or(-key.used);
    let data = json!({
        "object": "token_usage",
        "name": key.name,
        "total_granted": left + key.used,
        "total_used": key.used,
        "total_available": left,
        "unlimited_quota": key.left.is_none(),
        "model_limits": {},
        "model_limits_enabled": false,
        "expires_at": key.until,
    });
    document(200, &json!({ "code": true, "message": "ok", "data": data }))
}
