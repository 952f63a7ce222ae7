//! QuantumNous/new-api (Calcium-Ion/new-api before).

use super::family::{self, check_in, compose, log_call, row, status, token};
use crate::balance::{Balance, unit_of};
use crate::call::{Auth, Call, KeyForm};
use crate::checkin::{CheckIn, CheckInWish};
use crate::custom::Custom;
use crate::heard::{Heard, Step};
use crate::json::Json;
use crate::kind::{Confidence, Kind, Pages, Recognised, StationKind};
use crate::known::Known;
use crate::logs::{LogPage, LogQuery};
use crate::problem::Problem;
use crate::target::{AccountToken, KeyShape, Target};

/// See the module.
pub(crate) struct NewApi;

const OFFERS: compose::Offers = compose::Offers {
    kind: StationKind::NewApi,
    token: compose::Presence::Here,
    sentinel: compose::Sentinel::NoLimit,
    subscriptions: compose::Presence::Here,
};

const CHECK_IN: check_in::Way = check_in::Way {
    look: "/api/user/checkin?month={month}",
    path: "/api/user/checkin",
    page: "/console/personal",
    is_done: |data| data.at(&["stats", "checked_in_today"]).truth(),
    award: "quota_awarded",
};

/// `GET /api/log/token`, the key in a header.
const LOG: &str = "log-token";
/// The same, the key in the address.
const LOG_BY_URL: &str = "log-token-by-url";
/// Rows that the station gives at most (`MaxRecentItems`), newest first.
const NEWEST: usize = 1_000;

impl Kind for NewApi {
    fn kinds(&self) -> &'static [StationKind] {
        &[StationKind::NewApi]
    }

    fn probes(&self) -> Vec<Call> {
        vec![status::call()]
    }

    fn trial(&self, on: &Target) -> Option<Call> {
        (on.key != KeyShape::Jwt).then(|| token::call(on))
    }

    fn recognise(&self, heard: &Heard) -> Option<Recognised> {
        let of = |by: String, known| {
            Some(Recognised {
                kind: StationKind::NewApi,
                confidence: Confidence::Certain,
                by,
                known,
            })
        };
        if let Some(data) = status::data(heard) {
            let of_veloera = !data.get("check_in_enabled").is_null();
            let marks = [
                "quota_display_type",
                "usd_exchange_rate",
                "self_use_mode_enabled",
            ];
            let mark = marks
                .into_iter()
                .find(|mark| data.has(mark))
                .filter(|_| !of_veloera);
            let version = status::header(heard, "x-new-api-version").map(|_| "X-New-Api-Version");
            let mark = mark.or(version)?;
            return of(format!("GET /api/status: {mark}"), status::read(&data));
        }
        if let Some((_, by)) = family::by_error_type(heard, "new_api_error") {
            return of(by, Known::default());
        }
        let is_proven = matches!(token::read(heard), Some(Ok(_)));
        let by = "GET /api/usage/token/: token_usage".to_owned();
        is_proven.then(|| of(by, Known::default())).flatten()
    }

    fn balance(&self, on: &Target, heard: &Heard) -> Step<Balance> {
        compose::balance(OFFERS, on, heard)
    }

    /// The account's log where the access token was given, else that of the key.
    fn logs(&self, on: &Target, query: &LogQuery, heard: &Heard) -> Step<Result<LogPage, Problem>> {
        if on.has(AccountToken::Access) {
            return log_call::page(
                StationKind::NewApi,
                log_call::Paging::Sized,
                on,
                query,
                heard,
            );
        }
        if status::is_wanted(on, heard) {
            return Step::ask(status::call());
        }
        if !heard.asked(LOG) {
            return Step::ask(log_call_of(on, query, on.log_form));
        }
        if wants_url_key(on, query, heard) && !heard.asked(LOG_BY_URL) {
            let call = log_call_of(on, query, KeyForm::UrlKey);
            return Step::ask(Call {
                purpose: LOG_BY_URL.to_owned(),
                ..call
            });
        }
        let purpose = if heard.asked(LOG_BY_URL) {
            LOG_BY_URL
        } else {
            LOG
        };
        Step::Done(match heard.json(purpose) {
            Some(Ok(json)) => Ok(read_log(&json, on, query, heard)),
            Some(Err(problem)) => Err(family::meaning_read_only(&problem)),
            None => Err(Problem::UnknownShape),
        })
    }

    fn check_in(&self, on: &Target, wish: CheckInWish, heard: &Heard) -> Step<CheckIn> {
        check_in::run(CHECK_IN, on, wish, heard)
    }

    fn pages(&self) -> Pages {
        Pages {
            console: Some("/console"),
            recharge: Some("/console/topup"),
            check_in: Some("/console/personal"),
            logs: Some("/console/log"),
        }
    }
}

fn log_call_of(on: &Target, query: &LogQuery, form: KeyForm) -> Call {
    let own = on
        .custom
        .as_ref()
        .and_then(|custom| custom.logs_path.as_ref());
    let call = match own {
        Some(path) => Custom::call(LOG, &Custom::log_path(path, query), form),
        None => Call::get(LOG, "/api/log/token").with(Auth::Key(form)),
    };
    call.critical().large()
}

/// Stations before 2026-02 read the key from the address only; they are known by the missing version header
/// and an empty or refused answer. It leaks the key into access logs: only where the user allows it.
fn wants_url_key(on: &Target, query: &LogQuery, heard: &Heard) -> bool {
    if !query.may_use_url_key || on.log_form != KeyForm::Bearer {
        return false;
    }
    let is_newer = heard
        .answer(LOG)
        .is_some_and(|answer| answer.header("x-new-api-version").is_some());
    let is_empty = match heard.json(LOG) {
        Some(Ok(json)) => json.get("data").items().is_empty(),
        Some(Err(Problem::Refused { status: 401, .. })) => true,
        _ => false,
    };
    !is_newer && is_empty
}

fn read_log(json: &Json, on: &Target, query: &LogQuery, heard: &Heard) -> LogPage {
    let known = status::known(on, heard);
    let unit = unit_of(&known, 0);
    let list = json.get("data").items();
    let (rows, left_out) = row::rows(list, StationKind::NewApi, &known, unit);
    let mut page = query.page_of(StationKind::NewApi, rows);
    if list.len() == NEWEST {
        page.notes.push(Problem::NewestRowsOnly {
            rows: NEWEST as u64,
        });
    }
    if left_out > 0 {
        page.notes.push(Problem::RowsLeftOut { rows: left_out });
    }
    LogPage {
        unit,
        source: "GET /api/log/token".to_owned(),
        known: Known {
            token_log: Some(true),
            ..known
        },
        ..page
    }
}
