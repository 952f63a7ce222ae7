//! What holds for every translation, whatever comes.

use proptest::prelude::*;
use relayscope_wire::translate::{self, Capabilities, Memory, Pair, StreamMachine, Target};
use serde_json::{Value, json};

const PAIRS: [Pair; 4] = [
    Pair::AnthropicChat,
    Pair::ChatAnthropic,
    Pair::ResponsesAnthropic,
    Pair::ResponsesChat,
];

fn request(pair: Pair, body: &Value) -> translate::Translated {
    let capabilities = Capabilities::default();
    let target = Target {
        model: "model",
        capabilities: &capabilities,
        seed: "req_seed",
        input_tokens: Some(9),
    };
    translate::request(pair, body.to_string().as_bytes(), &target).unwrap()
}

fn sent(pair: Pair, body: &Value) -> Value {
    serde_json::from_slice(&request(pair, body).body).unwrap()
}

fn memory(pair: Pair) -> Memory {
    let body = match pair.caller() {
        relayscope_wire::Dialect::OpenAiResponses => {
            json!({"model": "m", "input": "hi", "stream": true})
        }
        _ => {
            json!({"model": "m", "max_tokens": 9, "stream": true, "messages": [{"role": "user", "content": "hi"}]})
        }
    };
    request(pair, &body).memory
}

/// The stream fed in pieces of the given lengths, over and over, with a ping now and then.
fn run(pair: Pair, stream: &[u8], lengths: &[usize], pings: bool) -> (String, StreamMachine) {
    let mut machine = StreamMachine::new(memory(pair));
    let mut out = Vec::new();
    let mut rest = stream;
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at((*length).clamp(1, rest.len()));
        machine.feed(piece, &mut out);
        if pings {
            machine.ping(&mut out);
        }
        rest = behind;
    }
    machine.finish(&mut out);
    assert!(machine.ended());
    assert_eq!(machine.started(), !out.is_empty());
    assert!(
        machine.started() || machine.failed_early().is_some(),
        "somebody is told"
    );
    (String::from_utf8(out).unwrap(), machine)
}

fn check(pair: Pair, out: &str) {
    match pair.caller() {
        relayscope_wire::Dialect::Anthropic => drop(anthropic(out)),
        relayscope_wire::Dialect::OpenAiChat => drop(crate::valid::chat(out)),
        _ => drop(crate::valid::responses(out)),
    }
}

// ---- streams, in any order ----

fn anthropic_event() -> impl Strategy<Value = String> {
    let index = 0u64..4;
    let text = prop_oneof![
        Just("a"),
        Just(" "),
        Just("{\"input\":\""),
        Just("\\"),
        Just("\"}"),
        Just("é😀")
    ];
    let start = prop_oneof![
        Just(json!({"type": "text", "text": ""})),
        Just(json!({"type": "text", "text": "early"})),
        Just(json!({"type": "thinking", "thinking": "", "signature": ""})),
        Just(json!({"type": "redacted_thinking", "data": "x"})),
        Just(json!({"type": "tool_use", "id": "t", "name": "f", "input": {}})),
        Just(json!({"type": "tool_use", "id": "", "name": "g", "input": {"a": 1}})),
        Just(json!({"type": "tool_use", "name": ""})),
        Just(json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})),
        Just(json!(7)),
    ];
    let delta = (text, 0..4).prop_map(|(text, kind)| match kind {
        0 => json!({"type": "text_delta", "text": text}),
        1 => json!({"type": "thinking_delta", "thinking": text}),
        2 => json!({"type": "input_json_delta", "partial_json": text}),
        _ => json!({"type": "signature_delta", "signature": text}),
    });
    let reason = prop_oneof![
        Just("end_turn"),
        Just("tool_use"),
        Just("max_tokens"),
        Just("refusal"),
        Just("new")
    ];
    let named = |name: &'static str, data: Value| {
        let mut data = data;
        data["type"] = json!(name);
        format!("event: {name}\ndata: {data}\n\n")
    };
    prop_oneof![
        1 => Just(named("message_start", json!({"message": {"content": [], "usage": {"input_tokens": 1}}}))),
        6 => (index.clone(), start).prop_map(move |(index, block)| named("content_block_start", json!({"index": index, "content_block": block}))),
        12 => (index.clone(), delta).prop_map(move |(index, delta)| named("content_block_delta", json!({"index": index, "delta": delta}))),
        6 => index.prop_map(move |index| named("content_block_stop", json!({"index": index}))),
        1 => reason.prop_map(move |reason| named("message_delta", json!({"delta": {"stop_reason": reason}, "usage": {"output_tokens": 3}}))),
        1 => Just(named("message_stop", json!({}))),
        1 => Just(named("ping", json!({}))),
        1 => Just("data: {broken\n\n".to_owned()),
        1 => Just(": comment\n\n".to_owned()),
    ]
}

fn chat_event() -> impl Strategy<Value = String> {
    let index = prop_oneof![
        Just(Value::Null),
        Just(json!(0)),
        Just(json!(1)),
        Just(json!(2))
    ];
    let id = prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        Just(json!("c1")),
        Just(json!("c2"))
    ];
    let name = prop_oneof![
        Just(Value::Null),
        Just(json!("f")),
        Just(json!("g")),
        Just(json!(""))
    ];
    let arguments = prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        Just(json!("{}")),
        Just(json!("{\"a\":")),
        Just(json!("1}")),
        Just(json!({"a": 1})),
        Just(json!("\""))
    ];
    let call = (index, id, name, arguments).prop_map(|(index, id, name, arguments)| {
        json!({"tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]})
    });
    let delta = prop_oneof![
        Just(json!({"role": "assistant", "content": ""})),
        Just(json!({"content": "a"})),
        Just(json!({"content": [{"type": "text", "text": "b"}]})),
        Just(json!({"reasoning_content": "r", "reasoning": "r"})),
        Just(json!({"refusal": "no"})),
        call.clone(),
        call.clone(),
        call,
    ];
    let finish = prop_oneof![8 => Just(Value::Null), 1 => Just(json!("stop")), 1 => Just(json!("tool_calls")), 1 => Just(json!("length")), 1 => Just(json!("content_filter"))];
    let chunk = (delta, finish).prop_map(|(delta, finish)| {
        format!(
            "data: {}\n\n",
            json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
        )
    });
    prop_oneof![
        16 => chunk,
        1 => Just("data: [DONE]\n\n".to_owned()),
        1 => Just("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n".to_owned()),
        1 => Just("data: {broken\n\n".to_owned()),
        1 => Just(": comment\r\n\r\n".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_order_of_anthropics_events_gives_valid_streams(
        events in proptest::collection::vec(anthropic_event(), 0..24),
        lengths in proptest::collection::vec(1usize..200, 1..5),
        pings: bool,
    ) {
        let stream = events.concat();
        for pair in [Pair::ChatAnthropic, Pair::ResponsesAnthropic] {
            let (whole, _) = run(pair, stream.as_bytes(), &[usize::MAX], false);
            check(pair, &whole);
            let (pieces, _) = run(pair, stream.as_bytes(), &lengths, pings);
            check(pair, &pieces);
            if !pings {
                prop_assert_eq!(&whole, &pieces, "pieces do not matter");
            }
            let body = translate::answer(&memory(pair), stream.as_bytes());
            let complete = whole.contains("[DONE]") || whole.contains("event: response.completed") || whole.contains("event: response.incomplete");
            prop_assert_eq!(body.is_ok(), complete, "a stream and a whole answer are the same");
        }
    }

    #[test]
    fn any_order_of_chunks_gives_valid_streams(
        events in proptest::collection::vec(chat_event(), 0..24),
        lengths in proptest::collection::vec(1usize..200, 1..5),
        pings: bool,
    ) {
        let stream = events.concat();
        for pair in [Pair::AnthropicChat, Pair::ResponsesChat] {
            let (whole, _) = run(pair, stream.as_bytes(), &[usize::MAX], false);
            check(pair, &whole);
            let (pieces, _) = run(pair, stream.as_bytes(), &lengths, pings);
            check(pair, &pieces);
            if !pings {
                prop_assert_eq!(whole, pieces, "pieces do not matter");
            }
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in "(data: |event: error|\\{|\\}|\"|type|choices|:|,|\\[|\\]|\n|\\\\|u|é){0,40}") {
        for pair in PAIRS {
            let (out, _) = run(pair, bytes.as_bytes(), &[3], false);
            check(pair, &out);
            let _ = translate::answer(&memory(pair), bytes.as_bytes());
        }
    }
}

// ---- requests, whatever they hold ----

fn anything() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("text"),
        Just("user"),
        Just("assistant"),
        Just("system"),
        Just("tool"),
        Just("developer"),
        Just("function"),
        Just("tool_use"),
        Just("tool_result"),
        Just("image_url"),
        Just("input_image"),
        Just("input_text"),
        Just("reasoning"),
        Just("function_call"),
        Just("function_call_output"),
        Just("custom_tool_call"),
        Just("custom"),
        Just("namespace"),
        Just("data:image/png;base64,AAAA"),
        Just("auto"),
        Just("high"),
        Just("a\u{0}"),
        Just("{\"a\":1}"),
        Just(""),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    let names = prop_oneof![
        Just("type"),
        Just("role"),
        Just("content"),
        Just("text"),
        Just("tool_calls"),
        Just("function"),
        Just("name"),
        Just("arguments"),
        Just("id"),
        Just("call_id"),
        Just("tool_call_id"),
        Just("input"),
        Just("output"),
        Just("tools"),
        Just("parameters"),
        Just("input_schema"),
        Just("properties"),
        Just("anyOf"),
        Just("required"),
        Just("image_url"),
        Just("url"),
        Just("source"),
        Just("summary"),
        Just("encrypted_content"),
        Just("format"),
        Just("tool_choice"),
        Just("reasoning"),
        Just("effort"),
        Just("stop"),
        Just("response_format"),
        Just("schema"),
        Just("thinking"),
        Just("tool_use_id"),
        Just("namespace"),
        Just("action"),
        Just("cache_control"),
        Just("function_call"),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((names.clone(), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_request_is_translated_or_refused_by_field(
        list in proptest::collection::vec(anything(), 0..6),
        tools in anything(),
        more in anything(),
    ) {
        for pair in PAIRS {
            let mut body = match more.clone() {
                Value::Object(members) => Value::Object(members),
                _ => json!({}),
            };
            body["model"] = json!("m");
            body["messages"] = json!(list);
            body["input"] = json!(list);
            body["tools"] = tools.clone();
            let capabilities = Capabilities::default();
            let target = Target { model: "m", capabilities: &capabilities, seed: "s", input_tokens: None };
            match translate::request(pair, body.to_string().as_bytes(), &target) {
                Ok(made) => {
                    let sent: Value = serde_json::from_slice(&made.body).unwrap();
                    match pair.upstream() {
                        relayscope_wire::Dialect::Anthropic => anthropic_takes(&sent),
                        _ => chat_takes(&sent),
                    }
                    for change in &made.changes {
                        prop_assert!(change.path.is_empty() || change.path.starts_with('/'));
                    }
                }
                Err(error) => prop_assert!(!error.field().is_empty(), "{}", error),
            }
        }
    }
}

/// What Anthropic refuses, as far as it can be told without asking.
fn anthropic_takes(body: &Value) {
    let messages = body["messages"].as_array().unwrap();
    assert_eq!(messages[0]["role"], "user");
    let mut ids = std::collections::HashSet::new();
    for (at, message) in messages.iter().enumerate() {
        let blocks = message["content"].as_array().unwrap();
        assert!(!blocks.is_empty());
        assert!(at == 0 || messages[at - 1]["role"] != message["role"]);
        let mut called = Vec::new();
        for block in blocks {
            match block["type"].as_str().unwrap() {
                "text" => assert!(
                    !block["text"].as_str().unwrap().trim().is_empty()
                        || message["role"] == "assistant"
                ),
                "tool_use" => {
                    let id = block["id"].as_str().unwrap();
                    assert!(ids.insert(id.to_owned()) && block["input"].is_object());
                    let name = block["name"].as_str().unwrap();
                    assert!(
                        body["tools"]
                            .as_array()
                            .is_some_and(|tools| !tools.is_empty())
                            && !name.is_empty()
                    );
                    called.push(id);
                }
                _ => {}
            }
        }
        let results = |message: &Value| -> Vec<String> {
            let blocks = message["content"].as_array().unwrap().iter();
            let results = blocks.take_while(|block| block["type"] == "tool_result");
            results
                .map(|block| block["tool_use_id"].as_str().unwrap().to_owned())
                .collect()
        };
        if !called.is_empty() {
            assert_eq!(
                results(&messages[at + 1]),
                called,
                "results of exactly these calls"
            );
        }
    }
    for tool in body["tools"].as_array().into_iter().flatten() {
        assert_eq!(tool["input_schema"]["type"], "object");
        assert!(tool["input_schema"]["properties"].is_object());
    }
    assert!(body["max_tokens"].as_u64().unwrap() > 0);
    assert!(body.get("temperature").is_none() || body.get("top_p").is_none());
}

/// What Chat servers refuse.
fn chat_takes(body: &Value) {
    let messages = body["messages"].as_array().unwrap();
    for (at, message) in messages.iter().enumerate() {
        let calls = message["tool_calls"].as_array().into_iter().flatten();
        for (next, call) in calls.enumerate() {
            assert_eq!(messages[at + 1 + next]["tool_call_id"], call["id"]);
            assert!(call["function"]["arguments"].is_string());
        }
    }
    assert!(body.get("tool_choice").is_none() || body["tools"].is_array());
}

// ---- there and back ----

/// A conversation with tool loops.
fn conversation() -> impl Strategy<Value = Vec<Value>> {
    let text = "[a-zé你 ]{0,6}[a-z]";
    let turn = (
        text,
        proptest::option::of(text),
        0usize..4,
        proptest::option::of(text),
    );
    proptest::collection::vec(turn, 1..5).prop_map(|turns| {
        let mut messages = Vec::new();
        let mut number = 0;
        for (asked, said, calls, then) in turns {
            messages.push(json!({"role": "user", "content": [{"type": "text", "text": asked}]}));
            let mut blocks = Vec::new();
            if let Some(said) = &said {
                blocks.push(json!({"type": "text", "text": said}));
            }
            let mut results = Vec::new();
            for _ in 0..calls {
                number += 1;
                let id = format!("toolu_{number}");
                blocks.push(json!({"type": "tool_use", "id": id, "name": "look", "input": {"n": number}}));
                results.push(json!({"type": "tool_result", "tool_use_id": id, "content": format!("found {number}")}));
            }
            if blocks.is_empty() {
                blocks.push(json!({"type": "text", "text": "ok"}));
            }
            messages.push(json!({"role": "assistant", "content": blocks}));
            if !results.is_empty() {
                messages.push(json!({"role": "user", "content": results}));
                let said = then.unwrap_or_else(|| "done".to_owned());
                messages.push(json!({"role": "assistant", "content": [{"type": "text", "text": said}]}));
            }
        }
        messages.push(json!({"role": "user", "content": [{"type": "text", "text": "and?"}]}));
        messages
    })
}

/// Without marks of caching, which Chat has none of.
fn plain(mut messages: Value) -> Value {
    let blocks = messages.as_array_mut().unwrap().iter_mut();
    for block in blocks.flat_map(|message| message["content"].as_array_mut().unwrap()) {
        block.as_object_mut().unwrap().shift_remove("cache_control");
    }
    messages
}

proptest! {
    #[test]
    fn there_and_back_keeps_the_conversation(messages in conversation()) {
        let tool = json!({"name": "look", "description": "Looks.", "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}}});
        let body = json!({"model": "m", "max_tokens": 100, "system": "Be good.", "messages": messages, "tools": [tool], "tool_choice": {"type": "any"}, "stop_sequences": ["END"], "stream": true});
        let chat = sent(Pair::AnthropicChat, &body);
        let back = sent(Pair::ChatAnthropic, &chat);
        prop_assert_eq!(plain(back["messages"].clone()), json!(messages));
        prop_assert_eq!(&back["system"][0]["text"], "Be good.");
        prop_assert_eq!(&back["tools"][0]["input_schema"], &body["tools"][0]["input_schema"]);
        for member in ["tool_choice", "stop_sequences", "max_tokens", "stream"] {
            prop_assert_eq!(&back[member], &body[member]);
        }
        let again = sent(Pair::AnthropicChat, &back);
        prop_assert_eq!(&again["messages"], &chat["messages"]);
    }

    #[test]
    fn answers_survive_both_ways(
        said in proptest::collection::vec(("[a-zé😀]{1,5}", 0..3), 1..5),
        lengths in proptest::collection::vec(1usize..60, 1..4),
    ) {
        let mut stream = format!("event: message_start\ndata: {}\n\n", json!({"type": "message_start", "message": {"content": [], "usage": {"input_tokens": 7, "output_tokens": 1}}}));
        let mut calls = 0;
        let mut wanted = Vec::new();
        for (index, (text, kind)) in said.iter().enumerate() {
            let (block, delta, whole) = match kind {
                0 => (json!({"type": "text", "text": ""}), json!({"type": "text_delta", "text": text}), json!({"type": "text", "text": text})),
                1 => (json!({"type": "thinking", "thinking": "", "signature": ""}), json!({"type": "thinking_delta", "thinking": text}), json!({"type": "thinking", "thinking": text})),
                _ => {
                    calls += 1;
                    let id = format!("t{calls}");
                    (json!({"type": "tool_use", "id": id, "name": "look", "input": {}}), json!({"type": "input_json_delta", "partial_json": json!({"q": text}).to_string()}), json!({"type": "tool_use", "id": id, "name": "look", "input": {"q": text}}))
                }
            };
            for (name, more) in [("content_block_start", json!({"content_block": block})), ("content_block_delta", json!({"delta": delta})), ("content_block_stop", json!({}))] {
                let mut data = more;
                data["type"] = json!(name);
                data["index"] = json!(index);
                stream += &format!("event: {name}\ndata: {data}\n\n");
            }
            wanted.push(whole);
        }
        let reason = if calls > 0 { "tool_use" } else { "end_turn" };
        stream += &format!("event: message_delta\ndata: {}\n\nevent: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n", json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}}));
        let (chunks, _) = run(Pair::ChatAnthropic, stream.as_bytes(), &lengths, false);
        crate::valid::chat(&chunks);
        let (back, _) = run(Pair::AnthropicChat, chunks.as_bytes(), &lengths, false);
        let message = anthropic(&back).unwrap();
        prop_assert_eq!(joined(message["content"].as_array().unwrap()), joined(&wanted));
        prop_assert_eq!(&message["stop_reason"], reason);
        let (events, _) = run(Pair::ResponsesAnthropic, stream.as_bytes(), &lengths, false);
        let over = run(Pair::ResponsesChat, chunks.as_bytes(), &lengths, false).0;
        let items = |stream: &str| {
            let last = crate::valid::responses(stream).pop().unwrap();
            let items = last["response"]["output"].as_array().unwrap().clone();
            items.iter().filter(|item| item["type"] == "function_call").map(|item| (item["call_id"].clone(), item["arguments"].clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(items(&events), items(&over), "both ways lead to the same calls");
    }
}

/// Blocks of a kind next to each other are one: Chat has one text and one reasoning.
fn joined(blocks: &[Value]) -> Vec<(String, String)> {
    let mut joined: Vec<(String, String)> = Vec::new();
    for block in blocks {
        let kind = block["type"].as_str().unwrap();
        let text = match kind {
            "tool_use" => format!("{}{}{}", block["id"], block["name"], block["input"]),
            kind => block[kind].as_str().unwrap().to_owned(),
        };
        match joined.last_mut() {
            Some((last, whole)) if last == kind && kind != "tool_use" => whole.push_str(&text),
            _ => joined.push((kind.to_owned(), text)),
        }
    }
    joined
}

/// Events of Anthropic, as the official clients rely on them. Gives the whole message, if it ended well.
fn anthropic(stream: &str) -> Option<Value> {
    let mut open: Option<u64> = None;
    let mut next = 0;
    let (mut started, mut ended, mut failed, mut stopped) = (false, false, false, false);
    for event in stream.split("\n\n").filter(|event| !event.is_empty()) {
        if event.starts_with(':') {
            continue;
        }
        assert!(!ended && !failed, "nothing comes after the end: {event}");
        let (name, data) = event.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(
            name.strip_prefix("event: ").unwrap(),
            data["type"].as_str().unwrap()
        );
        let index = data["index"].as_u64();
        match data["type"].as_str().unwrap() {
            "message_start" => {
                assert!(!std::mem::replace(&mut started, true));
                assert_eq!(data["message"]["content"], json!([]));
            }
            "ping" => {}
            "error" => failed = true,
            "content_block_start" => {
                assert!(started && open.is_none() && !stopped);
                assert_eq!(index, Some(next));
                (open, next) = (index, next + 1);
            }
            "content_block_delta" => assert_eq!(index, open),
            "content_block_stop" => assert_eq!(index, open.take()),
            "message_delta" => {
                assert!(open.is_none() && !std::mem::replace(&mut stopped, true));
                assert!(data["usage"]["output_tokens"].is_u64());
            }
            "message_stop" => {
                assert!(stopped);
                ended = true;
            }
            other => panic!("{other}"),
        }
    }
    assert!(ended || failed || stream.is_empty(), "the end is told");
    ended.then(|| {
        let dialect = relayscope_wire::dialect::Dialect::Anthropic;
        relayscope_wire::assemble::answer(dialect, stream.as_bytes()).json
    })
}
