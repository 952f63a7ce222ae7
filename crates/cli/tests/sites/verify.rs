//! `relayscope verify`: the exit code tells the verdict, the document holds the evidence.

use serde_json::Value;
use testkit::personas::{self, Standing};

use crate::home::{Home, NOWHERE};

/// A key that no output may hold.
const KEY: &str = "sk-verify-SENTINEL-0001";

async fn persona(name: &str) -> (Standing, &'static str) {
    let all = personas::all().unwrap();
    let found = all.into_iter().find(|it| it.name == name).unwrap();
    (found.start().await.unwrap(), found.claimed)
}

fn add(home: &Home, name: &str, url: &str) {
    let said = home.run(&[
        "site", "add", name, "--url", url, "--key", KEY, "--api", "both",
    ]);
    assert_eq!(said.code, 0, "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exit_code_tells_the_verdict_and_reports_are_written() {
    let home = Home::new();
    for (name, code) in [("haiku-as-opus", 3), ("first-party", 0)] {
        let (standing, claimed) = persona(name).await;
        add(&home, name, &standing.base_url());
        let files = tempfile::tempdir().unwrap();
        let file = |ending: &str| files.path().join(ending).display().to_string();
        let (page, text) = (file("report.html"), file("report.md"));
        let quick = [
            "verify",
            name,
            "--model",
            claimed,
            "--depth",
            "quick",
            "--max-cost",
            "2",
        ];
        let said = home.run(&[&quick[..], &["--json", "--report", &page]].concat());
        assert_eq!(said.code, code, "{name}: {said:?}");
        let document: Value = serde_json::from_str(&said.out).unwrap();
        for member in [
            "site",
            "model_claimed",
            "verdict",
            "confidence",
            "channel",
            "model",
            "integrity",
            "scores",
            "probes",
            "cost",
        ] {
            assert!(!document[member].is_null(), "{member}: {document:#}");
        }
        assert!(document["channel"]["probabilities"].is_object());
        assert!(document["probes"][0]["summary"].is_string());
        assert!(
            !document["calls"].as_array().unwrap().is_empty(),
            "the whole evidence"
        );
        assert!(
            std::fs::read_to_string(&page)
                .unwrap()
                .starts_with("<!doctype html>")
        );
        let said = home.run(&[&quick[..], &["--report", &text, "--language", "zh-CN"]].concat());
        assert_eq!(said.code, code, "{name}: {said:?}");
        assert!(said.out.contains("P01"), "{said:?}");
        let report = std::fs::read_to_string(&text).unwrap();
        for shown in [&said.out, &said.err, &report, &document.to_string()] {
            assert!(!shown.contains("SENTINEL"), "the key is nowhere: {shown}");
        }
        if code == 3 {
            let sentences: Vec<&str> = said
                .err
                .lines()
                .filter(|it| it.starts_with("relayscope: "))
                .collect();
            assert_eq!(sentences.len(), 1, "{said:?}");
        }
    }
}

#[test]
fn a_test_that_cannot_be_made_exits_with_1_and_wrong_usage_with_2() {
    let home = Home::new();
    add(&home, "gone", NOWHERE);
    let said = home.run(&[
        "verify",
        "gone",
        "--model",
        "claude-opus-5-5",
        "--depth",
        "quick",
    ]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("relayscope: gone: "), "{said:?}");
    let says = home.refused(&["verify", "nobody", "--model", "claude-opus-5-5"]);
    assert!(says.contains("there is no site named"), "{says}");
    for wrong in [
        &["verify", "gone"][..],
        &["verify", "gone", "--model", "m", "--depth", "deep"],
        &["verify", "gone", "--model", "m", "--max-cost", "0"],
        &["verify", "gone", "--model", "m", "--report", "report.pdf"],
        &["verify", "gone", "--model", "m", "--concurrency", "99"],
    ] {
        let said = home.run(wrong);
        assert_eq!(said.code, 2, "{wrong:?}: {said:?}");
    }
}
