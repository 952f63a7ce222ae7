//! Authenticity tests over real connections: what is asked, kept, counted, cancelled and hidden.

use serde_json::{Value, json};
use testkit::personas::{self, Standing};

use super::{MODEL, Relay, door, relay};
use crate::harness::{Door, eventually};

/// A persona of the catalogue, running.
async fn persona(name: &str) -> (Standing, &'static str) {
    let all = personas::all().unwrap();
    let persona = all.into_iter().find(|it| it.name == name);
    let persona = persona.unwrap_or_else(|| panic!("no persona {name}"));
    (persona.start().await.unwrap(), persona.claimed)
}

/// Begins a test and waits for its end.
async fn test(door: &Door, site: &str, ask: &Value) -> Value {
    let run = door
        .api("POST", &format!("/api/sites/{site}/verify"), ask)
        .await;
    over(door, run["id"].as_str().unwrap()).await
}

async fn over(door: &Door, id: &str) -> Value {
    let path = format!("/api/verify/runs/{id}");
    eventually("the test is over", async || {
        let detail = door.get(&path).send().await.json();
        (detail["run"]["state"] == "done").then_some(detail)
    })
    .await
}

fn quick(model: &str) -> Value {
    json!({"model": model, "depth": "quick", "max_cost_usd": 5.0, "concurrency": 4})
}

#[tokio::test]
async fn a_downgraded_model_is_contradicted_and_the_real_one_is_not() {
    let door = door().await;
    for (name, contradicted) in [("haiku-as-opus", true), ("first-party", false)] {
        let (standing, claimed) = persona(name).await;
        door.site(name, &standing.base_url(), &["sk-test-1"]).await;
        let detail = test(&door, name, &quick(claimed)).await;
        let verdict = &detail["report"]["verdict"];
        assert_eq!(
            verdict == "contradicted",
            contradicted,
            "{name}: {verdict} {detail:#}"
        );
        let run = &detail["run"];
        assert_eq!(
            run["requests"],
            standing.requests(),
            "every call is counted"
        );
        assert_eq!(run["verdict"], *verdict);
        let probes = detail["report"]["probes"].as_array().unwrap();
        let calls = probes.iter().find_map(|probe| probe["calls"][0].as_u64());
        let path = format!(
            "/api/verify/runs/{}/calls/{}",
            run["id"].as_str().unwrap(),
            calls.unwrap()
        );
        let call = door.get(&path).send().await.json();
        assert!(
            call["request"]["path"].is_string(),
            "every claim opens to its call: {call:#}"
        );
    }
    let runs = door.get("/api/verify/runs").send().await.json();
    let sites: Vec<&Value> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["site"])
        .collect();
    assert_eq!(sites, ["first-party", "haiku-as-opus"], "newest first");
    let data = door.stop().await;
    let door = crate::harness::Harness::within(data).start().await;
    let kept = door
        .get("/api/verify/runs?site=first-party")
        .send()
        .await
        .json();
    assert_eq!(
        kept["runs"].as_array().unwrap().len(),
        1,
        "tests outlive the program"
    );
}

#[tokio::test]
async fn a_site_that_refuses_the_key_is_left_alone_soon() {
    let door = door().await;
    let refusing = Relay::start(|_| relay::unknown_key()).await;
    door.site("refusing", &refusing.url(), &["sk-no-1"]).await;
    let detail = test(&door, "refusing", &quick(MODEL)).await;
    assert_eq!(detail["run"]["stopped"]["why"], "refused", "{detail:#}");
    assert_eq!(detail["run"]["verdict"], "unverifiable");
    assert!(refusing.calls().len() <= 8, "{}", refusing.calls().len());
}

#[tokio::test]
async fn a_cap_holds() {
    let door = door().await;
    let (standing, claimed) = persona("first-party").await;
    door.site("dear", &standing.base_url(), &["sk-test-1"])
        .await;
    let mut ask = quick(claimed);
    ask["max_cost_usd"] = json!(0.000_001);
    let detail = test(&door, "dear", &ask).await;
    let spent = detail["run"]["cost_usd"].as_f64().unwrap_or_default();
    assert!(spent <= 0.000_001, "{spent}");
    for wrong in [json!(0.0), json!(-1.0)] {
        ask["max_cost_usd"] = wrong;
        let asked = door
            .signed_in("POST", "/api/sites/dear/verify")
            .body(ask.to_string());
        assert_eq!(asked.send().await.status, 400);
    }
}

#[tokio::test]
async fn a_test_is_cancelled_at_once_also_while_the_site_is_silent() {
    let door = door().await;
    let silent = Relay::start_slow(|_| Box::pin(std::future::pending())).await;
    door.site("silent", &silent.url(), &["sk-test-1"]).await;
    let path = "/api/sites/silent/verify";
    let run = door.api("POST", path, &quick(MODEL)).await;
    let second = door.signed_in("POST", path).body(quick(MODEL).to_string());
    assert_eq!(
        second.send().await.status,
        409,
        "one test of a site at a time"
    );
    let id = run["id"].as_str().unwrap();
    eventually("something is asked", async || {
        (!silent.calls().is_empty()).then_some(())
    })
    .await;
    let cancel = format!("/api/verify/runs/{id}/cancel");
    door.api("POST", &cancel, &Value::Null).await;
    let detail = over(&door, id).await;
    assert_eq!(detail["run"]["stopped"]["why"], "cancelled", "{detail:#}");
}

#[tokio::test]
async fn hostile_answers_end_in_a_report_without_the_key() {
    let door = door().await;
    let key = "plain-SENTINEL-key-77";
    let hostile = Relay::start(|called| {
        let number = called.body.len() % 4;
        let mut body = match number {
            0 => "<html>hello</html>".to_owned(),
            1 => format!("data: {}\n\n", "x".repeat(6 * 1024 * 1024)),
            2 => "{\"type\":\"message\",\"content\":7,\"usage\":\"none\"}".to_owned(),
            _ => "event: message_start\ndata: {\"type\":\"message_start\"".to_owned(),
        };
        body.push_str(&called.key);
        let kind = [
            "text/html",
            "text/event-stream",
            "application/json",
            "text/event-stream",
        ];
        http::Response::builder()
            .header("content-type", kind[number])
            .header("x-echo", &called.key)
            .body(http_body_util::Full::from(body))
            .unwrap()
    })
    .await;
    door.site("hostile", &hostile.url(), &[key]).await;
    let detail = test(&door, "hostile", &quick(MODEL)).await;
    let verdict = detail["run"]["verdict"].as_str().unwrap();
    assert!(
        ["unverifiable", "contradicted"].contains(&verdict),
        "{verdict}"
    );
    let id = detail["run"]["id"].as_str().unwrap();
    for format in ["md", "html", "json"] {
        let path = format!("/api/verify/runs/{id}/report?format={format}&named=false");
        let report = door.get(&path).send().await;
        assert_eq!(report.status, 200);
        assert!(
            !report.text().contains("SENTINEL"),
            "{format} holds the key"
        );
        let named = report.text().contains("hostile");
        assert!(
            !named,
            "{format} names the site although it was asked not to"
        );
    }
}

#[tokio::test]
async fn ordinary_traffic_gives_a_downgraded_model_away() {
    let door = door().await;
    let (standing, claimed) = persona("haiku-as-opus").await;
    door.site("cheap", &standing.base_url(), &["sk-test-1"])
        .await;
    door.default_route(&["cheap"]).await;
    // A mistake of the user's own: the backend's refusal names the model that it was asked for.
    let body = json!({
        "model": claimed, "max_tokens": 9_999_999,
        "messages": [{"role": "user", "content": "SENTINEL-PROMPT"}],
    });
    let heard = door
        .ask("POST", "/v1/messages")
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await;
    assert_eq!(heard.status, 400, "{}", heard.text());
    let notice = eventually("the site gives itself away", async || {
        let told = door.get("/api/notices").send().await.json();
        told["notices"].get(0).cloned()
    })
    .await;
    assert_eq!(notice["code"], "passive_sure", "{notice:#}");
    assert!(notice.to_string().contains("haiku"), "{notice:#}");
    let standings = door.get("/api/verify/standings").send().await.json();
    assert_eq!(standings["standings"][0]["contradicted"], 1);
    let id = notice["id"].as_str().unwrap();
    door.signed_in("DELETE", &format!("/api/notices/{id}"))
        .send()
        .await;
    let told = door.get("/api/notices").send().await.json();
    assert_eq!(told["notices"], json!([]), "a dismissed notice is gone");
    let data = door.stop().await;
    let database = std::fs::read(data.path().join("relayscope.db")).unwrap();
    let said = memchr::memmem::find(&database, b"SENTINEL-PROMPT");
    assert!(said.is_none(), "only forms are kept, never what was said");
    let door = crate::harness::Harness::within(data).start().await;
    let kept = eventually("what was learned is back", async || {
        let standings = door.get("/api/verify/standings").send().await.json();
        standings["standings"].get(0).cloned()
    })
    .await;
    assert_eq!(kept["contradicted"], 1);
}

#[tokio::test]
async fn a_recorded_request_becomes_a_preset_without_its_secrets() {
    let door = door().await;
    door.site("main", &door.upstream.base_url(), &["sk-site-1"])
        .await;
    let body = json!({
        "model": "scenario:text", "max_tokens": 64, "temperature": 1,
        "system": "be short", "metadata": {"user_id": "user_SENTINEL"},
        "messages": [{"role": "user", "content": "private SENTINEL"}],
    });
    let heard = door
        .ask("POST", "/v1/messages")
        .header("content-type", "application/json")
        .header("authorization", "Bearer sk-ant-SENTINEL-0f9c1d7ab2e4")
        .header("x-app", "cli")
        .body(body.to_string())
        .send()
        .await;
    let id = heard.id().to_owned();
    door.detail(&id).await;
    let input = json!({"name": "My shape", "exchange": id});
    door.api("POST", "/api/presets", &input).await;
    let list = door.get("/api/presets").send().await.json();
    let own = list["presets"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&own["name"], &own["own"]),
        (&json!("My shape"), &json!(true))
    );
    let ask = json!({
        "model": "scenario:text", "preset": "My shape",
        "turns": [{"role": "user", "text": "hello"}],
    });
    let path = "/api/sites/main/chat/preview";
    let preview = door.api("POST", path, &ask).await;
    assert_eq!(preview["body"]["system"], "be short", "{preview:#}");
    assert!(
        preview["headers"].to_string().contains("x-app"),
        "{preview:#}"
    );
    let file = std::fs::read_to_string(door.data().join("presets/My shape.toml")).unwrap();
    for text in [file, preview.to_string()] {
        assert!(!text.contains("SENTINEL"), "{text}");
    }
    for name in ["../evil", "a/b", ".hidden", "anthropic", ""] {
        let input = json!({"name": name, "exchange": id});
        let asked = door.signed_in("POST", "/api/presets");
        let status = asked.body(input.to_string()).send().await.status;
        assert!([400, 409].contains(&status), "{name}: {status}");
    }
    let gone = door.signed_in("DELETE", "/api/presets/My%20shape").send();
    assert_eq!(gone.await.status, 204);
}
