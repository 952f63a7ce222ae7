//! The endpoints of stations and ledgers, asked as the document says.

use serde_json::json;

use super::Check;

const CHART: &str = "/api/charts/{name}";

/// Asks everything about a site that is no station: the fake upstream knows no balances.
pub(super) async fn ask(check: &mut Check<'_>, id: &str) {
    let of = |rest: &str| format!("/api/stations/{id}{rest}");
    let one = "/api/stations/{id}";
    for body in [
        r#"{"threshold_usd":3.5,"kind":"new-api","recharge_url":"https://a.example/top"}"#,
        r#"{"threshold_usd":null,"kind":"","snooze_hours":1}"#,
        r#"{"kind":"latin"}"#,
        r#"{"colour":3}"#,
    ] {
        check.ask("PATCH", one, &of(""), body).await;
    }
    entries(check, &of("/ledger")).await;
    let refresh = "/api/stations/refresh";
    check.get(refresh, refresh).await;
    let one_refresh = "/api/stations/{id}/refresh";
    check.ask("POST", one_refresh, &of("/refresh"), "").await;
    let nobody = "/api/stations/nobody/refresh";
    check.ask("POST", one_refresh, nobody, "").await;
    check.ask("POST", refresh, refresh, "").await;
    check
        .ask("POST", refresh, refresh, r#"{"ids":["nobody"]}"#)
        .await;
    check.get(refresh, refresh).await;
    check.ask("DELETE", refresh, refresh, "").await;
    let interface = "/api/stations/{id}/interface";
    let custom = r#"{"balance_path":"/v1/models","pointers":{"remaining":"/data/0/id"}}"#;
    for body in [custom, r#"{"log_auth":"smoke"}"#, "{}"] {
        check.ask("PUT", interface, &of("/interface"), body).await;
        let path = of("/interface/try");
        check
            .ask("POST", "/api/stations/{id}/interface/try", &path, body)
            .await;
    }
    check.get(interface, &of("/interface")).await;
    let account = "/api/stations/{id}/account";
    for body in [
        r#"{"credential":"abcdefabcdefabcdef0123","user_id":"321"}"#,
        r#"{"credential":" "}"#,
    ] {
        check.ask("PUT", account, &of("/account"), body).await;
    }
    let checkin = r#"{"ids":["nobody"]}"#;
    check.ask("POST", "/api/checkin", "/api/checkin", "").await;
    check
        .ask("POST", "/api/checkin", "/api/checkin", checkin)
        .await;
    let mark = "/api/stations/{id}/checkin";
    for body in [r#"{"done":true}"#, "{}"] {
        check.ask("POST", mark, &of("/checkin"), body).await;
    }
    check.ask("DELETE", account, &of("/account"), "").await;
    for (route, path) in [
        ("/api/stations", "/api/stations".to_owned()),
        (one, of("")),
        (one, "/api/stations/nobody".to_owned()),
        ("/api/stations/{id}/raw", of("/raw")),
        ("/api/stations/{id}/logs", of("/logs")),
        ("/api/stations/{id}/logs", of("/logs?page=0")),
        ("/api/stations/{id}/logs", of("/logs?type=smoke")),
        ("/api/stations/{id}/logs.csv", of("/logs.csv?hours=1")),
        (
            "/api/stations/{id}/reconciliation",
            of("/reconciliation?hours=2"),
        ),
        ("/api/stations/{id}/series", of("/series?days=7")),
        ("/api/stations/{id}/ledger.csv", of("/ledger.csv")),
        ("/api/comparison", "/api/comparison".to_owned()),
        (
            CHART,
            format!("/api/charts/balance?site={id}&days=0&width=602&lang=zh-CN"),
        ),
        (CHART, format!("/api/charts/months?site={id}&months=3")),
        (CHART, format!("/api/charts/models?site={id}")),
        (CHART, "/api/charts/models".to_owned()),
        (CHART, "/api/charts/balance?site=nobody".to_owned()),
        (CHART, "/api/charts/sites?measure=token_price".to_owned()),
        (CHART, "/api/charts/sites?measure=colour".to_owned()),
        (CHART, "/api/charts/sites?width=999999".to_owned()),
        (CHART, "/api/charts/pie".to_owned()),
    ] {
        check.get(route, &path).await;
    }
}

/// Moves things in and out.
pub(super) async fn move_around(check: &mut Check<'_>) {
    let import = "/api/import";
    let file = r#"{"sites":[{"name":"n","url":"https://n.example"},{"name":"bad","url":""}]}"#;
    for body in [
        json!({"file": file}).to_string(),
        json!({"file": &file[..20]}).to_string(),
        json!({"file": "[]"}).to_string(),
    ] {
        let preview = "/api/import/preview";
        check.ask("POST", preview, preview, &body).await;
        check.ask("POST", import, import, &body).await;
    }
    let export = "/api/export";
    for body in ["", r#"{"format":"konata-stats"}"#, r#"{"format":"x"}"#] {
        check.ask("POST", export, export, body).await;
    }
}

async fn entries(check: &mut Check<'_>, path: &str) {
    let route = "/api/stations/{id}/ledger";
    let balance = r#"{"kind":"balance","credit_usd":"12.5"}"#;
    let bought =
        r#"{"kind":"recharge","date":"2026-11-12","paid":"100","credit_usd":"95","note":"n"}"#;
    for body in [
        balance,
        bought,
        r#"{"paid":"1,000"}"#,
        r#"{"date":"soon","paid":"1"}"#,
    ] {
        check.ask("POST", route, path, body).await;
    }
    let ledger = check.get(route, path).await;
    let entry = ledger["entries"][0]["id"].as_str().unwrap();
    let path = format!("/api/ledger/{entry}");
    let one = "/api/ledger/{id}";
    check.ask("PATCH", one, &path, balance).await;
    check.ask("PATCH", one, &path, r#"{"paid":"x"}"#).await;
    check.ask("DELETE", one, &path, "").await;
    check.ask("DELETE", one, &path, "").await;
}
