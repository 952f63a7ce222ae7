//! Balances, logs, the ledger, check-ins and files by command, with the real program and real stations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    missing_docs,
    reason = "tests"
)]

#[path = "../sites/home.rs"]
mod home;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use home::{Home, SECRETS};
use serde_json::{Value, json};
use testkit::stations::{Key, Software, Station, Trap};
use tokio::runtime::Runtime;

/// The one of the secrets that has no dash: New-API takes what follows one for a channel.
const KEY: &str = SECRETS[4];

/// A station whose only key is one of the secrets that no output may show.
fn station(runtime: &Runtime, software: Software) -> Station {
    let station = runtime.block_on(Station::start(software)).unwrap();
    station.change(|state| {
        state.keys[0] = Key {
            left: Some(12 * 500_000),
            used: 8 * 500_000,
            ..Key::new(KEY, "desktop-a")
        };
    });
    station
}

fn add(home: &Home, name: &str, station: &Station) {
    let url = station.base_url();
    let arguments = [
        "site", "add", name, "--url", &url, "--key", "-", "--api", "both",
    ];
    let said = home.run_with(KEY, &arguments);
    assert_eq!(said.code, 0, "{said:?}");
}

fn members(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn a_balance_has_its_contracted_shape() {
    let runtime = Runtime::new().unwrap();
    let station = station(&runtime, Software::NewApi);
    let home = Home::new();
    add(&home, "a", &station);
    let document = home.json(&["balance", "a"]);
    let site = &document["sites"][0];
    for name in [
        "site",
        "kind",
        "scope",
        "state",
        "unlimited",
        "unit",
        "remaining",
        "used",
        "granted",
        "remaining_usd",
        "remaining_cny",
        "expires_at",
        "windows",
        "reason",
        "source",
        "at",
    ] {
        assert!(members(site).contains(&name), "{name} is missing: {site:#}");
    }
    assert_eq!(
        (&site["site"], &site["kind"]),
        (&json!("a"), &json!("new-api"))
    );
    assert_eq!(
        (&site["state"], &site["remaining"]),
        (&json!("active"), &json!(12.0))
    );
    assert_eq!(
        (&site["used"], &site["granted"]),
        (&json!(8.0), &json!(20.0))
    );
    assert!(site["reason"].is_null() && site["at"].as_str().unwrap().ends_with('Z'));
    let said = home.run(&["balance"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("$12.00"), "{said:?}");
}

#[test]
fn one_unread_balance_is_told_after_the_document() {
    let runtime = Runtime::new().unwrap();
    let (good, bad) = (
        station(&runtime, Software::OneApi),
        station(&runtime, Software::OneApi),
    );
    let mut home = Home::new();
    add(&home, "good", &good);
    add(&home, "bad", &bad);
    bad.change(|state| state.traps.push((String::new(), Trap::Page)));
    home.serve();
    let said = home.run(&["balance", "--all", "--json"]);
    assert_eq!(said.code, 1, "{said:?}");
    let document: Value = serde_json::from_str(&said.out).unwrap();
    let sites = document["sites"].as_array().unwrap();
    let of = |name: &str| sites.iter().find(|site| site["site"] == name).unwrap();
    assert_eq!(of("good")["remaining"], 12.0, "{document:#}");
    assert_eq!(
        of("bad")["remaining"],
        Value::Null,
        "unknown is never 0: {document:#}"
    );
    assert_eq!(of("bad")["reason"], "web_page", "{document:#}");
    assert!(said.err.contains("bad"), "{said:?}");
    home.refused(&["balance", "nobody"]);
}

#[test]
fn the_ledger_is_kept_by_command() {
    let home = Home::new();
    home.done(&["site", "add", "a", "--url", "http://127.0.0.1:9"]);
    home.done(&[
        "recharge",
        "add",
        "a",
        "100",
        "--credit",
        "95",
        "--date",
        "2026-11-12",
        "--note",
        "Double 11",
    ]);
    let ledger = home.json(&["recharge", "list", "a"]);
    let entry = &ledger["entries"][0];
    assert_eq!(
        (&entry["paid"], &entry["currency"]),
        (&json!(100.0), &json!("CNY"))
    );
    assert_eq!(
        (&entry["credit_usd"], &entry["note"]),
        (&json!(95.0), &json!("Double 11"))
    );
    for amount in ["1,000", "ten", "NaN"] {
        let sentence = home.refused(&["recharge", "add", "a", amount]);
        assert!(sentence.contains("is no amount"), "{sentence}");
    }
    assert_eq!(
        home.json(&["recharge", "list", "a"])["entries"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn logs_and_check_ins_answer_by_command() {
    let runtime = Runtime::new().unwrap();
    let station = station(&runtime, Software::NewApi);
    let mut home = Home::new();
    add(&home, "a", &station);
    home.serve();
    assert_eq!(home.ask("claude-sonnet-5-5"), 200);
    let logs = home.json(&["logs", "a"]);
    assert_eq!(
        (&logs["total"], &logs["kind"]),
        (&json!(1), &json!("new-api")),
        "{logs:#}"
    );
    let row = &logs["rows"][0];
    for name in [
        "time",
        "type",
        "model",
        "token_name",
        "prompt_tokens",
        "completion_tokens",
        "cache_read_tokens",
        "cost",
        "unit",
        "duration_s",
        "first_response_ms",
        "stream",
    ] {
        assert!(members(row).contains(&name), "{name} is missing: {row:#}");
    }
    home.done(&[
        "site",
        "edit",
        "a",
        "--checkin-url",
        "https://relay.example/in",
    ]);
    let said = home.done(&["checkin", "--print"]);
    assert_eq!(said, "a: https://relay.example/in\n");
    let round = home.json(&["checkin", "--due", "--print"]);
    assert_eq!(round["sites"], json!([]), "done today");
    let sentence = home.refused(&["logs", "nobody"]);
    assert!(sentence.contains("no site named"), "{sentence}");
}

#[test]
fn files_go_out_without_keys_and_come_in_whole_or_not_at_all() {
    let runtime = Runtime::new().unwrap();
    let station = station(&runtime, Software::NewApi);
    let home = Home::new();
    add(&home, "a", &station);
    home.done(&["recharge", "add", "a", "50", "--credit", "50"]);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("archive.json");
    let file = file.to_str().unwrap();
    home.done(&["export", file]);
    let plain = std::fs::read_to_string(file).unwrap();
    assert!(!plain.contains(KEY));
    home.done(&["export", file, "--with-secrets", "--format", "konata-stats"]);
    let whole = std::fs::read_to_string(file).unwrap();
    assert!(whole.contains(KEY), "asked for, and only then");
    let other = Home::new();
    let cut = place.path().join("cut.json");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let sentence = other.refused(&["import", cut.to_str().unwrap()]);
    assert!(sentence.contains("broken at line"), "{sentence}");
    let said = other.done(&["import", file, "--dry-run"]);
    assert!(
        said.starts_with("would import 1 site, 1 key, 1 record"),
        "{said}"
    );
    let said = other.done(&["import", file]);
    assert!(
        said.starts_with("imported 1 site, 1 key, 1 record"),
        "{said}"
    );
    let again = other.json(&["import", file]);
    assert_eq!(
        (&again["new_sites"], &again["new_records"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(other.json(&["balance", "a"])["sites"][0]["remaining"], 12.0);
}

#[test]
fn a_kill_in_the_middle_of_a_query_leaves_the_store_whole() {
    let runtime = Runtime::new().unwrap();
    let station = station(&runtime, Software::NewApi);
    let mut home = Home::new();
    add(&home, "a", &station);
    home.serve();
    let before = home.json(&["balance", "a"])["sites"][0]["remaining"].clone();
    for _ in 0..3 {
        station.forget();
        station.change(|state| state.traps = vec![(String::new(), Trap::Drip { gap_ms: 20 })]);
        begin_refresh(&home);
        while station.asked().is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        home.stop();
        station.change(|state| state.traps.clear());
        home.serve();
        let ledger = home.json(&["recharge", "list", "a"]);
        assert_eq!(ledger["entries"], json!([]));
        assert_eq!(
            home.json(&["balance", "a"])["sites"][0]["remaining"],
            before
        );
    }
    home.stop();
    let file = home.data().join("relayscope.db");
    let db = rusqlite::Connection::open(file).unwrap();
    let check: String = db
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
}

/// Asks the server to query, and does not wait for its answer.
fn begin_refresh(home: &Home) {
    let token = std::fs::read_to_string(home.data().join("session-token")).unwrap();
    let port = home.port();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "POST /api/stations/a/refresh HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\
         authorization: Bearer {}\r\ncontent-length: 0\r\n\r\n",
        token.trim()
    )
    .unwrap();
    std::thread::spawn(move || {
        let _ = BufReader::new(stream).lines().next();
    });
}
