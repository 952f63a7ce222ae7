//! What Claude Code really sends, and what goes out for it at different vendors.

use relayscope_wire::translate::presets::preset;
use relayscope_wire::translate::{self, Pair, StreamMachine, Target};
use serde_json::{Value, json};

use crate::anthropic_stream::memory;
use crate::chat_rules;

const REQUESTS: [(&str, &str); 5] = [
    ("first", include_str!("bodies/claude_code_first.json")),
    ("tools", include_str!("bodies/claude_code_tools.json")),
    ("title", include_str!("bodies/claude_code_title.json")),
    (
        "web_search",
        include_str!("bodies/claude_code_web_search.json"),
    ),
    (
        "interrupted",
        include_str!("bodies/claude_code_interrupted.json"),
    ),
];

/// The outgoing body, what is remembered, and what was changed.
fn outgoing(body: &str, host: &str, model: &str) -> Value {
    let capabilities = preset(host, model).capabilities;
    let target = Target {
        model,
        capabilities: &capabilities,
        seed: "req_corpus",
        input_tokens: None,
    };
    let translated = translate::request(Pair::AnthropicChat, body.as_bytes(), &target).unwrap();
    let sent: Value = serde_json::from_slice(&translated.body).unwrap();
    let memory = &translated.memory;
    let remembered = json!({
        "model": memory.model, "input_tokens": memory.input_tokens, "max_tokens": memory.max_tokens,
        "stream": memory.stream, "tool_names": memory.tool_names,
    });
    json!({"sent": sent, "memory": remembered, "changes": translated.changes})
}

#[test]
fn at_openai() {
    for (name, body) in REQUESTS {
        let out = outgoing(body, "api.openai.com", "gpt-5.2");
        chat_rules::check(&out["sent"]);
        insta::assert_json_snapshot!(format!("claude_code_{name}_at_openai"), out);
    }
}

#[test]
fn at_a_plain_relay() {
    for (name, body) in REQUESTS {
        let out = outgoing(body, "relay.example", "some-model");
        chat_rules::check(&out["sent"]);
        insta::assert_json_snapshot!(format!("claude_code_{name}_at_a_relay"), out["sent"]);
    }
}

#[test]
fn at_vendors_with_rules_of_their_own() {
    let (_, body) = REQUESTS[1];
    for (vendor, host, model) in [
        ("deepseek", "api.deepseek.com", "deepseek-v4-pro"),
        ("glm", "api.z.ai", "glm-5.3"),
        (
            "gemini",
            "generativelanguage.googleapis.com",
            "gemini-4-argon",
        ),
        ("openrouter", "openrouter.ai", "anthropic/claude-sonnet-5.5"),
    ] {
        let out = outgoing(body, host, model);
        insta::assert_json_snapshot!(format!("claude_code_tools_at_{vendor}"), out["sent"]);
    }
}

#[test]
fn the_stream_back() {
    let mut machine = StreamMachine::new(memory());
    let mut out = Vec::new();
    machine.feed(include_bytes!("bodies/chat_tools.sse"), &mut out);
    machine.finish(&mut out);
    crate::anthropic_events::read(&out);
    insta::assert_snapshot!("chat_tools_as_anthropic", String::from_utf8(out).unwrap());
}
