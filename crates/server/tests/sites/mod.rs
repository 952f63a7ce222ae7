//! Sites, their pools of keys, failover and routes, from the client's request to the upstream's journal.

mod chatting;
mod checking;
mod crowd;
mod failover;
mod pools;
mod relay;
mod routing;
mod secrecy;
mod translated;
mod verifying;

use relay::Relay;
use serde_json::{Value, json};

use crate::harness::{Ask, Door, Harness};

/// The model that clients ask for.
const MODEL: &str = "claude-opus-5-5";

/// Keys are sealed with a file: no test asks the desktop for its keychain.
const SETTINGS: &str = "[security]\nvault = \"file\"\n";

/// A server without sites.
async fn door() -> Door {
    Harness::new().settings_file(SETTINGS).start().await
}

impl Door {
    /// Asks the API, and wants it to agree.
    async fn api(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let ask = self.signed_in(method, path);
        let heard = ask
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await;
        assert!(heard.status < 300, "{method} {path}: {}", heard.text());
        heard.json()
    }

    /// Adds a site; the first becomes the default route.
    async fn site(&self, name: &str, url: &str, keys: &[&str]) -> Value {
        let input = json!({"name": name, "url": url, "keys": keys, "api": "both"});
        self.api("POST", "/api/sites", &input).await
    }

    /// Adds a site of the fake upstream that answers [`MODEL`] with a scenario.
    async fn scenario(&self, name: &str, scenario: &str, keys: &[&str]) -> Value {
        let aliases = json!({MODEL: format!("scenario:{scenario}")});
        let input = json!({
            "name": name, "url": self.upstream.base_url(), "keys": keys, "api": "both", "aliases": aliases,
        });
        self.api("POST", "/api/sites", &input).await
    }

    /// Sets the default route and its fallbacks, without further rules.
    async fn default_route(&self, sites: &[&str]) {
        let routes = json!({"default": sites, "rules": []});
        self.api("PUT", "/api/routes", &routes).await;
    }

    /// The keys, in order.
    async fn keys(&self) -> Vec<Value> {
        let heard = self.api("GET", "/api/keys", &Value::Null).await;
        heard["keys"].as_array().unwrap().clone()
    }

    /// State and cause of a key, by its label and its site.
    async fn key(&self, site: &str, label: &str) -> Value {
        let keys = self.keys().await;
        let found = keys
            .iter()
            .find(|key| key["site"] == site && key["label"] == label);
        found.unwrap_or_else(|| panic!("{keys:#?}")).clone()
    }

    /// A call of the usual model.
    fn message(&self, stream: bool) -> Ask {
        self.message_to("/v1/messages", MODEL, stream)
    }

    /// A call of a model.
    fn message_to(&self, path: &str, model: &str, stream: bool) -> Ask {
        let messages = json!([{"role": "user", "content": "hi"}]);
        let body =
            json!({"model": model, "max_tokens": 64, "messages": messages, "stream": stream});
        self.ask("POST", path)
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    /// Where an exchange was tried: site, key, status and cause of every attempt.
    async fn chain(&self, id: &str) -> Vec<(String, String, Option<u64>, String)> {
        let detail = self.detail(id).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let attempts = detail["attempts"].as_array().unwrap().iter();
        attempts
            .map(|it| {
                (
                    text(&it["site"]),
                    text(&it["key"]),
                    it["status"].as_u64(),
                    text(&it["cause"]),
                )
            })
            .collect()
    }

    /// The site that answered an exchange.
    async fn answered_by(&self, id: &str) -> String {
        self.chain(id).await.last().unwrap().0.clone()
    }
}

/// A step of a chain.
fn step(site: &str, key: &str, status: u64, cause: &str) -> (String, String, Option<u64>, String) {
    (
        site.to_owned(),
        key.to_owned(),
        Some(status),
        cause.to_owned(),
    )
}
