//! What passes through passes unchanged.

use std::collections::BTreeSet;

use http::Method;
use tokio::task::JoinSet;

use crate::harness::{Ask, DIALECTS, Harness, eventually, question};

/// Scenarios whose bytes depend on the request alone.
const REPEATABLE: &[&str] = &[
    "text",
    "thinking",
    "parallel-tools",
    "no-content",
    "max-tokens",
    "drip",
    "giant-event?mib=2",
    "sized?bytes=30000",
    "trailers",
    "chunk-extensions",
    "until-close",
    "http10",
    "garbage-sse",
    "garbage-between",
    "invalid-utf8",
    "unknown-events",
    "no-event-names",
    "gzip",
    "deflate",
    "br",
    "zstd",
    "gzip-lie",
    "wrong-content-type",
    "no-content-type",
    "json-for-stream",
    "stream-for-json",
    "many-headers?count=40",
    "continue-100",
    "processing-102",
    "early-hints",
    "no-reason",
    "html-200",
    "empty-200",
    "empty-stream",
    "html-502",
];

#[tokio::test]
async fn every_answer_passes_byte_for_byte_and_is_kept_as_it_was() {
    let door = Harness::new().start().await;
    for (path, scenario, stream) in every(REPEATABLE) {
        let what = format!("{path} {scenario} {stream}");
        let direct = Ask::new(door.upstream.address(), "POST", path)
            .body(question(scenario, stream))
            .send()
            .await;
        let carried = door.call(path, scenario, stream).send().await;
        assert_eq!(carried.status, direct.status, "{what}");
        assert!(carried.body == direct.body, "{what}: other bytes");
        assert_eq!(carried.broken, direct.broken, "{what}");
        for name in ["content-type", "content-encoding", "cache-control"] {
            assert_eq!(carried.header(name), direct.header(name), "{what}: {name}");
        }
        let detail = door.detail(carried.id()).await;
        assert_eq!(
            detail["response_body"]["bytes"],
            direct.body.len() as f64,
            "{what}: bytes on the wire"
        );
        if direct.header("content-encoding").is_empty() && !direct.body.is_empty() {
            let path = format!("/api/request/{}/body?side=response", carried.id());
            let kept = door.signed_in("GET", &path).send().await;
            assert!(kept.body == direct.body, "{what}: another record");
        }
    }
}

fn every<'a>(scenarios: &'a [&'a str]) -> impl Iterator<Item = (&'static str, &'a str, bool)> + 'a {
    DIALECTS.into_iter().flat_map(move |path| {
        let both =
            move |scenario: &'a &'a str| [true, false].map(|stream| (path, *scenario, stream));
        scenarios.iter().flat_map(both)
    })
}

#[tokio::test]
async fn the_request_arrives_as_it_was_written() {
    let door = Harness::new().start().await;
    let body =
        "{\n  \"model\" : \"x\",\t\"messages\":[],\"max_tokens\":1.0e0, \"é\":\"\\u00e9\"}\n";
    door.ask("POST", "/v1/messages?beta=true&x=%20%2F")
        .body(body)
        .header("anthropic-version", "2023-06-01")
        .header("anthropic-beta", "a,b")
        .header("x-api-key", "sk-caller")
        .send()
        .await;
    let received = &door.upstream.journal().requests()[0];
    assert_eq!(received.body, body);
    assert_eq!(received.target, "/v1/messages?beta=true&x=%20%2F");
    let header = |name: &str| {
        let found = received.headers.iter().find(|(had, _)| had == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(header("anthropic-beta"), Some("a,b"));
    assert_eq!(header("x-api-key"), Some("sk-caller"));
    assert_eq!(header("host"), Some(&*door.upstream.address().to_string()));
    assert_eq!(header("content-length"), Some(&*body.len().to_string()));
}

#[tokio::test]
async fn headers_of_one_hop_and_our_own_do_not_travel() {
    let door = Harness::new().start().await;
    let heard = door
        .call("/v1/messages", "connection-close", false)
        .headers(&[
            ("connection", "keep-alive, X-Of-This-Hop"),
            ("x-of-this-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("proxy-authorization", "Basic eDp5"),
            ("upgrade", "h2c"),
            ("cookie", "a=b"),
            ("x-project-id", "shop"),
            ("x-upstream-provider", "anthropic"),
            ("x-relayscope-token", "0123456789abcdef"),
            ("expect", "100-continue"),
        ])
        .send()
        .await;
    assert_eq!(heard.status, 200);
    assert_eq!(
        heard.header("connection"),
        "",
        "the upstream's connection is not the client's"
    );
    let received = &door.upstream.journal().requests()[0];
    let names: BTreeSet<_> = received.headers.iter().map(|(name, _)| &name[..]).collect();
    let expected = ["accept-encoding", "content-length", "content-type", "host"];
    assert_eq!(names, BTreeSet::from(expected));
}

#[tokio::test]
async fn answers_carry_our_headers_and_no_others_of_ours() {
    let door = Harness::new().start().await;
    let body = question("text", false).replace("scenario:text", "claude-sonnet-4-5");
    let ask = |body: String| {
        let ask = door.ask("POST", "/v1/messages").body(body);
        ask.header("x-testkit-scenario", "text")
    };
    let exact = ask(body.clone()).send().await;
    assert!(exact.id().starts_with("req_"), "{exact:?}");
    assert_eq!(exact.header("x-cost-basis"), "exact");
    assert!(exact.header("x-total-cost-usd").parse::<f64>().unwrap() > 0.0);
    assert!(exact.header("x-total-cost-cny").parse::<f64>().unwrap() > 0.0);
    let estimate = ask(body.replace("false", "true")).send().await;
    assert_eq!(estimate.header("x-cost-basis"), "estimate");
    let unpriced = door.call("/v1/messages", "text", false).send().await;
    assert!(!unpriced.headers.contains_key("x-total-cost-usd"));
    for scenario in ["html-200", "empty-200"] {
        let ask = door.ask("POST", "/v1/messages").body(body.clone());
        let useless = ask.header("x-testkit-scenario", scenario).send().await;
        assert!(!useless.headers.contains_key("x-total-cost-usd"));
        assert_eq!(
            door.detail(useless.id()).await["cost"]["usd"],
            serde_json::Value::Null
        );
    }
}

#[tokio::test]
async fn paths_of_other_base_urls_are_refused_and_recorded() {
    let door = Harness::new().start().await;
    for path in [
        "/anthropic/v1/messages",
        "/openai/v1/chat/completions",
        "/V1/messages",
        "/p/%FF/v1/messages",
        "/v1beta/models/gemini:generateContent",
    ] {
        let heard = door.ask("POST", path).body("{}").send().await;
        assert_eq!(heard.status, 404, "{path}");
        assert_eq!(heard.error().1, "unknown_path", "{path}");
        let is_anthropic = path.ends_with("/messages");
        assert_eq!(heard.json()["type"] == "error", is_anthropic, "{path}");
        let verdict = door.verdict(heard.id()).await;
        assert_eq!(
            verdict,
            ("error".to_owned(), Some("unknown_path".to_owned()))
        );
    }
    for (method, path) in [("POST", "/nonsense"), ("GET", "/nonsense"), ("GET", "/v1")] {
        let heard = door.ask(method, path).send().await;
        assert_eq!(heard.status, 404, "{method} {path}");
        assert_eq!(heard.error().1, "not_found", "{method} {path}");
    }
    assert_eq!(door.upstream.journal().counters().requests, 0);
}

#[tokio::test]
async fn paths_lead_where_they_mean() {
    let door = Harness::new().start().await;
    for (path, target, project) in [
        ("/v1/messages", "/v1/messages", None),
        ("/messages", "/v1/messages", None),
        ("/v1/v1/messages?beta=true", "/v1/messages?beta=true", None),
        ("//v1/messages", "/v1/messages", None),
        (
            "/p/shop%20web/v1/messages",
            "/v1/messages",
            Some("shop web"),
        ),
        (
            "/p/%E5%BA%97/v1/chat/completions",
            "/v1/chat/completions",
            Some("店"),
        ),
        ("/p/x/messages", "/v1/messages", Some("x")),
        ("/chat/completions", "/v1/chat/completions", None),
        ("/responses", "/v1/responses", None),
    ] {
        door.upstream.journal().reset();
        let heard = door.call(path, "text", false).send().await;
        assert_eq!(heard.status, 200, "{path}");
        assert_eq!(door.upstream.journal().requests()[0].target, target);
        let detail = door.detail(heard.id()).await;
        assert_eq!(detail["project"].as_str(), project, "{path}");
        assert_eq!(detail["path"], path);
        assert_eq!(detail["outcome"], "done", "{path}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_below_v1_pass_through_and_are_recorded() {
    let door = Harness::new().start().await;
    for (method, path) in [
        (Method::GET, "/v1/models"),
        (Method::GET, "/v1/models/claude-sonnet-4-5"),
        (Method::POST, "/v1/messages/count_tokens"),
        (Method::POST, "/v1/embeddings"),
        (Method::DELETE, "/v1/files/file_1?x=1"),
        (Method::PUT, "/v1/what/ever"),
        (Method::PATCH, "/v1/what/ever"),
        (Method::GET, "/v1/"),
        (Method::HEAD, "/v1/models"),
        (Method::OPTIONS, "/v1/models"),
    ] {
        door.upstream.journal().reset();
        let what = format!("{method} {path}");
        let heard = door
            .ask(method.as_str(), path)
            .body(if method == Method::POST { "{}" } else { "" })
            .send()
            .await;
        let received = &door.upstream.journal().requests()[0];
        assert_eq!(
            (&received.method[..], &received.target[..]),
            (method.as_str(), path)
        );
        assert!(heard.status < 500, "{what}: {heard:?}");
        let detail = door.detail(heard.id()).await;
        assert_eq!(detail["dialect"], "other", "{what}");
        let outcome = if heard.status < 400 { "done" } else { "error" };
        assert_eq!(detail["outcome"], outcome, "{what}: {detail}");
        assert_eq!(detail["status"], heard.status, "{what}");
    }
}

#[tokio::test]
async fn the_warm_up_and_the_root_are_answered_here() {
    let door = Harness::new().start().await;
    for (method, path) in [
        ("HEAD", "/"),
        ("GET", "/"),
        ("HEAD", "/api/hello"),
        ("GET", "/api/hello"),
    ] {
        let heard = door.ask(method, path).send().await;
        assert_eq!(heard.status, 200, "{method} {path}");
    }
    let health = door.get("/").send().await.json();
    assert_eq!(health["status"], "healthy");
    let page = door.get("/").header("accept", "text/html").send().await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'self'")
    );
    assert_eq!(door.upstream.journal().counters().requests, 0);
}

#[tokio::test]
async fn redirects_are_passed_on_and_not_followed() {
    let door = Harness::new().start().await;
    let heard = door
        .call("/v1/messages", "redirect-307", false)
        .header("x-api-key", "sk-caller")
        .send()
        .await;
    assert_eq!(heard.status, 307);
    assert_eq!(
        heard.header("location"),
        "https://elsewhere.example/v1/messages"
    );
}

#[tokio::test]
async fn fifty_calls_in_a_row_share_one_connection() {
    let door = Harness::new().start().await;
    for number in 0..50 {
        let scenario = ["text", "gzip", "error-429", "sized?bytes=30000", "html-200"][number % 5];
        let path = DIALECTS[number % 3];
        door.call(path, scenario, number % 2 == 0).send().await;
    }
    let counters = door.upstream.journal().counters();
    assert_eq!((counters.requests, counters.connections_accepted), (50, 1));
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_is_replaced_unseen() {
    let door = Harness::new().start().await;
    for _ in 0..6 {
        let heard = door.call("/v1/messages", "stale", false).send().await;
        assert_eq!(heard.status, 200);
        assert_eq!(door.verdict(heard.id()).await.0, "done");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_clients_at_once_each_get_their_own_answer() {
    let door = Harness::new().start().await;
    let mut clients = JoinSet::new();
    for number in 0..100 {
        let path = DIALECTS[number % 3];
        let scenario = format!("slow?ttft=50&rate=400&tokens=40&input={}", 1_000 + number);
        let ask = door.call(path, &scenario, true);
        let direct =
            Ask::new(door.upstream.address(), "POST", path).body(question(&scenario, true));
        clients.spawn(async move {
            let (carried, direct) = tokio::join!(ask.send(), direct.send());
            assert!(carried.body == direct.body && !carried.body.is_empty());
            carried.id().to_owned()
        });
    }
    let ids: BTreeSet<String> = clients.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), 100);
    eventually("all are recorded", async || {
        let list = door
            .signed_in("GET", "/api/requests?limit=200&status=ok")
            .send()
            .await
            .json();
        (list["requests"].as_array()?.len() == 100).then_some(())
    })
    .await;
    assert_eq!(door.upstream.journal().counters().in_flight, 0);
}

#[tokio::test]
async fn a_stream_is_not_held_back() {
    use http_body_util::BodyExt;
    let door = Harness::new().start().await;
    for path in DIALECTS {
        let mut response = door
            .call(path, "hang-mid-stream", true)
            .head()
            .await
            .unwrap();
        // The upstream says half and then nothing more: what it said has to be here.
        let mut heard = 0;
        while heard < 200 {
            let frame = tokio::time::timeout(crate::harness::PATIENCE, response.frame());
            let frame = frame.await.unwrap().unwrap().unwrap();
            heard += frame.into_data().unwrap().len();
        }
    }
}

#[tokio::test]
async fn the_cost_of_a_stream_follows_as_a_comment_when_that_is_wanted() {
    let door = Harness::new()
        .setting("advisor.stream_cost_comment", true)
        .start()
        .await;
    let body = question("text", true).replace("scenario:text", "claude-sonnet-4-5+scenario-text");
    let heard = door.ask("POST", "/v1/messages").body(body).send().await;
    let text = heard.text();
    let last = text.trim_end().lines().last().unwrap();
    assert!(
        last.starts_with(": relayscope cost_usd=0.") && last.ends_with("basis=exact"),
        "{last}"
    );
    assert!(!heard.broken);
}
