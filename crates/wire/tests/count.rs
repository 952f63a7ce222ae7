//! How good the estimates are.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use relayscope_wire::count;
use relayscope_wire::dialect::Dialect;
use serde_json::json;

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
    assert_eq!(count::answer(Dialect::Anthropic, &answer), Some(seen));
    assert_eq!(count::request(Dialect::Anthropic, b"no"), None);
    assert_eq!(count::answer(Dialect::Other, &answer), None);
}
