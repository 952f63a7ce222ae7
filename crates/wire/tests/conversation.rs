//! Lifelike bodies as conversations. The snapshots are what the panel shows.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use relayscope_wire::conversation::{self, Content, Conversation, Role, TEXT_LIMIT};
use relayscope_wire::dialect::Dialect;
use serde_json::{Value, json};

macro_rules! body {
    ($name:literal) => {
        include_bytes!(concat!("bodies/", $name)).as_slice()
    };
}

#[test]
fn requests() {
    for (name, dialect, body) in [
        (
            "anthropic_request",
            Dialect::Anthropic,
            body!("anthropic_request.json"),
        ),
        (
            "chat_request",
            Dialect::OpenAiChat,
            body!("chat_request.json"),
        ),
        (
            "responses_request",
            Dialect::OpenAiResponses,
            body!("responses_request.json"),
        ),
    ] {
        insta::assert_json_snapshot!(name, conversation::request(dialect, body).unwrap());
    }
}

#[test]
fn answers() {
    for (name, dialect, body) in [
        (
            "anthropic_answer",
            Dialect::Anthropic,
            body!("anthropic_answer.json"),
        ),
        (
            "chat_answer",
            Dialect::OpenAiChat,
            body!("chat_answer.json"),
        ),
        (
            "responses_answer",
            Dialect::OpenAiResponses,
            body!("responses_answer.json"),
        ),
    ] {
        insta::assert_json_snapshot!(name, conversation::answer(dialect, body).unwrap());
    }
}

const SPOKEN: [Dialect; 3] = [
    Dialect::Anthropic,
    Dialect::OpenAiChat,
    Dialect::OpenAiResponses,
];

fn only_text(said: &Conversation) -> &str {
    assert_eq!(said.turns.len(), 1);
    assert_eq!(said.turns[0].role, Role::Assistant);
    match &said.turns[0].blocks.last().unwrap().content {
        Content::Text { text } | Content::Error { text } => &text.text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_error_is_a_turn_with_its_message() {
    for body in [
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Busy"},"request_id":"req_1"}"#,
        r#"{"error":{"message":"Busy","type":"server_error","param":null,"code":null}}"#,
        r#"{"error":"Busy"}"#,
        r#"[{"error":{"code":503,"message":"Busy","status":"UNAVAILABLE"}}]"#,
        r#"{"object":"error","message":"Busy","code":503}"#,
        r#"{"detail":"Busy"}"#,
        r#"{"message":"Busy"}"#,
        r#"{"content":[],"choices":[],"output":[],"error":{"message":"Busy"}}"#,
    ] {
        for dialect in SPOKEN {
            let said = conversation::answer(dialect, body.as_bytes()).unwrap();
            assert_eq!(only_text(&said), "Busy", "{dialect:?} {body}");
        }
    }
}

#[test]
fn nothing_is_said_by_what_is_no_answer() {
    for body in [
        "",
        "null",
        "[]",
        "3",
        "\"x\"",
        "{",
        "{}",
        "<html></html>",
        "{\"data\":[]}",
        "\u{0}",
    ] {
        for dialect in SPOKEN {
            assert_eq!(
                conversation::answer(dialect, body.as_bytes()),
                None,
                "{body}"
            );
        }
    }
    assert_eq!(conversation::request(Dialect::Anthropic, b"[]"), None);
    assert_eq!(conversation::request(Dialect::Other, b"{}"), None);
    assert_eq!(
        conversation::answer(Dialect::Other, b"{\"error\":\"x\"}"),
        None
    );
}

#[test]
fn simple_forms() {
    let said = conversation::request(
        Dialect::Anthropic,
        br#"{"system":"S","messages":[{"role":"user","content":"U"}]}"#,
    );
    let said = said.unwrap();
    assert_eq!(
        (
            said.system.len(),
            said.turns.len(),
            said.turns[0].blocks.len()
        ),
        (1, 1, 1)
    );
    let said = conversation::request(Dialect::OpenAiResponses, br#"{"input":"U"}"#).unwrap();
    assert_eq!(said.turns[0].role, Role::User);
}

#[test]
fn long_texts_are_cut_between_characters_and_can_be_read_on() {
    let long = "漢字🙂".repeat(1_000);
    let arguments = json!({"path": "a", "content": long}).to_string();
    let body = json!({
        "system": [{"type": "text", "text": long}],
        "tools": [{"name": "t", "description": long, "input_schema": {"description": long}}],
        "instructions": long,
        "input": [{"type": "function_call", "call_id": "c", "name": "write", "arguments": arguments}],
        "messages": [
            {"role": "user", "content": [{"type": "tool_result", "content": [{"type": "text", "text": long}]}]},
            {"role": "assistant", "content": [
                {"type": "tool_use", "name": "write", "input": {"content": long}},
                {"type": "future", "value": long},
            ], "reasoning_content": long, "tool_calls": [{"function": {"name": "w", "arguments": arguments}}]},
        ],
    });
    let body = serde_json::to_vec(&body).unwrap();
    let mut seen = 0;
    for dialect in SPOKEN {
        let said = conversation::request(dialect, &body).unwrap();
        each_text(
            &serde_json::to_value(&said).unwrap(),
            &mut |text, bytes, pointer| {
                assert!(
                    text.len() <= TEXT_LIMIT && text.len() > TEXT_LIMIT - 4,
                    "{pointer}"
                );
                let slice = conversation::text_at(&body, pointer, 0, TEXT_LIMIT).unwrap();
                assert_eq!(slice.text, text, "{pointer}");
                assert_eq!(u64::from(slice.total_bytes), bytes, "{pointer}");
                seen += 1;
            },
        );
    }
    assert_eq!(seen, 17);
}

/// Calls for each text that is cut.
fn each_text(value: &Value, each: &mut impl FnMut(&str, u64, &str)) {
    if value["cut"] == json!(true) {
        each(
            value["text"].as_str().unwrap(),
            value["bytes"].as_u64().unwrap(),
            value["pointer"].as_str().unwrap(),
        );
    }
    match value {
        Value::Array(list) => list.iter().for_each(|value| each_text(value, each)),
        Value::Object(object) => object.values().for_each(|value| each_text(value, each)),
        _ => {}
    }
}

#[test]
fn images_are_found_by_their_pointers() {
    for (dialect, body, wanted) in [
        (
            Dialect::Anthropic,
            body!("anthropic_request.json"),
            vec!["image/png"],
        ),
        (
            Dialect::OpenAiChat,
            body!("chat_request.json"),
            vec!["image/png"],
        ),
        (
            Dialect::OpenAiResponses,
            body!("responses_request.json"),
            vec!["image/gif"],
        ),
    ] {
        let said = conversation::request(dialect, body).unwrap();
        let mut found = Vec::new();
        for block in said.turns.iter().flat_map(|turn| &turn.blocks) {
            if let Content::Image {
                pointer: Some(pointer),
                media_type,
                ..
            } = &block.content
            {
                let image = conversation::image_at(body, pointer);
                assert_eq!(image.is_some(), media_type != "image/jpeg", "{pointer}");
                found.extend(image.map(|image| image.0));
            }
        }
        // The magic bytes of the GIF are cut short.
        assert_eq!(found, wanted);
    }
}

#[test]
fn hostile_bodies_are_survived() {
    let deep = format!(
        "{{\"messages\":[{{\"content\":{}{}}}]}}",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let nested = (0..200).fold("\"x\"".to_owned(), |inner, _| {
        format!("[{{\"type\":\"tool_result\",\"content\":{inner}}}]")
    });
    let nested = format!("{{\"messages\":[{{\"role\":\"user\",\"content\":{nested}}}]}}");
    let surrogates = r#"{"messages":[{"role":"user","content":"a\ud800b\u0000c"},{"role":"\udc00","content":[{"type":"\ud800"}]}]}"#;
    let twice = r#"{"messages":[],"messages":[{"role":"user","role":"assistant","content":"x","content":"y"}]}"#;
    let types = r#"{"system":7,"tools":{"a":1},"messages":[null,1,"x",[],{"role":3,"content":{"type":5,"source":[],"text":{}}},{"tool_calls":{"a":1},"content":[[[]],true]}],"input":{"type":"message"},"instructions":[]}"#;
    for body in [deep.as_str(), &nested, surrogates, twice, types] {
        for dialect in SPOKEN {
            conversation::request(dialect, body.as_bytes()).unwrap();
        }
    }
    let said = conversation::request(Dialect::Anthropic, twice.as_bytes()).unwrap();
    assert_eq!(only_text(&said), "y");
    let invalid = b"{\"messages\":[{\"role\":\"user\",\"content\":\"\xff\xfe\"}]}";
    assert!(conversation::request(Dialect::OpenAiChat, invalid).is_some());
}

#[test]
fn ten_thousand_calls_are_no_matter() {
    let call = |index: usize| json!({"id": format!("call_{index}"), "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}});
    let calls: Vec<_> = (0..10_000).map(call).collect();
    let body = json!({"messages": [{"role": "assistant", "tool_calls": calls}]}).to_string();
    let said = conversation::request(Dialect::OpenAiChat, body.as_bytes()).unwrap();
    assert_eq!(said.turns[0].blocks.len(), 10_000);
}
