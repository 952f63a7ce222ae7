use super::*;

fn preset(name: &str) -> Preset {
    let mut all = Preset::bundled().unwrap().into_iter();
    all.find(|preset| preset.name == name).unwrap()
}

fn asked(name: &str) -> Request {
    let ask = Ask {
        model: "claude-opus-5-5",
        text: "How high is \"{device}\"?",
        max_tokens: 300,
    };
    preset(name).request(&ask, &Map::new(), 7)
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

#[test]
fn every_preset_asks_what_the_user_says_and_holds_no_credentials() {
    for preset in Preset::bundled().unwrap() {
        let request = asked(&preset.name);
        let body = request.body.unwrap();
        assert_eq!(body["model"], "claude-opus-5-5", "{}", preset.name);
        // Once as it was written: what a user types is never a gap.
        assert_eq!(
            body.to_string()
                .matches("How high is \\\"{device}\\\"?")
                .count(),
            1,
            "{body}"
        );
        for name in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
            assert!(
                body.get(name).is_none_or(|most| *most == 300),
                "{}",
                preset.name
            );
        }
        for secret in ["authorization", "x-api-key", "cookie"] {
            assert!(!preset.headers.contains_key(secret), "{}", preset.name);
        }
        let said =
            format!("{:?} {body}", request.headers).replace("How high is \\\"{device}\\\"?", "");
        for gap in [
            "{model}",
            "{text}",
            "{session}",
            "{request}",
            "{max_tokens}",
        ] {
            assert!(!said.contains(gap), "{}: {gap}", preset.name);
        }
    }
}

#[test]
fn native_presets_go_where_the_vendors_have_them() {
    for (name, path, member) in [
        ("anthropic", "/v1/messages", "messages"),
        ("openai", "/v1/chat/completions", "messages"),
        ("openai-responses", "/v1/responses", "input"),
        ("relay", "/v1/messages", "messages"),
        ("claude-code", "/v1/messages?beta=true", "messages"),
    ] {
        let request = asked(name);
        assert_eq!(request.path, path);
        assert!(request.stream, "{name}");
        assert!(request.body.unwrap()[member].is_array(), "{name}");
    }
    assert_eq!(
        header(&asked("anthropic"), "anthropic-version"),
        Some("2023-06-01")
    );
}

/// The names that the fact sheet lists for Claude Code, in its order.
const BETAS: [&str; 22] = [
    "claude-code-20250219",
    "oauth-2025-04-20",
    "context-1m-2025-08-07",
    "interleaved-thinking-2025-05-14",
    "redact-thinking-2026-02-12",
    "thinking-token-count-2026-05-13",
    "context-management-2025-06-27",
    "prompt-caching-scope-2026-01-05",
    "mid-conversation-system-2026-04-07",
    "advanced-tool-use-2025-11-20",
    "effort-2025-11-24",
    "server-side-fallback-2026-06-01",
    "fallback-credit-2026-06-01",
    "fast-mode-2026-02-01",
    "extended-cache-ttl-2025-04-11",
    "cache-diagnosis-2026-04-07",
    "thinking-display-updates-2026-08-18",
    "mid-conversation-output-config-2026-07-01",
    "thinking-binding-controls-2026-08-01",
    "inline-tools-2026-09-15",
    "compact-2026-09-04",
    "structured-outputs-2025-11-13",
];

#[test]
fn claude_code_is_as_the_gates_want_it() {
    let request = asked(CLAUDE_CODE);
    let agent = header(&request, "user-agent").unwrap();
    let version = agent
        .strip_prefix("claude-cli/")
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    assert_eq!(
        version
            .split('.')
            .filter(|part| part.parse::<u32>().is_ok())
            .count(),
        3
    );
    assert!(agent.ends_with(" (external, cli)"));
    for (name, value) in [
        ("x-app", "cli"),
        ("anthropic-version", "2023-06-01"),
        ("anthropic-dangerous-direct-browser-access", "true"),
        ("x-stainless-lang", "js"),
        ("x-stainless-package-version", "0.94.0"),
        ("x-stainless-runtime", "node"),
        ("x-stainless-retry-count", "0"),
        ("x-stainless-timeout", "600"),
    ] {
        assert_eq!(header(&request, name), Some(value));
    }
    let betas: Vec<&str> = header(&request, "anthropic-beta")
        .unwrap()
        .split(',')
        .collect();
    let places: Vec<usize> = betas
        .iter()
        .map(|beta| BETAS.iter().position(|known| known == beta).unwrap())
        .collect();
    assert!(places.is_sorted(), "{betas:?}");
    assert_eq!(betas[0], "claude-code-20250219");

    let body = request.body.as_ref().unwrap();
    assert_eq!(
        body["system"][0]["text"],
        "You are Claude Code, Anthropic's official CLI for Claude."
    );
    let user: Value = serde_json::from_str(body["metadata"]["user_id"].as_str().unwrap()).unwrap();
    let device = user["device_id"].as_str().unwrap();
    assert!(device.len() == 64 && device.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let session = user["session_id"].as_str().unwrap();
    assert_eq!(header(&request, "x-claude-code-session-id"), Some(session));
    assert_ne!(header(&request, "x-client-request-id"), Some(session));
    for id in [session, header(&request, "x-client-request-id").unwrap()] {
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
    assert!(
        !body.to_string().contains("x-anthropic-billing-header"),
        "never imitated"
    );
    assert_eq!(body["thinking"]["type"], "adaptive");
    assert!(body["context_management"].is_object() && body["output_config"]["effort"].is_string());
    let tools = body["tools"].as_array().unwrap();
    assert!(tools.len() >= 4);
    assert!(
        tools
            .iter()
            .all(|tool| tool["input_schema"]["type"] == "object")
    );
}

#[test]
fn claude_code_comes_before_what_was_asked() {
    let request = Request {
        path: "/v1/messages".to_owned(),
        headers: vec![("anthropic-beta".to_owned(), "own-beta".to_owned())],
        body: Some(json!({ "system": "mine", "messages": [] })),
        ..Request::default()
    };
    let shaped = preset(CLAUDE_CODE).shape(request, 7);
    let body = shaped.body.clone().unwrap();
    assert_eq!(shaped.path, "/v1/messages?beta=true");
    assert_eq!(body["system"][1]["text"], "mine");
    assert!(
        body["metadata"]["user_id"]
            .as_str()
            .unwrap()
            .contains("session_id")
    );
    let beta = header(&shaped, "anthropic-beta").unwrap();
    assert!(beta.starts_with("claude-code-20250219,") && beta.ends_with(",own-beta"));
}

#[test]
fn a_probe_gets_nothing_that_changes_the_answer() {
    let question =
        json!({ "model": "m", "max_tokens": 9, "messages": [{ "role": "user", "content": "hi" }] });
    for preset in Preset::bundled().unwrap() {
        let request = Request {
            path: "/v1/messages".to_owned(),
            body: Some(question.clone()),
            ..Request::default()
        };
        let body = preset.shape(request, 7).body.unwrap();
        let added: Vec<&String> = body
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| question.get(name).is_none())
            .collect();
        let gate = ["system", "metadata"];
        assert!(
            added.iter().all(|name| gate.contains(&name.as_str())),
            "{}: {added:?}",
            preset.name
        );
    }
}

#[test]
fn plain_adds_the_version_alone() {
    let request = Request {
        path: "/v1/messages".to_owned(),
        headers: vec![("anthropic-version".to_owned(), "2023-06-01".to_owned())],
        body: Some(json!({ "system": "mine" })),
        ..Request::default()
    };
    assert_eq!(preset(PLAIN).shape(request.clone(), 7), request);
}

#[test]
fn the_users_own_headers_and_members_go_first() {
    let members = Map::from_iter([
        ("temperature".to_owned(), json!(1)),
        ("stream".to_owned(), json!(false)),
    ]);
    let ask = Ask {
        model: "m",
        text: "hi",
        max_tokens: 5,
    };
    let request = preset(PLAIN).request(&ask, &members, 7);
    assert!(!request.stream);
    assert_eq!(request.body.unwrap()["temperature"], 1);
    let own = Preset::read(
        "name = 'mine'\ndialect = 'anthropic'\npath = '/x'\nsource = 'me'\nheaders = { x-team = '{model}' }\nbody = { a = ['{text}', '{not a gap}'] }",
    )
    .unwrap();
    let request = own.request(&ask, &Map::new(), 7);
    assert_eq!(request.body.unwrap()["a"], json!(["hi", "{not a gap}"]));
    assert!(Preset::read("name = 'mine'\nsecret = 1").is_err());
}

#[test]
fn a_recorded_request_leaves_its_secrets_behind() {
    let headers: Vec<(String, String)> = [
        ("Host", "relay.example"),
        ("Authorization", "Bearer sk-live-123"),
        ("X-Api-Key", "sk-live-123"),
        ("Cookie", "session=1"),
        ("X-Relay-Token", "t0p"),
        ("User-Agent", "claude-cli/2.1.300 (external, cli)"),
        ("Anthropic-Beta", "claude-code-20250219, effort-2025-11-24"),
        ("X-Claude-Code-Session-Id", "0b0b"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let body = json!({
        "model": "claude-opus-5-5", "max_tokens": 32000, "stream": true, "system": "Be kind.",
        "messages": [{ "role": "user", "content": "my private question" }],
        "metadata": { "user_id": "{\"device_id\":\"abc\",\"account_uuid\":\"me\",\"session_id\":\"s\"}" },
    });
    let preset = Preset::recorded(
        "mine",
        "anthropic",
        "/v1/messages?beta=true",
        &headers,
        &body,
    );
    let written = toml::to_string(&preset).unwrap();
    for secret in [
        "sk-live-123",
        "session=1",
        "t0p",
        "private",
        "relay.example",
        "\"me\"",
        "abc",
        "0b0b",
    ] {
        assert!(!written.contains(secret), "{secret}: {written}");
    }
    assert_eq!(Preset::read(&written).unwrap(), preset);
    let ask = Ask {
        model: "claude-sonnet-5-5",
        text: "hi",
        max_tokens: 64,
    };
    let request = preset.request(&ask, &Map::new(), 7);
    assert_eq!(request.path, "/v1/messages?beta=true");
    assert_eq!(
        header(&request, "anthropic-beta"),
        Some("claude-code-20250219,effort-2025-11-24")
    );
    let body = request.body.unwrap();
    assert_eq!(
        (&body["model"], &body["system"]),
        (&json!("claude-sonnet-5-5"), &json!("Be kind."))
    );
    assert_eq!(body["messages"][0]["content"], "hi");
}
