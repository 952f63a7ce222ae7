//! Wei-Shaw/sub2api: a key reads its own usage, a panel's JWT reads the account.

pub(crate) mod account;
mod logs;
mod usage;

use super::family;
use crate::balance::{Balance, State};
use crate::call::Call;
use crate::checkin::{CheckIn, CheckInWish};
use crate::decimal::Decimal;
use crate::headline::{self, Paying};
use crate::heard::{Heard, Step};
use crate::json::Json;
use crate::kind::{Confidence, Kind, Pages, Recognised, StationKind};
use crate::known::Known;
use crate::logs::{LogPage, LogQuery};
use crate::phrases;
use crate::problem::Problem;
use crate::read::state_of;
use crate::target::{KeyShape, Target};
use crate::trap;

/// See the module.
pub(crate) struct Sub2Api;

/// `GET /api/v1/settings/public`, without a key.
const SETTINGS: &str = "public-settings";
/// `GET /v1/sub2api/billing` (since 0.1.156): the group's factor.
const FACTOR: &str = "sub2api-billing";

impl Kind for Sub2Api {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::Sub2Api]
    }

    fn probes(&self) -> Vec<Call> {
        vec![
            Call::get(SETTINGS, "/api/v1/settings/public"),
            Call::get(family::MODELS, "/v1/models"),
        ]
    }

    fn trial(&self, on: &Target) -> Option<Call> {
        (on.key != KeyShape::Jwt).then(|| usage::call(on))
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let (by, known) = by_settings(heard)
            .or_else(|| by_error(heard))
            .or_else(|| by_usage(heard))?;
        Some(Recognised {
            kind: StationKind::Sub2Api,
            confidence: Confidence::Certain,
            by,
            known,
        })
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        match next(on, heard) {
            Some(call) => Step::ask(call),
            None => Step::Done(read(on, heard)),
        }
    }

    fn logs(&self, on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
        logs::page(on, query, heard)
    }

    fn check_in(&self, on: &Target, _wish: CheckInWish, _heard: &Heard) -> Step<CheckIn> {
        let reason = Problem::NotOffered { kind: on.kind };
        Step::Done(CheckIn::page(None, reason))
    }

    fn pages(&self) -> Pages {
        Pages {
            console: Some("/dashboard"),
            recharge: Some("/purchase"),
            check_in: None,
            logs: Some("/usage"),
        }
    }
}

fn by_settings(heard: &Heard) -> Option<(String, Known)> {
    let json = heard.json(SETTINGS)?.ok()?;
    let data = json.get("data");
    let is_one = json.get("code").integer() == Some(0)
        && data.get("site_name").text().is_some()
        && data.get("registration_enabled").truth().is_some();
    let known = Known {
        version: data.get("version").words().map(str::to_owned),
        name: data.get("site_name").words().map(str::to_owned),
        utc_offset_s: data.get("server_utc_offset").text().and_then(offset),
        turnstile: data.get("turnstile_enabled").truth(),
        ..Known::default()
    };
    let by = "GET /api/v1/settings/public: registration_enabled".to_owned();
    is_one.then_some((by, known))
}

/// `+08:00` in seconds.
fn offset(text: &str) -> Option<i32> {
    let sign = match text.as_bytes().first()? {
        b'-' => -1,
        b'+' => 1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_zone = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    is_zone.then_some(sign * (hours * 3_600 + minutes * 60))
}

/// `{"code":"API_KEY_REQUIRED","message":…}`, and neither `error` nor `success`.
fn by_error(heard: &Heard) -> Option<(String, Known)> {
    let answer = heard.answer(family::MODELS)?;
    let json = trap::any_json(answer).filter(|_| answer.status == 401)?;
    let code = json.get("code").text()?;
    let is_one = code.starts_with(|first: char| first.is_ascii_uppercase())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && json.get("message").text().is_some()
        && !json.has("error")
        && !json.has("success");
    is_one.then(|| (format!("GET /v1/models: code {code}"), Known::default()))
}

fn by_usage(heard: &Heard) -> Option<(String, Known)> {
    let json = heard.json(usage::USAGE)?.ok()?;
    let by = "GET /v1/usage: isValid".to_owned();
    usage::is_one(&json).then(|| (by, Known::default()))
}

/// What a refusal by this software means: its codes are telling, whatever the status.
pub(crate) fn meaning(heard: &Heard, purpose: &str, problem: &Problem) -> Problem {
    let json = heard.answer(purpose).and_then(trap::any_json);
    let (code, message) = json.as_ref().map(trap::words).unwrap_or_default();
    match phrases::meaning(&code, &message) {
        Some(known) => known,
        None => problem.clone(),
    }
}

fn next(on: &Target, heard: &Heard) -> Option<Call> {
    let has_key = !matches!(on.key, KeyShape::Absent | KeyShape::Jwt);
    if has_key && !heard.asked(usage::USAGE) {
        return Some(usage::call(on));
    }
    let is_read = matches!(heard.json(usage::USAGE), Some(Ok(_)));
    if has_key && is_read && !heard.asked(FACTOR) {
        return Some(Call::get(FACTOR, "/v1/sub2api/billing").with(on.balance_auth()));
    }
    account::next(on, heard)
}

fn read(on: &Target, heard: &Heard) -> Balance {
    let mut balance = Balance::without(
        StationKind::Sub2Api,
        State::Unknown,
        Problem::UnknownShape,
        on.known.clone(),
    );
    balance.reason = None;
    match heard.json(usage::USAGE) {
        Some(Ok(json)) if usage::is_one(&json) => usage::tell(&mut balance, &json),
        Some(Ok(_)) => balance.reason = Some(Problem::UnknownShape),
        Some(Err(problem)) => {
            let problem = meaning(heard, usage::USAGE, &problem);
            balance.state = state_of(&problem);
            balance.reason = Some(problem);
        }
        None => {}
    }
    balance.multiplier = factor(heard);
    account::tell(&mut balance, on, heard);
    headline::settle(&mut balance, Paying::Both, on.now);
    balance
}

fn factor(heard: &Heard) -> Option<Decimal> {
    let json: Json = heard.json(FACTOR)?.ok()?;
    let is_one = json.get("object").text() == Some("sub2api.key_billing");
    let factor = json.get("effective_rate_multiplier").number();
    factor.filter(|factor| is_one && !factor.is_negative())
}
