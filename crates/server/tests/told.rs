//! What an upstream tells of an answer, and what it leaves out.

use serde_json::Value;

use crate::harness::{Door, Fixed, Harness};

/// An answer that says what it cost.
const ANSWER: &[u8] = br#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"Hello there"}],"stop_reason":"end_turn","usage":{"input_tokens":100,"output_tokens":50}}"#;

/// Asks with a prompt of two hundred words and gives what was kept.
async fn ask(door: &Door, path: &str) -> Value {
    let words = "word ".repeat(200);
    let body = format!(
        r#"{{"model":"m","max_tokens":64,"stream":true,"messages":[{{"role":"user","content":"{words}"}}]}}"#
    );
    let ask = door.ask("POST", path);
    let heard = ask.header("content-type", "application/json").body(body);
    heard.send().await;
    door.newest().await
}

fn stream(upstream: &Fixed, events: &[&str]) {
    let body: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    upstream.says("200 OK\r\ncontent-type: text/event-stream", body.as_bytes());
}

#[tokio::test]
async fn what_is_not_told_is_counted_and_marked() {
    let words = "hello world ".repeat(50);
    let chat = format!(r#"{{"model":"m","choices":[{{"delta":{{"content":"{words}"}}}}]}}"#);
    let stop = |usage: &str| {
        format!(r#"{{"choices":[{{"delta":{{}},"finish_reason":"stop"}}],"usage":{usage}}}"#)
    };
    let text = format!(
        r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{words}"}}}}"#
    );
    let start = |usage: &str| {
        format!(r#"{{"type":"message_start","message":{{"model":"m","usage":{usage}}}}}"#)
    };
    let delta = |usage: &str| {
        format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"end_turn"}}{usage}}}"#)
    };
    let over = r#"{"type":"message_stop"}"#.to_owned();
    let zeros = r#"{"input_tokens":0,"output_tokens":0}"#;
    let failed = r#"{"error":{"type":"api_error","message":"no"}}"#.to_owned();
    let (chat_path, messages) = ("/v1/chat/completions", "/v1/messages");
    let done = "[DONE]".to_owned();
    let upstream = Fixed::start().await;
    let door = Harness::new().upstream_at(&upstream.base_url).start().await;
    for (path, events, input, outcome) in [
        (
            chat_path,
            vec![chat.clone(), stop("{}"), done.clone()],
            None,
            "done",
        ),
        (
            chat_path,
            vec![
                chat.clone(),
                stop(r#"{"prompt_tokens":0,"completion_tokens":0}"#),
                done,
            ],
            None,
            "done",
        ),
        (chat_path, vec![chat, failed], None, "error_inside"),
        (
            messages,
            vec![
                start(zeros),
                text.clone(),
                delta(r#","usage":{"output_tokens":0}"#),
                over.clone(),
            ],
            None,
            "done",
        ),
        (
            messages,
            vec![
                start(r#"{"input_tokens":"many","output_tokens":-5}"#),
                text.clone(),
                delta(r#","usage":{"output_tokens":1.5}"#),
                over.clone(),
            ],
            None,
            "done",
        ),
        (
            messages,
            vec![
                start(r#"{"input_tokens":77,"output_tokens":1}"#),
                text,
                delta(""),
                over,
            ],
            Some(77),
            "done",
        ),
    ] {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        stream(&upstream, &events);
        let detail = ask(&door, path).await;
        let what = format!("{events:?}: {}", detail["tokens"]);
        assert_eq!(detail["outcome"], outcome, "{what}");
        let tokens = &detail["tokens"];
        assert_eq!(tokens["basis"], "estimated", "{what}");
        let counted = tokens["input"].as_u64().unwrap();
        match input {
            Some(told) => assert_eq!(counted, told, "{what}"),
            None => assert!((200..260).contains(&counted), "{what}"),
        }
        assert!(
            (95..160).contains(&tokens["output"].as_u64().unwrap()),
            "{what}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_behind_its_end_has_told_all() {
    let upstream = Fixed::start().await;
    let door = Harness::new().upstream_at(&upstream.base_url).start().await;
    upstream.says(
        "200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000",
        ANSWER,
    );
    let detail = ask(&door, "/v1/messages").await;
    let tokens = &detail["tokens"];
    assert_eq!(tokens["basis"], "exact", "{detail}");
    assert_eq!(
        (&tokens["input"], &tokens["output"]),
        (&100.into(), &50.into())
    );
}

#[tokio::test]
async fn nothing_answered_is_not_done() {
    let upstream = Fixed::start().await;
    let door = Harness::new().upstream_at(&upstream.base_url).start().await;
    for (head, outcome, code) in [
        ("204 No Content", "empty", "empty_answer"),
        ("201 Created\r\ncontent-length: 0", "empty", "empty_answer"),
        (
            "302 Found\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0",
            "error",
            "upstream_status",
        ),
    ] {
        upstream.says(head, b"");
        let detail = ask(&door, "/v1/messages").await;
        assert_eq!(detail["outcome"], outcome, "{head}");
        assert_eq!(detail["error"]["code"], code, "{head}");
    }
}
