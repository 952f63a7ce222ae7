//! Refusals, traps, and what they say about key and station.

use relayscope_station::{AccountToken, CallFailure, Problem, StationKind, evidence};

use crate::harness::{Station, fixture, line, timeout};

const TOKEN: &str = "GET /api/usage/token/";
const LIMIT: &str = "GET /v1/dashboard/billing/subscription";
const USAGE: &str = "GET /v1/usage";

#[track_caller]
fn check(station: &Station, expected: &str) {
    let line = line(&station.balance());
    let short = line.replace(" key USD left ? used ? of ? spend ?", "");
    assert_eq!(short, expected, "\nasked: {:?}", station.asked());
}

fn new_api() -> Station {
    Station::of(StationKind::NewApi).with_status()
}

#[test]
fn new_api_says_what_is_wrong_with_a_key_in_one_place_only() {
    check(
        &new_api().says(TOKEN, "newapi_usage_token_disabled_401.json"),
        "new-api disabled (key_disabled)",
    );
    check(
        &new_api().says(TOKEN, "newapi_usage_token_invalid_401.json"),
        "new-api invalid (key_invalid)",
    );
    // Spent, expired, disabled and unknown keys get the same answer here.
    check(
        &new_api().says(LIMIT, "newapi_billing_401.json"),
        "new-api unknown (key_unusable)",
    );
    check(
        &new_api().says(LIMIT, "newapi_billing_401_exhausted_before_2026_04.json"),
        "new-api exhausted (key_exhausted)",
    );
}

#[test]
fn a_key_that_is_known_to_be_bad_is_not_tried_at_other_endpoints() {
    let station = new_api().says(TOKEN, "newapi_usage_token_invalid_401.json");
    station.balance();
    assert_eq!(
        station.asked(),
        ["GET /api/status", "GET /api/usage/token/"]
    );
}

#[test]
fn older_members_say_it_in_words() {
    let one_api = Station::of(StationKind::OneApi)
        .says("GET /api/status", "oneapi_status.json")
        .says(LIMIT, "oneapi_error_401.json");
    assert_eq!(one_api.balance().reason, Some(Problem::KeyExpired));
    let one_hub = Station::of(StationKind::OneHub)
        .says("GET /api/status", "onehub_status.json")
        .says(LIMIT, "onehub_error_401.json");
    check(&one_hub, "one-hub exhausted (key_exhausted)");
}

#[test]
fn an_empty_bucket_leaves_the_other_endpoints() {
    let station = new_api()
        .says(TOKEN, "rate_limited_429_empty.txt")
        .says(LIMIT, "newapi_billing_subscription_usd.json")
        .says(
            "GET /v1/dashboard/billing/usage",
            "newapi_billing_usage_usd.json",
        );
    let balance = station.balance();
    assert_eq!(balance.remaining.value().unwrap().to_string(), "12.5");
    let all_empty = new_api()
        .says(TOKEN, "rate_limited_429_empty.txt")
        .says(LIMIT, "rate_limited_429_empty.txt");
    check(&all_empty, "new-api unreachable (rate_limited)");
    assert_eq!(
        all_empty.balance().reason,
        Some(Problem::RateLimited { seconds: None })
    );
    // Our own budget of the small bucket.
    let spent = new_api()
        .replies(TOKEN, Err(CallFailure::Budget { seconds: 300 }))
        .says(LIMIT, "newapi_billing_subscription_usd.json")
        .says(
            "GET /v1/dashboard/billing/usage",
            "newapi_billing_usage_usd.json",
        );
    assert_eq!(
        spent.balance().remaining.value().unwrap().to_string(),
        "12.5"
    );
}

#[test]
fn an_account_needs_the_right_token() {
    let station = new_api()
        .says(TOKEN, "newapi_usage_token_limited.json")
        .says(LIMIT, "newapi_billing_subscription_usd.json")
        .says("GET /api/user/self", "newapi_user_self_auth_401.json")
        .with_account(AccountToken::Access);
    assert!(line(&station.balance()).ends_with("+needs"));
}

#[test]
fn sub2api_says_it_in_codes() {
    let of = |name| Station::of(StationKind::Sub2Api).says(USAGE, name);
    check(
        &of("sub2api_error_invalid_key_401.json"),
        "sub2api invalid (key_invalid)",
    );
    check(
        &of("sub2api_error_key_disabled_401.json"),
        "sub2api disabled (key_disabled)",
    );
    check(
        &of("sub2api_error_abuse_429.json"),
        "sub2api unreachable (rate_limited)",
    );
    check(
        &of("sub2api_error_query_key_400.json"),
        "sub2api unknown (refused)",
    );
    // Before 0.1.88 the endpoint checked the balance before it told it.
    let old = |status, code: &str| {
        let body = format!(r#"{{"code":"{code}","message":"m"}}"#);
        Station::of(StationKind::Sub2Api).tells(USAGE, status, &body)
    };
    check(
        &old(403, "INSUFFICIENT_BALANCE"),
        "sub2api exhausted (account_exhausted)",
    );
    check(
        &old(429, "API_KEY_QUOTA_EXHAUSTED"),
        "sub2api exhausted (key_exhausted)",
    );
    check(
        &old(403, "API_KEY_EXPIRED"),
        "sub2api expired (key_expired)",
    );
}

#[test]
fn claude_relay_service_says_it_in_words() {
    let station = Station::of(StationKind::ClaudeRelayService)
        .says("POST /apiStats/api/user-stats", "crs_invalid_key_401.json");
    check(&station, "claude-relay-service invalid (key_invalid)");
}

#[test]
fn nothing_that_is_no_answer_becomes_a_balance() {
    let page = |name| new_api().says(TOKEN, name).says(LIMIT, name);
    check(
        &page("spa_index_200.html"),
        "new-api unreachable (web_page)",
    );
    check(&page("gin_404.txt"), "new-api unknown (no_endpoint)");
    check(
        &page("family_invalid_url_404.json"),
        "new-api unknown (no_endpoint)",
    );
    let silent = Station::of(StationKind::NewApi)
        .replies("GET /api/status", timeout())
        .replies(TOKEN, timeout());
    check(&silent, "new-api unreachable (no_answer)");
    let huge = new_api()
        .replies(TOKEN, Err(CallFailure::TooLarge { cap: 1 }))
        .replies(LIMIT, Err(CallFailure::Encoding));
    check(&huge, "new-api unreachable (no_answer)");
    let broken = new_api()
        .tells(TOKEN, 200, r#"{"code":true,"data":{"object":"token_us"#)
        .tells(LIMIT, 200, "\u{0}\u{1}");
    check(&broken, "new-api unknown (not_json)");
}

#[test]
fn a_key_does_not_follow_a_redirect_elsewhere() {
    let mut answer = fixture("gin_404.txt");
    answer.status = 302;
    answer.headers.push((
        "location".into(),
        "https://evil.example/api/usage/token/".into(),
    ));
    let station = new_api().replies(TOKEN, Ok(answer));
    check(&station, "new-api unreachable (other_host)");
    assert_eq!(
        station.asked(),
        ["GET /api/status", "GET /api/usage/token/"]
    );
}

#[test]
fn what_is_shown_of_answers_holds_no_key() {
    let secret =
        base::Secret::new("sk-0123456789abcdef0123456789abcdef0123456789abcdef".to_owned());
    let body = format!(
        r#"{{"error":{{"message":"bad key {} from 203.0.113.9","type":"new_api_error"}}}}"#,
        secret.reveal()
    );
    let station = new_api().tells(TOKEN, 401, &body);
    let (reading, heard) = station.run_heard(relayscope_station::balance);
    let shown = serde_json::to_string(&(evidence(&heard, &[&secret]), reading)).unwrap();
    for part in ["0123456789abcdef0123", "203.0.113.9"] {
        assert!(!shown.contains(part), "{shown}");
    }
    assert!(shown.contains("GET /api/usage/token/"));
}
