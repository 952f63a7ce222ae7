//! The ledger beside a station that really charges.

use serde_json::{Value, json};
use testkit::stations::{RowType, Software, Station};

use super::door;
use crate::harness::Door;

/// Quota that makes a dollar at the fake stations.
const QUOTA: i64 = 500_000;

fn near(found: &Value, expected: f64) -> bool {
    found
        .as_f64()
        .is_some_and(|found| (found - expected).abs() < 1e-6)
}

fn sums(change: &Value) -> f64 {
    let of = |name: &str| change[name].as_f64().unwrap();
    of("spent_usd") + of("recharged_usd") + of("checkin_usd") + of("unexplained_usd")
}

async fn ledger(door: &Door) -> Value {
    door.want("GET", "/api/stations/a/ledger", Value::Null)
        .await
}

#[tokio::test]
async fn the_parts_of_a_change_are_told_and_sum_up() {
    let door = door().await;
    let station = Station::start(Software::OneApi).await.unwrap();
    door.at_station("a", &station).await;
    door.refresh("a").await;
    let bought = json!({"paid": "30", "credit_usd": "15", "method": "Alipay"});
    door.want("POST", "/api/stations/a/ledger", bought).await;
    // Somebody else spends $4 on the key after $15 were bought.
    station.change(|state| {
        let key = &mut state.keys[0];
        key.left = key.left.map(|left| left + 11 * QUOTA);
        key.used += 4 * QUOTA;
    });
    let view = door.refresh("a").await;
    assert!(near(&view["last_query"]["change_usd"], 11.0), "{view:#}");
    assert!(
        near(&view["last_query"]["unexplained_usd"], -4.0),
        "{view:#}"
    );
    assert!(near(&view["figures"]["cny_per_usd"], 2.0), "{view:#}");
    let ledger = ledger(&door).await;
    let change = &ledger["change"];
    assert!(near(&change["unexplained_usd"], -4.0), "{ledger:#}");
    assert!(near(&change["change_usd"], sums(change)), "{ledger:#}");
    let series = door
        .want("GET", "/api/stations/a/series", Value::Null)
        .await;
    assert_eq!(series["points"].as_array().unwrap().len(), 2, "{series:#}");
    assert_eq!(series["events"].as_array().unwrap().len(), 1);
    assert!(
        near(&series["months"][0]["recharged_usd"], 15.0),
        "{series:#}"
    );
    assert!(
        near(&series["months"][0]["consumed_usd"], 4.0),
        "{series:#}"
    );
}

#[tokio::test]
async fn our_own_exchanges_explain_the_change() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    door.refresh("a").await;
    let model = "claude-sonnet-5-5";
    let body = json!({
        "model": model, "max_tokens": 200, "messages": [{"role": "user", "content": "hi"}],
    });
    for _ in 0..3 {
        let ask = door.ask("POST", "/v1/messages");
        let ask = ask.header("content-type", "application/json");
        let heard = ask.body(body.to_string()).send().await;
        assert_eq!(heard.status, 200, "{}", heard.text());
        door.detail(heard.id()).await;
    }
    door.refresh("a").await;
    let ledger = ledger(&door).await;
    let change = &ledger["change"];
    assert_eq!(change["exchanges"], 3, "{ledger:#}");
    assert!(near(&change["change_usd"], sums(change)), "{ledger:#}");
    assert!(change["cost_usd"].as_f64().unwrap() > 0.0, "{ledger:#}");
}

#[tokio::test]
async fn balances_by_hand_count_where_nobody_can_ask() {
    let door = door().await;
    let station = Station::start(Software::Unknown).await.unwrap();
    door.at_station("a", &station).await;
    let path = "/api/stations/a/ledger";
    for (date, left) in [
        ("2026-11-10T00:00:00Z", "50"),
        ("2026-11-12T00:00:00Z", "44"),
    ] {
        let body = json!({"kind": "balance", "date": date, "credit_usd": left});
        door.want("POST", path, body).await;
    }
    let between = json!({"kind": "balance", "date": "2026-11-11T00:00:00Z", "credit_usd": "47"});
    let ledger = door.want("POST", path, between).await;
    assert!(near(&ledger["change"]["change_usd"], -6.0), "{ledger:#}");
    let entry = ledger["entries"][1]["id"].as_str().unwrap();
    let ledger = door
        .want("DELETE", &format!("/api/ledger/{entry}"), Value::Null)
        .await;
    assert!(near(&ledger["change"]["change_usd"], -6.0), "{ledger:#}");
    assert_eq!(ledger["entries"].as_array().unwrap().len(), 2);
    let series = door
        .want("GET", "/api/stations/a/series?days=0", Value::Null)
        .await;
    assert_eq!(series["points"].as_array().unwrap().len(), 2, "{series:#}");
}

#[tokio::test]
async fn a_stations_log_is_paged_filtered_and_saved() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    for number in 0..7 {
        let ask = door.ask("POST", "/v1/messages");
        let model = if number % 2 == 0 {
            "claude-sonnet-5-5"
        } else {
            "claude-haiku-5-5"
        };
        let body = json!({"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]});
        let heard = ask
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await;
        assert_eq!(heard.status, 200, "{}", heard.text());
        door.detail(heard.id()).await;
    }
    let path = "/api/stations/a/logs";
    let first = door
        .want("GET", &format!("{path}?size=3"), Value::Null)
        .await;
    assert_eq!(first["rows"].as_array().unwrap().len(), 3, "{first:#}");
    assert_eq!((&first["total"], &first["more"]), (&json!(7), &json!(true)));
    let row = &first["rows"][0];
    assert_eq!(row["type"], "consume");
    assert!(row["prompt_tokens"].as_f64().unwrap() > 0.0, "{row:#}");
    let last = door
        .want("GET", &format!("{path}?size=3&page=3"), Value::Null)
        .await;
    assert_eq!(last["rows"].as_array().unwrap().len(), 1, "{last:#}");
    let haiku = door
        .want("GET", &format!("{path}?model=haiku"), Value::Null)
        .await;
    assert_eq!(haiku["total"], 3, "{haiku:#}");
    station.change(|state| {
        let mut row = state.rows[0].clone();
        (row.row_type, row.request_id) = (RowType::Refund, "r".to_owned());
        state.rows.push(row);
    });
    let refunds = door
        .want("GET", &format!("{path}?type=refund"), Value::Null)
        .await;
    assert_eq!(refunds["total"], 1, "{refunds:#}");
    assert!(
        refunds["rows"][0]["cost"].as_f64().unwrap() <= 0.0,
        "{refunds:#}"
    );
    let table = door.signed_in("GET", &format!("{path}.csv")).send().await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(table.text().lines().count(), 9, "{}", table.text());
}

#[tokio::test]
async fn bills_are_held_against_our_own_exchanges() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    station.change(|state| {
        state.settings.models = testkit::stations::demo_stations().unwrap()[0]
            .models
            .clone();
    });
    door.at_station("a", &station).await;
    for _ in 0..4 {
        let body = json!({
            "model": "claude-sonnet-5-5", "max_tokens": 50,
            "messages": [{"role": "user", "content": "hi"}],
        });
        let ask = door.ask("POST", "/v1/messages");
        let ask = ask.header("content-type", "application/json");
        let heard = ask.body(body.to_string()).send().await;
        assert_eq!(heard.status, 200, "{}", heard.text());
        door.detail(heard.id()).await;
    }
    // A charge that nobody here made, and a call that was forgotten.
    station.change(|state| {
        let mut alien = state.rows[0].clone();
        (alien.model, alien.request_id) = ("gpt-6.1-sol".to_owned(), "alien".to_owned());
        state.rows.remove(0);
        state.rows.push(alien);
    });
    let path = "/api/stations/a/reconciliation";
    let found = door.want("GET", path, Value::Null).await;
    assert_eq!(found["matched"], 3, "{found:#}");
    // It is as young as the record itself: nobody can say whose it is, and that is told.
    let notes = found["notes"].as_array().unwrap();
    let too_near =
        |note: &&Value| ["before_our_record", "after_our_record"].contains(&note.as_str().unwrap());
    assert!(notes.iter().any(|note| too_near(&note)), "{found:#}");
    assert_eq!(found["charges_not_ours"], json!([]), "{found:#}");
    assert_eq!(found["models"][0]["matched"], 3, "{found:#}");
    assert!(found["factor"].as_f64().is_some(), "{found:#}");
    let logs = door.want("GET", "/api/stations/a/logs", Value::Null).await;
    let rows = logs["rows"].as_array().unwrap();
    let ours = rows.iter().filter(|row| row["exchange"].is_string());
    assert_eq!(ours.count(), 3, "{logs:#}");
}
