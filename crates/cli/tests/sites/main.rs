//! Sites, keys and pings by command, with and without a server that runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod home;
mod mistakes;
mod verify;

use home::{Home, NOWHERE, SECRETS};
use serde_json::{Value, json};
use testkit::Upstream;

/// Takes out of a document what differs from run to run: made-up ids, and measured times.
fn comparable(mut document: Value) -> Value {
    fn walk(value: &mut Value, ids: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, ids)),
            Value::Object(members) => {
                for (name, value) in members {
                    match &name[..] {
                        // How quickly pieces came decides whether a stream was seen to stream.
                        "ms" | "detail" | "at" | "found" => *value = json!(value.is_null()),
                        name if name.ends_with("_ms") => *value = json!(value.is_null()),
                        _ => walk(value, ids),
                    }
                }
            }
            Value::String(text) if text.starts_with("site_") || text.starts_with("key_") => {
                let known = ids.iter().position(|id| id == text);
                let number = known.unwrap_or_else(|| {
                    ids.push(text.clone());
                    ids.len() - 1
                });
                *text = format!("id {number}");
            }
            _ => {}
        }
    }
    walk(&mut document, &mut Vec::new());
    document
}

/// The whole life of two sites; gives every document on the way.
fn life(home: &Home, upstream: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    let mut see = |arguments: &[&str]| {
        let document = home.json(arguments);
        seen.push(comparable(document.clone()));
        document
    };
    // Keys may come in on standard input, with the line ends of any system.
    let add = [
        "site", "add", "main", "--url", upstream, "--key", "-", "--api", "both",
    ];
    let said = home.run_with(&format!("{}\r\n\n{}\n", SECRETS[0], SECRETS[1]), &add);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(
        said.out,
        format!("added main: {upstream} (both), 2 keys, default\n")
    );
    let spare = see(&[
        "site",
        "add",
        "摸鱼",
        "--url",
        NOWHERE,
        "--key",
        SECRETS[2],
        "--api",
        "openai",
        "--type",
        "free",
        "--tag",
        "a",
        "--tag",
        "b",
        "--checkin-url",
        "https://relay.example/in",
        "--multiplier",
        "0.35",
    ]);
    assert_eq!(spare["paid"], false);
    assert_eq!(spare["tags"], json!(["a", "b"]));
    assert_eq!(spare["multiplier"], "0.35");
    assert_eq!(spare["route_position"], Value::Null);

    let list = see(&["site", "list"]);
    assert_eq!(list["vault"]["state"], "file");
    assert_eq!(list["sites"].as_array().unwrap().len(), 2);
    let table = home.done(&["site", "list"]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with("NAME  ROUTE    HEALTH  KEYS  API"),
        "{table}"
    );
    assert!(
        lines[1].starts_with("main  default  idle       2  both"),
        "{table}"
    );
    assert!(
        lines[2].starts_with("摸鱼           idle       1  openai"),
        "{table}"
    );

    let routes = see(&["site", "use", "摸鱼", "--fallback", "MAIN"]);
    assert_eq!(routes["default"][0], spare["id"]);
    assert_eq!(see(&["site", "show", "main"])["route_position"], 1);

    let added = see(&[
        "site", "key", "add", "main", "--label", "late", "--weight", "3", "--key", SECRETS[3],
    ]);
    assert_eq!(added["keys"][0]["label"], "late");
    assert_eq!(added["keys"][0]["masked"], "sk-••••••••4444");
    assert_eq!(
        home.done(&["site", "key", "disable", "main", "4444"]),
        "disabled late (sk-••••••••4444) of main\n"
    );
    let tokens = see(&["tokens"]);
    let late = &tokens["keys"][2];
    assert_eq!(
        (&late["state"], &late["weight"]),
        (&json!("disabled"), &json!(3))
    );
    for member in [
        "id",
        "site",
        "label",
        "masked",
        "state",
        "scope",
        "cause",
        "until",
        "weight",
        "in_flight",
        "requests",
        "failures",
        "last_error",
    ] {
        assert!(late.get(member).is_some(), "{member}: {late}");
    }
    home.done(&["site", "key", "enable", "main", "late"]);
    assert_eq!(see(&["tokens"])["keys"][2]["state"], "active");
    home.done(&[
        "site",
        "key",
        "remove",
        "main",
        late["id"].as_str().unwrap(),
    ]);

    let stats = see(&["tokens", "stats"]);
    assert_eq!(stats["sites"][0]["states"], json!({"active": 2}));
    assert_eq!(stats["sites"][0]["reason"], "no_requests");
    assert_eq!(
        see(&["tokens", "reset", "--key", "2222"]),
        json!({"reset": 1})
    );

    let ping = see(&["ping", "main", "--model", "claude-haiku-5-5"]);
    assert_eq!(
        (&ping["site"], &ping["ok"]),
        (&json!("main"), &json!(true)),
        "{ping}"
    );
    let steps = ping["steps"].as_array().unwrap();
    let names: Vec<&str> = steps
        .iter()
        .filter_map(|step| step["step"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "dns",
            "connect",
            "first_byte",
            "models",
            // The site speaks both dialects, and each is tried.
            "completion",
            "stream",
            "completion",
            "stream"
        ]
    );
    let failed = home.run(&["ping", "摸鱼", "--json"]);
    assert_eq!(failed.code, 1, "{failed:?}");
    let document: Value = serde_json::from_str(&failed.out).unwrap();
    assert_eq!(
        (&document["ok"], &document["steps"][0]["step"]),
        (&json!(false), &json!("connect"))
    );
    assert!(
        failed.err.contains("relayscope: 摸鱼 fails at connect: "),
        "{failed:?}"
    );

    let edited = see(&[
        "site",
        "edit",
        "main",
        "--name",
        "renamed",
        "--tag",
        "",
        "--strategy",
        "weighted",
        "--type",
        "free",
    ]);
    assert_eq!(
        (&edited["name"], &edited["strategy"], &edited["paid"]),
        (&json!("renamed"), &json!("weighted"), &json!(false))
    );
    assert_eq!(edited["multiplier"], "1", "what was not said stays");
    // Its keys do not follow a site to another host by accident.
    let says = home.refused(&["site", "edit", "摸鱼", "--url", "http://127.0.0.1:10"]);
    assert!(says.contains("--move-keys"), "{says}");
    let moved = see(&[
        "site",
        "edit",
        "摸鱼",
        "--url",
        "http://127.0.0.1:10/v1",
        "--move-keys",
    ]);
    assert_eq!(moved["base_url"], "http://127.0.0.1:10");

    assert_eq!(
        home.done(&["site", "remove", "摸鱼"]),
        "removed 摸鱼 with 1 key\n"
    );
    let left = see(&["site", "list"]);
    assert_eq!(left["sites"].as_array().unwrap().len(), 1);
    assert_eq!(left["sites"][0]["route_position"], 0);
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_site_lives_the_same_life_with_and_without_a_server() {
    let upstream = Upstream::start().await.unwrap();
    let address = upstream.base_url();
    let alone = life(&Home::new(), &address);
    let mut home = Home::new();
    home.serve();
    let served = life(&home, &address);
    for (alone, served) in alone.iter().zip(&served) {
        assert_eq!(alone, served);
    }
    assert_eq!(alone.len(), served.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_refused_key_is_counted_and_comes_back_by_command() {
    let upstream = Upstream::start().await.unwrap();
    let mut home = Home::new();
    home.serve();
    let address = upstream.base_url();
    home.done(&[
        "site", "add", "main", "--url", &address, "--api", "both", "--key", SECRETS[0],
    ]);
    home.done(&[
        "site", "add", "idle", "--url", &address, "--api", "both", "--key", SECRETS[1],
    ]);
    home.done(&["site", "add", "open", "--url", &address, "--api", "both"]);
    assert_eq!(home.ask("claude-haiku-5-5"), 200);
    assert_eq!(home.ask("scenario:error-401"), 401);

    let stats = home.json(&["tokens", "stats"]);
    let row = |number: usize| stats["sites"][number].clone();
    assert_eq!(
        (&stats["requests"], &stats["failures"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (&row(0)["requests"], &row(0)["failures"], &row(0)["share"]),
        (&json!(2), &json!(1), &json!(1.0))
    );
    assert_eq!(row(0)["states"], json!({"invalid": 1}));
    assert_eq!(
        (&row(1)["requests"], &row(1)["share"]),
        (&json!(0), &json!(0.0))
    );
    assert_eq!(
        (&row(2)["requests"], &row(2)["reason"]),
        (&Value::Null, &json!("no_keys"))
    );
    assert!(home.done(&["tokens"]).contains("invalid"));

    // The server ends; what it knew is there for a command of its own, and a reset is kept.
    home.stop();
    assert_eq!(home.json(&["tokens"])["keys"][0]["state"], "invalid");
    assert_eq!(
        home.json(&["tokens", "reset", "--site", "main"]),
        json!({"reset": 1})
    );
    assert_eq!(home.json(&["tokens"])["keys"][0]["state"], "half-open");
    home.serve();
    assert_eq!(home.json(&["tokens"])["keys"][0]["state"], "half-open");
    // A key that was refused comes back by a trial, which a good answer ends.
    assert_eq!(home.ask("claude-haiku-5-5"), 200);
    assert_ne!(home.json(&["tokens"])["keys"][0]["state"], "invalid");
}

#[test]
fn commands_at_the_same_time_are_all_done() {
    let home = Home::new();
    let names: Vec<String> = (1..=8).map(|number| format!("site {number}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| home.done(&["site", "add", name, "--url", NOWHERE, "--api", "both"]));
        }
    });
    let list = home.json(&["site", "list"]);
    assert_eq!(list["sites"].as_array().unwrap().len(), names.len());
}

#[test]
fn a_switched_on_access_key_does_not_keep_commands_out() {
    let mut home = Home::new();
    home.setting("require_api_key = true");
    home.done(&["site", "add", "a", "--url", NOWHERE, "--api", "both"]);
    home.serve();
    assert_eq!(home.json(&["site", "show", "a"])["name"], "a");
}
