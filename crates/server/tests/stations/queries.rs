//! Every kind is recognised and read; a round goes on past those that fail.

use std::future::Future;
use std::task::Poll;

use serde_json::{Value, json};
use testkit::stations::{Software, Station, Trap};

use super::door;
use crate::harness::eventually;

#[tokio::test]
async fn every_kind_is_recognised_and_read() {
    let door = door().await;
    for (name, software, scope) in [
        ("new-api", Software::NewApi, "key"),
        ("one-api", Software::OneApi, "key"),
        ("one-hub", Software::OneHub, "key"),
        ("done-hub", Software::DoneHub, "key"),
        ("veloera", Software::Veloera, "key"),
        ("sub2api", Software::Sub2Api, "key"),
        ("openai-billing", Software::OpenAiBilling, "key"),
    ] {
        let station = Station::start(software).await.unwrap();
        door.at_station(name, &station).await;
        let view = door.refresh(name).await;
        assert_eq!(view["kind"]["id"], name, "{view:#}");
        assert_eq!(view["kind"]["source"], "detected", "{name}");
        assert!(
            !view["kind"]["evidence"].as_array().unwrap().is_empty(),
            "{name}"
        );
        let balance = &view["balance"];
        assert_eq!(balance["state"], "active", "{name}: {balance:#}");
        assert_eq!(balance["remaining_usd"], 20.0, "{name}: {balance:#}");
        let known = balance["scope"].as_str().unwrap();
        assert!([scope, "account"].contains(&known), "{name}: {known}");
        assert!(balance["remaining_cny"].as_f64().unwrap() > 100.0, "{name}");
    }
}

#[tokio::test]
async fn the_last_good_balance_stays_with_its_age() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    let first = door.refresh("a").await;
    station.change(|state| state.traps.push((String::new(), Trap::Status(503))));
    let second = door.refresh("a").await;
    assert_eq!(second["last_query"]["ok"], false, "{second:#}");
    assert_eq!(second["last_query"]["error"]["code"], "server_error");
    assert_eq!(
        second["balance"]["remaining"],
        first["balance"]["remaining"]
    );
    assert_eq!(second["balance"]["at"], first["balance"]["at"]);
    assert_eq!(second["balance"]["state"], "unreachable");
    station.change(|state| state.traps.clear());
    let third = door.refresh("a").await;
    assert_eq!(third["last_query"]["failures"], 0);
    assert_eq!(third["balance"]["state"], "active");
}

#[tokio::test]
async fn a_round_goes_on_past_a_site_that_fails() {
    let door = door().await;
    let mut stations = Vec::new();
    for name in ["a", "b", "c"] {
        let station = Station::start(Software::NewApi).await.unwrap();
        door.at_station(name, &station).await;
        stations.push(station);
    }
    stations[1].change(|state| state.traps.push((String::new(), Trap::Reset)));
    let begun = door.want("POST", "/api/stations/refresh", json!({})).await;
    assert_eq!(begun["sites"].as_array().unwrap().len(), 3);
    let round = eventually("the round ends", async || {
        let round = door.want("GET", "/api/stations/refresh", Value::Null).await;
        (round["running"] == false).then_some(round)
    })
    .await;
    assert_eq!(
        (&round["done"], &round["failed"]),
        (&json!(3), &json!(1)),
        "{round:#}"
    );
    let state = |at: usize| round["sites"][at]["state"].as_str().unwrap().to_owned();
    assert_eq!(
        (state(0), state(1), state(2)),
        ("done".into(), "failed".into(), "done".into())
    );
    let list = door.want("GET", "/api/stations", Value::Null).await;
    assert_eq!(list["totals"]["remaining_usd"], 40.0);
    assert_eq!(list["totals"]["remaining_known"], 2);
}

#[tokio::test]
async fn a_cancelled_round_asks_nobody_else() {
    let door = door().await;
    let mut stations = Vec::new();
    for number in 0..8 {
        let station = Station::start(Software::NewApi).await.unwrap();
        station.change(|state| state.traps.push((String::new(), Trap::Silence)));
        door.at_station(&format!("s{number}"), &station).await;
        stations.push(station);
    }
    door.want("POST", "/api/stations/refresh", json!({})).await;
    eventually("somebody is asked", async || {
        stations
            .iter()
            .any(|it| !it.asked().is_empty())
            .then_some(())
    })
    .await;
    door.want("DELETE", "/api/stations/refresh", Value::Null)
        .await;
    let round = eventually("the round ends", async || {
        let round = door.want("GET", "/api/stations/refresh", Value::Null).await;
        (round["running"] == false).then_some(round)
    })
    .await;
    assert_eq!(round["cancelled"], true);
    let asked = stations.iter().filter(|it| !it.asked().is_empty()).count();
    assert!(asked < 8, "all were asked although the round was cancelled");
    let list = door.want("GET", "/api/stations", Value::Null).await;
    for station in list["stations"].as_array().unwrap() {
        assert_eq!(station["querying"], false, "{station:#}");
    }
}

#[tokio::test]
async fn many_who_ask_at_once_ask_the_station_once() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    door.refresh("a").await;
    let alone = station.asked().len();
    station.forget();
    door.refresh("a").await;
    let again = station.asked().len();
    assert!(
        again < alone,
        "the kind is remembered: {alone} calls, then {again}"
    );
    station.forget();
    let mut waiting: Vec<_> = (0..10).map(|_| Box::pin(door.refresh("a"))).collect();
    // All at once: awaited one after the other they would only be sent one after the other.
    std::future::poll_fn(|context| {
        waiting.retain_mut(|ask| match ask.as_mut().poll(context) {
            Poll::Ready(answer) => {
                assert_eq!(answer["last_query"]["ok"], true);
                false
            }
            Poll::Pending => true,
        });
        match waiting.is_empty() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    let calls = station.asked().len();
    assert!(
        calls <= 2 * again,
        "{calls} calls for ten who asked at once"
    );
}

#[tokio::test]
async fn the_small_bucket_is_never_emptied() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    for _ in 0..40 {
        door.refresh("a").await;
    }
    for page in 1..40 {
        let path = format!("/api/stations/a/logs?page={page}");
        door.want("GET", &path, Value::Null).await;
    }
    let critical = station.asked().into_iter().filter(|asked| {
        asked.target.starts_with("/api/usage/token") || asked.target.starts_with("/api/log/token")
    });
    assert!(
        critical.count() <= 15,
        "the station's own log-in would be locked"
    );
    assert_eq!(
        door.refresh("a").await["last_query"]["ok"],
        true,
        "the balance is read in another way"
    );
}

#[tokio::test]
async fn due_sites_are_asked_without_being_told() {
    let door = door().await;
    let station = Station::start(Software::OneApi).await.unwrap();
    door.at_station("a", &station).await;
    let before = door.want("GET", "/api/stations", Value::Null).await;
    assert_eq!(before["auto_query"]["enabled"], false);
    assert!(
        station
            .asked()
            .iter()
            .all(|it| !it.target.contains("billing")),
        "off by default"
    );
    door.want("PATCH", "/api/config", json!({"stations.auto_query": true}))
        .await;
    let view = eventually("the site is asked", async || {
        let view = door.want("GET", "/api/stations/a", Value::Null).await;
        (!view["last_query"].is_null()).then_some(view)
    })
    .await;
    assert_eq!(view["balance"]["remaining_usd"], 20.0);
    let next = eventually("the next query is planned", async || {
        let view = door.want("GET", "/api/stations/a", Value::Null).await;
        view["next_query"].as_str().map(str::to_owned)
    })
    .await;
    let at = view["last_query"]["at"].as_str().unwrap().to_owned();
    assert!(next > at, "{next} is not after {at}");
}
