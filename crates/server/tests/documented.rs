//! The OpenAPI document holds what the server does.

mod stations;
mod tests;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{DIALECTS, Door, Harness, Schemas};

/// The routes as they are written in the server's source.
const ROUTER: &str = include_str!("../src/api/mod.rs");

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

fn document() -> Value {
    serde_json::from_str(include_str!("../openapi.json")).unwrap()
}

/// `GET /api/stats` and so on, of the document without the proxy's paths.
fn documented(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .filter(|(path, _)| !path.starts_with("/v1/") && !path.starts_with("/p/"))
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

/// The same, read from the calls of `.route("PATH", get(…).post(…))`.
fn routed() -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    let source = ROUTER.split_once("Router::new()").unwrap().1;
    for route in source.split(".route(").skip(1) {
        let (path, handlers) = route.trim_start()[1..].split_once('"').unwrap();
        if path.contains("{*") {
            continue;
        }
        for method in METHODS {
            let handler = |before: &str| handlers.contains(&format!("{before}{method}("));
            if handler(" ") || handler(".") {
                routes.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    routes
}

#[test]
fn every_route_is_documented_and_every_documented_one_exists() {
    let (routed, documented) = (routed(), documented(&document()));
    assert!(routed.len() > 30, "{routed:?}");
    let missing: Vec<_> = routed.difference(&documented).collect();
    let extra: Vec<_> = documented.difference(&routed).collect();
    assert!(missing.is_empty(), "not in openapi.json: {missing:?}");
    assert!(extra.is_empty(), "in openapi.json only: {extra:?}");
}

#[test]
fn the_checker_finds_mistakes() {
    let document = json!({"a": {"type": "object", "required": ["n"], "properties": {
        "n": {"type": ["integer", "null"], "minimum": 0},
        "k": {"oneOf": [{"const": "x"}, {"type": "array", "prefixItems": [{"type": "string"}], "maxItems": 1}]},
    }}});
    let schema = json!({"$ref": "#/a"});
    let fits = |value: Value| Schemas(&document).problems(&schema, &value).is_empty();
    for good in [
        json!({"n": 1}),
        json!({"n": null, "k": "x"}),
        json!({"n": 0, "k": ["y"]}),
    ] {
        assert!(fits(good.clone()), "{good}");
    }
    for bad in [
        json!([]),
        json!({}),
        json!({"n": "1"}),
        json!({"n": -1}),
        json!({"n": 1.5}),
        json!({"n": 1, "more": 1}),
        json!({"n": 1, "k": "y"}),
        json!({"n": 1, "k": [1]}),
        json!({"n": 1, "k": ["y", "y"]}),
    ] {
        assert!(!fits(bad.clone()), "{bad}");
    }
}

#[test]
fn every_operation_has_a_name_words_and_answers() {
    let document = document();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(METHODS.contains(&&method[..]), "{what}");
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{what}: {name} twice");
            assert!(operation["summary"].is_string(), "{what}");
            assert!(!operation["responses"].as_object().unwrap().is_empty());
            let in_path = path.matches('{').count();
            let named = operation["parameters"].as_array().into_iter().flatten();
            let named = named.filter(|parameter| parameter["in"] == "path");
            assert_eq!(named.count(), in_path, "{what}: parameters of the path");
        }
    }
    check_references(&document, &document);
}

fn check_references(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref") {
                let pointer = reference.as_str().unwrap().trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            for member in members.values() {
                check_references(document, member);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| check_references(document, item)),
        _ => {}
    }
}

/// Real answers against the document; what does not fit is gathered.
struct Check<'a> {
    door: &'a Door,
    document: Value,
    wrong: Vec<String>,
    seen: BTreeSet<String>,
}

impl Check<'_> {
    /// Asks as the document says; `route` is the path there, `path` the one to call.
    async fn ask(&mut self, method: &str, route: &str, path: &str, body: &str) -> Value {
        let what = format!("{method} {route}");
        let pointer = format!(
            "/paths/{}/{}/responses",
            route.replace('~', "~0").replace('/', "~1"),
            method.to_lowercase()
        );
        let heard = self.door.signed_in(method, path).body(body.to_owned());
        let heard = heard.send().await;
        let responses = self.document.pointer(&pointer).unwrap();
        let mut response = &responses[heard.status.to_string()];
        if let Some(reference) = response["$ref"].as_str() {
            response = self.document.pointer(&reference[1..]).unwrap();
        }
        if response.is_null() {
            let text = heard.text();
            let problem = format!(
                "{what} ({path}): {} is not documented: {text}",
                heard.status
            );
            self.wrong.push(problem);
            return heard.json();
        }
        self.seen.insert(what.clone());
        let kind = heard.header("content-type").split(';').next().unwrap();
        let content = &response["content"];
        let media = match content.get(kind) {
            None if kind.starts_with("image/") => &content["image/*"],
            found => found.unwrap_or(&Value::Null),
        };
        match (content.is_null(), media.is_null()) {
            (true, _) if heard.body.is_empty() => {}
            (_, true) => self.wrong.push(format!("{what}: {kind} is not documented")),
            _ if kind == "application/json" => {
                let problems = Schemas(&self.document).problems(&media["schema"], &heard.json());
                let problems = problems
                    .into_iter()
                    .map(|it| format!("{what} ({path}){it}"));
                self.wrong.extend(problems);
            }
            _ => {}
        }
        heard.json()
    }

    async fn get(&mut self, route: &str, path: &str) -> Value {
        self.ask("GET", route, path, "").await
    }
}

/// One exchange of every kind.
async fn traffic(door: &Door) -> Vec<String> {
    let mut ids = Vec::new();
    for path in DIALECTS {
        for (scenario, stream) in [
            ("text", true),
            ("text", false),
            ("thinking", true),
            ("parallel-tools", false),
            ("no-usage", true),
            ("error-429", false),
            ("error-event", true),
            ("cut", true),
            ("html-200", true),
            ("empty-200", false),
            ("gzip", true),
            ("close-before-head", true),
        ] {
            let path = format!("/p/shop{path}?key=abc");
            let heard = door.call(&path, scenario, stream).send().await;
            ids.push(heard.id().to_owned());
        }
    }
    let body = json!({
        "model": "claude-sonnet-4-5", "max_tokens": 9, "stream": true, "temperature": 0.5,
        "metadata": {"user_id": "session_1"},
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "Bash", "description": "runs", "input_schema": {"type": "object"}}],
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": "look"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
                {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
                {"type": "document", "title": "d", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
            ]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "abc"},
                {"type": "redacted_thinking", "data": "abc"},
                {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}},
                {"type": "something_new", "x": 1},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": "no"},
            ]},
        ],
    });
    let ask = door.ask("POST", "/v1/messages").body(body.to_string());
    let heard = ask.header("x-testkit-scenario", "text").send().await;
    ids.push(heard.id().to_owned());
    ids
}

#[tokio::test]
async fn real_answers_are_as_documented() {
    let door = Harness::new().start().await;
    let ids = traffic(&door).await;
    for id in &ids {
        door.detail(id).await;
    }
    let running = door.call("/v1/messages", "hang-mid-stream", true);
    let running = running.head().await.unwrap();
    let document = document();
    let mut check = Check {
        door: &door,
        document,
        wrong: Vec::new(),
        seen: BTreeSet::new(),
    };
    for path in [
        "/",
        "/health",
        "/metrics",
        "/api/hello",
        "/api/openapi.json",
        "/api/session",
        "/api/config",
        "/api/proxy",
        "/api/desktop",
        "/api/stats",
        "/api/requests",
        "/api/export.har",
        "/api/sites",
        "/api/keys",
        "/api/routes",
        "/api/client-keys",
    ] {
        check.get(path, path).await;
    }
    check.get("/api/requests", "/api/requests?limit=2").await;
    check.get("/api/requests", "/api/requests?limit=0").await;
    let of = |id: &str, rest: &str| format!("/api/request/{id}{rest}");
    let live = running.headers()["x-request-id"].to_str().unwrap();
    let last = ids.last().unwrap().clone();
    for id in ids.iter().map(String::as_str).chain([live, "req_none"]) {
        check
            .get("/api/requests/{id}", &format!("/api/requests/{id}"))
            .await;
        check.get("/api/request/{id}", &of(id, "")).await;
        check
            .get("/api/request/{id}", &of(id, "?bodies=false"))
            .await;
        let lines = "/api/request/{id}/lines";
        check.get(lines, &of(id, "/lines?side=request")).await;
        check
            .get(lines, &of(id, "/lines?side=response&form=assembled"))
            .await;
        check
            .get("/api/request/{id}/events", &of(id, "/events?count=3"))
            .await;
        let find = of(id, "/find?side=request&q=hi");
        check.get("/api/request/{id}/find", &find).await;
        check.get("/api/request/{id}/curl", &of(id, "/curl")).await;
        check
            .get("/api/request/{id}/export", &of(id, "/export"))
            .await;
        let body = of(id, "/body?side=request");
        check.get("/api/request/{id}/body", &body).await;
    }
    check
        .get("/api/request/{id}/lines", &of(&last, "/lines"))
        .await;
    let text = of(&last, "/text?side=request&pointer=/system/0/text");
    check.get("/api/request/{id}/text", &text).await;
    let place = "/messages/0/content/1/source/data";
    let image = of(&last, &format!("/image?side=request&pointer={place}"));
    check.get("/api/request/{id}/image", &image).await;
    changes(&mut check).await;
    let documented = documented(&check.document);
    let unseen: Vec<_> = documented.difference(&check.seen).collect();
    let expected = ["GET /ws", "POST /api/desktop/show"];
    assert!(
        unseen.iter().all(|route| expected.contains(&&route[..])),
        "never asked: {unseen:?}"
    );
    let wrong = &check.wrong;
    assert!(wrong.is_empty(), "{} problems: {wrong:#?}", wrong.len());
}

/// Everything that changes something, in both directions.
async fn changes(check: &mut Check<'_>) {
    let plain = [
        ("POST", "/api/session/one-time", ""),
        ("PATCH", "/api/config", r#"{"ui.theme":"dark"}"#),
        ("PATCH", "/api/config", r#"{"ui.theme":7}"#),
        ("PATCH", "/api/config", "{"),
        ("POST", "/api/proxy", r#"{"on":false}"#),
        ("POST", "/api/proxy", "nonsense"),
        ("POST", "/api/proxy", r#"{"on":true}"#),
        ("PATCH", "/api/desktop", r#"{"start_at_login":true}"#),
        ("PATCH", "/api/desktop", "{}"),
        ("POST", "/api/clear-history", ""),
        ("POST", "/api/clear-history", "7"),
    ];
    for (method, path, body) in plain {
        check.ask(method, path, path, body).await;
    }
    let project = "/api/projects/{id}";
    check.ask("DELETE", project, "/api/projects/shop", "").await;
    let upstream = check.door.upstream.base_url();
    let site = json!({"name": "relay", "url": upstream, "keys": ["sk-0123456789abcdef0123"]});
    for body in [&site.to_string()[..], "{}", r#"{"url":"x y"}"#] {
        check.ask("POST", "/api/sites", "/api/sites", body).await;
    }
    let found = check.get("/api/sites/{id}", "/api/sites/relay").await;
    check.get("/api/sites/{id}", "/api/sites/nobody").await;
    let id = found["id"].as_str().unwrap().to_owned();
    let path = format!("/api/sites/{id}");
    let route = "/api/sites/{id}";
    check
        .ask("PATCH", route, &path, r#"{"note":"mine","pinned":true}"#)
        .await;
    check.ask("PATCH", route, &path, r#"{"api":"latin"}"#).await;
    let order = json!({"ids": [id]}).to_string();
    check
        .ask("POST", "/api/sites/order", "/api/sites/order", &order)
        .await;
    let keys = format!("{path}/keys");
    let key = r#"{"key":"sk-abcdef0123456789abcd","label":"second","weight":2}"#;
    let key = check.ask("POST", "/api/sites/{id}/keys", &keys, key).await;
    let routes = json!({"default": [id], "rules": []}).to_string();
    check
        .ask("PUT", "/api/routes", "/api/routes", &routes)
        .await;
    let speech = format!("{path}/speech");
    check.get("/api/sites/{id}/speech", &speech).await;
    let set = r#"{"model":"deepseek-chat","set":{"images":false}}"#;
    check
        .ask("PUT", "/api/sites/{id}/speech", &speech, set)
        .await;
    let ping = format!("{path}/ping");
    check
        .ask(
            "POST",
            "/api/sites/{id}/ping",
            &ping,
            r#"{"model":"scenario:text"}"#,
        )
        .await;
    tests::ask(check, &path).await;
    stations::ask(check, &id).await;
    stations::move_around(check).await;
    let of = |rest: &str| format!("/api/keys/{}{rest}", key["id"].as_str().unwrap());
    let key_route = "/api/keys/{id}";
    check
        .ask("PATCH", key_route, &of(""), r#"{"weight":3}"#)
        .await;
    check
        .ask("PATCH", key_route, &of(""), r#"{"colour":3}"#)
        .await;
    check
        .ask("POST", "/api/keys/{id}/reset", &of("/reset"), "")
        .await;
    check
        .ask("POST", "/api/keys/{id}/check", &of("/check"), "")
        .await;
    check.get("/api/keys/{id}/reveal", &of("/reveal")).await;
    check.get("/api/keys", "/api/keys").await;
    check.get("/api/sites", "/api/sites").await;
    check
        .ask("POST", "/api/keys/reset", "/api/keys/reset", "")
        .await;
    check.ask("DELETE", key_route, &of(""), "").await;
    check.ask("DELETE", key_route, &of(""), "").await;
    let client_keys = "/api/client-keys";
    let made = r#"{"label":"mine","project":"shop"}"#;
    let made = check.ask("POST", client_keys, client_keys, made).await;
    check.get(client_keys, client_keys).await;
    let made = format!("{client_keys}/{}", made["id"].as_str().unwrap());
    check
        .ask("DELETE", "/api/client-keys/{id}", &made, "")
        .await;
    check.ask("DELETE", route, &path, "").await;
    check
        .ask(
            "POST",
            "/api/sites/{id}/restore",
            &format!("{path}/restore"),
            "",
        )
        .await;
}

#[tokio::test]
async fn refusals_of_the_door_are_as_documented() {
    let door = Harness::new().start().await;
    let document = document();
    let error = json!({"$ref": "#/components/schemas/Error"});
    let schemas = Schemas(&document);
    for ask in [
        door.get("/api/stats").header("host", "evil.example"),
        door.get("/api/stats")
            .header("origin", "http://evil.example"),
        door.ask("PATCH", "/api/config").body("{}"),
        door.get("/api/no/such"),
        door.ask("POST", "/api/no/such"),
        door.ask("DELETE", "/api/stats"),
        door.signed_in("PATCH", "/api/config")
            .body(vec![b' '; 2 << 20]),
    ] {
        let heard = ask.send().await;
        assert!(heard.status >= 400);
        let problems = schemas.problems(&error, &heard.json());
        assert!(
            problems.is_empty(),
            "{}: {problems:?} {heard:?}",
            heard.status
        );
    }
    for path in DIALECTS {
        let name = match path {
            "/v1/messages" => "ProxyErrorAnthropic",
            _ => "ProxyError",
        };
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        for scenario in ["close-before-head", "bad-status-line"] {
            let heard = door.call(path, scenario, true).send().await;
            let problems = schemas.problems(&schema, &heard.json());
            assert!(problems.is_empty(), "{path} {scenario}: {problems:?}");
        }
    }
}

#[tokio::test]
async fn messages_of_the_socket_are_as_documented() {
    let door = Harness::new().start().await;
    let mut watcher = door.watch("").await;
    let answer = door.call("/v1/messages", "slow?ttft=100&rate=100&tokens=60", true);
    let answer = tokio::spawn(answer.send());
    let mut heard = watcher.until(|message| message["type"] == "finished").await;
    answer.await.unwrap();
    door.signed_in("POST", "/api/clear-history").send().await;
    heard.extend(watcher.until(|message| message["type"] == "cleared").await);
    let site = json!({"url": door.upstream.base_url()}).to_string();
    door.signed_in("POST", "/api/sites").body(site).send().await;
    heard.extend(watcher.until(|message| message["type"] == "sites").await);
    heard.extend(watcher.until(|message| message["type"] == "totals").await);
    let document = document();
    let schema = json!({"$ref": "#/components/schemas/LiveMessage"});
    let kinds: BTreeSet<&str> = heard.iter().filter_map(|it| it["type"].as_str()).collect();
    let all = [
        "cleared", "finished", "progress", "sites", "snapshot", "started", "totals",
    ];
    assert_eq!(kinds, BTreeSet::from(all));
    for message in &heard {
        let problems = Schemas(&document).problems(&schema, message);
        assert!(problems.is_empty(), "{problems:#?}");
    }
}
