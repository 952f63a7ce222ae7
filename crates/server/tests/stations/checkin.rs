//! Check-in: by call, by page, by hand.

use serde_json::{Value, json};
use testkit::stations::{Software, Station};

use super::{desktop, door};
use crate::harness::Door;

/// Quota that makes a dollar at the fake stations.
const QUOTA: i64 = 500_000;

async fn with_account(door: &Door, station: &Station) {
    let (token, id) = station.change(|state| (state.account.token.clone(), state.account.id));
    let account = json!({"credential": token, "user_id": id.to_string()});
    door.want("PUT", "/api/stations/a/account", account).await;
}

#[tokio::test]
async fn a_station_that_can_be_called_is_called_once_a_day() {
    let door = door().await;
    let desktop = desktop(&door);
    let station = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    with_account(&door, &station).await;
    let view = door.refresh("a").await;
    assert_eq!(
        (&view["checkin"]["how"], &view["checkin"]["due"]),
        (&json!("api"), &json!(true)),
        "{view:#}"
    );
    let round = door.want("POST", "/api/checkin", Value::Null).await;
    let done = &round["sites"][0];
    assert_eq!(
        (&done["how"], &done["already"]),
        (&json!("called"), &json!(false)),
        "{round:#}"
    );
    let reward = done["reward_usd"].as_f64().unwrap();
    assert!(reward > 0.0, "{round:#}");
    let view = door.want("GET", "/api/stations/a", Value::Null).await;
    assert_eq!(
        (&view["checkin"]["state"], &view["checkin"]["due"]),
        (&json!("confirmed"), &json!(false))
    );
    let ledger = door
        .want("GET", "/api/stations/a/ledger", Value::Null)
        .await;
    assert_eq!(ledger["entries"][0]["kind"], "check-in", "{ledger:#}");
    let again = door
        .want("POST", "/api/checkin", json!({"ids": ["a"]}))
        .await;
    assert_eq!(again["sites"][0]["already"], true, "{again:#}");
    let ledger = door
        .want("GET", "/api/stations/a/ledger", Value::Null)
        .await;
    assert_eq!(
        ledger["entries"].as_array().unwrap().len(),
        1,
        "no reward twice"
    );
    assert_eq!(station.change(|state| state.account.rotations), 0);
    assert!(
        station
            .asked()
            .iter()
            .all(|it| !it.target.starts_with("/api/user/token"))
    );
    assert!(desktop.pages.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_turnstile_opens_the_page_and_the_next_balance_confirms() {
    let door = door().await;
    let desktop = desktop(&door);
    let station = Station::start(Software::NewApi).await.unwrap();
    station.change(|state| state.settings.turnstile = true);
    door.at_station("a", &station).await;
    with_account(&door, &station).await;
    door.refresh("a").await;
    let round = door.want("POST", "/api/checkin", Value::Null).await;
    assert_eq!(round["sites"][0]["how"], "opened", "{round:#}");
    let pages = desktop.pages.lock().unwrap().clone();
    assert_eq!(pages.len(), 1);
    assert!(pages[0].starts_with(&station.base_url()), "{pages:?}");
    let posted =
        |it: &testkit::stations::Asked| it.method == "POST" && it.target.contains("checkin");
    assert!(!station.asked().iter().any(posted), "a person has to do it");
    let view = door.want("GET", "/api/stations/a", Value::Null).await;
    assert_eq!(
        (&view["checkin"]["state"], &view["checkin"]["due"]),
        (&json!("opened"), &json!(false))
    );
    // The person did.
    station.change(|state| {
        state.account.left += QUOTA / 10;
        state.keys[0].left = state.keys[0].left.map(|left| left + QUOTA / 10);
    });
    door.refresh("a").await;
    let view = door.want("GET", "/api/stations/a", Value::Null).await;
    assert_eq!(view["checkin"]["state"], "confirmed", "{view:#}");
    assert_eq!(view["checkin"]["reward_usd"], 0.1);
}

#[tokio::test]
async fn pages_are_opened_one_after_another_up_to_the_limit() {
    let door = door().await;
    let desktop = desktop(&door);
    let station = Station::start(Software::OneApi).await.unwrap();
    for number in 0..4 {
        let site = json!({
            "name": format!("s{number}"), "url": station.base_url(),
            "checkin_url": format!("https://relay.example/in/{number}"),
        });
        door.want("POST", "/api/sites", site).await;
    }
    let list = door.want("GET", "/api/stations", Value::Null).await;
    assert_eq!(list["checkins_due"], 4, "{list:#}");
    let round = door.want("POST", "/api/checkin", json!({"limit": 3})).await;
    assert_eq!(
        (round["sites"].as_array().unwrap().len(), &round["left"]),
        (3, &json!(1))
    );
    let pages = desktop.pages.lock().unwrap().clone();
    let expected: Vec<String> = (0..3)
        .map(|number| format!("https://relay.example/in/{number}"))
        .collect();
    assert_eq!(pages, expected);
    let round = door.want("POST", "/api/checkin", Value::Null).await;
    assert_eq!(round["sites"][0]["name"], "s3");
    let body = json!({"done": false});
    let view = door.want("POST", "/api/stations/s3/checkin", body).await;
    assert_eq!(view["checkin"]["due"], true, "taken back");
}
