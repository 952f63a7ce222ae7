//! Which site a request goes to, by everything that can decide it.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::relay::good;
use super::{MODEL, Relay, door};
use crate::harness::{Ask, Door, eventually};

/// Three sites of one relay, of which the first is the default.
async fn three() -> (Relay, Door) {
    let relay = Relay::start(|_| good("hello")).await;
    let door = door().await;
    for name in ["first", "second", "third"] {
        let key = format!("sk-{name}");
        door.site(name, &relay.url(), &[&key]).await;
    }
    (relay, door)
}

/// The site that answers, and why it was chosen.
async fn goes_to(door: &Door, ask: Ask) -> (String, String) {
    let heard = ask.send().await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    let detail = door.detail(heard.id()).await;
    let why = detail["attempts"][0]["why"]["code"].as_str().unwrap();
    (door.answered_by(heard.id()).await, why.to_owned())
}

fn pair(site: &str, why: &str) -> (String, String) {
    (site.to_owned(), why.to_owned())
}

#[tokio::test]
async fn routes_by_project_header_provider_and_model() {
    let (_relay, door) = three().await;
    let routes = json!({"default": ["first"], "rules": [
        {"project": "网站", "sites": ["second"]},
        {"provider": "openrouter", "sites": ["third"]},
        {"model": "*-haiku-*", "sites": ["third", "second"]},
    ]});
    door.api("PUT", "/api/routes", &routes).await;
    let usual = || door.message(false);
    assert_eq!(
        goes_to(&door, usual()).await,
        pair("first", "default_route")
    );
    let by_path = door.message_to("/p/%E7%BD%91%E7%AB%99/v1/messages", MODEL, false);
    assert_eq!(
        goes_to(&door, by_path).await,
        pair("second", "rule_project")
    );
    let by_header = usual().header("x-project-id", "%E7%BD%91%E7%AB%99");
    assert_eq!(
        goes_to(&door, by_header).await,
        pair("second", "rule_project")
    );
    let by_provider = usual().header("x-upstream-provider", "OpenRouter");
    assert_eq!(
        goes_to(&door, by_provider).await,
        pair("third", "rule_provider")
    );
    let by_model = door.message_to("/v1/messages", "claude-haiku-5", false);
    assert_eq!(goes_to(&door, by_model).await, pair("third", "rule_model"));
    let by_site = usual().header("x-relayscope-site", "SECOND");
    assert_eq!(goes_to(&door, by_site).await, pair("second", "header_site"));
    // The header wins over everything; a project over a model.
    let both = door
        .message_to("/p/%E7%BD%91%E7%AB%99/v1/messages", "claude-haiku-5", false)
        .header("x-relayscope-site", "first");
    assert_eq!(goes_to(&door, both).await, pair("first", "header_site"));
    let both = door.message_to("/p/%E7%BD%91%E7%AB%99/v1/messages", "claude-haiku-5", false);
    assert_eq!(goes_to(&door, both).await, pair("second", "rule_project"));
}

/// The switch holds for the next request; one that runs keeps its way.
#[tokio::test]
async fn a_switch_takes_effect_on_the_next_request() {
    let gate = Arc::new(Semaphore::new(0));
    let of_relay = gate.clone();
    let old = Relay::start_slow(move |_| {
        let gate = of_relay.clone();
        Box::pin(async move {
            gate.acquire().await.unwrap().forget();
            good("old")
        })
    })
    .await;
    let new = Relay::start(|_| good("new")).await;
    let door = door().await;
    door.site("old", &old.url(), &["sk-old"]).await;
    door.site("new", &new.url(), &["sk-new"]).await;
    let running = tokio::spawn(door.message(false).send());
    eventually("the request runs", async || {
        (old.calls().len() == 1).then_some(())
    })
    .await;
    door.default_route(&["new"]).await;
    let heard = door.message(false).send().await;
    assert_eq!(heard.json()["content"][0]["text"], "new");
    gate.add_permits(1);
    let heard = running.await.unwrap();
    assert_eq!(heard.json()["content"][0]["text"], "old");
    assert_eq!(door.answered_by(heard.id()).await, "old");
    assert_eq!((old.calls().len(), new.calls().len()), (1, 1));
}

#[tokio::test]
async fn local_client_key() {
    let (relay, door) = three().await;
    let input = json!({"label": "editor", "project": "tools", "sites": ["third"]});
    let made = door.api("POST", "/api/client-keys", &input).await;
    let key = made["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("sk-local-"), "{key}");
    for (name, value) in [
        ("x-api-key", key.clone()),
        ("authorization", format!("Bearer {key}")),
    ] {
        let heard = door.message(false).header(name, &value).send().await;
        assert_eq!(heard.status, 200, "{}", heard.text());
        let detail = door.detail(heard.id()).await;
        let metadata = &detail["metadata"];
        let project = [
            &detail["project"],
            &metadata["project"],
            &metadata["project_id"],
        ];
        assert!(project.contains(&&json!("tools")), "{detail:#}");
        assert_eq!(detail["attempts"][0]["why"]["code"], "client_key");
        assert_eq!(door.answered_by(heard.id()).await, "third");
    }
    // The upstream gets the site's key, and nowhere the client's.
    assert_eq!(relay.keys(), ["sk-third", "sk-third"]);
    for called in relay.calls() {
        let values = called.headers.values();
        assert!(
            values
                .map(|value| value.to_str().unwrap())
                .all(|value| !value.contains("sk-local"))
        );
    }
    // It is shown once.
    let listed = door.api("GET", "/api/client-keys", &Value::Null).await;
    assert_eq!(listed["client_keys"][0]["key"], Value::Null);
    assert!(!listed.to_string().contains(&key));
    // Without sites it only names the project.
    let input = json!({"label": "other", "project": "second project", "sites": []});
    let other = door.api("POST", "/api/client-keys", &input).await;
    let ask = door.message(false);
    let ask = ask.header("x-api-key", other["key"].as_str().unwrap());
    assert_eq!(goes_to(&door, ask).await, pair("first", "default_route"));
    // A key that was taken back opens nothing any more, and goes nowhere.
    let path = format!("/api/client-keys/{}", made["id"].as_str().unwrap());
    door.api("DELETE", &path, &Value::Null).await;
    let calls = relay.calls().len();
    let heard = door.message(false).header("x-api-key", &key).send().await;
    assert_eq!(heard.status, 401, "{}", heard.text());
    assert_eq!(heard.error().1, "unknown_client_key");
    assert_eq!(relay.calls().len(), calls);
}

/// A rule may rename the model, for a family or a purpose; the site's own aliases come after it.
#[tokio::test]
async fn rules_and_aliases_rename_the_model() {
    let relay = Relay::start(|_| good("hello")).await;
    let door = door().await;
    let aliases = json!({"opus": "deepseek-reasoner", "glm-*": "glm-5-plus"});
    let site = json!({"name": "relay", "url": relay.url(), "keys": ["sk-1"], "api": "both", "aliases": aliases});
    door.api("POST", "/api/sites", &site).await;
    let routes = json!({"default": ["relay"], "rules": [
        {"purpose": "subagent", "to_model": "glm-5-air"},
        {"model": "haiku", "to_model": "qwen-flash"},
        {"model": "sonnet", "to_model": "never", "off": true},
    ]});
    let stored = door.api("PUT", "/api/routes", &routes).await;
    assert_eq!(stored["rules"][0]["purpose"], "subagent");
    let ask = async |model: &str, subagent: bool| {
        let mut ask = door.message_to("/v1/messages", model, false);
        if subagent {
            ask = ask.header("x-claude-code-agent-id", "a1");
        }
        assert_eq!(ask.send().await.status, 200);
        relay.calls().last().unwrap().model.clone()
    };
    assert_eq!(ask("claude-haiku-5-5", false).await, "qwen-flash");
    assert_eq!(ask("claude-opus-5-5", false).await, "deepseek-reasoner");
    assert_eq!(ask("claude-fable-5-2", false).await, "deepseek-reasoner");
    assert_eq!(ask("claude-sonnet-5", false).await, "claude-sonnet-5");
    assert_eq!(ask("claude-sonnet-5", true).await, "glm-5-plus");
    assert_eq!(ask("claude-via-kimi-k3", false).await, "kimi-k3");
    let nothing = json!({"default": ["relay"], "rules": [{"model": "haiku", "sites": []}]});
    let ask = door
        .signed_in("PUT", "/api/routes")
        .header("content-type", "application/json");
    let heard = ask.body(nothing.to_string()).send().await;
    assert_eq!(
        (heard.status, &heard.json()["error"]["code"]),
        (400, &json!("bad_rule"))
    );
}

/// The multiplier of a site is in every amount, in the list and in the answer's headers.
#[tokio::test]
async fn the_multiplier_of_a_site_is_in_the_cost() {
    let relay = Relay::start(|_| good("hello")).await;
    let door = door().await;
    let mut costs = Vec::new();
    for (name, multiplier) in [("list", "1"), ("cheap", "0.25")] {
        let key = format!("sk-{name}");
        let site = json!({"name": name, "url": relay.url(), "keys": [key], "api": "both", "multiplier": multiplier});
        door.api("POST", "/api/sites", &site).await;
        let heard = door
            .message(false)
            .header("x-relayscope-site", name)
            .send()
            .await;
        let detail = door.detail(heard.id()).await;
        let shown: f64 = heard.header("x-total-cost-usd").parse().unwrap();
        assert!((shown - detail["cost"]["usd"].as_f64().unwrap()).abs() < 1e-9);
        costs.push((shown, detail["pricing"]["multiplier"].clone()));
    }
    assert_eq!((&costs[0].1, &costs[1].1), (&Value::Null, &json!("0.25")));
    assert!(
        costs[0].0 > 0.0 && (costs[1].0 - costs[0].0 / 4.0).abs() < 1e-8,
        "{costs:?}"
    );
}
