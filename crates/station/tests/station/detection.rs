//! What a station is, and what it is not.

use relayscope_station::{Address, Confidence, Detection, KeyShape, Problem, StationKind, detect};

use crate::harness::{Station, timeout};

const STATUS: &str = "GET /api/status";
const MODELS: &str = "GET /v1/models";
const SETTINGS: &str = "GET /api/v1/settings/public";

#[track_caller]
fn check(station: &Station, kind: StationKind, confidence: Confidence, by: &str) -> Detection {
    let found = station.run(detect);
    let seen = (found.kind, found.confidence, found.by.as_deref());
    assert_eq!(
        seen,
        (kind, Some(confidence), Some(by)),
        "{found:?} asked {:?}",
        station.asked()
    );
    found
}

#[test]
fn stations_are_known_without_a_key() {
    let sure = Confidence::Certain;
    for (name, kind, by) in [
        (
            "newapi_status.json",
            StationKind::NewApi,
            "GET /api/status: quota_display_type",
        ),
        (
            "oneapi_status.json",
            StationKind::OneApi,
            "GET /api/status: oidc_well_known",
        ),
        (
            "onehub_status.json",
            StationKind::OneHub,
            "GET /api/status: PaymentUSDRate",
        ),
        (
            "veloera_status.json",
            StationKind::Veloera,
            "GET /api/status: check_in_enabled",
        ),
    ] {
        let station = Station::new().says(STATUS, name);
        check(&station, kind, sure, by);
        assert_eq!(station.asked(), [STATUS], "{name}");
        assert!(station.asked_with_key().is_empty(), "{name}");
    }
    let done_hub = r#"{"success":true,"data":{"system_name":"D","quota_per_unit":500000,"PaymentUSDRate":7.3,"max_log_query_days":7}}"#;
    check(
        &Station::new().tells(STATUS, 200, done_hub),
        StationKind::DoneHub,
        sure,
        "GET /api/status: max_log_query_days",
    );
    let old_new_api = r#"{"success":true,"data":{"system_name":"N","quota_per_unit":500000,"self_use_mode_enabled":false}}"#;
    check(
        &Station::new().tells(STATUS, 200, old_new_api),
        StationKind::NewApi,
        sure,
        "GET /api/status: self_use_mode_enabled",
    );

    let sub2api = Station::new().says(SETTINGS, "sub2api_public_settings.json");
    let found = check(
        &sub2api,
        StationKind::Sub2Api,
        sure,
        "GET /api/v1/settings/public: registration_enabled",
    );
    assert_eq!(
        (found.known.version.as_deref(), found.known.utc_offset_s),
        (Some("0.1.179"), Some(28_800))
    );
    let hidden = Station::new().says(MODELS, "sub2api_error_key_required_401.json");
    check(
        &hidden,
        StationKind::Sub2Api,
        sure,
        "GET /v1/models: code API_KEY_REQUIRED",
    );
    assert!(hidden.asked_with_key().is_empty());
}

#[test]
fn forks_are_named_by_their_errors() {
    let of = |name| {
        Station::new().tells(
            MODELS,
            401,
            &format!(r#"{{"error":{{"message":"x","type":"{name}"}}}}"#),
        )
    };
    let sure = Confidence::Certain;
    check(
        &of("new_api_error"),
        StationKind::NewApi,
        sure,
        "GET /v1/models: error.type new_api_error",
    );
    check(
        &of("veloera_error"),
        StationKind::Veloera,
        sure,
        "GET /v1/models: error.type veloera_error",
    );
    check(
        &Station::new().says(MODELS, "oneapi_error_401.json"),
        StationKind::OneApi,
        sure,
        "GET /v1/models: error.type one_api_error",
    );
    check(
        &Station::new().says(MODELS, "onehub_error_401.json"),
        StationKind::OneHub,
        sure,
        "GET /v1/models: error.type one_hub_error",
    );
    check(
        &of("shell_api_error"),
        StationKind::OpenAiBilling,
        Confidence::Family,
        "GET /v1/models: error.type shell_api_error",
    );
}

#[test]
fn claude_relay_service_is_found_below_its_dialects() {
    for address in [
        "https://relay.example/api",
        "https://relay.example/claude/v1/messages",
        "https://relay.example",
    ] {
        let mut station = Station::new()
            .says("GET /health", "crs_health.json")
            .says(STATUS, "crs_404.json");
        station.on.address = Address::parse(address).unwrap();
        station.on.key = KeyShape::ClaudeRelay;
        check(
            &station,
            StationKind::ClaudeRelayService,
            Confidence::Certain,
            "GET /health: claude-relay-service",
        );
        assert_eq!(station.asked(), ["GET /health"]);
    }
    let by_words = Station::new().says(MODELS, "crs_invalid_key_401.json");
    check(
        &by_words,
        StationKind::ClaudeRelayService,
        Confidence::Weak,
        "GET /v1/models: error in words",
    );
}

#[test]
fn voapi_is_guessed() {
    let station = Station::new().tells(
        "GET /api/user/info",
        200,
        r#"{"code":2,"data":null,"msg":"请登录"}"#,
    );
    check(
        &station,
        StationKind::VoApi,
        Confidence::Weak,
        "GET /api/user/info: code and msg",
    );
}

#[test]
fn what_shows_nothing_is_tried_with_the_key_in_the_old_order() {
    let billing = Station::new().says(
        "GET /v1/dashboard/billing/subscription",
        "newapi_billing_subscription_usd.json",
    );
    check(
        &billing,
        StationKind::OpenAiBilling,
        Confidence::Certain,
        "GET /v1/dashboard/billing/subscription: billing_subscription",
    );
    let sub2api = Station::new().says("GET /v1/usage", "sub2api_usage_wallet.json");
    check(
        &sub2api,
        StationKind::Sub2Api,
        Confidence::Certain,
        "GET /v1/usage: isValid",
    );
    let token = Station::new().says("GET /api/usage/token/", "newapi_usage_token_limited.json");
    check(
        &token,
        StationKind::NewApi,
        Confidence::Certain,
        "GET /api/usage/token/: token_usage",
    );
    let keyed: Vec<_> = token.asked_with_key().into_iter().collect();
    assert_eq!(
        keyed,
        [
            "GET /api/usage/token/",
            "GET /v1/dashboard/billing/subscription",
            "GET /v1/usage?days=30"
        ]
    );
}

#[test]
fn a_jwt_is_shown_to_the_panel_only() {
    let mut station = Station::new().says("GET /api/v1/auth/me", "sub2api_auth_me.json");
    station.on.key = KeyShape::Jwt;
    check(
        &station,
        StationKind::Jwt,
        Confidence::Certain,
        "GET /api/v1/auth/me: balance",
    );
    let keyed: Vec<_> = station.asked_with_key().into_iter().collect();
    assert_eq!(keyed, ["GET /api/v1/auth/me"]);
}

#[test]
fn a_page_for_everything_is_nothing() {
    let mut station = Station::new();
    for path in [
        STATUS,
        MODELS,
        SETTINGS,
        "GET /health",
        "GET /api/user/info",
        "GET /v1/usage",
        "GET /v1/dashboard/billing/subscription",
        "GET /api/usage/token/",
    ] {
        station = station.says(path, "spa_index_200.html");
    }
    let found = station.run(detect);
    assert_eq!(found.kind, StationKind::Unknown);
    assert_eq!(
        found.reason,
        Some(Problem::WebPage {
            title: Some("Example Relay".into())
        })
    );
}

#[test]
fn what_blocks_ends_the_questions_before_a_key_is_shown() {
    let challenge = Station::new()
        .tells(STATUS, 403, "")
        .with_header("cf-mitigated", "challenge");
    assert_eq!(challenge.run(detect).reason, Some(Problem::Challenge));
    assert_eq!(challenge.asked(), [STATUS]);
    let elsewhere = Station::new()
        .tells(STATUS, 301, "")
        .with_header("location", "https://parked.example/");
    assert_eq!(
        elsewhere.run(detect).reason,
        Some(Problem::OtherHost {
            location: "parked.example".into()
        })
    );
    let silent = Station::new().replies(STATUS, timeout());
    assert!(matches!(
        silent.run(detect).reason,
        Some(Problem::NoAnswer(_))
    ));
    assert_eq!(silent.asked().len(), 1);
}

#[test]
fn lookalikes_are_not_taken_for_stations() {
    // Status pages and other panels use the same names.
    for body in [
        r#"{"success":true,"data":{"status":"ok"}}"#,
        r#"{"success":true,"data":{"system_name":"x","quota_per_unit":0}}"#,
        r#"{"success":true,"data":null}"#,
        r#"[]"#,
        r#""ok""#,
        r#"{"code":0,"message":"ok"}"#,
    ] {
        let found = Station::new()
            .tells(STATUS, 200, body)
            .tells(SETTINGS, 200, body)
            .tells("GET /v1/usage", 200, body)
            .run(detect);
        assert_eq!(found.kind, StationKind::Unknown, "{body}");
    }
}

#[test]
fn answers_of_the_detection_are_used_for_the_balance() {
    let station = Station::new()
        .with_status()
        .says("GET /api/usage/token/", "newapi_usage_token_limited.json")
        .says(
            "GET /v1/dashboard/billing/subscription",
            "newapi_billing_subscription_usd.json",
        );
    let reading = station.reading();
    assert_eq!(reading.detection.unwrap().kind, StationKind::NewApi);
    assert_eq!(
        reading.balance.remaining.value().unwrap().to_string(),
        "12.5"
    );
    assert_eq!(
        station.asked(),
        [
            STATUS,
            "GET /api/usage/token/",
            "GET /v1/dashboard/billing/subscription"
        ]
    );
}
