use super::*;
use crate::random::Random;
use crate::reading::{Contradiction, Finding, Integrity, Who};

const NEW: &str = "claude-opus-5-5";

/// An answer with this id.
fn with_id(id: &str) -> Exchange {
    let mut message = message(
        json!([{ "type": "text", "text": "hi" }]),
        "end_turn",
        usage(8, 2),
    );
    message["id"] = id.into();
    exchange(200, message.to_string())
}

fn with_headers(headers: &[(&str, &str)]) -> Exchange {
    let mut answer = say("hi", 8, 2);
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    answer.headers = headers.iter().map(pair).collect();
    answer
}

#[test]
fn ids_tell_their_time_and_their_maker() {
    let read = |id: &str| read_along("id-clock", NEW, vec![with_id(id)]);
    expect(&read(ID), Outcome::Pass, "clock");
    expect(
        &read("msg_011CeGx6WkAQP5ULyRRbRwRw"),
        Outcome::Fail,
        "wrong-time",
    );
    expect(
        &read("msg_bdrk_01AbCdEfGhJkLmNpQrStUvWx"),
        Outcome::Pass,
        "bedrock",
    );
    expect(
        &read("msg_vrtx_011Cfc15HcW2d3o2uDoJzQbq"),
        Outcome::Pass,
        "vertex",
    );
    let zhipu = read("msg_202601031513181856df84e5504309");
    expect(&zhipu, Outcome::Fail, "zhipu");
    assert_eq!(zhipu.marks[0].who, Who::Foreign("zhipu".to_owned()));
    expect(&read("chatcmpl-9a8b7c"), Outcome::Warn, "converted");
    expect(
        &read("msg_0123456789abcdef0123456789abcdef"),
        Outcome::Warn,
        "converted",
    );
    expect(&read("gen_01K6XYZ"), Outcome::Neutral, "");
    expect(&read(""), Outcome::Neutral, "");
}

#[test]
fn one_id_for_two_questions_is_a_store() {
    let reading = read_along("id-clock", NEW, vec![with_id(ID), with_id(ID)]);
    expect(&reading, Outcome::Fail, "repeated");
    assert_eq!(reading.contradictions, [Contradiction::Canned]);
    assert!(
        reading
            .integrity
            .contains(&(Integrity::Canned, Finding::Yes))
    );
}

#[test]
fn ids_of_tools_tell_who_wrote_them() {
    let tool = |id: &str, caller: bool| {
        let mut block = json!({ "type": "tool_use", "id": id, "name": "f", "input": {} });
        if caller {
            block["caller"] = json!({ "type": "direct" });
        }
        let answer = exchange(
            200,
            message(json!([block]), "tool_use", usage(400, 30)).to_string(),
        );
        read_along("tool-ids", NEW, vec![answer])
    };
    expect(
        &tool("toolu_01AbCdEfGhJkLmNpQrStUvWx", true),
        Outcome::Pass,
        "anthropic",
    );
    expect(
        &tool("toolu_01AbCdEfGhJkLmNpQrStUvWx", false),
        Outcome::Warn,
        "no-caller",
    );
    expect(
        &tool("toolu_bdrk_01AbCdEfGhJkLmNpQrStUvWx", false),
        Outcome::Pass,
        "bedrock",
    );
    expect(&tool("tooluse_abc", false), Outcome::Warn, "converse");
    expect(&tool("call_abc", false), Outcome::Warn, "converted");
    expect(&tool("toolu_zzzz", false), Outcome::Warn, "imitated");
}

#[test]
fn padding_is_uniform_or_none_or_imitated() {
    let words = |count: usize| {
        let blocks: Vec<Value> = (0..count)
            .map(|number| json!({ "type": "text", "text": format!("word {number}") }))
            .collect();
        message(Value::Array(blocks), "end_turn", usage(20, 60))
    };
    let padded = |padding: &dyn Fn(usize) -> usize| {
        read_along("stream-padding", NEW, vec![stream(&words(30), padding)])
    };
    let lengths: Vec<usize> = {
        let mut random = Random::new(3);
        (0..200).map(|_| random.below(16) as usize).collect()
    };
    expect(&padded(&|number| lengths[number]), Outcome::Pass, "uniform");
    expect(&padded(&|_| 0), Outcome::Neutral, "none");
    expect(&padded(&|_| 3), Outcome::Warn, "imitated");
    expect(&padded(&|number| number % 40), Outcome::Warn, "imitated");
    expect(
        &read_along("stream-padding", NEW, vec![say("hi", 8, 2)]),
        Outcome::Neutral,
        "",
    );
}

#[test]
fn streams_keep_their_order() {
    let text = message(
        json!([{ "type": "text", "text": "hello" }]),
        "end_turn",
        usage(8, 2),
    );
    let read = |answer: Exchange| read_along("stream-grammar", NEW, vec![answer]);
    expect(&read(stream(&text, |_| 2)), Outcome::Pass, "clean");
    let body = String::from_utf8(stream(&text, |_| 0).body).unwrap();
    let no_ping = body.replace("event: ping\ndata: {\"type\":\"ping\"}\n\n", "");
    expect(&read(exchange(200, no_ping)), Outcome::Neutral, "rewritten");
    let done = format!("{body}data: [DONE]\n\n").replace("\"output_tokens\":2", "\"x\":2");
    expect(&read(exchange(200, done)), Outcome::Fail, "broken");
    let other = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\ndata: [DONE]\n\n";
    let mut call = exchange(200, other);
    call.headers = vec![("content-type".to_owned(), "text/event-stream".to_owned())];
    let reading = super::read("output-limit", NEW, |_| call.clone());
    expect(&reading, Outcome::Neutral, "");
}

#[test]
fn forged_limits_do_not_add_up() {
    let limits = |total: &'static str| {
        with_headers(&[
            ("anthropic-ratelimit-tokens-limit", total),
            ("anthropic-ratelimit-input-tokens-limit", "400000"),
            ("anthropic-ratelimit-output-tokens-limit", "80000"),
            ("anthropic-ratelimit-requests-reset", "2026-10-01T18:37:12Z"),
        ])
    };
    expect(
        &read_along("rate-limit-headers", NEW, vec![limits("480000")]),
        Outcome::Pass,
        "adds-up",
    );
    expect(
        &read_along("rate-limit-headers", NEW, vec![limits("300000")]),
        Outcome::Warn,
        "forged",
    );
    let counting = |left: &'static str| {
        with_headers(&[
            ("anthropic-ratelimit-tokens-limit", "300000"),
            ("anthropic-ratelimit-tokens-remaining", "299000"),
            ("anthropic-ratelimit-output-tokens-remaining", "80000"),
            ("anthropic-ratelimit-requests-limit", "1000"),
            ("anthropic-ratelimit-requests-remaining", left),
        ])
    };
    let still = vec![counting("999"); 7];
    expect(
        &read_along("rate-limit-headers", NEW, still),
        Outcome::Warn,
        "forged",
    );
    expect(
        &read_along("rate-limit-headers", NEW, vec![say("hi", 8, 2)]),
        Outcome::Neutral,
        "absent",
    );
}

#[test]
fn programs_and_vendors_give_themselves_away() {
    let scan = |body: Value, status: u16| {
        read_along("leak-scan", NEW, vec![exchange(status, body.to_string())])
    };
    let with = |name: &str, value: Value| {
        let mut message = message(
            json!([{ "type": "text", "text": "hi" }]),
            "end_turn",
            usage(8, 2),
        );
        message[name] = value;
        message
    };
    let bedrock = scan(
        with(
            "amazon-bedrock-invocationMetrics",
            json!({ "inputTokenCount": 8 }),
        ),
        200,
    );
    expect(&bedrock, Outcome::Pass, "bedrock-sure");
    let copilot = scan(with("copilot_usage", json!({ "total_nano_aiu": 1 })), 200);
    expect(&copilot, Outcome::Fail, "reverse-sure");
    assert!(matches!(
        copilot.contradictions[0],
        Contradiction::ReverseChannel { .. }
    ));
    let foreign = scan(with("model", json!("glm-4.6")), 200);
    expect(&foreign, Outcome::Fail, "foreign-model");
    let words = json!({ "error": { "message": "invalid thinking: only type=enabled is allowed for this model" } });
    expect(&scan(words, 400), Outcome::Fail, "vendor-words");
    let relay = json!({ "error": { "message": "no", "type": "new_api_error" } });
    expect(&scan(relay, 503), Outcome::Neutral, "");
    // What a model writes about programs says nothing.
    let chat = json!([{ "type": "text", "text": "Kiro-like and copilot_usage are words" }]);
    let chat = message(chat, "end_turn", usage(8, 9));
    expect(&scan(chat, 200), Outcome::Neutral, "");
}

#[test]
fn a_burst_is_no_stream() {
    let text = message(
        json!([{ "type": "text", "text": "hello" }]),
        "end_turn",
        usage(8, 90),
    );
    let mut live = stream(&text, |_| 0);
    live.arrivals = vec![
        Arrival {
            at_ms: 500.0,
            bytes: 900,
        },
        Arrival {
            at_ms: 1_900.0,
            bytes: live.body.len(),
        },
    ];
    expect(
        &read_along("cadence", NEW, vec![live]),
        Outcome::Pass,
        "streams",
    );
    expect(
        &read_along("cadence", NEW, vec![stream(&text, |_| 0)]),
        Outcome::Warn,
        "buffered",
    );
    expect(
        &read_along("cadence", NEW, vec![say("hi", 8, 2)]),
        Outcome::Neutral,
        "",
    );
}

#[test]
fn several_backends_show_in_what_they_lack() {
    let bare = |id: &str| {
        let mut message = message(
            json!([{ "type": "text", "text": "hi" }]),
            "end_turn",
            json!({ "input_tokens": 8, "output_tokens": 2 }),
        );
        message["id"] = id.into();
        exchange(200, message.to_string())
    };
    let one = read_along("one-backend", NEW, vec![with_id(ID), with_id(ID)]);
    expect(&one, Outcome::Pass, "");
    let mixed = read_along(
        "one-backend",
        NEW,
        vec![with_id(ID), bare("chatcmpl-1"), with_id(ID)],
    );
    expect(&mixed, Outcome::Fail, "several");
    let foreign = mixed
        .marks
        .iter()
        .filter(|mark| mark.who != Who::Claimed)
        .count();
    assert_eq!(foreign, 1);
    let clouds = read_along(
        "one-backend",
        NEW,
        vec![with_id(ID), with_id("msg_bdrk_01AbCdEfGhJkLmNpQrStUvWx")],
    );
    expect(&clouds, Outcome::Warn, "");
    assert!(clouds.marks.is_empty());
}

#[test]
fn a_gate_shows_a_subscription() {
    let error =
        json!({ "type": "error", "error": { "type": "rate_limit_error", "message": "Error" } });
    let gate = read_along("client-gate", NEW, vec![exchange(429, error.to_string())]);
    expect(&gate, Outcome::Neutral, "");
    assert_eq!(gate.summary.code, "gate.refused");
    let busy = read_along(
        "client-gate",
        NEW,
        vec![exchange(429, r#"{"error":{"message":"slow down"}}"#)],
    );
    assert_eq!(busy.summary.code, "gate.none");
}

#[test]
fn a_retired_model_does_not_come_from_anthropic() {
    let sold = read_along("retired-model", NEW, vec![say("hi", 8, 2)]);
    expect(&sold, Outcome::Skipped, "");
    let gone = read_along(
        "retired-model",
        "claude-3-haiku-20240307",
        vec![say("hi", 8, 2)],
    );
    expect(&gone, Outcome::Warn, "retired");
}
