//! How good the estimates are.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use base::Measured;
use relayscope_wire::count::{self, Corrections};
use relayscope_wire::dialect::Dialect;
use serde_json::{Value, json};

#[test]
fn the_quick_estimate_is_near_the_real_count() {
    for (name, text) in [
        ("English", include_str!("samples/english.txt")),
        ("code", include_str!("samples/code.txt")),
        ("Chinese", include_str!("samples/chinese.txt")),
        (
            "a JSON request",
            include_str!("bodies/anthropic_request.json"),
        ),
    ] {
        let (quick, real) = (count::quick(text.as_bytes()), count::text(text));
        let error = f64::from(quick) / f64::from(real) - 1.0;
        println!(
            "{name}: {} bytes, {real} tokens, quick {quick} ({:+.1} %)",
            text.len(),
            error * 100.0
        );
        assert!(error.abs() < 0.20, "{name}: {error}");
    }
}

#[test]
fn hostile_texts_are_counted_too() {
    for text in [
        "a".repeat(1_000_000),
        " ".repeat(1_000_000),
        "\n ".repeat(300_000),
        "é̂".repeat(200_000),
        "1".repeat(1_000_000),
    ] {
        assert!(count::text(&text) > 1_000);
        assert!(count::quick(text.as_bytes()) > 1_000);
    }
    assert_eq!(count::text(""), 0);
}

#[test]
fn pieces_change_the_count_by_little() {
    let text = include_str!("samples/english.txt");
    let long = text.repeat(100);
    let difference =
        (f64::from(count::text(&long)) / f64::from(count::text(text) * 100) - 1.0).abs();
    assert!(difference < 0.005, "{difference}");
}

#[test]
fn requests_and_answers_are_counted_by_what_the_model_sees() {
    let words = "word ".repeat(100);
    let seen = count::text(&words);
    for (dialect, body) in [
        (
            Dialect::Anthropic,
            json!({"max_tokens": 5, "messages": [{"role": "user", "content": words}]}),
        ),
        (
            Dialect::OpenAiChat,
            json!({"seed": 5, "messages": [{"role": "user", "content": [{"type": "text", "text": words}]}]}),
        ),
        (
            Dialect::OpenAiResponses,
            json!({"store": false, "input": words}),
        ),
    ] {
        let counted = count::request(dialect, body.to_string().as_bytes()).unwrap();
        assert_eq!(counted, seen + count::PER_TURN, "{dialect:?}");
    }
    let image = json!({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "data": "A".repeat(100_000)}}]}]});
    let counted = count::request(Dialect::Anthropic, image.to_string().as_bytes()).unwrap();
    assert_eq!(counted, count::IMAGE + count::PER_TURN);
    let answer = json!({"content": [{"type": "text", "text": words}, {"type": "redacted_thinking", "data": words}]});
    let sealed = u32::try_from(words.len()).unwrap() / 6;
    assert_eq!(
        count::answer(Dialect::Anthropic, &answer),
        Some(seen + sealed)
    );
    assert_eq!(count::request(Dialect::Anthropic, b"no"), None);
    assert_eq!(count::answer(Dialect::Other, &answer), None);
}

fn counted(body: &Value) -> u32 {
    count::request(Dialect::Anthropic, body.to_string().as_bytes()).unwrap()
}

#[test]
fn deferred_tools_count_from_where_they_are_found() {
    let schema = json!({"type": "object", "properties": {"path": {"type": "string"}}});
    let deferred = json!({"name": "Rename", "defer_loading": true, "description": "long ".repeat(200), "input_schema": schema});
    let search = json!({"name": "ToolSearch", "input_schema": {"type": "object"}});
    let ask = json!({"role": "user", "content": "hi"});
    let found = json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": [{"type": "tool_reference", "tool_name": "Rename"}]}]});
    let added = json!({"role": "system", "content": [{"type": "tool_addition", "tool": {"type": "tool_reference", "tool_name": "Rename"}}]});
    let with =
        |tools: Value, messages: Value| counted(&json!({"tools": tools, "messages": messages}));
    let alone = with(json!([search]), json!([ask]));
    assert_eq!(with(json!([search, deferred]), json!([ask])), alone);
    for loading in [found, added] {
        let loaded = with(json!([search, deferred]), json!([ask, loading, loading]));
        let unknown = with(json!([search]), json!([ask, loading, loading]));
        assert!(
            loaded > unknown + 200 && loaded < unknown + 250,
            "counted once"
        );
    }
    let nothing_finds = with(json!([deferred]), json!([ask]));
    assert!(nothing_finds > 200, "without a search all are offered");
}

#[test]
fn images_count_by_their_pixels_and_by_whose_model_sees_them() {
    // The first bytes of an 800 × 600 PNG.
    let png = "iVBORw0KGgoAAAANSUhEUgAAAyAAAAJY";
    let body = json!({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": png}}]}]});
    let body = body.to_string();
    let tokens = |model: &str| {
        let none = Corrections::default();
        count::input_tokens(Dialect::Anthropic, body.as_bytes(), model, &none).unwrap()
    };
    assert_eq!(tokens("gpt-5"), Measured::Estimated(765 + 4));
    assert_eq!(
        tokens("claude-opus-4-8"),
        Measured::Estimated(760),
        "(640 + 4) × 1.18"
    );
    for (detail, wanted) in [("low", 85), ("high", 765)] {
        let part = json!({"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{png}"), "detail": detail}});
        let chat = json!({"messages": [{"role": "user", "content": [part]}]}).to_string();
        let item = json!({"type": "input_image", "image_url": format!("data:image/png;base64,{png}"), "detail": detail});
        let responses = json!({"input": [{"role": "user", "content": [item]}]}).to_string();
        let wanted = Some(wanted + count::PER_TURN);
        assert_eq!(count::request(Dialect::OpenAiChat, chat.as_bytes()), wanted);
        assert_eq!(
            count::request(Dialect::OpenAiResponses, responses.as_bytes()),
            wanted
        );
    }
}

#[test]
fn what_is_hidden_or_large_is_counted_without_being_read() {
    let sealed = "A".repeat(6_000);
    for block in [
        json!({"type": "redacted_thinking", "data": sealed}),
        json!({"type": "thinking", "thinking": "", "signature": sealed}),
    ] {
        let body = json!({"messages": [{"role": "assistant", "content": [block]}]});
        assert_eq!(counted(&body), 1_000 + count::PER_TURN);
    }
    let said = json!({"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "well", "signature": sealed}]}]});
    assert!(counted(&said) < 10, "the text is there");
    let large = "A".repeat(16 * 1024 * 1024);
    let image = json!({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "data": large}}]}]});
    assert_eq!(counted(&image), count::IMAGE + count::PER_TURN);
    let system = json!({"messages": [{"role": "system", "content": "word ".repeat(100)}]});
    assert!(counted(&system) > 100, "turns of the system are seen too");
}

#[test]
fn what_a_model_charged_moves_the_next_estimate() {
    let body =
        json!({"messages": [{"role": "user", "content": "word ".repeat(1_000)}]}).to_string();
    let mut corrections = Corrections::default();
    let estimate = |corrections: &Corrections| {
        let counted =
            count::input_tokens(Dialect::Anthropic, body.as_bytes(), "glm-5", corrections);
        *counted.unwrap().value().unwrap()
    };
    let before = estimate(&corrections);
    for _ in 0..50 {
        corrections.learn("zai/glm-5", u32::try_from(before).unwrap(), before * 3 / 2);
    }
    let after = estimate(&corrections);
    assert!(
        after > before * 147 / 100 && after <= before * 3 / 2,
        "{before} → {after}"
    );
    let none = count::input_tokens(Dialect::Anthropic, b"[]", "glm-5", &corrections);
    assert_eq!(none, None);
}
