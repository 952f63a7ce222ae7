//! Checking in at New-API and Veloera.

use serde_json::{Value, json};

use super::{document, refused};
use crate::script::Script;
use crate::stations::answer::{Visit, day};
use crate::stations::state::{CheckIn, Row, RowType, Software, State};

/// Quota of a check-in.
const AWARD: i64 = 7_321;

fn today(state: &State, visit: &Visit) -> String {
    // Veloera's day is UTC's, New-API's that of its own clock, which stands in China.
    let ahead = if state.software == Software::Veloera {
        0
    } else {
        28_800
    };
    day(visit.now, ahead)
}

pub(super) fn check_in_status(state: &mut State, visit: &Visit) -> Script {
    if !state.settings.check_in {
        return document(200, &refused("签到功能未启用"));
    }
    let today = today(state, visit);
    let done = state.account.check_ins.iter().any(|one| one.day == today);
    if state.software == Software::Veloera {
        return document(
            200,
            &json!({ "success": true, "message": "", "data": { "can_check_in": !done } }),
        );
    }
    let records: Vec<Value> = state
        .account
        .check_ins
        .iter()
        .rev()
        .take(31)
        .map(|one| json!({ "checkin_date": one.day, "quota_awarded": one.quota }))
        .collect();
    let total: i64 = state.account.check_ins.iter().map(|one| one.quota).sum();
    document(
        200,
        &json!({ "success": true, "data": { "enabled": true, "min_quota": 1_000, "max_quota": 10_000, "stats": {
            "total_quota": total, "total_checkins": state.account.check_ins.len(), "checkin_count": records.len(),
            "checked_in_today": done, "records": records,
        }}}),
    )
}

pub(super) fn check_in(state: &mut State, visit: &Visit) -> Script {
    let is_veloera = state.software == Software::Veloera;
    if !state.settings.check_in {
        return document(200, &refused("签到功能未启用"));
    }
    if state.settings.turnstile && visit.query("turnstile").is_none_or(str::is_empty) {
        return document(200, &refused("Turnstile token 为空"));
    }
    let day = today(state, visit);
    if state.account.check_ins.iter().any(|one| one.day == day) {
        let words = if is_veloera {
            "你今天已经签到过了"
        } else {
            "今日已签到"
        };
        return document(200, &refused(words));
    }
    state.account.left += AWARD;
    state.account.check_ins.push(CheckIn {
        day: day.clone(),
        quota: AWARD,
    });
    state.rows.push(Row::system(
        visit.now,
        RowType::CheckIn,
        AWARD,
        "用户签到，获得额度",
    ));
    let data = if is_veloera {
        json!({ "quota": AWARD })
    } else {
        json!({ "quota_awarded": AWARD, "checkin_date": day })
    };
    document(
        200,
        &json!({ "success": true, "message": "签到成功", "data": data }),
    )
}
