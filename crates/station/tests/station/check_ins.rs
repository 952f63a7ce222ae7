//! Checking in.

use base::Timestamp;
use relayscope_station::{
    AccountToken, CheckIn, CheckInState, CheckInWish, Known, Need, Problem, StationKind, Target,
    check_in,
};

use crate::harness::Station;

const LOOK: &str = "GET /api/user/checkin";
const DO: &str = "POST /api/user/checkin";

fn wish(station: &Station, wish: CheckInWish) -> CheckIn {
    station.run(|on: &Target, heard: &_| check_in(on, wish, heard))
}

fn new_api() -> Station {
    Station::of(StationKind::NewApi)
        .with_status()
        .with_account(AccountToken::Access)
}

#[test]
fn it_is_looked_at_before_it_is_done_and_after() {
    let station = new_api()
        .says(LOOK, "newapi_checkin_status.json")
        .says(DO, "newapi_checkin_ok.json");
    let looked = wish(&station, CheckInWish::Look);
    assert_eq!((looked.state, looked.records.len()), (CheckInState::Due, 2));
    assert_eq!(
        station.asked(),
        ["GET /api/status", "GET /api/user/checkin?month=2026-08"]
    );
    let done = wish(&station, CheckInWish::Do);
    assert_eq!(
        (done.state, done.awarded_quota),
        (CheckInState::Done, Some(7_321))
    );
    assert_eq!(done.awarded_usd.unwrap().to_string(), "0.014642");
    // The fixture still says that it is due: not confirmed.
    assert!(!done.confirmed);
    assert_eq!(station.asked()[2..].len(), 4);
}

#[test]
fn what_was_done_is_not_done_again() {
    let done = r#"{"success":true,"data":{"enabled":true,"stats":{"checked_in_today":true,"records":[]}}}"#;
    let station = new_api().tells(LOOK, 200, done);
    assert_eq!(
        wish(&station, CheckInWish::Do).state,
        CheckInState::AlreadyDone
    );
    assert!(station.asked().iter().all(|call| call.starts_with("GET")));
    let race = new_api()
        .says(LOOK, "newapi_checkin_status.json")
        .says(DO, "newapi_checkin_already.json");
    assert_eq!(
        wish(&race, CheckInWish::Do).state,
        CheckInState::AlreadyDone
    );
    let off = new_api().says(LOOK, "newapi_checkin_disabled.json");
    assert_eq!(wish(&off, CheckInWish::Do).state, CheckInState::Off);
}

#[test]
fn what_a_program_cannot_do_is_left_to_a_person() {
    let turnstile = r#"{"success":true,"data":{"system_name":"N","quota_per_unit":500000,"quota_display_type":"USD","checkin_enabled":true,"turnstile_check":true}}"#;
    let station = Station::of(StationKind::NewApi)
        .tells("GET /api/status", 200, turnstile)
        .with_account(AccountToken::Access);
    let page = wish(&station, CheckInWish::Do);
    assert_eq!(
        (page.state, page.page.as_deref(), page.reason),
        (
            CheckInState::Page,
            Some("/console/personal"),
            Some(Problem::NeedsBrowser)
        )
    );
    assert_eq!(station.asked(), ["GET /api/status"]);

    let without = Station::of(StationKind::NewApi).with_status();
    assert_eq!(
        wish(&without, CheckInWish::Do).reason,
        Some(Problem::Needs(Need::AccessToken))
    );
    assert!(without.asked_with_key().is_empty());

    // Old versions answer the look with an operator's endpoint: it is not asked.
    let old = Station::of(StationKind::OneApi)
        .says("GET /api/status", "oneapi_status.json")
        .with_account(AccountToken::Access);
    assert!(matches!(
        wish(&old, CheckInWish::Do).reason,
        Some(Problem::NotOffered { .. })
    ));
    assert!(old.asked_with_key().is_empty());
}

#[test]
fn veloera_words_it_differently() {
    let station = Station::of(StationKind::Veloera)
        .says("GET /api/status", "veloera_status.json")
        .tells(
            "GET /api/user/check_in_status",
            200,
            r#"{"success":true,"data":{"can_check_in":true}}"#,
        )
        .says("POST /api/user/check_in", "veloera_check_in_ok.json")
        .with_account(AccountToken::Access);
    let done = wish(&station, CheckInWish::Do);
    assert_eq!(
        (done.state, done.awarded_quota),
        (CheckInState::Done, Some(1_000))
    );
}

#[test]
fn voapi_counts_in_codes() {
    let station = Station::of(StationKind::VoApi)
        .tells(
            "GET /api/check_in/stats",
            200,
            r#"{"code":0,"data":{"todaySigned":false},"msg":"ok"}"#,
        )
        .tells(
            "POST /api/check_in",
            200,
            r#"{"code":1,"data":null,"msg":"已签到"}"#,
        )
        .with_account(AccountToken::Jwt);
    assert_eq!(
        wish(&station, CheckInWish::Do).state,
        CheckInState::AlreadyDone
    );
}

#[test]
fn no_call_ever_rotates_a_token() {
    for kind in StationKind::all() {
        for token in [AccountToken::Access, AccountToken::Jwt] {
            let station = Station::of(kind).with_status().with_account(token);
            station.balance();
            wish(&station, CheckInWish::Do);
            for call in station.asked() {
                assert!(
                    !call.contains("/api/user/token") && !call.contains("/refresh"),
                    "{kind}: {call}"
                );
            }
        }
    }
}

#[test]
fn the_next_day_is_the_stations() {
    let evening = Timestamp::parse("2026-08-22T17:30:00Z").unwrap();
    let next = |kind, known: &Known, local| {
        relayscope_station::next_check_in(kind, known, evening, local).to_string()
    };
    let unknown = Known::default();
    assert_eq!(
        next(StationKind::Veloera, &unknown, 28_800),
        "2026-08-23T00:00:00.000Z"
    );
    assert_eq!(
        next(StationKind::NewApi, &unknown, 28_800),
        "2026-08-23T16:00:00.000Z"
    );
    let there = Known {
        utc_offset_s: Some(-3_600),
        ..Known::default()
    };
    assert_eq!(
        next(StationKind::NewApi, &there, 28_800),
        "2026-08-23T01:00:00.000Z"
    );
}
