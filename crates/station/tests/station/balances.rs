//! What balances say.

use relayscope_station::{AccountToken, StationKind};

use crate::harness::{Station, in_cny, in_usd, line};

const TOKEN: &str = "GET /api/usage/token/";
const LIMIT: &str = "GET /v1/dashboard/billing/subscription";
const USED: &str = "GET /v1/dashboard/billing/usage";
const SELF: &str = "GET /api/user/self";
const USAGE: &str = "GET /v1/usage";

#[track_caller]
fn check(station: &Station, expected: &str) {
    assert_eq!(
        line(&station.balance()),
        expected,
        "\nasked: {:?}",
        station.asked()
    );
}

fn new_api() -> Station {
    Station::of(StationKind::NewApi).with_status()
}

#[test]
fn a_limited_key_of_new_api_is_not_backed_by_money() {
    let station = new_api()
        .says(TOKEN, "newapi_usage_token_limited.json")
        .says(LIMIT, "newapi_billing_subscription_usd.json");
    check(
        &station,
        "new-api active key USD left 12.5 used 7.5 of 20 spend ~12.5 until 2027-01-01T00:00:00.000Z",
    );
    let balance = station.balance();
    assert_eq!(
        (in_usd(&balance), in_cny(&balance)),
        ("12.5".into(), "~91.25".into())
    );
    assert_eq!(balance.quota.remaining, Some(6_250_000));
    assert_eq!(balance.key.unwrap().name.as_deref(), Some("desktop-a"));
}

#[test]
fn the_same_key_can_be_read_from_billing_alone() {
    let station = new_api()
        .says(LIMIT, "newapi_billing_subscription_usd.json")
        .says(USED, "newapi_billing_usage_usd.json");
    check(
        &station,
        "new-api active key USD left 12.5 used 7.5 of 20 spend ~12.5 until 2027-01-01T00:00:00.000Z +key_or_account",
    );
    let balance = station.balance();
    assert_eq!(balance.known.token_usage, Some(false));
    assert_eq!(
        (balance.quota.remaining, balance.quota.granted),
        (Some(6_250_000), Some(10_000_000))
    );
}

#[test]
fn an_unlimited_key_has_no_balance_of_its_own() {
    // The counter of an unlimited key goes below nothing, and means nothing.
    let station = new_api()
        .says(TOKEN, "newapi_usage_token_unlimited.json")
        .says(LIMIT, "newapi_billing_subscription_unlimited.json");
    check(
        &station,
        "new-api active key USD left ? used 96.420466 of ? spend ? unlimited (account_hidden)",
    );
    assert_eq!(station.balance().quota.remaining, None);
}

#[test]
fn an_unlimited_key_shows_the_account_where_the_operator_lets_it() {
    let station = new_api()
        .says(TOKEN, "newapi_usage_token_unlimited.json")
        .says(LIMIT, "newapi_billing_subscription_usd.json")
        .says(USED, "newapi_billing_usage_usd.json");
    check(
        &station,
        "new-api active account USD left 12.5 used 7.5 of 20 spend 12.5",
    );
}

#[test]
fn what_can_be_spent_is_the_smaller_of_cap_and_wallet() {
    // Token statistics are off: billing is about the account, which holds less than the key may spend.
    let account = r#"{"object":"billing_subscription","hard_limit_usd":9.25,"access_until":0}"#;
    let station = new_api()
        .says(TOKEN, "newapi_usage_token_limited.json")
        .tells(LIMIT, 200, account)
        .says(USED, "newapi_billing_usage_usd.json");
    check(
        &station,
        "new-api active account USD left 1.75 used 7.5 of 9.25 spend 1.75 until 2027-01-01T00:00:00.000Z",
    );

    let with_token = new_api()
        .says(TOKEN, "newapi_usage_token_limited.json")
        .says(LIMIT, "newapi_billing_subscription_usd.json")
        .says(SELF, "newapi_user_self.json")
        .with_account(AccountToken::Access);
    check(
        &with_token,
        "new-api active key USD left 12.5 used 7.5 of 20 spend 12.5 until 2027-01-01T00:00:00.000Z",
    );
    assert_eq!(
        crate::harness::amount(with_token.balance().account.unwrap().remaining),
        "122.5"
    );
}

#[test]
fn subscriptions_and_wallet_pay_together() {
    let station = new_api()
        .says(TOKEN, "newapi_usage_token_unlimited.json")
        .says(LIMIT, "newapi_billing_subscription_unlimited.json")
        .says(SELF, "newapi_user_self.json")
        .says(
            "GET /api/subscription/self",
            "newapi_subscription_self.json",
        )
        .with_account(AccountToken::Access);
    check(
        &station,
        "new-api active account USD left 122.5 used 77.5 of 200 spend 164.5 until 2026-08-30T12:13:20.000Z",
    );
    let plan = &station.balance().subscriptions[0];
    assert_eq!(crate::harness::amount(plan.remaining), "42");
}

#[test]
fn a_wallet_is_what_is_left_and_not_the_sum() {
    let station = new_api()
        .says(SELF, "newapi_user_self.json")
        .with_account(AccountToken::Access);
    let mut station = station;
    station.on.key = relayscope_station::KeyShape::Absent;
    check(
        &station,
        "new-api active account USD left 122.5 used 77.5 of 200 spend ~122.5",
    );
}

#[test]
fn raw_quota_is_not_money() {
    let status = r#"{"success":true,"data":{"version":"v0.9","system_name":"R","quota_per_unit":500000,"quota_display_type":"TOKENS"}}"#;
    let station = Station::of(StationKind::NewApi)
        .tells("GET /api/status", 200, status)
        .says(LIMIT, "newapi_billing_subscription_tokens.json")
        .tells(USED, 200, r#"{"object":"list","total_usage":375000000}"#);
    check(
        &station,
        "new-api active key quota left 6250000 used 3750000 of 10000000 spend ~6250000 +key_or_account",
    );
    let balance = station.balance();
    assert_eq!(
        (in_usd(&balance), in_cny(&balance)),
        ("12.5".into(), "~91.25".into())
    );
    // 200 dollars of raw quota is the same number as "no limit": nobody can tell.
    let station = Station::of(StationKind::NewApi)
        .tells("GET /api/status", 200, status)
        .says(LIMIT, "newapi_billing_subscription_unlimited.json")
        .tells(USED, 200, r#"{"total_usage":375000000}"#);
    check(
        &station,
        "new-api active key quota left ? used 3750000 of ? spend ? (unlimited_or_not) +key_or_account",
    );
}

#[test]
fn a_station_that_counts_in_renminbi_is_converted_at_its_own_rate() {
    let status = r#"{"success":true,"data":{"system_name":"R","quota_per_unit":500000,"quota_display_type":"CNY","usd_exchange_rate":7}}"#;
    let station = Station::of(StationKind::NewApi)
        .tells("GET /api/status", 200, status)
        .says(TOKEN, "newapi_usage_token_limited.json")
        .tells(
            LIMIT,
            200,
            r#"{"object":"billing_subscription","hard_limit_usd":140,"access_until":0}"#,
        );
    check(
        &station,
        "new-api active key CNY left 87.5 used 52.5 of 140 spend ~87.5 until 2027-01-01T00:00:00.000Z",
    );
    let balance = station.balance();
    assert_eq!(
        (in_usd(&balance), in_cny(&balance)),
        ("12.5".into(), "87.5".into())
    );
}

#[test]
fn a_factor_other_than_the_usual_one_is_used() {
    let status = r#"{"success":true,"data":{"system_name":"R","quota_per_unit":1000000.0,"quota_display_type":"CUSTOM","custom_currency_symbol":"积分","custom_currency_exchange_rate":100}}"#;
    let station = Station::of(StationKind::NewApi)
        .tells("GET /api/status", 200, status)
        .says(TOKEN, "newapi_usage_token_limited.json");
    check(
        &station,
        "new-api active key USD left 6.25 used 3.75 of 10 spend ~6.25 until 2027-01-01T00:00:00.000Z",
    );
    // Not told at all: raw quota stays raw, and dollars stay unknown.
    let station = Station::of(StationKind::NewApi).says(TOKEN, "newapi_usage_token_limited.json");
    check(
        &station,
        "new-api active key quota left 6250000 used 3750000 of 10000000 spend ~6250000 until 2027-01-01T00:00:00.000Z",
    );
    assert_eq!(in_usd(&station.balance()), "?");
}

#[test]
fn one_api_tells_less() {
    let station = Station::of(StationKind::OneApi)
        .says("GET /api/status", "oneapi_status.json")
        .says(LIMIT, "newapi_billing_subscription_usd.json")
        .says(USED, "newapi_billing_usage_usd.json");
    check(
        &station,
        "one-api active key USD left 12.5 used 7.5 of 20 spend ~12.5 until 2027-01-01T00:00:00.000Z +may_be_understated",
    );
    // More used than there is: it told what the account has left as if it were the limit.
    let station = Station::of(StationKind::OneApi)
        .says("GET /api/status", "oneapi_status.json")
        .tells(
            LIMIT,
            200,
            r#"{"object":"billing_subscription","hard_limit_usd":3.2,"access_until":0}"#,
        )
        .says(USED, "newapi_billing_usage_usd.json");
    check(
        &station,
        "one-api active account USD left 3.2 used 7.5 of ? spend ~3.2",
    );
    let station = Station::of(StationKind::OneApi)
        .says("GET /api/status", "oneapi_status.json")
        .says(LIMIT, "newapi_billing_subscription_unlimited.json")
        .tells(USED, 200, r#"{"object":"list","total_usage":0}"#);
    check(
        &station,
        "one-api active key USD left ? used 0 of ? spend ? unlimited (account_hidden) +use_not_counted",
    );
}

#[test]
fn one_hub_shows_the_account_for_unlimited_keys() {
    let station = Station::of(StationKind::OneHub)
        .says("GET /api/status", "onehub_status.json")
        .says(LIMIT, "newapi_billing_subscription_unlimited.json")
        .says(USED, "newapi_billing_usage_usd.json");
    // A hundred million is a number here and not a sign.
    check(
        &station,
        "one-hub active key USD left 99999992.5 used 7.5 of 100000000 spend ~99999992.5 +key_or_account",
    );
}

#[test]
fn veloera_is_read_like_an_old_new_api() {
    let station = Station::of(StationKind::Veloera)
        .says("GET /api/status", "veloera_status.json")
        .says(LIMIT, "newapi_billing_subscription_usd.json")
        .says(USED, "newapi_billing_usage_usd.json");
    check(
        &station,
        "veloera active key USD left 12.5 used 7.5 of 20 spend ~12.5 until 2027-01-01T00:00:00.000Z +key_or_account",
    );
}

#[test]
fn sub2api_in_its_modes() {
    let of = |name| Station::of(StationKind::Sub2Api).says(USAGE, name);
    check(
        &of("sub2api_usage_quota_limited.json"),
        "sub2api active key USD left 37.66 used 12.34 of 50 spend ~5.8 until 2026-12-31T15:59:59.000Z [5h 4.2/10] [7d 0/100]",
    );
    // isValid stays true.
    check(
        &of("sub2api_usage_quota_exhausted.json"),
        "sub2api exhausted key USD left 0 used 5.02 of 5 spend ~0 (key_exhausted)",
    );
    check(
        &of("sub2api_usage_subscription.json"),
        "sub2api active subscription USD left 11.75 used 61.9 of ? spend 11.75 until 2026-09-10T04:00:00.000Z [1d 3.25/15] [7d 18.4/?] [30d 61.9/200]",
    );
    // −1 is "no limit" here …
    check(
        &of("sub2api_usage_subscription_unlimited.json"),
        "sub2api active subscription USD left ? used 61.9 of ? spend ? unlimited until 2027-01-01T00:00:00.000Z [1d 3.25/?] [7d 18.4/?] [30d 61.9/?]",
    );
    check(
        &of("sub2api_usage_wallet.json"),
        "sub2api active account USD left 23.918274 used ? of ? spend 23.918274",
    );
    check(
        &of("sub2api_usage_wallet_v0_1_1.json"),
        "sub2api active account USD left 5.5 used ? of ? spend 5.5",
    );
    // … and a dollar of debt there.
    let debt = r#"{"mode":"unrestricted","isValid":true,"planName":"钱包余额","remaining":-1,"unit":"USD","balance":-1}"#;
    check(
        &Station::of(StationKind::Sub2Api).tells(USAGE, 200, debt),
        "sub2api exhausted account USD left -1 used ? of ? spend 0 (in_debt)",
    );
    let windows = r#"{"mode":"quota_limited","isValid":true,"status":"active","rate_limits":[{"window":"5h","limit":10,"used":10.5,"remaining":0,"window_start":null,"reset_at":"2026-08-22T13:00:00+08:00"}]}"#;
    check(
        &Station::of(StationKind::Sub2Api).tells(USAGE, 200, windows),
        "sub2api exhausted key USD left ? used ? of ? spend ~0 unlimited [5h 10.5/10] (account_hidden) +window_exhausted",
    );
}

#[test]
fn sub2api_charges_what_it_says_and_not_the_list_price() {
    let station = Station::of(StationKind::Sub2Api)
        .says(USAGE, "sub2api_usage_wallet.json")
        .says("GET /v1/sub2api/billing", "sub2api_key_billing.json");
    let balance = station.balance();
    let today = balance.today.unwrap();
    assert_eq!(today.charged.unwrap().to_string(), "1.36500001");
    assert_eq!(today.listed.unwrap().to_string(), "3.4125");
    assert_eq!(balance.multiplier.unwrap().to_string(), "0.4");
}

#[test]
fn a_jwt_reads_the_account_and_is_shown_to_no_other_endpoint() {
    let mut station =
        Station::of(StationKind::Sub2Api).says("GET /api/v1/auth/me", "sub2api_auth_me.json");
    station.on.key = relayscope_station::KeyShape::Jwt;
    check(
        &station,
        "sub2api active account USD left 23.918274 used ? of 100 spend ~23.918274",
    );
    assert_eq!(station.asked(), ["GET /api/v1/auth/me"]);
    let both = Station::of(StationKind::Sub2Api)
        .says(USAGE, "sub2api_usage_quota_limited.json")
        .says("GET /api/v1/auth/me", "sub2api_auth_me.json")
        .with_account(AccountToken::Jwt);
    check(
        &both,
        "sub2api active account USD left 23.918274 used ? of 100 spend 5.8 until 2026-12-31T15:59:59.000Z [5h 4.2/10] [7d 0/100]",
    );
}

#[test]
fn claude_relay_service_has_limits_and_no_wallet() {
    let station = Station::of(StationKind::ClaudeRelayService)
        .says("POST /apiStats/api/user-stats", "crs_user_stats.json");
    check(
        &station,
        "claude-relay-service active key USD left 98.7655 used 1.2345 of 100 spend 4.25 until 2026-09-01T00:00:00.000Z [5h 0.2/10] [1d 0.75/5]",
    );
    let open = r#"{"success":true,"data":{"name":"x","isActive":true,"expiresAt":"","usage":{"total":{"cost":3.5}},"limits":{"totalCostLimit":0,"dailyCostLimit":0}}}"#;
    let station = Station::of(StationKind::ClaudeRelayService).tells(
        "POST /apiStats/api/user-stats",
        200,
        open,
    );
    check(
        &station,
        "claude-relay-service active key USD left ? used 3.5 of ? spend ? unlimited",
    );
}

#[test]
fn voapi_wants_a_jwt_and_has_two_purses() {
    let without = Station::of(StationKind::VoApi);
    check(
        &without,
        "voapi unsupported key USD left ? used ? of ? spend ? (needs)",
    );
    assert!(without.asked().is_empty());
    let station = Station::of(StationKind::VoApi)
        .says("GET /api/user/info", "voapi2_user_info.json")
        .with_account(AccountToken::Jwt);
    check(
        &station,
        "voapi active account USD left 1.75 used 3.1 of 4.85 spend ~1.75",
    );
}

#[test]
fn strange_figures_are_unknown_and_never_nothing() {
    let limited = |member: &str| {
        let body = format!(
            r#"{{"code":true,"data":{{"object":"token_usage","total_granted":1,"total_used":1,"unlimited_quota":false,{member}}}}}"#
        );
        new_api().tells(TOKEN, 200, &body)
    };
    check(
        &limited(r#""total_available":"6250000","expires_at":"1798761600""#),
        "new-api active key USD left 12.5 used 0.000002 of 0.000002 spend ~12.5 until 2027-01-01T00:00:00.000Z",
    );
    check(
        &limited(r#""total_available":1e6,"expires_at":1798761600000"#),
        "new-api active key USD left 2 used 0.000002 of 0.000002 spend ~2 until 2027-01-01T00:00:00.000Z",
    );
    check(
        &limited(r#""total_available":NaN,"expires_at":0"#),
        "new-api unknown key USD left ? used ? of ? spend ? (unreadable)",
    );
    check(
        &limited(r#""total_available":"1,000","expires_at":0"#),
        "new-api unknown key USD left ? used ? of ? spend ? (unreadable)",
    );
    check(
        &limited(r#""total_available":500000,"expires_at":99999999999"#),
        "new-api active key USD left 1 used 0.000002 of 0.000002 spend ~1 (unreadable)",
    );
    check(
        &limited(r#""total_available":-200000,"expires_at":0"#),
        "new-api exhausted key USD left -0.4 used 0.000002 of 0.000002 spend ~0 (key_exhausted)",
    );
    // Twenty quintillion quota.
    check(
        &limited(r#""total_available":20000000000000000000,"expires_at":0"#),
        "new-api unknown key USD left ? used ? of ? spend ? (unreadable)",
    );
}

#[test]
fn an_expired_key_is_expired_although_something_is_left() {
    let station = new_api()
        .says(TOKEN, "newapi_usage_token_expired.json")
        .says(LIMIT, "newapi_billing_401.json");
    check(
        &station,
        "new-api expired key USD left 0.76 used 0.24 of 1 spend ~0.76 until 2025-07-01T00:00:00.000Z (key_expired)",
    );
}

#[test]
fn a_factor_is_remembered_for_a_day() {
    let mut station = new_api().says(TOKEN, "newapi_usage_token_limited.json");
    station.on.known = station.balance().known;
    assert_eq!(
        station.on.known.quota_per_usd.unwrap().to_string(),
        "500000"
    );
    let before = station.asked().len();
    station.balance();
    assert!(!station.asked()[before..].contains(&"GET /api/status".to_owned()));
    // The operator has changed it since.
    let status = r#"{"success":true,"data":{"system_name":"R","quota_per_unit":1000000,"quota_display_type":"USD"}}"#;
    let mut later = Station::of(StationKind::NewApi)
        .tells("GET /api/status", 200, status)
        .says(TOKEN, "newapi_usage_token_limited.json");
    later.on.known = station.on.known.clone();
    later.on.now = later.on.now.plus_micros(86_400_000_000);
    assert_eq!(
        later.balance().remaining.value().unwrap().to_string(),
        "6.25"
    );
    // And where it does not answer, what is remembered holds.
    let mut silent =
        Station::of(StationKind::NewApi).says(TOKEN, "newapi_usage_token_limited.json");
    silent.on.known = station.on.known.clone();
    silent.on.now = silent.on.now.plus_micros(86_400_000_000);
    assert_eq!(
        silent.balance().remaining.value().unwrap().to_string(),
        "12.5"
    );
}
