//! VoAPI 2: closed source, known second-hand. Its panel wants a JWT, sent bare.

use base::{Measured, Nanos, Unknown};
use serde_json::json;

use crate::balance::{Balance, Purse, Scope, State, Unit};
use crate::call::{Auth, Call};
use crate::checkin::{CheckIn, CheckInState, CheckInWish};
use crate::headline::{self, Paying};
use crate::heard::{Heard, Step};
use crate::json::Json;
use crate::kind::{Confidence, Kind, Pages, Recognised, StationKind};
use crate::known::Known;
use crate::logs::{LogPage, LogQuery};
use crate::problem::{Need, Problem};
use crate::read::state_of;
use crate::target::{AccountToken, Target};
use crate::trap;

/// See the module.
pub(crate) struct VoApi;

/// `GET /api/user/info` without a token.
const PROBE: &str = "voapi-info-without-token";
/// `GET /api/user/info`.
const INFO: &str = "voapi-info";
/// `GET /api/check_in/stats`.
const LOOK: &str = "voapi-check-in-stats";
/// `POST /api/check_in`.
const DO: &str = "voapi-check-in";
/// Page for a person.
const PAGE: &str = "/";

impl Kind for VoApi {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::VoApi]
    }

    fn probes(&self) -> Vec<Call> {
        vec![Call::get(PROBE, "/api/user/info")]
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let json = trap::any_json(heard.answer(PROBE)?)?;
        let has_code = matches!(json.get("code"), Json::Number(_));
        let is_one = has_code
            && json.has("data")
            && json.get("data").is_null()
            && json.get("msg").text().is_some();
        is_one.then(|| Recognised {
            kind: StationKind::VoApi,
            confidence: Confidence::Weak,
            by: "GET /api/user/info: code and msg".to_owned(),
            known: Known::default(),
        })
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        if !on.has(AccountToken::Jwt) {
            return Step::Done(without(on, Problem::Needs(Need::Jwt)));
        }
        if !heard.asked(INFO) {
            return Step::ask(Call::get(INFO, "/api/user/info").with(Auth::AccountBare));
        }
        Step::Done(match good(heard, INFO) {
            Ok(json) => read(on, json.get("data")),
            Err(problem) => without(on, problem),
        })
    }

    fn logs(
        &self,
        _on: &Target,
        _query: &LogQuery,
        _heard: &Heard,
    ) -> Step<Result<LogPage, Problem>> {
        Step::Done(Err(Problem::NotOffered {
            kind: StationKind::VoApi,
        }))
    }

    fn check_in(&self, on: &Target, wish: CheckInWish, heard: &Heard) -> Step<CheckIn> {
        if !on.has(AccountToken::Jwt) {
            return Step::Done(CheckIn::page(Some(PAGE), Problem::Needs(Need::Jwt)));
        }
        if !heard.asked(LOOK) {
            return Step::ask(Call::get(LOOK, "/api/check_in/stats").with(Auth::AccountBare));
        }
        let signed = match good(heard, LOOK) {
            Ok(json) => json.at(&["data", "todaySigned"]).truth(),
            Err(problem) => return Step::Done(CheckIn::page(Some(PAGE), problem)),
        };
        match (signed, wish) {
            (None, _) => Step::Done(CheckIn::is(
                CheckInState::Failed,
                Some(Problem::UnknownShape),
            )),
            (Some(true), _) => Step::Done(CheckIn::is(CheckInState::AlreadyDone, None)),
            (Some(false), CheckInWish::Look) => Step::Done(CheckIn::is(CheckInState::Due, None)),
            (Some(false), CheckInWish::Do) if !heard.asked(DO) => {
                Step::ask(Call::post(DO, "/api/check_in", json!({})).with(Auth::AccountBare))
            }
            (Some(false), CheckInWish::Do) => Step::Done(match good(heard, DO) {
                Ok(_) => CheckIn::is(CheckInState::Done, None),
                Err(Problem::CheckedIn) => CheckIn::is(CheckInState::AlreadyDone, None),
                Err(problem) => CheckIn::page(Some(PAGE), problem),
            }),
        }
    }

    fn pages(&self) -> Pages {
        Pages {
            console: Some("/"),
            check_in: Some(PAGE),
            ..Pages::default()
        }
    }
}

/// The envelope: 0 is good, 1 "checked in already", 2 "log in again".
fn good(heard: &Heard, purpose: &str) -> Result<Json, Problem> {
    let json = heard.json(purpose).unwrap_or(Err(Problem::UnknownShape));
    let json = json.map_err(|problem| match problem {
        Problem::Refused { status: 401, .. } => Problem::Needs(Need::Jwt),
        other => other,
    })?;
    match json.get("code").integer() {
        Some(0) => Ok(json),
        Some(1) => Err(Problem::CheckedIn),
        Some(2) => Err(Problem::Needs(Need::Jwt)),
        _ => Err(Problem::UnknownShape),
    }
}

fn without(on: &Target, problem: Problem) -> Balance {
    Balance::without(
        StationKind::VoApi,
        state_of(&problem),
        problem,
        on.known.clone(),
    )
}

/// Two purses in one wallet, amounts as decimal texts.
fn read(on: &Target, data: &Json) -> Balance {
    let sum = |names: [&str; 2]| {
        let [first, second] = names.map(|name| data.get(name).number());
        let sum = first?.plus(second?)?;
        sum.nanos()
    };
    let left = sum(["basicBalance", "bindBalance"]);
    let used = sum(["usedBasicBalance", "usedBindBalance"]);
    if left.is_none() {
        return without(on, Problem::UnknownShape);
    }
    let granted = left
        .zip(used)
        .and_then(|(left, used)| left.0.checked_add(used.0));
    let mut balance = Balance::without(
        StationKind::VoApi,
        State::Unknown,
        Problem::UnknownShape,
        on.known.clone(),
    );
    balance.reason = None;
    balance.source = "GET /api/user/info".to_owned();
    match data.get("currency").text() {
        Some("CNY") => balance.unit = Unit::Cny,
        Some("USD") | None => {}
        Some(_) => headline::note(&mut balance, Problem::FactorUnknown),
    }
    balance.account = Some(Purse {
        scope: Scope::Account,
        name: None,
        unlimited: false,
        remaining: exact(left),
        used: exact(used),
        granted: exact(granted.map(Nanos)),
        expires_at: None,
    });
    balance.total = Some(crate::balance::Spent {
        requests: data.get("totalRequest").count(),
        tokens: data.get("totalToken").count(),
        charged: used,
        listed: None,
    });
    headline::settle(&mut balance, Paying::Both, on.now);
    balance
}

fn exact(amount: Option<Nanos>) -> Measured<Nanos> {
    amount.map_or(Measured::Unknown(Unknown::NotGiven), Measured::Exact)
}
