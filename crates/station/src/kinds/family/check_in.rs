//! Checking in at New-API (since 2026-01-02) and Veloera: look first, do it, look again.

use crate::balance::{Unit, of_quota};
use crate::call::Call;
use crate::checkin::{CheckIn, CheckInRecord, CheckInState, CheckInWish};
use crate::heard::{Heard, Step};
use crate::json::Json;
use crate::known::Known;
use crate::phrases;
use crate::problem::{Need, Problem};
use crate::target::{AccountToken, Target};

use super::{account, status};

/// The look before.
const LOOK: &str = "check-in-status";
/// Checking in.
const DO: &str = "check-in";
/// The look after.
const CONFIRM: &str = "check-in-confirm";

/// How a station words it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// Path of the look; `{month}` is replaced.
    pub(crate) look: &'static str,
    /// Path of doing it.
    pub(crate) path: &'static str,
    /// The page for a person.
    pub(crate) page: &'static str,
    /// Whether it was done today, as the look's `data` says.
    pub(crate) is_done: fn(&Json) -> Option<bool>,
    /// Member of the award in the answer's `data`.
    pub(crate) award: &'static str,
}

/// What is asked next, or how it stands.
pub(crate) fn run(way: Way, on: &Target, wish: CheckInWish, heard: &Heard) -> Step<CheckIn> {
    if status::is_wanted(on, heard) {
        return Step::ask(status::call());
    }
    let known = status::known(on, heard);
    if let Some(settled) = without_asking(way, on, &known) {
        return Step::Done(with(settled, known));
    }
    let Some(auth) = on.account_auth() else {
        let reason = Problem::Needs(Need::AccessToken);
        return Step::Done(with(CheckIn::page(Some(way.page), reason), known));
    };
    if !heard.asked(LOOK) {
        let path = way.look.replace("{month}", &month(on, &known));
        return Step::ask(Call::get(LOOK, path).with(auth));
    }
    let looked = look(way, on, heard, LOOK);
    let wants_more = wish == CheckInWish::Do && looked.state == CheckInState::Due;
    if !wants_more {
        return Step::Done(with(looked, known));
    }
    if !heard.asked(DO) {
        return Step::ask(Call::post(DO, way.path, serde_json::json!({})).with(auth));
    }
    let done = done(way, on, heard, &known);
    if done.state != CheckInState::Done {
        return Step::Done(with(done, known));
    }
    if !heard.asked(CONFIRM) {
        let path = way.look.replace("{month}", &month(on, &known));
        return Step::ask(Call::get(CONFIRM, path).with(auth));
    }
    let after = look(way, on, heard, CONFIRM);
    let confirmed = CheckIn {
        confirmed: after.state == CheckInState::AlreadyDone,
        records: after.records,
        ..done
    };
    Step::Done(with(confirmed, known))
}

/// Switched off, or a Turnstile: neither is worth a call with a credential.
fn without_asking(way: Way, on: &Target, known: &Known) -> Option<CheckIn> {
    if known.check_in == Some(false) {
        return Some(CheckIn::is(CheckInState::Off, Some(Problem::CheckInOff)));
    }
    if known.check_in.is_none() {
        // An older one: asking anyway would be answered by an operator's endpoint of the same path.
        let reason = Problem::NotOffered { kind: on.kind };
        return Some(CheckIn::page(None, reason));
    }
    if known.turnstile == Some(true) {
        return Some(CheckIn::page(Some(way.page), Problem::NeedsBrowser));
    }
    (!on.has(AccountToken::Access))
        .then(|| CheckIn::page(Some(way.page), Problem::Needs(Need::AccessToken)))
}

fn with(check_in: CheckIn, known: Known) -> CheckIn {
    CheckIn { known, ..check_in }
}

/// The month of the station's day, `2026-08`.
fn month(on: &Target, known: &Known) -> String {
    let offset = i64::from(known.utc_offset_s.unwrap_or(0));
    let there = on.now.plus_micros(offset * 1_000_000).to_string();
    there.chars().take(7).collect()
}

fn look(way: Way, on: &Target, heard: &Heard, purpose: &str) -> CheckIn {
    let json = match heard.json(purpose) {
        Some(Ok(json)) => json,
        Some(Err(problem)) => return failed(way, on, &problem),
        None => return failed(way, on, &Problem::UnknownShape),
    };
    let data = json.get("data");
    if data.get("enabled").is_false() {
        return CheckIn::is(CheckInState::Off, Some(Problem::CheckInOff));
    }
    let state = match (way.is_done)(data) {
        Some(true) => CheckInState::AlreadyDone,
        Some(false) => CheckInState::Due,
        None => return failed(way, on, &Problem::UnknownShape),
    };
    let records = data.at(&["stats", "records"]).items().iter();
    let records = records.filter_map(|record| {
        Some(CheckInRecord {
            day: record.get("checkin_date").words()?.to_owned(),
            quota: record.get("quota_awarded").integer(),
        })
    });
    CheckIn {
        records: records.collect(),
        ..CheckIn::is(state, None)
    }
}

fn done(way: Way, on: &Target, heard: &Heard, known: &Known) -> CheckIn {
    let json = match heard.json(DO) {
        Some(Ok(json)) => json,
        Some(Err(problem)) => return failed(way, on, &problem),
        None => return failed(way, on, &Problem::UnknownShape),
    };
    let data = json.get("data");
    let awarded = data.get(way.award).integer();
    CheckIn {
        awarded_quota: awarded,
        awarded_usd: awarded.and_then(|quota| of_quota(quota, known, Unit::Usd)),
        day: data.get("checkin_date").words().map(str::to_owned),
        ..CheckIn::is(CheckInState::Done, None)
    }
}

/// The words of a refusal are plain Chinese at both, whatever language was asked for.
fn failed(way: Way, on: &Target, problem: &Problem) -> CheckIn {
    let Problem::Refused { code, message, .. } = problem else {
        return CheckIn::is(CheckInState::Failed, Some(problem.clone()));
    };
    match phrases::meaning(code, message) {
        Some(Problem::CheckedIn) => CheckIn::is(CheckInState::AlreadyDone, None),
        Some(Problem::CheckInOff) => CheckIn::is(CheckInState::Off, Some(Problem::CheckInOff)),
        Some(Problem::NeedsBrowser) => CheckIn::page(Some(way.page), Problem::NeedsBrowser),
        _ => CheckIn::page(Some(way.page), account::refusal(on, problem)),
    }
}
