//! New-API, One-API and their children.

mod billing;
mod check_in;
mod log;
mod status;

use serde_json::{Value, json};

use self::billing::{subscription, token_usage, usage};
use self::check_in::{check_in, check_in_status};
use self::log::{log_self, stat, token_log};
use self::status::status;
use super::answer::{Visit, json as document, reply};
use super::state::{Key, Software, State};
use super::trap;
use crate::script::Script;

/// What the family answers.
pub(super) fn answer(state: &mut State, visit: &Visit) -> Script {
    let is_new = state.software == Software::NewApi;
    let is_veloera = state.software == Software::Veloera;
    let has_panel = state.software != Software::OpenAiBilling;
    let script = match visit.title().as_str() {
        "GET /api/status" if has_panel => status(state),
        "GET /dashboard/billing/subscription" | "GET /v1/dashboard/billing/subscription" => {
            subscription(state, visit)
        }
        "GET /dashboard/billing/usage" | "GET /v1/dashboard/billing/usage" => usage(state, visit),
        "GET /api/usage/token" if is_new => moved("/api/usage/token/"),
        "GET /api/usage/token/" if is_new => critical(state, visit, token_usage),
        "GET /api/log/token/" if is_new => moved("/api/log/token"),
        "GET /api/log/token" if is_new => critical(state, visit, token_log),
        "GET /api/user/self" if has_panel => of_account(state, visit, user),
        "GET /api/log/self" if has_panel => of_account(state, visit, log_self),
        "GET /api/log/self/stat" if is_new || is_veloera => of_account(state, visit, stat),
        "GET /api/subscription/self" if is_new => of_account(state, visit, plans),
        "GET /api/user/checkin" if is_new => of_account(state, visit, check_in_status),
        "POST /api/user/checkin" if is_new => of_account(state, visit, check_in),
        "GET /api/user/check_in_status" if is_veloera => of_account(state, visit, check_in_status),
        "POST /api/user/check_in" if is_veloera => of_account(state, visit, check_in),
        // An operator's endpoint of the same path.
        "GET /api/user/checkin" => document(200, &refused("无权进行此操作，权限不足")),
        "GET /api/user/token" => {
            state.account.rotations += 1;
            state.account.token = format!("rotated-{}", state.account.rotations);
            document(
                200,
                &json!({ "success": true, "data": state.account.token }),
            )
        }
        "GET /v1/models" => unauthorised(state, visit, ""),
        _ => missing(visit),
    };
    with_family_headers(script, state, visit)
}

/// Headers of every answer.
fn with_family_headers(script: Script, state: &State, visit: &Visit) -> Script {
    let mut headers = format!(
        "X-Oneapi-Request-Id: {}\r\n",
        request_id(visit.now, state.served)
    );
    if state.software == Software::NewApi {
        headers.push_str(&format!(
            "X-New-Api-Version: {}\r\n",
            state.settings.version
        ));
    }
    super::server::with_headers(script, &headers)
}

/// `2026082206000012345678`.
pub(super) fn request_id(now: i64, number: u64) -> String {
    let time: String = super::answer::time(now)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    format!("{time}{number:08}")
}

fn missing(visit: &Visit) -> Script {
    let path = visit.request.path();
    if path.starts_with("/v1") || path.starts_with("/api") || path.starts_with("/assets") {
        let message = format!("Invalid URL ({} {path})", visit.request.method);
        let error =
            json!({ "message": message, "type": "invalid_request_error", "param": "", "code": "" });
        return document(404, &json!({ "error": error }));
    }
    trap::page(200)
}

fn moved(path: &str) -> Script {
    reply(301).header("location", path).whole("")
}

fn refused(message: &str) -> Value {
    json!({ "success": false, "message": message })
}

fn error_type(state: &State) -> &'static str {
    match state.software {
        Software::OneApi => "one_api_error",
        Software::OneHub | Software::DoneHub => "one_hub_error",
        Software::Veloera => "veloera_error",
        Software::OpenAiBilling => "shell_api_error",
        _ => "new_api_error",
    }
}

/// 401 as model and billing endpoints say it. Since April 2026 New-API says the same in all cases.
pub(super) fn unauthorised(state: &State, visit: &Visit, why: &str) -> Script {
    let words = match (state.software, why) {
        (Software::NewApi, _) | (_, "") => "Invalid token",
        (_, other) => other,
    };
    let message = format!(
        "{words} (request id: {})",
        request_id(visit.now, state.served)
    );
    let error = json!({ "code": "", "message": message, "type": error_type(state) });
    document(401, &json!({ "error": error }))
}

/// The key of a full check, or the refusal.
pub(super) fn checked_key<'a>(state: &'a State, visit: &Visit) -> Result<&'a Key, Script> {
    let key = visit.key().and_then(|text| state.key(text));
    let refuse = |why| Err(unauthorised(state, visit, why));
    match key {
        _ if state.account.banned => Err(document(
            403,
            &json!({ "error": { "message": "用户已被封禁", "type": error_type(state) } }),
        )),
        None => refuse(""),
        Some(key) if key.disabled => refuse("该令牌状态不可用"),
        Some(key) if key.is_expired(visit.now) => refuse("该令牌已过期"),
        Some(key) if key.is_spent() => refuse("该令牌额度已用尽"),
        Some(key) => Ok(key),
    }
}

fn critical(state: &mut State, visit: &Visit, go: fn(&State, &Visit) -> Script) -> Script {
    if state.settings.critical_limit
        && let Err(seconds) = state.bucket.take(visit.now)
    {
        let refusal = crate::reply::Reply::new(429);
        return match state.settings.retry_after {
            true => refusal.header("retry-after", seconds.to_string()).whole(""),
            false => refusal.whole(""),
        };
    }
    go(state, visit)
}

/// A key that only reads: spent and expired ones pass.
fn reading_key<'a>(state: &'a State, visit: &Visit) -> Result<&'a Key, Script> {
    let refuse = |message| Err(document(401, &refused(message)));
    match visit.bearer().and_then(|text| state.key(text)) {
        None => refuse("Invalid token"),
        Some(key) if key.disabled => refuse("This token status is unavailable"),
        Some(key) => Ok(key),
    }
}

/// The account behind an access token, or the refusal.
fn of_account(state: &mut State, visit: &Visit, go: fn(&mut State, &Visit) -> Script) -> Script {
    let is_right = visit.bearer() == Some(state.account.token.as_str());
    if is_right && !state.account.banned {
        let id_header = match state.software {
            Software::Veloera => Some("veloera-user"),
            _ => None,
        };
        let id = state.account.id.to_string();
        let has_id = id_header.is_none_or(|name| visit.request.header(name) == Some(id.as_str()));
        if has_id {
            return go(state, visit);
        }
        return document(401, &refused("无权进行此操作，未提供 Veloera-User"));
    }
    match state.software {
        Software::NewApi => document(
            401,
            &json!({ "success": false, "code": "AUTH_UNAUTHORIZED", "message": "Unauthorized, invalid access token" }),
        ),
        _ => document(200, &refused("无权进行此操作，access token 无效")),
    }
}

fn user(state: &mut State, _visit: &Visit) -> Script {
    let account = &state.account;
    document(
        200,
        &json!({ "success": true, "message": "", "data": {
            "id": account.id, "username": account.name, "display_name": account.name, "role": 1,
            "status": if account.banned { 2 } else { 1 }, "email": "alice@example.com", "group": "default",
            "quota": account.left, "used_quota": account.used, "request_count": state.rows.len(),
        }}),
    )
}

fn plans(state: &mut State, visit: &Visit) -> Script {
    let plans: Vec<Value> = state.account.plan.iter().map(|plan| json!({ "subscription": {
        "id": 3, "plan_id": plan.name, "amount_total": plan.limits[2].unwrap_or(0), "amount_used": plan.used[2],
        "start_time": visit.now - 86_400, "end_time": plan.until, "status": "active",
    }})).collect();
    document(
        200,
        &json!({ "success": true, "message": "", "data": { "billing_preference": "subscription_first", "subscriptions": plans, "all_subscriptions": [] } }),
    )
}
