//! The record when there is too much of it, or nowhere to put it.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::harness::{DIALECTS, Door, Harness, eventually};

/// A request with a body of so many bytes.
fn large(door: &Door, bytes: usize) -> crate::harness::Ask {
    let body = format!(
        r#"{{"model":"scenario:text","max_tokens":1,"messages":[],"pad":"{}"}}"#,
        "x".repeat(bytes)
    );
    door.ask("POST", "/v1/messages").body(body)
}

async fn rows(door: &Door) -> Vec<Value> {
    let list = door.signed_in("GET", "/api/requests?limit=1000");
    let list = list.send().await.json();
    list["requests"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_loses_bodies_and_counts_them_but_never_the_rest() {
    let door = Harness::new()
        .setting("capture.queue_mib", 1)
        .setting("capture.max_history", 500)
        .start()
        .await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let calls = (0..20).map(|_| large(&door, 300 * 1024).send());
        for heard in futures_util::future::join_all(calls).await {
            assert_eq!(heard.status, 200, "the client notices nothing");
            ids.push(heard.id().to_owned());
        }
    }
    // While nothing can be written, the queue fills up for certain.
    let other = Connection::open(door.data().join("traffic.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..3 {
        ids.push(large(&door, 600 * 1024).send().await.id().to_owned());
    }
    other.execute_batch("ROLLBACK").unwrap();
    let mut lost = 0;
    for id in &ids {
        let detail = door.detail(id).await;
        assert_eq!(detail["outcome"], "done");
        assert_eq!(detail["status"], 200);
        assert!(detail["tokens"]["output"].as_u64().unwrap() > 0);
        assert!(!detail["request_headers"].as_array().unwrap().is_empty());
        let dropped = detail["loss"]["bodies_dropped"] == true;
        assert_eq!(dropped, detail["request_body"]["kept_bytes"] == 0.0);
        assert!(detail["request_body"]["bytes"].as_f64().unwrap() > 300_000.0);
        lost += u64::from(dropped);
    }
    assert!(lost >= 1);
    assert_eq!(rows(&door).await.len(), ids.len());
    eventually("the loss is shown", async || {
        let text = door.get("/metrics").send().await.text();
        text.contains(&format!("\nrelayscope_capture_dropped {lost}\n"))
            .then_some(())
    })
    .await;
}

/// `capture.queue_mib` is 32, `capture.max_body_mib` 64.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_larger_than_the_queue_are_kept_up_to_their_own_limit() {
    let door = Harness::new().start().await;
    let heard = large(&door, 40 << 20).send().await;
    let detail = door.detail(heard.id()).await;
    let bodies = ["request_body", "response_body"];
    for body in bodies {
        assert_eq!(detail[body]["kept_bytes"], detail[body]["bytes"], "{body}");
        assert_ne!(detail[body]["truncated"], true, "{body}");
    }
    for (scenario, outcome) in [
        ("giant-event?mib=50", "done"),
        ("endless-line?mib=100", "cut"),
    ] {
        let heard = door.call("/v1/messages", scenario, true).send().await;
        let detail = door.detail(heard.id()).await;
        let body = &detail["response_body"];
        let bytes = heard.body.len();
        assert_eq!(detail["outcome"], outcome);
        assert_eq!(body["bytes"], bytes as f64, "{scenario}");
        assert_eq!(body["kept_bytes"], bytes.min(64 << 20) as f64, "{scenario}");
        assert_eq!(body["truncated"], bytes > 64 << 20, "{scenario}");
        assert_ne!(detail["request_body"]["kept_bytes"], 0.0);
        assert_eq!(detail["loss"], Value::Null);
    }
}

#[tokio::test]
async fn monitoring_systems_get_figures_that_only_grow() {
    let door = Harness::new().start().await;
    for stream in [true, false] {
        let heard = door.call("/v1/messages", "text", stream).send().await;
        door.detail(heard.id()).await;
    }
    let refused = door.call("/v1/messages", "error-529", false).send().await;
    door.detail(refused.id()).await;
    let text = door.get("/metrics").send().await.text();
    let of = |name: &str, labels: &str| {
        let mut lines = text.lines().filter(|line| line.starts_with(name));
        let line = lines.find(|line| line.contains(labels));
        let line = line.unwrap_or_else(|| panic!("no {name} with {labels} in {text}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let provider = "gen_ai_provider_name=\"anthropic\"";
    assert!(
        of(
            "gen_ai_client_token_usage_count",
            "gen_ai_token_type=\"output\""
        ) >= 2.0
    );
    assert!(
        of(
            "gen_ai_client_token_usage_sum",
            "gen_ai_token_type=\"input\""
        ) > 0.0
    );
    assert!(of("gen_ai_client_operation_duration_seconds_count", provider) >= 1.0);
    assert!(
        of(
            "gen_ai_client_operation_duration_seconds_count",
            "error_type="
        ) >= 1.0
    );
    let first = "gen_ai_server_time_to_first_token_seconds_bucket";
    assert!(
        (of(first, "le=\"+Inf\"") - 1.0).abs() < f64::EPSILON,
        "only the stream has one"
    );
    assert!(of("relayscope_unpriced_requests_total", "scenario:text") >= 1.0);
}

#[tokio::test]
async fn bodies_longer_than_the_limit_keep_their_beginning_and_say_so() {
    let door = Harness::new()
        .setting("capture.max_body_mib", 1)
        .start()
        .await;
    let heard = large(&door, 1_500_000).send().await;
    let detail = door.detail(heard.id()).await;
    let body = &detail["request_body"];
    assert_eq!(body["truncated"], true);
    assert_eq!(body["kept_bytes"], 1_048_576.0);
    assert!(body["bytes"].as_f64().unwrap() > 1_500_000.0);
    let heard = door
        .call("/v1/messages", "giant-event?mib=3", true)
        .send()
        .await;
    let detail = door.detail(heard.id()).await;
    assert_eq!(detail["response_body"]["truncated"], true);
    assert_eq!(detail["response_body"]["bytes"], heard.body.len() as f64);
    assert_eq!(
        detail["outcome"], "done",
        "it is read to its end all the same"
    );
}

/// As with a full disk: nothing can be written for a while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_cannot_be_written_stops_nobody_and_is_caught_up_with() {
    let door = Harness::new().start().await;
    door.call("/v1/messages", "text", false).send().await;
    door.newest().await;
    let file = door.data().join("traffic.db");
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut ids = Vec::new();
    for path in DIALECTS {
        let heard = door.call(path, "text", true).send().await;
        assert_eq!(heard.status, 200);
        ids.push(heard.id().to_owned());
    }
    eventually("it is noticed", async || {
        let health = door.get("/health").send().await.json();
        (health["status"] == "degraded" && health["database"] == "unwritable").then_some(())
    })
    .await;
    let heard = door.call("/v1/messages", "text", true).send().await;
    assert_eq!((heard.status, heard.broken), (200, false));
    ids.push(heard.id().to_owned());
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    // Nothing else happens: what waits is written all the same.
    let kept = || {
        let db = Connection::open(&file).unwrap();
        db.busy_timeout(Duration::from_secs(5)).unwrap();
        let count = "SELECT count(*) FROM exchange WHERE outcome = 'done'";
        db.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    eventually("the rows are written", async || {
        tokio::time::sleep(Duration::from_millis(100)).await;
        (kept() == ids.len() as i64 + 1).then_some(())
    })
    .await;
    for id in &ids {
        assert_eq!(door.detail(id).await["outcome"], "done");
    }
    eventually("all is well again", async || {
        let health = door.get("/health").send().await.json();
        (health["status"] == "healthy").then_some(())
    })
    .await;
}

#[tokio::test]
async fn rows_that_wait_are_written_when_the_server_ends() {
    let door = Harness::new().start().await;
    let file = door.data().join("traffic.db");
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let heard = door.call("/v1/messages", "text", false).send().await;
    eventually("it is noticed", async || {
        let health = door.get("/health").send().await.json();
        (health["status"] == "degraded").then_some(())
    })
    .await;
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    let id = heard.id().to_owned();
    let door = Harness::within(door.stop().await).start().await;
    assert_eq!(door.verdict(&id).await.0, "done");
}

#[tokio::test]
async fn projects_are_forgotten_whole() {
    let door = Harness::new().start().await;
    for project in ["shop", "shop", "blog"] {
        let path = format!("/p/{project}/v1/messages");
        door.call(&path, "text", false).send().await;
    }
    let deleted = door.signed_in("DELETE", "/api/projects/shop").send().await;
    assert_eq!(deleted.json()["deleted_requests"], 2);
    let left = rows(&door).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["project"], "blog");
    let unknown = door
        .signed_in("DELETE", "/api/projects/no%20such")
        .send()
        .await;
    assert_eq!(unknown.status, 200);
    assert_eq!(unknown.json()["deleted_requests"], 0);
}

#[tokio::test]
async fn the_list_is_paged_filtered_and_searched() {
    let door = Harness::new().start().await;
    let mut ids = Vec::new();
    for scenario in [
        "text",
        "error-429",
        "cut",
        "text?text=needle-in-it",
        "error-503",
    ] {
        let heard = door.call("/v1/messages", scenario, true).send().await;
        door.detail(heard.id()).await;
        ids.push(heard.id().to_owned());
    }
    let list = async |query: &str| -> Vec<String> {
        let path = format!("/api/requests?{query}");
        let list = door.signed_in("GET", &path).send().await.json();
        let rows = list["requests"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let newest: Vec<String> = ids.iter().rev().cloned().collect();
    assert_eq!(list("").await, newest);
    assert_eq!(list("status=4xx").await, [ids[1].clone()]);
    assert_eq!(
        list("status=503,429").await,
        [ids[4].clone(), ids[1].clone()]
    );
    assert_eq!(list("status=failed&outcome=cut").await.len(), 3);
    assert_eq!(list("outcome=cut").await, [ids[2].clone()]);
    assert_eq!(list("q=needle-in-it").await, [ids[3].clone()]);
    assert_eq!(list("q=nobody%20said%20this").await, Vec::<String>::new());
    assert_eq!(list("model=%27%20OR%201=1--").await, Vec::<String>::new());
    let mut seen = Vec::new();
    let mut before = String::new();
    loop {
        let path = format!("/api/requests?limit=2&before={before}");
        let page = door.signed_in("GET", &path).send().await.json();
        for row in page["requests"].as_array().unwrap() {
            seen.push(row["id"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut before),
            None => break,
        }
    }
    assert_eq!(seen, newest);
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("limit=1001", "limit"),
        ("before=x", "before"),
        ("status=9xx", "status"),
        ("outcome=fine", "outcome"),
    ] {
        let heard = door.get(&format!("/api/requests?{query}")).send().await;
        assert_eq!(heard.status, 400, "{query}");
        let error = &heard.json()["error"];
        assert_eq!(error["code"], "bad_parameter");
        assert_eq!(error["params"][0][1], name, "{query}: {error}");
    }
}

#[tokio::test]
async fn a_large_body_is_read_in_slices() {
    let door = Harness::new().start().await;
    let heard = door
        .call("/v1/messages", "sized?bytes=5000000", false)
        .send()
        .await;
    let id = heard.id();
    door.detail(id).await;
    let part = async |query: &str| {
        let path = format!("/api/request/{id}/{query}");
        door.signed_in("GET", &path).send().await
    };
    let lines = part("lines?side=response&form=pretty&from=0&count=50")
        .await
        .json();
    assert!(
        lines["total"].as_u64().unwrap() > 1_000,
        "long lines are broken"
    );
    assert_eq!(lines["lines"].as_array().unwrap().len(), 50);
    let text = part("text?side=response&pointer=/content/0/text&offset=4999990")
        .await
        .json();
    assert_eq!(text["total_bytes"], 5_000_000);
    assert_eq!(text["next"], Value::Null);
    let short = part("?bodies=false").await;
    assert_eq!(short.status, 404, "no such part");
    let short = door.signed_in("GET", &format!("/api/request/{id}?bodies=false"));
    let short = short.send().await;
    assert!(short.body.len() < 100_000, "{}", short.body.len());
    for (query, status) in [
        ("lines?side=sideways", 400),
        ("lines?side=request&form=round", 400),
        ("lines?side=request&from=-1", 400),
        ("find?side=request", 400),
        ("text?side=request&pointer=x", 400),
        ("text?side=request&pointer=/no/such", 404),
        ("image?side=request&pointer=/no/such", 404),
    ] {
        assert_eq!(part(query).await.status, status, "{query}");
    }
    for path in [
        "",
        "/lines?side=request",
        "/events",
        "/curl",
        "/export",
        "/body?side=request",
    ] {
        let path = format!("/api/request/req_{:032}{path}", 0);
        assert_eq!(
            door.signed_in("GET", &path).send().await.status,
            404,
            "{path}"
        );
    }
}
