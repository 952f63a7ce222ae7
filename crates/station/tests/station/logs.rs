//! Logs.

use base::Timestamp;
use relayscope_station::{
    AccountToken, Grain, LogPage, LogQuery, Problem, RowType, StationKind, Target, logs,
};

use crate::harness::Station;

fn read(station: &Station, query: &LogQuery) -> Result<LogPage, Problem> {
    station.run(|on: &Target, heard: &_| logs(on, query, heard))
}

fn page(station: &Station) -> LogPage {
    read(station, &LogQuery::default()).unwrap()
}

fn new_api(name: &str) -> Station {
    Station::of(StationKind::NewApi)
        .with_status()
        .says("GET /api/log/token", name)
}

#[test]
fn rows_of_new_api_are_read_to_the_last_figure() {
    let page = page(&new_api("newapi_log_token_page.json"));
    let rows = &page.rows;
    let types: Vec<RowType> = rows.iter().map(|row| row.row_type).collect();
    assert_eq!(
        types,
        [
            RowType::Consume,
            RowType::Consume,
            RowType::Error,
            RowType::Refund,
            RowType::Consume
        ]
    );

    let openai = &rows[0];
    assert_eq!(openai.time, Timestamp::parse("2026-08-07T09:55:00Z"));
    assert_eq!(
        (openai.prompt_tokens, openai.cache_read_tokens),
        (Some(4_096), Some(1_024))
    );
    assert_eq!(openai.cost.unwrap().to_string(), "0.01824");
    assert_eq!(
        (openai.duration_ms, openai.first_response_ms),
        (Some(4_000), Some(812))
    );
    let breakdown = openai.breakdown.as_ref().unwrap();
    assert_eq!(breakdown.input_usd_per_million.unwrap().to_string(), "2.5");
    assert_eq!(breakdown.output_usd_per_million.unwrap().to_string(), "20");
    // (4096 − 1024 + 1024 × 0.1 + 512 × 8) × 1.25 / 500000
    assert_eq!(breakdown.reckoned.unwrap().to_string(), "0.018176");

    // Claude's prompt tokens leave out those of the cache.
    let claude = &rows[1];
    assert_eq!(claude.prompt_tokens, Some(310 + 18_234 + 2_210));
    assert_eq!(
        (claude.cache_read_tokens, claude.cache_write_tokens),
        (Some(18_234), Some(2_210))
    );
    assert_eq!(
        claude
            .breakdown
            .as_ref()
            .unwrap()
            .group_ratio
            .unwrap()
            .to_string(),
        "0.8"
    );

    // A refund is written as a positive number.
    assert_eq!(rows[3].cost.unwrap().to_string(), "-0.1");
    assert_eq!(rows[3].quota, Some(-50_000));
    assert_eq!(rows[4].breakdown, None);
    assert_eq!(page.totals.cost.unwrap().to_string(), "-0.038");
    assert_eq!(page.totals.calls, Some(4));
    assert_eq!(page.total, Some(5));
}

#[test]
fn a_thousand_rows_are_paged_and_filtered_here() {
    let station = new_api("newapi_log_token_large_1000.json");
    let first = page(&station);
    assert_eq!(
        (first.rows.len(), first.total, first.more),
        (20, Some(1_000), true)
    );
    assert_eq!(first.notes, [Problem::NewestRowsOnly { rows: 1_000 }]);
    assert_eq!(first.totals.cost.unwrap().to_string(), "76.661208");
    let mut seen = std::collections::HashSet::new();
    for number in 1..=5 {
        let query = LogQuery {
            page: number,
            size: 200,
            ..LogQuery::default()
        };
        seen.extend(
            read(&station, &query)
                .unwrap()
                .rows
                .into_iter()
                .map(|row| row.identity),
        );
    }
    assert_eq!(seen.len(), 1_000);
    let beyond = read(
        &station,
        &LogQuery {
            page: u64::MAX,
            ..LogQuery::default()
        },
    )
    .unwrap();
    assert!(beyond.rows.is_empty() && !beyond.more);
    let some = LogQuery {
        model: Some("SONNET".into()),
        from: Timestamp::parse("2026-08-07T09:00:00Z"),
        size: 1_000,
        ..LogQuery::default()
    };
    let some = read(&station, &some).unwrap();
    assert!(!some.rows.is_empty() && (some.rows.len() as u64) < 1_000);
    assert!(
        some.rows
            .iter()
            .all(|row| row.model.as_deref().unwrap().contains("sonnet"))
    );
    assert!(
        some.rows
            .iter()
            .all(|row| row.time >= Timestamp::parse("2026-08-07T09:00:00Z"))
    );
}

#[test]
fn an_empty_log_is_empty_and_a_lost_one_is_a_problem() {
    assert_eq!(page(&new_api("newapi_log_token_empty.json")).total, Some(0));
    let null = Station::of(StationKind::NewApi).with_status().tells(
        "GET /api/log/token",
        200,
        r#"{"success":true,"data":null}"#,
    );
    assert_eq!(page(&null).total, Some(0));
    let refused = new_api("newapi_usage_token_invalid_401.json");
    assert_eq!(
        read(&refused, &LogQuery::default()),
        Err(Problem::KeyInvalid)
    );
    let page = new_api("spa_index_200.html");
    assert!(matches!(
        read(&page, &LogQuery::default()),
        Err(Problem::WebPage { .. })
    ));
    let one_api = Station::of(StationKind::OneApi);
    assert!(matches!(
        read(&one_api, &LogQuery::default()),
        Err(Problem::Needs(_))
    ));
    let billing = Station::of(StationKind::OpenAiBilling);
    assert!(matches!(
        read(&billing, &LogQuery::default()),
        Err(Problem::NotOffered { .. })
    ));
}

#[test]
fn a_key_goes_into_the_address_only_where_the_user_allows_it() {
    let station = new_api("newapi_log_token_empty.json");
    page(&station);
    assert_eq!(station.asked(), ["GET /api/status", "GET /api/log/token"]);
    let allowed = LogQuery {
        may_use_url_key: true,
        ..LogQuery::default()
    };
    read(&station, &allowed).unwrap();
    assert_eq!(station.asked().len(), 5);
    let newer = new_api("newapi_log_token_empty.json").with_header("x-new-api-version", "v1.0.0");
    read(&newer, &allowed).unwrap();
    assert_eq!(newer.asked().len(), 2);
}

#[test]
fn an_accounts_log_is_paged_by_the_station() {
    let station = Station::of(StationKind::NewApi)
        .with_status()
        .says("GET /api/log/self", "newapi_log_self_page.json")
        .says("GET /api/log/self/stat", "newapi_log_self_stat.json")
        .with_account(AccountToken::Access);
    let query = LogQuery {
        page: 2,
        size: 500,
        model: Some("a b".into()),
        row_type: Some(RowType::Refund),
        ..LogQuery::default()
    };
    let page = read(&station, &query).unwrap();
    assert_eq!((page.total, page.size, page.more), (Some(5_120), 100, true));
    assert_eq!(page.totals.cost.unwrap().to_string(), "0.062");
    assert_eq!(
        station.asked()[1],
        "GET /api/log/self?p=2&page_size=100&model_name=a%20b&type=6"
    );
}

#[test]
fn other_members_page_in_their_own_way() {
    let one_hub = Station::of(StationKind::OneHub)
        .says("GET /api/status", "onehub_status.json")
        .says("GET /api/log/self", "onehub_log_self_page.json")
        .with_account(AccountToken::Access);
    let page_of_hub = read(
        &one_hub,
        &LogQuery {
            size: 1_000,
            ..LogQuery::default()
        },
    )
    .unwrap();
    assert_eq!(one_hub.asked()[1], "GET /api/log/self?page=1&size=100");
    let row = &page_of_hub.rows[0];
    assert_eq!(
        (row.duration_ms, row.cost.unwrap().to_string().as_str()),
        (Some(6_120), "0.01024")
    );
    let breakdown = row.breakdown.as_ref().unwrap();
    assert_eq!(breakdown.completion_ratio.unwrap().to_string(), "5");
    // (900 + 310 × 5) × 1.5 / 500000
    assert_eq!(breakdown.reckoned.unwrap().to_string(), "0.00735");

    let rows = r#"{"success":true,"data":[{"created_at":1786096500,"type":5,"model_name":"m","quota":0,"elapsed_time":1500},{"created_at":1786096400,"type":2,"model_name":"m","quota":500}]}"#;
    let one_api = Station::of(StationKind::OneApi)
        .says("GET /api/status", "oneapi_status.json")
        .tells("GET /api/log/self", 200, rows)
        .with_account(AccountToken::Access);
    let page_of_one = read(
        &one_api,
        &LogQuery {
            page: 3,
            ..LogQuery::default()
        },
    )
    .unwrap();
    assert_eq!(one_api.asked()[1], "GET /api/log/self?p=2");
    assert_eq!(page_of_one.rows[0].row_type, RowType::Test);
    assert_eq!(page_of_one.rows[0].duration_ms, Some(1_500));
    assert_eq!((page_of_one.total, page_of_one.more), (None, false));

    // The same number is an error at New-API and a check-in at Veloera.
    let veloera = Station::of(StationKind::Veloera)
        .says("GET /api/status", "veloera_status.json")
        .tells("GET /api/log/self", 200, r#"{"success":true,"data":{"items":[{"created_at":1786096500,"type":5,"quota":1000}],"total":1}}"#)
        .with_account(AccountToken::Access);
    assert_eq!(page(&veloera).rows[0].row_type, RowType::CheckIn);
}

#[test]
fn sums_are_said_to_be_sums() {
    let sub2api =
        Station::of(StationKind::Sub2Api).says("GET /v1/usage", "sub2api_usage_quota_limited.json");
    let days = page(&sub2api);
    assert_eq!(
        (days.grain, days.rows.len(), days.notes.as_slice()),
        (Grain::Days, 2, [Problem::SumsOnly].as_slice())
    );
    assert_eq!(days.rows[0].cost.unwrap().to_string(), "1.365");
    assert_eq!(days.rows[0].requests, Some(42));
    assert_eq!(days.totals.calls, Some(162));
    assert_eq!(days.totals.cost.unwrap().to_string(), "4.645");
    let models = read(
        &sub2api,
        &LogQuery {
            model: Some("sonnet".into()),
            ..LogQuery::default()
        },
    )
    .unwrap();
    assert_eq!((models.grain, models.rows.len()), (Grain::Models, 1));

    let stats = r#"{"success":true,"data":[{"model":"claude-sonnet-4-5","requests":800,"inputTokens":300000,"outputTokens":120000,"cacheCreateTokens":15000,"cacheReadTokens":8000,"costs":{"total":28.245}}],"period":"alltime"}"#;
    let relay = Station::of(StationKind::ClaudeRelayService)
        .says("POST /apiStats/api/user-stats", "crs_user_stats.json")
        .tells("POST /apiStats/api/user-model-stats", 200, stats);
    let models = page(&relay);
    assert_eq!(
        (models.grain, models.rows[0].prompt_tokens),
        (Grain::Models, Some(323_000))
    );
    assert_eq!(models.totals.cost.unwrap().to_string(), "28.245");
    // The key itself is not needed twice.
    assert_eq!(relay.asked_with_key().len(), 1);
    // Its key id is read from the same answer as the statistics.
    assert_eq!(crate::harness::fixture("crs_key_id.json").status, 200);
}

#[test]
fn the_panel_of_sub2api_has_single_calls() {
    let rows = r#"{"code":0,"message":"success","data":{"items":[{"id":77,"request_id":"r1","model":"claude-sonnet-4-5","input_tokens":10,"output_tokens":20,"cache_creation_tokens":30,"cache_read_tokens":40,"total_cost":0.02,"actual_cost":0.008,"rate_multiplier":0.4,"stream":true,"duration_ms":2300,"first_token_ms":640,"created_at":"2026-08-22T13:41:42+08:00"}],"total":41,"page":1,"page_size":20,"pages":3}}"#;
    let station = Station::of(StationKind::Sub2Api)
        .tells("GET /api/v1/usage", 200, rows)
        .with_account(AccountToken::Jwt);
    let page = page(&station);
    assert_eq!(
        (page.grain, page.total, page.more),
        (Grain::Calls, Some(41), true)
    );
    let row = &page.rows[0];
    assert_eq!(
        (row.prompt_tokens, row.first_response_ms),
        (Some(80), Some(640))
    );
    assert_eq!(row.cost.unwrap().to_string(), "0.008");
    assert_eq!(row.time, Timestamp::parse("2026-08-22T05:41:42Z"));
}

#[test]
fn rows_that_are_none_are_counted_and_twins_are_told_apart() {
    let twin =
        r#"{"created_at":1786096500,"type":2,"model_name":"m","quota":5,"other":{"frt":-1000}}"#;
    let body = format!(
        r#"{{"success":true,"data":[{twin},{twin},null,"x",{{}},{{"created_at":"never","quota":"x"}}]}}"#
    );
    let station =
        Station::of(StationKind::NewApi)
            .with_status()
            .tells("GET /api/log/token", 200, &body);
    let page = page(&station);
    assert_eq!(page.notes, [Problem::RowsLeftOut { rows: 3 }]);
    assert_eq!(page.total, Some(3));
    assert_ne!(page.rows[0].identity, page.rows[1].identity);
    assert_eq!(page.rows[0].first_response_ms, None);
    assert_eq!((page.rows[2].time, page.rows[2].cost), (None, None));
}
