//! Settings changed through the API.

use serde_json::{Value, json};

use crate::harness::{Door, Harness, Heard};

const FILE: &str =
    "# mine\n[ui]\ntheme = \"dark\" # at night\n\n# keep this\n[capture]\nbodies = true\n";

async fn change(door: &Door, changes: Value) -> Heard {
    let ask = door.signed_in("PATCH", "/api/config");
    ask.body(changes.to_string()).send().await
}

#[tokio::test]
async fn a_change_is_in_force_and_leaves_comments_alone() {
    let door = Harness::new().settings_file(FILE).start().await;
    let changes = json!({"ui.theme": "light", "capture.bodies": false, "pricing.exchange_rate": 7});
    let heard = change(&door, changes).await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    assert_eq!(heard.json()["ui"]["theme"], "light");
    let file = std::fs::read_to_string(door.data().join("config.toml")).unwrap();
    assert!(
        file.starts_with(
            "# mine\n[ui]\ntheme = \"light\" # at night\n\n# keep this\n[capture]\nbodies = false\n"
        ),
        "{file}"
    );
    let config = door.get("/api/config").send().await.json();
    assert_eq!(config["pricing"]["exchange_rate"], 7.0);
    assert_eq!(config["needs_restart"], json!([]));
    let heard = door.call("/v1/messages", "text", false).send().await;
    let detail = door.detail(heard.id()).await;
    assert_eq!(detail["response_body"]["kept_bytes"], 0.0, "no bodies now");
    let heard = change(&door, json!({"server.port": 7001})).await;
    assert_eq!(heard.status, 200);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_hold_keys_is_made_private() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("config.toml");
    std::fs::write(&path, FILE).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let _door = Harness::within(data).settings_file(FILE).start().await;
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn figures_of_a_project_are_not_those_of_everybody() {
    let door = Harness::new().start().await;
    for query in ["project_id=x", "hours=1", "group_by=model&x=1"] {
        let heard = door.get(&format!("/api/stats?{query}")).send().await;
        assert_eq!(heard.status, 501, "{query}");
        assert_eq!(heard.error().1, "not_there_yet", "{query}");
    }
    let totals = door.get("/api/stats").send().await.text();
    assert!(totals.contains("\"total_cost_usd\":0.0"), "{totals}");
}

#[tokio::test]
async fn a_mistake_changes_nothing_at_all() {
    let door = Harness::new().settings_file(FILE).start().await;
    for (changes, key) in [
        (json!({"ui.theme": "light", "ui.them": "x"}), "ui.them"),
        (json!({"ui.theme": "light", "ui": "x"}), "ui"),
        (
            json!({"ui.theme": "light", "capture.bodies": "yes"}),
            "capture.bodies",
        ),
        (
            json!({"ui.theme": "light", "capture.queue_mib": 0}),
            "capture.queue_mib",
        ),
        (
            json!({"ui.theme": "light", "capture.queue_mib": -1}),
            "capture.queue_mib",
        ),
        (
            json!({"ui.theme": "light", "capture.queue_mib": 1e99}),
            "capture.queue_mib",
        ),
        (
            json!({"ui.theme": "light", "pricing.exchange_rate": null}),
            "pricing.exchange_rate",
        ),
        (json!({"ui.theme": "pink"}), "ui.theme"),
        (
            json!({"upstream.outbound": "carrier pigeon"}),
            "upstream.outbound",
        ),
        (json!({"security.api_key": "short"}), "security.api_key"),
    ] {
        let heard = change(&door, changes.clone()).await;
        assert_eq!(heard.status, 400, "{changes}");
        let error = &heard.json()["error"];
        assert_eq!(error["code"], "bad_setting", "{changes}");
        assert_eq!(error["params"], json!([["key", key]]), "{changes}: {error}");
        assert!(error["message"].as_str().unwrap().contains(key), "{error}");
    }
    for body in ["", "[]", "{", "\"x\"", "null"] {
        let ask = door.signed_in("PATCH", "/api/config").body(body);
        let heard = ask.send().await;
        assert_eq!(heard.status, 400, "{body}");
        assert_eq!(heard.error().1, "bad_body", "{body}");
    }
    let file = std::fs::read_to_string(door.data().join("config.toml")).unwrap();
    assert_eq!(file, FILE);
    let config = door.get("/api/config").send().await.json();
    assert_eq!(config["ui"]["theme"], "dark");
}

#[tokio::test]
async fn a_file_that_was_broken_by_hand_is_not_written_over() {
    let door = Harness::new().settings_file(FILE).start().await;
    let path = door.data().join("config.toml");
    std::fs::write(&path, "[ui\nhalf a line").unwrap();
    let heard = change(&door, json!({"ui.theme": "light"})).await;
    assert_eq!(heard.status, 400, "{}", heard.text());
    assert!(heard.text().contains("line 1"), "{}", heard.text());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "[ui\nhalf a line");
}

#[tokio::test]
async fn secrets_are_shown_masked() {
    let key = "sk-relayscope-0123456789abcdef0123456789abcdef";
    let door = Harness::new().start().await;
    let heard = change(&door, json!({"security.api_key": key})).await;
    assert_eq!(heard.status, 200);
    let config = door.get("/api/config").send().await;
    assert!(
        !config.text().contains("0123456789abcdef"),
        "{}",
        config.text()
    );
    let shown = config.json()["security"]["api_key"].clone();
    assert_eq!(shown, "sk-••••••••cdef");
    // The panel may send back what it was shown: that must not become the key.
    let heard = change(&door, json!({"security.api_key": shown})).await;
    let still = door.running().app().settings().security.api_key.clone();
    assert!(heard.status == 400 || still == key, "{still}");
    assert_eq!(still, key);
}

#[tokio::test]
async fn many_changes_at_once_are_all_kept() {
    let door = Harness::new().start().await;
    let changes = [
        json!({"ui.theme": "dark"}),
        json!({"ui.density": "compact"}),
        json!({"ui.language": "zh-CN"}),
        json!({"capture.retention_days": 7}),
        json!({"pricing.exchange_rate": 7.1}),
    ];
    let all = changes.map(|changes| change(&door, changes));
    for heard in futures_util::future::join_all(all).await {
        assert_eq!(heard.status, 200);
    }
    let config = door.get("/api/config").send().await.json();
    assert_eq!(
        config["ui"],
        json!({"language": "zh-CN", "theme": "dark", "density": "compact"})
    );
    assert_eq!(config["capture"]["retention_days"], 7);
    let file = std::fs::read_to_string(door.data().join("config.toml")).unwrap();
    assert_eq!(file.matches('=').count(), 5, "{file}");
}
