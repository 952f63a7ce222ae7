//! Hostile, huge, slow and half-finished answers: one code, nothing lost, and no key where it does not belong.

use std::time::Instant;

use serde_json::{Value, json};
use testkit::stations::{Software, Station, Trap};

use super::door;
use crate::harness::Harness;

#[tokio::test]
async fn every_trap_is_recognised_as_what_it_is() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    let good = door.refresh("a").await;
    for (trap, codes) in [
        (Trap::Page, &["web_page"][..]),
        (Trap::Challenge, &["challenge"]),
        (Trap::OldChallenge, &["challenge"]),
        (Trap::CaptivePortal, &["captive_portal", "web_page"]),
        (Trap::RateLimited, &["rate_limited"]),
        (Trap::Huge { mib: 300 }, &["no_answer_too_large"]),
        (Trap::GzipBomb { mib: 300 }, &["no_answer_too_large"]),
        (Trap::GzipLie, &["no_answer_encoding"]),
        (Trap::Drip { gap_ms: 50 }, &["no_answer_timeout"]),
        (Trap::Silence, &["no_answer_timeout"]),
        (Trap::Cut, &["no_answer_broken"]),
        (Trap::Reset, &["no_answer_broken"]),
        (Trap::Noise, &["no_answer_broken"]),
        (Trap::Circle, &["redirect_loop"]),
        (
            Trap::Json(b"{\"success\":true,\"data\":NaN}".to_vec()),
            &["not_json", "unknown_shape"],
        ),
    ] {
        station.change(|state| state.traps = vec![(String::new(), trap.clone())]);
        let begin = Instant::now();
        let view = door.refresh("a").await;
        let error = &view["last_query"]["error"];
        let code = error["code"].as_str().unwrap_or_default();
        assert!(codes.contains(&code), "{trap:?}: {error:#}");
        assert_eq!(
            view["balance"]["remaining"], good["balance"]["remaining"],
            "{trap:?}"
        );
        assert!(
            begin.elapsed().as_secs() < 60,
            "{trap:?} held us for {:?}",
            begin.elapsed()
        );
        station.change(|state| state.traps.clear());
        assert_eq!(
            door.refresh("a").await["last_query"]["ok"],
            true,
            "after {trap:?}"
        );
    }
}

#[tokio::test]
async fn no_key_goes_to_another_host() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    let elsewhere = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    door.refresh("a").await;
    let account = json!({"credential": "SENTINEL-access-token-0001", "user_id": "321"});
    door.want("PUT", "/api/stations/a/account", account).await;
    let trap = Trap::Elsewhere(elsewhere.base_url());
    station.change(|state| state.traps = vec![(String::new(), trap)]);
    let view = door.refresh("a").await;
    assert_eq!(
        view["last_query"]["error"]["code"], "other_host",
        "{view:#}"
    );
    door.want("GET", "/api/stations/a/logs", Value::Null).await;
    door.want("POST", "/api/checkin", json!({"ids": ["a"]}))
        .await;
    assert!(elsewhere.asked().is_empty(), "{:?}", elsewhere.asked());
}

#[tokio::test]
async fn keys_that_a_station_repeats_are_nowhere() {
    let door = door().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    let key = station.key();
    door.at_station("a", &station).await;
    door.refresh("a").await;
    let said = format!(
        "{{\"error\":{{\"message\":\"bad key {key} from 203.0.113.9\",\"type\":\"new_api_error\",\"echo\":\"{key}\"}}}}"
    );
    station.change(|state| state.traps = vec![(String::new(), Trap::Json(said.into_bytes()))]);
    door.refresh("a").await;
    let mut shown = String::new();
    for path in [
        "/api/stations",
        "/api/stations/a",
        "/api/stations/a/raw",
        "/api/stations/a/logs",
    ] {
        shown += &door.want("GET", path, Value::Null).await.to_string();
    }
    let custom = json!({"balance_path": "/api/usage/token/?key={key}", "balance_auth": "url_key"});
    shown += &door
        .want("POST", "/api/stations/a/interface/try", custom)
        .await
        .to_string();
    shown += &door
        .want("POST", "/api/export", json!({}))
        .await
        .to_string();
    assert!(!shown.contains(&key), "{shown}");
    assert!(!shown.contains("203.0.113.9"), "{shown}");
    let data = door.stop().await;
    for file in std::fs::read_dir(data.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let found = memchr::memmem::find(&bytes, key.as_bytes()).is_some();
        assert!(!found, "{} holds a key", path.display());
    }
}

#[tokio::test]
async fn input_that_may_mean_two_things_is_refused() {
    let door = Harness::new().settings_file(super::SETTINGS).start().await;
    let station = Station::start(Software::NewApi).await.unwrap();
    door.at_station("a", &station).await;
    let ledger = "/api/stations/a/ledger";
    for (body, code) in [
        (json!({"paid": "1,000"}), "bad_amount"),
        (json!({"paid": "NaN"}), "bad_amount"),
        (json!({"paid": "-5"}), "bad_amount"),
        (json!({}), "no_amount"),
        (json!({"paid": "5", "currency": "EUR"}), "bad_currency"),
        (json!({"paid": "5", "date": "56000-01-01"}), "bad_date"),
        (json!({"paid": "5", "kind": "gift"}), "bad_entry"),
        (json!({"kind": "balance", "paid": "5"}), "no_amount"),
        (json!({"paid": 5}), "bad_body"),
    ] {
        let (status, heard) = door.try_to("POST", ledger, body.clone()).await;
        assert_eq!(
            (status, &heard["error"]["code"]),
            (400, &json!(code)),
            "{body}"
        );
    }
    let kept = door.want("GET", ledger, Value::Null).await;
    assert_eq!(kept["entries"], json!([]));
    for body in [
        json!({"balance_path": "//evil.example/x"}),
        json!({"balance_path": "https://evil.example"}),
        json!({"pointers": {"remaining": "data.left"}}),
        json!({"balance_proxy": "ftp://x"}),
    ] {
        let path = "/api/stations/a/interface";
        let (status, heard) = door.try_to("PUT", path, body.clone()).await;
        assert_eq!(status, 400, "{body}: {heard}");
    }
}
