//! Messages requests as Chat requests, field by field.

use relayscope_wire::translate::capabilities::{
    Effort, MidSystem, Passback, Reasoning, StructuredOutput, SystemRole, UserField,
};
use relayscope_wire::translate::{self, Capabilities, Pair, Target, TranslateError, Translated};
use serde_json::{Value, json};

pub(crate) fn translate(able: &Capabilities, body: &str) -> Result<Translated, TranslateError> {
    let target = Target {
        model: "gpt-x",
        capabilities: able,
        seed: "req_1",
        input_tokens: None,
    };
    translate::request(Pair::AnthropicChat, body.as_bytes(), &target)
}

/// The outgoing body for an incoming one.
fn sent_to(able: &Capabilities, mut body: Value) -> Value {
    if body.get("messages").is_none() {
        body["messages"] = json!([{"role": "user", "content": "hi"}]);
    }
    let translated = translate(able, &body.to_string()).unwrap();
    serde_json::from_slice(&translated.body).unwrap()
}

fn sent(body: Value) -> Value {
    sent_to(&Capabilities::default(), body)
}

/// The outgoing messages for incoming ones.
fn messages(messages: Value) -> Value {
    sent(json!({"messages": messages}))["messages"].clone()
}

fn able() -> Capabilities {
    Capabilities::default()
}

fn used(id: &str, name: &str) -> Value {
    json!({"type": "tool_use", "id": id, "name": name, "input": {"a": 1}})
}

fn called(id: &str, name: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": "{\"a\":1}"}})
}

fn result(id: &str, content: Value) -> Value {
    json!({"type": "tool_result", "tool_use_id": id, "content": content})
}

fn answered(id: &str, content: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": content})
}

#[test]
fn parameters() {
    let plain = able();
    let reasons = Capabilities {
        reasoning: Reasoning::Effort,
        ..able()
    };
    for (able, given, wanted) in [
        (
            &plain,
            json!({"max_tokens": 100}),
            json!({"max_tokens": 100}),
        ),
        (&plain, json!({"max_tokens": 0}), json!({"max_tokens": 1})),
        (
            &plain,
            json!({"temperature": 0.5, "top_p": 0.9}),
            json!({"temperature": 0.5, "top_p": 0.9}),
        ),
        (&plain, json!({"top_k": 5}), json!({})),
        (
            &Capabilities {
                top_k: true,
                ..able()
            },
            json!({"top_k": 5}),
            json!({"top_k": 5}),
        ),
        (
            &Capabilities {
                max_output_tokens: Some(8_192),
                ..able()
            },
            json!({"max_tokens": 32_000}),
            json!({"max_tokens": 8_192}),
        ),
        (
            &Capabilities {
                max_tokens_field: serde_json::from_value(json!("max_completion_tokens")).unwrap(),
                ..able()
            },
            json!({"max_tokens": 100}),
            json!({"max_completion_tokens": 100}),
        ),
        (
            &Capabilities {
                temperature: false,
                ..able()
            },
            json!({"temperature": 1}),
            json!({}),
        ),
        (
            &plain,
            json!({"temperature": 1, "thinking": {"type": "enabled", "budget_tokens": 9_000}}),
            json!({}),
        ),
        (
            &plain,
            json!({"stop_sequences": ["a", "", "b", "c", "d", "e"]}),
            json!({"stop": ["a", "b", "c", "d"]}),
        ),
        (&plain, json!({"stop_sequences": [""]}), json!({})),
        (&plain, json!({"stop_sequences": []}), json!({})),
        (
            &Capabilities {
                max_stops: 0,
                ..able()
            },
            json!({"stop_sequences": ["a"]}),
            json!({}),
        ),
        (
            &plain,
            json!({"stream": true}),
            json!({"stream": true, "stream_options": {"include_usage": true}}),
        ),
        (&plain, json!({"stream": false}), json!({})),
        (
            &Capabilities {
                stream_options: false,
                ..able()
            },
            json!({"stream": true}),
            json!({"stream": true}),
        ),
        (
            &plain,
            json!({"metadata": {"user_id": "user-1"}}),
            json!({"user": "user-1"}),
        ),
        (&plain, json!({"metadata": {}}), json!({})),
        (
            &Capabilities {
                user_field: UserField::SafetyIdentifier,
                ..able()
            },
            json!({"metadata": {"user_id": "u"}}),
            json!({"safety_identifier": "u"}),
        ),
        (
            &plain,
            json!({"service_tier": "auto", "speed": "fast"}),
            json!({}),
        ),
        (
            &Capabilities {
                fast_tier: Some("fast".into()),
                ..able()
            },
            json!({"speed": "fast"}),
            json!({"service_tier": "fast"}),
        ),
        (
            &plain,
            json!({"context_management": {"edits": []}, "safeguards": [], "container": "c", "mcp_servers": [], "betas": [], "diagnostics": {}, "whatever": 1, "fallbacks": [], "inference_geo": "eu"}),
            json!({}),
        ),
        (
            &plain,
            json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
            json!({}),
        ),
        (
            &reasons,
            json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "medium"}}),
            json!({"reasoning_effort": "medium"}),
        ),
        (
            &reasons,
            json!({"thinking": {"type": "adaptive"}}),
            json!({}),
        ),
        (
            &reasons,
            json!({"thinking": {"type": "enabled", "budget_tokens": 31_999}}),
            json!({"reasoning_effort": "high"}),
        ),
        (
            &reasons,
            json!({"thinking": {"type": "disabled"}}),
            json!({"reasoning_effort": "low"}),
        ),
        (
            &reasons,
            json!({"output_config": {"effort": "max"}}),
            json!({"reasoning_effort": "high"}),
        ),
    ] {
        let mut sent = sent_to(able, given.clone());
        let members = sent.as_object_mut().unwrap();
        members.shift_remove("model");
        members.shift_remove("messages");
        assert_eq!(sent, wanted, "{given}");
    }
}

#[test]
fn the_model_is_the_routes() {
    assert_eq!(sent(json!({"model": "claude-opus-5-5"}))["model"], "gpt-x");
    let able = able();
    let target = Target {
        model: "claude-x[1m]",
        capabilities: &able,
        seed: "s",
        input_tokens: Some(7),
    };
    let body = br#"{"model":"claude-x[1m]","messages":[{"role":"user","content":"a"}],"stream":true,"max_tokens":5}"#;
    let translated = translate::request(Pair::AnthropicChat, body, &target).unwrap();
    assert!(String::from_utf8_lossy(&translated.body).contains("\"model\":\"claude-x\""));
    assert_eq!(translated.memory.model, "claude-x[1m]");
    assert_eq!(translated.memory.max_tokens, Some(5));
    assert_eq!(translated.memory.input_tokens, 7);
    assert!(translated.memory.stream);
    assert_eq!(translated.path, "/v1/chat/completions");
}

#[test]
fn users_are_told_apart_without_telling_who_they_are() {
    let user =
        json!({"device_id": "d".repeat(64), "account_uuid": "", "session_id": "0b1c"}).to_string();
    let able = Capabilities {
        prompt_cache_key: true,
        ..able()
    };
    let sent = sent_to(&able, json!({"metadata": {"user_id": user}}));
    let name = sent["user"].as_str().unwrap();
    assert!(
        name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{name}"
    );
    assert_eq!(sent["prompt_cache_key"], "0b1c");
}

#[test]
fn the_system_prompt_is_one_text() {
    for (system, wanted) in [
        (json!("be brief"), json!("be brief")),
        (
            json!("x-anthropic-billing-header: a\n\nbe brief"),
            json!("be brief"),
        ),
        (
            json!([{"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1"}, {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "b"}]),
            json!("a\n\nb"),
        ),
    ] {
        assert_eq!(
            sent(json!({"system": system}))["messages"][0],
            json!({"role": "system", "content": wanted})
        );
    }
    for system in [
        json!(""),
        json!([]),
        json!(null),
        json!([{"type": "text", "text": ""}]),
    ] {
        assert_eq!(
            sent(json!({"system": system}))["messages"][0]["role"],
            "user"
        );
    }
    let marked =
        json!({"system": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]});
    assert_eq!(
        sent_to(
            &Capabilities {
                cache_control: true,
                ..able()
            },
            marked
        )["messages"][0]["content"],
        json!([{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}])
    );
    let as_user = sent_to(
        &Capabilities {
            system_role: SystemRole::User,
            ..able()
        },
        json!({"system": "a"}),
    );
    assert_eq!(
        as_user["messages"],
        json!([{"role": "user", "content": "a\n\nhi"}])
    );
}

#[test]
fn system_turns_between_the_messages() {
    let turns = json!([
        {"role": "system", "content": "first"},
        {"role": "user", "content": "hi"},
        {"role": "system", "content": [{"type": "text", "text": "note"}], "output_config": {"effort": "low"}},
        {"role": "assistant", "content": "yes"},
        {"role": "system", "content": "gone", "clear_at": "next_user_message"},
        {"role": "user", "content": "go"},
        {"role": "system", "content": "now", "clear_at": "next_user_message"},
        {"role": "system", "content": [], "output_config": {"effort": "medium"}},
    ]);
    let first = json!({"role": "system", "content": "S\n\nfirst"});
    let yes = json!({"role": "assistant", "content": "yes"});
    let user = |text: &str| json!({"role": "user", "content": text});
    let note = |text: &str| format!("<system-reminder>\n{text}\n</system-reminder>");
    for (midsystem, wanted) in [
        (
            MidSystem::User,
            json!([
                first,
                user(&format!("hi\n{}", note("note"))),
                yes,
                user(&format!("go\n{}", note("now")))
            ]),
        ),
        (
            MidSystem::System,
            json!([first, user("hi"), {"role": "system", "content": "note"}, yes, user("go"), {"role": "system", "content": "now"}]),
        ),
        (
            MidSystem::Hoist,
            json!([{"role": "system", "content": "S\n\nfirst\n\nnote\n\nnow"}, user("hi"), yes, user("go")]),
        ),
    ] {
        let able = Capabilities {
            midsystem,
            reasoning: Reasoning::Effort,
            ..able()
        };
        let body = json!({"system": "S", "messages": turns, "output_config": {"effort": "high"}});
        let sent = sent_to(&able, body);
        assert_eq!(sent["messages"], wanted, "{midsystem:?}");
        assert_eq!(sent["reasoning_effort"], "medium", "the last one holds");
    }
}

#[test]
fn results_follow_their_calls_at_once_and_in_order() {
    let wanted = json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": "on it", "tool_calls": [called("a", "f"), called("b", "g")]},
        answered("a", "1"), answered("b", "2"),
        {"role": "user", "content": "<system-reminder>\nnote\n</system-reminder>\nmore"},
    ]);
    let assistant = json!({"role": "assistant", "content": [{"type": "text", "text": "on it"}, used("a", "f"), used("b", "g")]});
    let go = json!({"role": "user", "content": "go"});
    let note = json!({"role": "system", "content": "note"});
    for turns in [
        json!([go, assistant, note, {"role": "user", "content": [result("b", json!("2")), result("a", json!("1")), {"type": "text", "text": "more"}]}]),
        json!([go, assistant, {"role": "user", "content": [result("a", json!("1"))]}, note, {"role": "user", "content": [result("b", json!("2")), {"type": "text", "text": "more"}]}]),
        json!([go, {"role": "assistant", "content": [used("a", "f")]}, {"role": "assistant", "content": [{"type": "text", "text": "on it"}, used("b", "g")]},
            {"role": "user", "content": [result("b", json!("2")), result("a", json!("1"))]}, note, {"role": "user", "content": "more"}]),
    ] {
        assert_eq!(messages(turns.clone()), wanted, "{turns}");
    }
}

#[test]
fn results_that_are_missing_or_too_many() {
    let turns = json!([
        {"role": "assistant", "content": [used("a", "f")]},
        {"role": "user", "content": "wait"},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": [result("a", json!("late")), result("zz", json!("lost"))]},
        {"role": "assistant", "content": [used("b", "f")]},
        {"role": "user", "content": [result("b", json!("1")), result("b", json!("again"))]},
        {"role": "assistant", "content": [used("c", "f")]},
    ]);
    assert_eq!(
        messages(turns),
        json!([
            {"role": "assistant", "content": null, "tool_calls": [called("a", "f")]},
            answered("a", "[no result: the call was interrupted]"),
            {"role": "user", "content": "wait"},
            {"role": "assistant", "content": "ok"},
            {"role": "user", "content": "[result of tool call a]\nlate\n[result of tool call zz]\nlost"},
            {"role": "assistant", "content": null, "tool_calls": [called("b", "f")]},
            answered("b", "1"),
            {"role": "user", "content": "[result of tool call b]\nagain"},
            {"role": "assistant", "content": null, "tool_calls": [called("c", "f")]},
            answered("c", "[no result: the call was interrupted]"),
        ])
    );
}

#[test]
fn what_a_result_says() {
    for (content, is_error, wanted) in [
        (json!("hi"), false, "hi"),
        (
            json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
            false,
            "a\nb",
        ),
        (json!(""), false, "(no output)"),
        (json!(null), false, "(no output)"),
        (json!([]), false, "(no output)"),
        (json!([{"type": "text", "text": ""}]), false, "(no output)"),
        (json!("Exit code 3"), true, "Error: Exit code 3"),
        (json!("error: no"), true, "error: no"),
        (json!(""), true, "Error: (no output)"),
        (json!(7), false, "7"),
        (
            json!([{"type": "tool_reference", "tool_name": "Grep"}]),
            false,
            "Tool Grep is now loaded and can be called.",
        ),
        (
            json!([{"type": "document", "title": "a \"b\"", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}]),
            false,
            "<document title=\"a &quot;b&quot;\">\nx\n</document>",
        ),
        (
            json!([{"type": "search_result", "title": "t", "source": "http://x", "content": [{"type": "text", "text": "x"}]}]),
            false,
            "<search_result title=\"t\" source=\"http://x\">\nx\n</search_result>",
        ),
        (
            json!([{"type": "new_thing", "data": 1}]),
            false,
            "{\"type\":\"new_thing\",\"data\":1}",
        ),
    ] {
        let mut block = result("a", content);
        block["is_error"] = json!(is_error);
        let sent = messages(
            json!([{"role": "assistant", "content": [used("a", "f")]}, {"role": "user", "content": [block]}]),
        );
        assert_eq!(sent[1]["content"], wanted, "{block}");
    }
}

#[test]
fn pictures_and_files_in_results_come_after_all_results() {
    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}});
    let pdf = json!({"type": "document", "title": "spec", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}});
    let turns = json!([
        {"role": "assistant", "content": [used("a", "f"), used("b", "f")]},
        {"role": "user", "content": [result("b", json!([{"type": "text", "text": "pdf:"}, pdf])), result("a", json!([image])), {"type": "text", "text": "so?"}]},
    ]);
    let able = Capabilities {
        files: true,
        ..able()
    };
    let sent = sent_to(&able, json!({"messages": turns}));
    assert_eq!(
        sent["messages"],
        json!([
            {"role": "assistant", "content": null, "tool_calls": [called("a", "f"), called("b", "f")]},
            answered("a", "[1 attachment follows in the next user message]"),
            answered("b", "pdf:\n[1 attachment follows in the next user message]"),
            {"role": "user", "content": [
                {"type": "text", "text": "[attached to the result of tool call a]"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "text", "text": "[attached to the result of tool call b]"},
                {"type": "file", "file": {"filename": "spec.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
                {"type": "text", "text": "so?"}]},
        ])
    );
}

#[test]
fn what_the_user_shows() {
    let all = Capabilities {
        files: true,
        ..able()
    };
    let blind = Capabilities {
        images: false,
        files: false,
        ..able()
    };
    let image = |source: Value| json!({"type": "image", "source": source});
    let url = |url: &str| json!([{"type": "image_url", "image_url": {"url": url}}]);
    let png = json!({"type": "base64", "media_type": "image/png", "data": "AA\nAA"});
    for (able, block, wanted) in [
        (&all, image(png.clone()), url("data:image/png;base64,AAAA")),
        (
            &all,
            image(json!({"type": "base64", "data": "/9j/AA"})),
            url("data:image/jpeg;base64,/9j/AA"),
        ),
        (
            &all,
            image(json!({"type": "url", "url": "https://x/y.png"})),
            url("https://x/y.png"),
        ),
        (
            &all,
            image(json!({"type": "file", "file_id": "file_1"})),
            json!("[image file_1 is not available here]"),
        ),
        (
            &all,
            image(json!(null)),
            json!("[image without data is not available here]"),
        ),
        (
            &blind,
            image(png),
            json!("[image (image/png) left out: this model cannot read it]"),
        ),
        (
            &all,
            json!({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}}),
            json!([{"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBE"}}]),
        ),
        (
            &blind,
            json!({"type": "document", "title": "T", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}}),
            json!("[document \"T\" (application/pdf) left out: this model cannot read it]"),
        ),
        (
            &all,
            json!({"type": "document", "context": "C", "source": {"type": "content", "content": [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}]}}),
            json!("<document>\n<context>C</context>\nx\ny\n</document>"),
        ),
        (
            &all,
            json!({"type": "document", "source": {"type": "content", "content": "x"}}),
            json!("<document>\nx\n</document>"),
        ),
        (
            &all,
            json!({"type": "document", "source": {"type": "url", "url": "https://x/y.pdf"}}),
            json!("[document https://x/y.pdf is not available here]"),
        ),
        (&all, json!({"text": "no type"}), json!("no type")),
        (&all, json!("bare"), json!("bare")),
    ] {
        let sent = sent_to(
            able,
            json!({"messages": [{"role": "user", "content": [block]}]}),
        );
        assert_eq!(sent["messages"][0]["content"], wanted, "{block}");
    }
    assert_eq!(
        messages(
            json!([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": ""}, {"type": "text", "text": "b"}]}])
        )[0]["content"],
        "a\nb"
    );
}

#[test]
fn what_the_assistant_said() {
    let hidden = json!([{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "redacted_thinking", "data": "x"}]);
    let both = json!([{"type": "thinking", "thinking": "hm", "signature": "s"}, used("a", "f"), {"type": "text", "text": "after"}]);
    let turns = |content: &Value| json!({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": content}, {"role": "user", "content": [result("a", json!("1"))]}]});
    assert_eq!(
        sent(turns(&hidden))["messages"],
        json!([{"role": "user", "content": "q\n[result of tool call a]\n1"}]),
        "a turn that is left empty is skipped"
    );
    let plain = json!({"role": "assistant", "content": "after", "tool_calls": [called("a", "f")]});
    assert_eq!(sent(turns(&both))["messages"][1], plain);
    let needs = Capabilities {
        reasoning_passback: Passback::ToolCalls,
        ..able()
    };
    let mut with = plain.clone();
    with["reasoning_content"] = json!("hm");
    assert_eq!(sent_to(&needs, turns(&both))["messages"][1], with);
    let none = sent_to(&needs, turns(&json!([used("a", "f")])));
    assert!(
        !none["messages"][1]["reasoning_content"]
            .as_str()
            .unwrap()
            .is_empty()
    );
    let server = json!([
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "url": "u", "encrypted_content": "zzz"}]},
        {"type": "text", "text": "so"}, {"type": "fallback"}]);
    let text = sent(turns(&server))["messages"][1]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.contains("web_search") && text.ends_with("so") && !text.contains("zzz"),
        "{text}"
    );
    let compacted =
        json!([{"type": "compaction", "content": "summary"}, {"type": "text", "text": "so"}]);
    assert_eq!(
        sent(turns(&compacted))["messages"].as_array().unwrap()[..2],
        [
            json!({"role": "user", "content": "q\nsummary"}),
            json!({"role": "assistant", "content": "so"})
        ]
    );
}

#[test]
fn ids_and_names_fit_and_come_back() {
    let long = format!("mcp__{}", "x".repeat(80));
    let id = "toolu_".to_owned() + &"y".repeat(60);
    let body = json!({
        "tools": [{"name": long, "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "tool", "name": long},
        "messages": [{"role": "assistant", "content": [used(&id, &long), used("", "f"), used("", "f"), used("d", "f"), used("d", "f")]},
            {"role": "user", "content": [result(&id, json!("1")), result("", json!("2")), result("", json!("3")), result("d", json!("4")), result("d", json!("5"))]}],
    });
    let translated = translate(&able(), &body.to_string()).unwrap();
    let sent: Value = serde_json::from_slice(&translated.body).unwrap();
    let name = sent["tools"][0]["function"]["name"].as_str().unwrap();
    assert_eq!(name.len(), 64);
    assert_eq!(translated.memory.tool_names[name], long);
    assert_eq!(sent["tool_choice"]["function"]["name"], name);
    let calls = sent["messages"][0]["tool_calls"].as_array().unwrap();
    assert_eq!(calls[0]["function"]["name"], name);
    let mut ids: Vec<&str> = calls
        .iter()
        .map(|call| call["id"].as_str().unwrap())
        .collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(id.len() <= 40 && !id.is_empty());
        assert_eq!(sent["messages"][at + 1]["tool_call_id"], *id);
        assert_eq!(sent["messages"][at + 1]["content"], (at + 1).to_string());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[test]
fn tools() {
    let tool = |name: &str| json!({"name": name, "description": "d", "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let function = |name: &str| json!({"type": "function", "function": {"name": name, "description": "d", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}});
    let deferred = |name: &str| {
        let mut tool = tool(name);
        tool["defer_loading"] = json!(true);
        tool
    };
    let names = |sent: &Value| -> Vec<String> {
        let list = sent["tools"].as_array().cloned().unwrap_or_default();
        list.iter()
            .map(|tool| tool["function"]["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let rich = json!({"type": "custom", "name": "a", "description": "d", "strict": true, "cache_control": {"type": "ephemeral"}, "eager_input_streaming": true,
        "input_examples": [], "allowed_callers": ["direct"], "input_schema": {"$schema": "x", "type": "object", "properties": {"a": {"type": "string"}}}});
    assert_eq!(
        sent(json!({"tools": [rich]}))["tools"],
        json!([function("a")])
    );
    for (body, wanted) in [
        (json!({"tools": []}), vec![]),
        (
            json!({"tools": [tool("a"), {"type": "web_search_20250305", "name": "web_search"}, {"type": "bash_20250124", "name": "bash"}]}),
            vec!["a"],
        ),
        (
            json!({"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 8}], "tool_choice": {"type": "auto"}}),
            vec![],
        ),
        (json!({"tools": [tool("a"), deferred("b")]}), vec!["a", "b"]),
        (
            json!({"tools": [tool("ToolSearch"), deferred("b"), deferred("DeferredToolPlaceholder")]}),
            vec!["ToolSearch"],
        ),
        (
            json!({"tools": [deferred("DeferredToolPlaceholder"), tool("a")]}),
            vec!["a"],
        ),
        (
            json!({"tools": [tool("ToolSearch"), deferred("b"), deferred("c")], "messages": [
                {"role": "assistant", "content": [used("s", "ToolSearch")]},
                {"role": "user", "content": [result("s", json!([{"type": "tool_reference", "tool_name": "b"}]))]}]}),
            vec!["ToolSearch", "b"],
        ),
        (
            json!({"tools": [tool("ToolSearch"), deferred("b"), tool("c")], "messages": [{"role": "user", "content": "q"}, {"role": "system", "content": [
                {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "b"}},
                {"type": "tool_addition", "tool": {"type": "tool_definition", "definition": tool("e")}},
                {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "c"}}]}]}),
            vec!["ToolSearch", "b", "e"],
        ),
    ] {
        let sent = sent(body.clone());
        assert_eq!(names(&sent), wanted, "{body}");
        if wanted.is_empty() {
            for member in ["tools", "tool_choice", "parallel_tool_calls"] {
                assert!(sent.get(member).is_none(), "{body}");
            }
        }
    }
    for schema in [json!(null), json!({}), json!({"type": "object"})] {
        let tool = json!({"name": "a", "input_schema": schema});
        assert_eq!(
            sent(json!({"tools": [tool]}))["tools"][0]["function"]["parameters"],
            json!({"type": "object", "properties": {}})
        );
    }
    let none = Capabilities {
        tools: false,
        ..able()
    };
    let body = json!({"tools": [tool("a")], "tool_choice": {"type": "any"}, "messages": [
        {"role": "assistant", "content": [used("x", "a")]}, {"role": "user", "content": [result("x", json!("1"))]}]});
    assert_eq!(
        sent_to(&none, body),
        json!({"model": "gpt-x", "messages": [{"role": "assistant", "content": "[called tool a with {\"a\":1}]"}, {"role": "user", "content": "[result of tool call x]\n1"}]})
    );
}

#[test]
fn tool_choice() {
    for (choice, wanted, parallel) in [
        (json!({"type": "auto"}), json!("auto"), Value::Null),
        (json!({"type": "any"}), json!("required"), Value::Null),
        (json!({"type": "none"}), json!("none"), Value::Null),
        (
            json!({"type": "tool", "name": "a"}),
            json!({"type": "function", "function": {"name": "a"}}),
            Value::Null,
        ),
        (
            json!({"type": "tool", "name": "gone"}),
            json!("auto"),
            Value::Null,
        ),
        (
            json!({"type": "auto", "disable_parallel_tool_use": true}),
            json!("auto"),
            json!(false),
        ),
        (
            json!({"type": "any", "disable_parallel_tool_use": false}),
            json!("required"),
            Value::Null,
        ),
        (json!(null), Value::Null, Value::Null),
    ] {
        let sent =
            sent(json!({"tools": [{"name": "a", "input_schema": {}}], "tool_choice": choice}));
        assert_eq!(sent["tool_choice"], wanted, "{choice}");
        assert_eq!(sent["parallel_tool_calls"], parallel, "{choice}");
    }
}

#[test]
fn structured_outputs() {
    let schema = json!({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"], "additionalProperties": false});
    let format = json!({"type": "json_schema", "schema": schema});
    let wanted = json!({"type": "json_schema", "json_schema": {"name": "output", "schema": schema, "strict": true}});
    for body in [
        json!({"output_config": {"format": format}}),
        json!({"output_format": format}),
    ] {
        assert_eq!(sent(body)["response_format"], wanted);
    }
    for (structured_output, wanted) in [
        (StructuredOutput::JsonObject, json!({"type": "json_object"})),
        (StructuredOutput::None, Value::Null),
    ] {
        let able = Capabilities {
            structured_output,
            ..able()
        };
        let sent = sent_to(
            &able,
            json!({"system": "S", "output_config": {"format": format}}),
        );
        assert_eq!(sent["response_format"], wanted);
        let prompt = sent["messages"][0]["content"].as_str().unwrap();
        assert!(
            prompt.starts_with("S\n\n")
                && prompt.contains("JSON")
                && prompt.ends_with(&schema.to_string()),
            "{prompt}"
        );
    }
}

#[test]
fn reasoning_is_asked_for_by_the_turn_before_the_request() {
    let able = Capabilities {
        reasoning: Reasoning::Object,
        efforts: vec![Effort::Low, Effort::High, Effort::Xhigh],
        ..able()
    };
    let sent = sent_to(
        &able,
        json!({"output_config": {"effort": "low"}, "messages": [
        {"role": "user", "content": "q"}, {"role": "system", "content": "n", "output_config": {"effort": "max"}}]}),
    );
    assert_eq!(sent["reasoning"], json!({"effort": "xhigh"}));
}

#[test]
fn what_strict_servers_miss_is_added() {
    let able = Capabilities {
        user_first: true,
        ..able()
    };
    let sent = sent_to(
        &able,
        json!({"system": "S", "messages": [{"role": "assistant", "content": "hi"}]}),
    );
    assert_eq!(
        sent["messages"][1],
        json!({"role": "user", "content": "(continue)"})
    );
    let empty = sent_to(
        &able,
        json!({"messages": [{"role": "user", "content": ""}]}),
    );
    assert_eq!(
        empty["messages"],
        json!([{"role": "user", "content": "(continue)"}])
    );
}

#[test]
fn bad_requests_name_the_field() {
    for (body, field) in [
        ("", ""),
        ("[]", ""),
        ("{}", "messages"),
        (r#"{"messages":null}"#, "messages"),
        (r#"{"messages":[]}"#, "messages"),
        (r#"{"messages":"hi"}"#, "messages"),
        (r#"{"messages":[1]}"#, "messages.0"),
        (r#"{"messages":[{"content":"a"}]}"#, "messages.0.role"),
        (
            r#"{"messages":[{"role":"robot","content":"a"}]}"#,
            "messages.0.role",
        ),
        (
            r#"{"messages":[{"role":"user","content":"a"},{"role":"user","content":7}]}"#,
            "messages.1.content",
        ),
    ] {
        let error = translate(&able(), body).unwrap_err();
        assert_eq!(error.field(), field, "{body}");
        let answer = error.answer(relayscope_wire::Dialect::Anthropic, "req_1");
        assert_eq!(answer.status, 400);
        let json: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(json["error"]["type"], "invalid_request_error");
        assert!(json["error"]["message"].as_str().unwrap().contains(field));
    }
    let deep = format!(
        r#"{{"messages":[{{"role":"user","content":{}{}}}]}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(
        translate(&able(), &deep)
            .unwrap_err()
            .field()
            .starts_with("messages.0.content")
    );
}

#[test]
fn changes_are_told_field_by_field() {
    let body = json!({"model": "m", "max_tokens": 9, "top_k": 3, "system": [{"type": "text", "text": "S", "cache_control": {"type": "ephemeral"}}],
        "context_management": {}, "messages": [{"role": "user", "content": [{"type": "text", "text": ""}, {"type": "text", "text": "a"}]}]});
    let translated = translate(&able(), &body.to_string()).unwrap();
    let told: Vec<String> = translated
        .changes
        .iter()
        .map(|change| {
            format!(
                "{} {}",
                change.path,
                serde_json::to_string(&(change.kind, change.reason)).unwrap()
            )
        })
        .collect();
    for wanted in [
        r#"/model ["converted","route"]"#,
        r#"/top_k ["dropped","not_supported"]"#,
        r#"/system/0/cache_control ["dropped","no_such_field"]"#,
        r#"/context_management ["dropped","caller_only"]"#,
        r#"/messages/0/content/0 ["dropped","empty"]"#,
    ] {
        assert!(
            told.iter().any(|told| told == wanted),
            "{wanted} in {told:#?}"
        );
    }
    assert!(!told.iter().any(|told| told.starts_with("/max_tokens")));
}

#[test]
fn giants_are_no_trouble() {
    let data = "A".repeat(64 * 1024 * 1024);
    let body = format!(
        r#"{{"messages":[{{"role":"user","content":[{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{data}"}}}}]}}]}}"#
    );
    let translated = translate(&able(), &body).unwrap();
    assert!(translated.body.len() > data.len());
    assert!(translated.memory.input_tokens < 10_000);
    let blocks: Vec<Value> = (0..10_000).map(|at| used(&format!("c{at}"), "f")).collect();
    let results: Vec<Value> = (0..10_000)
        .rev()
        .map(|at| result(&format!("c{at}"), json!("x")))
        .collect();
    let sent = messages(
        json!([{"role": "assistant", "content": blocks}, {"role": "user", "content": results}]),
    );
    assert_eq!(sent.as_array().unwrap().len(), 10_001);
    assert_eq!(sent[10_000]["tool_call_id"], "c9999");
}
