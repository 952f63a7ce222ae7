//! Files in and out, against a real store.

use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::{App, OpenOptions};

const KEY: &str = "sk-SENTINEL0123456789abcdef0123456789abcdef0123";

/// An app in a directory of its own. Keys are sealed with a file.
fn app() -> (TempDir, Arc<App>) {
    let directory = tempfile::tempdir().unwrap();
    let options = OpenOptions {
        data_dir: Some(directory.path().to_owned()),
        overrides: vec![("security.vault", "file".to_owned())],
        ..OpenOptions::default()
    };
    (directory, App::open(options).unwrap())
}

fn input(file: &Value) -> ImportInput {
    ImportInput {
        file: file.to_string(),
        settings: true,
        amounts: Amounts::Credit,
    }
}

fn stats() -> Value {
    json!({"sites": [
        {
            "id": "a1b2c3d4", "name": "Lanshan", "url": "https://api.lanshan.example/", "api_key": KEY,
            "type": "paid", "tags": ["claude", "1:1"], "balance": 128.4, "balance_unit": "USD",
            "last_query_time": "2026-11-20 14:30:00", "checkin_url": "https://lanshan.example/in",
            "notes": "Invoice by mail", "balance_auth_type": "url_key", "log_auth_type": "bearer",
            "proxy": "http://127.0.0.1:7890",
            "endpoints": {"balance_subscription": "/sub", "balance_usage": "/v1/dashboard/billing/usage", "logs": ""},
            "recharge_records": [
                {"id": "rec-1", "date": "2026-11-01", "amount": 50, "note": ""},
                {"id": "rec-2", "date": "2026-11-01", "amount": 50, "note": ""},
                {"id": "rec-3", "date": "2026-11-12", "amount": "99.5", "note": "Double 11"},
                {"id": "rec-4", "date": "2026-11-13", "amount": "1,000", "note": ""},
                {"id": "rec-5", "date": "56000-01-01", "amount": 5, "note": ""},
            ],
        },
        {"name": "no address", "url": "https://", "type": "free"},
        {"name": "摸鱼公益站", "url": "https://moyu.example", "type": "free", "api_key": "", "balance": 0, "colour": "red"},
    ]})
}

#[test]
fn a_stats_file_comes_in_once_and_goes_out_the_same() {
    let (_directory, app) = app();
    let stations = app.stations();
    let plan = stations.preview_import(&input(&stats())).unwrap();
    assert_eq!(plan.format, "konata-stats");
    assert_eq!((plan.new_sites, plan.known_sites, plan.new_keys), (2, 0, 1));
    assert_eq!(plan.new_records, 4, "three recharges and the balance");
    let skipped: Vec<_> = plan
        .skipped
        .iter()
        .map(|it| (&it.place[..], &it.reason[..]))
        .collect();
    let expected = [
        ("sites[0].recharge_records[3]", "bad_record"),
        ("sites[0].recharge_records[4]", "bad_record"),
        ("sites[1]", "no_url"),
    ];
    assert_eq!(skipped, expected);
    assert_eq!(plan.ignored, ["sites[2].colour"]);
    assert!(
        app.sites().list().unwrap().sites.is_empty(),
        "a preview changes nothing"
    );

    assert!(stations.import(&input(&stats())).unwrap().done);
    let again = stations.preview_import(&input(&stats())).unwrap();
    assert_eq!(
        (again.new_sites, again.new_records, again.new_keys),
        (0, 0, 0)
    );
    assert_eq!((again.known_sites, again.known_records), (2, 4));

    let site = stations.view("lanshan").unwrap();
    assert_eq!(site.figures.recharged_usd, Some(199.5));
    assert_eq!(site.balance.unwrap().remaining_usd, Some(128.4));
    let interface = stations.interface("lanshan").unwrap();
    assert_eq!(
        (&interface.balance_auth[..], &interface.balance_path[..]),
        ("url_key", "/sub")
    );
    assert_eq!(interface.usage_path, "", "the usual path is no wish");

    let out = stations
        .export(ExportFormat::KonataStats, true, Amounts::Credit)
        .unwrap();
    let (mut out, original) = (out["sites"][0].clone(), stats()["sites"][0].clone());
    assert_eq!(out["api_key"], KEY);
    for name in [
        "name",
        "type",
        "tags",
        "balance",
        "balance_unit",
        "last_query_time",
        "checkin_url",
        "notes",
        "balance_auth_type",
        "log_auth_type",
        "proxy",
    ] {
        assert_eq!(out[name], original[name], "{name}");
    }
    for record in out["recharge_records"].as_array_mut().unwrap() {
        record.as_object_mut().unwrap().remove("id");
    }
    let records = json!([
        {"amount": 50, "date": "2026-11-01", "note": ""},
        {"amount": 50, "date": "2026-11-01", "note": ""},
        {"amount": 99.5, "date": "2026-11-12", "note": "Double 11"},
    ]);
    assert_eq!(out["recharge_records"], records);
}

#[test]
fn no_key_leaves_unless_it_is_asked_for() {
    let (_directory, app) = app();
    let stations = app.stations();
    stations.import(&input(&stats())).unwrap();
    let credential = "SENTINEL-access-token-0123456789";
    stations
        .put_account("Lanshan", Some("321"), Some(credential))
        .unwrap();
    for format in [
        ExportFormat::Relayscope,
        ExportFormat::KonataStats,
        ExportFormat::KonataConfig,
    ] {
        let plain = stations.export(format, false, Amounts::Credit).unwrap();
        assert!(
            !plain.to_string().contains("SENTINEL"),
            "{format:?}: {plain}"
        );
        let whole = stations.export(format, true, Amounts::Credit).unwrap();
        assert!(whole.to_string().contains(KEY), "{format:?}");
    }
    let list = serde_json::to_string(&stations.list().unwrap()).unwrap();
    assert!(!list.contains("SENTINEL"));
}

#[test]
fn an_archive_makes_the_same_sites_elsewhere() {
    let (_directory, app) = app();
    app.stations().import(&input(&stats())).unwrap();
    app.stations()
        .put_account("Lanshan", Some("321"), Some("an-access-token-0123456789"))
        .unwrap();
    let archive = app
        .stations()
        .export(ExportFormat::Relayscope, true, Amounts::Credit)
        .unwrap();
    let (_other_directory, other) = super::tests::app();
    let plan = other.stations().import(&input(&archive)).unwrap();
    assert_eq!(
        (plan.new_sites, plan.new_keys, plan.skipped.len()),
        (2, 1, 0)
    );
    let mut again = other
        .stations()
        .export(ExportFormat::Relayscope, true, Amounts::Credit)
        .unwrap();
    again["exported_at"] = archive["exported_at"].clone();
    assert_eq!(again, archive);
    let mut newer = archive;
    newer["relayscope"] = json!(2);
    let refused = other.stations().preview_import(&input(&newer));
    assert!(matches!(refused, Err(StationError::NewerFile)));
}

#[test]
fn settings_come_only_when_they_are_wanted() {
    let (_directory, app) = app();
    let config = json!({
        "profiles": [{"name": "A", "url": "https://a.example", "key": KEY, "log_auth_type": "url_key"}],
        "api_endpoints": {"balance_subscription": "/v1/dashboard/billing/subscription", "balance_usage": "/u", "logs": "//evil.example/x", "logs_page_size": "100"},
        "minimize_to_tray": false, "auto_query": {"enabled": true, "interval_minutes": 1}, "low_balance_threshold": 3.5,
    });
    let mut asked = input(&config);
    asked.settings = false;
    let plan = app.stations().import(&asked).unwrap();
    assert_eq!((&plan.format[..], plan.new_sites), ("konata-config", 1));
    assert!(!app.settings().stations.auto_query);
    asked.settings = true;
    app.stations().import(&asked).unwrap();
    let settings = app.settings();
    assert!(settings.stations.auto_query && !settings.desktop.close_to_tray);
    assert_eq!(
        settings.stations.auto_query_minutes, 5,
        "not below the least"
    );
    assert_eq!(settings.stations.low_balance_usd, 3.5);
    assert_eq!(&settings.stations.usage_path[..], "/u");
    assert_eq!(&settings.stations.logs_path[..], "", "never another host");
}

#[test]
fn a_broken_file_changes_nothing() {
    let (_directory, app) = app();
    let whole = stats().to_string();
    let end = whole
        .char_indices()
        .nth(whole.chars().count() / 2)
        .unwrap()
        .0;
    for (file, code) in [
        (&whole[..end], "bad_file"),
        ("", "bad_file"),
        ("{\"balance\": NaN}", "bad_file"),
        ("[]", "unknown_file"),
        ("{\"sites\": {}}", "unknown_file"),
        ("{\"relayscope\": \"x\", \"sites\": []}", "newer_file"),
        ("{\"relayscope\": 1, \"sites\": 7}", "unknown_file"),
    ] {
        let asked = ImportInput {
            file: file.to_owned(),
            settings: false,
            amounts: Amounts::Credit,
        };
        let error = app.stations().import(&asked).unwrap_err();
        assert_eq!(error.code(), code, "{file:.40}");
    }
    assert!(app.sites().list().unwrap().sites.is_empty());
}

#[test]
fn an_import_that_fails_late_leaves_nothing_behind() {
    let (directory, app) = app();
    app.stations().import(&input(&stats())).unwrap();
    // The store refuses the second of two new sites: both must be gone.
    let db = rusqlite::Connection::open(directory.path().join("relayscope.db")).unwrap();
    db.execute_batch(
        "CREATE TRIGGER stop BEFORE INSERT ON site WHEN new.name = 'late' BEGIN SELECT raise(ABORT, 'stop'); END;",
    )
    .unwrap();
    let file = json!({"sites": [
        {"name": "early", "url": "https://early.example", "api_key": KEY},
        {"name": "late", "url": "https://late.example"},
    ], "low_balance_threshold": 77});
    let before = app.settings().stations.clone();
    assert!(app.stations().import(&input(&file)).is_err());
    let names: Vec<String> = app
        .sites()
        .list()
        .unwrap()
        .sites
        .into_iter()
        .map(|site| site.name)
        .collect();
    assert_eq!(names, ["Lanshan", "摸鱼公益站"]);
    assert_eq!(app.settings().stations, before);
}
