//! VoAPI 2, as far as it is known.

use serde_json::json;

use super::answer::{Visit, day, json as document, usd};
use super::state::{CheckIn, State};
use super::trap;
use crate::script::Script;

/// Quota of a check-in.
const AWARD: i64 = 5_000;

/// What VoAPI answers.
pub(super) fn answer(state: &mut State, visit: &Visit) -> Script {
    // The JWT is sent bare.
    let is_in = visit.request.header("authorization") == Some(state.account.token.as_str());
    let title = visit.title();
    if !title.contains(" /api/") {
        return trap::page(200);
    }
    if !is_in {
        return document(200, &json!({ "code": 2, "data": null, "msg": "请先登录" }));
    }
    let today = day(visit.now, 28_800);
    let done = state.account.check_ins.iter().any(|one| one.day == today);
    match title.as_str() {
        "GET /api/user/info" => document(
            200,
            &json!({ "code": 0, "msg": "ok", "data": {
                "id": state.account.id, "username": state.account.name,
                "basicBalance": usd(state, state.account.left).to_string(), "bindBalance": "0.50",
                "usedBasicBalance": usd(state, state.account.used).to_string(), "usedBindBalance": "0", "currency": "USD",
            }}),
        ),
        "GET /api/check_in/stats" => document(
            200,
            &json!({ "code": 0, "msg": "ok", "data": { "todaySigned": done } }),
        ),
        "POST /api/check_in" if done => document(
            200,
            &json!({ "code": 1, "data": null, "msg": "今日已签到" }),
        ),
        "POST /api/check_in" => {
            state.account.left += AWARD;
            state.account.check_ins.push(CheckIn {
                day: today,
                quota: AWARD,
            });
            document(200, &json!({ "code": 0, "data": {}, "msg": "ok" }))
        }
        _ => document(
            404,
            &json!({ "code": 404, "data": null, "msg": "not found" }),
        ),
    }
}
