//! A low balance is told once.

use serde_json::{Value, json};
use testkit::stations::{Software, Station};

use super::{desktop, door};

/// Quota that makes a dollar at the fake stations.
const QUOTA: i64 = 500_000;

fn left(station: &Station, dollars: i64) {
    station.change(|state| state.keys[0].left = Some(dollars * QUOTA));
}

#[tokio::test]
async fn a_low_balance_is_told_once_until_it_recovers() {
    let door = door().await;
    let desktop = desktop(&door);
    let station = Station::start(Software::OneApi).await.unwrap();
    door.at_station("a", &station).await;
    let told = || desktop.low.lock().unwrap().len();
    assert_eq!(door.refresh("a").await["alert"]["low"], false);
    left(&station, 4);
    assert_eq!(door.refresh("a").await["alert"]["low"], true);
    door.refresh("a").await;
    assert_eq!(told(), 1, "told twice");
    let low = desktop.low.lock().unwrap()[0].clone();
    assert_eq!(
        (&low.name[..], low.remaining_usd, low.threshold_usd),
        ("a", 4.0, 5.0)
    );
    left(&station, 30);
    door.refresh("a").await;
    left(&station, 3);
    door.refresh("a").await;
    assert_eq!(told(), 2, "low again");
}

#[tokio::test]
async fn a_site_has_its_own_threshold_and_can_be_snoozed() {
    let door = door().await;
    let desktop = desktop(&door);
    let station = Station::start(Software::OneApi).await.unwrap();
    door.at_station("a", &station).await;
    let path = "/api/stations/a";
    door.want(
        "PATCH",
        path,
        json!({"threshold_usd": 25, "snooze_hours": 2}),
    )
    .await;
    let view = door.refresh("a").await;
    assert_eq!(
        (&view["alert"]["low"], &view["alert"]["own"]),
        (&json!(true), &json!(true))
    );
    assert!(view["alert"]["snoozed_until"].is_string());
    assert!(desktop.low.lock().unwrap().is_empty(), "snoozed");
    door.want("PATCH", path, json!({"snooze_hours": 0})).await;
    door.refresh("a").await;
    assert_eq!(desktop.low.lock().unwrap().len(), 1);
    door.want("PATCH", path, json!({"threshold_usd": 0})).await;
    let view = door.want("GET", path, Value::Null).await;
    assert_eq!(
        (&view["alert"]["low"], &view["alert"]["threshold_usd"]),
        (&json!(false), &Value::Null)
    );
}

#[tokio::test]
async fn an_unlimited_key_is_never_low() {
    let door = door().await;
    let desktop = desktop(&door);
    let station = Station::start(Software::NewApi).await.unwrap();
    station.change(|state| {
        state.keys[0].left = None;
        state.keys[0].used = 96 * QUOTA;
    });
    door.at_station("a", &station).await;
    let view = door.refresh("a").await;
    assert_eq!(view["balance"]["unlimited"], true, "{view:#}");
    assert_eq!(
        view["balance"]["remaining"],
        Value::Null,
        "unlimited is no amount"
    );
    assert_eq!(view["alert"]["low"], false);
    assert!(desktop.low.lock().unwrap().is_empty());
}
