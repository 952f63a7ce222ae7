//! Paths and pointers of the user's own.

use relayscope_station::custom::{BalancePointers, Document, LogPointers, Pointer, readings};
use relayscope_station::{
    Custom, Decimal, KeyForm, LogQuery, Problem, StationKind, Target, Unit, logs,
};

use crate::harness::{Station, line};

fn pointer(document: Document, text: &str) -> Option<Pointer> {
    Some(Pointer {
        document,
        pointer: text.into(),
    })
}

fn cents() -> Custom {
    Custom {
        balance_path: Some("/me/money?token={key}".into()),
        usage_path: Some("me/spent".into()),
        balance: Some(BalancePointers {
            remaining: pointer(Document::Balance, "/wallet/0/left"),
            used: pointer(Document::Usage, "/spent"),
            expires_at: pointer(Document::Balance, "/until"),
            unit: Unit::Cny,
            divisor: Decimal::parse("100"),
            ..BalancePointers::default()
        }),
        ..Custom::default()
    }
}

fn station() -> Station {
    let mut station = Station::of(StationKind::NewApi)
        .tells(
            "GET /me/money",
            200,
            r#"{"wallet":[{"left":"1234.5"}],"until":"2027-01-01T00:00:00Z"}"#,
        )
        .tells("GET /me/spent", 200, r#"{"spent":65.5}"#);
    station.on.custom = Some(cents());
    station.on.balance_form = KeyForm::UrlKey;
    station
}

#[test]
fn pointers_read_any_document() {
    let station = station();
    assert_eq!(
        line(&station.balance()),
        "custom active key CNY left 12.345 used 0.655 of 13 spend ~12.345 until 2027-01-01T00:00:00.000Z"
    );
    // The place of the key is the user's business, and is not shown.
    assert_eq!(
        station.asked(),
        ["GET /me/money?token=••••••••", "GET /me/spent"]
    );
}

#[test]
fn a_test_shows_what_each_pointer_reads() {
    let mut station = station();
    let custom = station.on.custom.as_mut().unwrap();
    let pointers = custom.balance.as_mut().unwrap();
    pointers.granted = pointer(Document::Balance, "/nowhere");
    pointers.unlimited = pointer(Document::Balance, "/until");
    let pointers = pointers.clone();
    let (reading, heard) = station.run_heard(relayscope_station::balance);
    let told = readings(&pointers, &heard);
    let found: Vec<_> = told
        .iter()
        .map(|one| {
            (
                one.figure.as_str(),
                one.found.as_deref(),
                one.problem.is_some(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("remaining", Some("1234.5"), false),
            ("used", Some("65.5"), false),
            ("granted", None, true),
            ("unlimited", Some("2027-01-01T00:00:00Z"), true),
            ("expires_at", Some("2027-01-01T00:00:00Z"), false),
        ]
    );
    assert!(matches!(
        reading.balance.reason,
        Some(Problem::NothingAtPointer { .. })
    ));
}

#[test]
fn a_document_that_is_none_says_so() {
    let mut station = Station::of(StationKind::Unknown).says("GET /me/money", "spa_index_200.html");
    station.on.custom = Some(cents());
    let balance = station.balance();
    assert!(
        matches!(balance.reason, Some(Problem::WebPage { .. })),
        "{balance:?}"
    );
    assert!(!balance.has_figures());
}

#[test]
fn a_path_alone_replaces_that_of_the_kind() {
    let mut station = Station::of(StationKind::NewApi)
        .with_status()
        .says(
            "GET /own/subscription",
            "newapi_billing_subscription_usd.json",
        )
        .says("GET /own/usage", "newapi_billing_usage_usd.json");
    station.on.custom = Some(Custom {
        balance_path: Some("/own/subscription".into()),
        usage_path: Some("/own/usage".into()),
        ..Custom::default()
    });
    assert_eq!(
        station.balance().remaining.value().unwrap().to_string(),
        "12.5"
    );
    assert_eq!(
        station.asked(),
        ["GET /api/status", "GET /own/subscription", "GET /own/usage"]
    );
}

#[test]
fn logs_can_be_pointed_at_as_well() {
    let rows = r#"{"page":{"list":[{"at":1786096500123,"m":"gpt-5","tokens":{"in":10,"out":"20"},"fen":"35"},{"m":null}]},"n":41}"#;
    let mut station = Station::of(StationKind::Unknown).tells("GET /logs", 200, rows);
    station.on.custom = Some(Custom {
        logs_path: Some("/logs?p={page}&n={size}&from={start}&m={model}".into()),
        logs: Some(LogPointers {
            rows: "/page/list".into(),
            total: Some("/n".into()),
            time: Some("/at".into()),
            model: Some("/m".into()),
            prompt_tokens: Some("/tokens/in".into()),
            completion_tokens: Some("/tokens/out".into()),
            cost: Some("/fen".into()),
            unit: Unit::Cny,
            divisor: Decimal::parse("100"),
            ..LogPointers::default()
        }),
        ..Custom::default()
    });
    let query = LogQuery {
        page: 2,
        model: Some("g&t".into()),
        ..LogQuery::default()
    };
    let page = station
        .run(|on: &Target, heard: &_| logs(on, &query, heard))
        .unwrap();
    assert_eq!(station.asked(), ["GET /logs?p=2&n=20&from=&m=g%26t"]);
    assert_eq!(
        (page.total, page.more, page.unit),
        (Some(41), true, Unit::Cny)
    );
    assert_eq!(page.rows[0].cost.unwrap().to_string(), "0.35");
    assert_eq!(page.rows[0].completion_tokens, Some(20));
    assert_eq!(page.rows[1].cost, None);
}
