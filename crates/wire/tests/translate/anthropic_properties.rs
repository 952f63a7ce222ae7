//! What holds for every stream and every request.

use proptest::collection::vec;
use proptest::prelude::*;
use relayscope_wire::translate::{self, Capabilities, StreamMachine};
use serde_json::{Value, json};

use crate::anthropic_events::read;
use crate::anthropic_request::translate as translate_request;
use crate::anthropic_stream::{call, chunk, finish, memory, sse, text, whole};
use crate::chat_rules;

/// Feeds a stream in pieces of the given lengths, over and over.
fn in_pieces(stream: &[u8], lengths: &[usize], ping: bool) -> Vec<u8> {
    let mut machine = StreamMachine::new(memory());
    let mut out = Vec::new();
    let mut rest = stream;
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at((*length).min(rest.len()));
        machine.feed(piece, &mut out);
        if ping {
            machine.ping(&mut out);
        }
        rest = behind;
    }
    machine.finish(&mut out);
    assert!(machine.ended());
    out
}

/// A valid stream or nothing at all; it ends one way.
fn check(out: &[u8]) {
    if out.is_empty() {
        return;
    }
    let message = read(out);
    assert!(message.stopped != message.error.is_some(), "ends once");
}

fn delta() -> impl Strategy<Value = Value> {
    let index = prop_oneof![
        Just(json!(null)),
        (0i64..3).prop_map(|index| json!(index)),
        Just(json!("1"))
    ];
    let id = prop_oneof![
        Just(json!(null)),
        Just(json!("")),
        "[ab]".prop_map(|id| json!(id))
    ];
    let name = prop_oneof![
        Just(json!(null)),
        Just(json!("")),
        "[fg]_?".prop_map(|name| json!(name))
    ];
    let arguments = prop_oneof![
        Just(json!(null)),
        Just(json!({"x": 1})),
        "(\\{|\\}|\"|\\\\|x|:|1|,|\\[|\\]| |null){0,5}".prop_map(|text| json!(text)),
    ];
    let tool = (index, id, name, arguments).prop_map(|(index, id, name, arguments)| {
        json!({"index": index, "id": id, "function": {"name": name, "arguments": arguments}})
    });
    prop_oneof![
        4 => vec(tool, 1..3).prop_map(|calls| chunk(json!({"tool_calls": calls}))),
        2 => "[a \n]{0,3}".prop_map(|said| text(&said)),
        2 => "[t ]{0,2}".prop_map(|said| chunk(json!({"reasoning_content": said}))),
        1 => Just(chunk(json!({"refusal": "no"}))),
        1 => Just(chunk(json!({"function_call": {"name": "old", "arguments": "{"}}))),
        1 => prop_oneof![Just("stop"), Just("length"), Just("tool_calls"), Just("error")].prop_map(finish),
        1 => Just(json!({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}})),
        1 => Just(json!({"choices": [{"message": {"content": [{"type": "text", "text": "m"}]}}]})),
        1 => Just(json!({"error": {"message": "no"}})),
        1 => Just(json!([1, {}])),
        1 => Just(json!({"type": "message_start", "message": {}})),
    ]
}

/// Calls with their inputs as text, cut into pieces.
fn cut_calls() -> impl Strategy<Value = Vec<(String, Vec<String>)>> {
    let input = vec(("[a-z]{1,3}", "[a-z\"\\\\{}\\[\\]:,é😀\n ]{0,12}"), 1..3);
    let call = (input, vec(1usize..6, 1..8)).prop_map(|(members, cuts)| {
        let object: Value = members
            .into_iter()
            .map(|(name, value)| (name, json!(value)))
            .collect();
        let whole = object.to_string();
        let characters: Vec<char> = whole.chars().collect();
        let mut pieces = Vec::new();
        let mut rest = &characters[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, behind) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece.iter().collect());
            rest = behind;
        }
        (whole, pieces)
    });
    vec(call, 1..5)
}

fn block() -> impl Strategy<Value = Value> {
    let id = || {
        prop_oneof![
            Just(""),
            Just("a"),
            Just("b"),
            Just("functions.x:0"),
            Just("an id of more than forty characters is too long")
        ]
    };
    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}});
    let pdf = json!({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}});
    let others = prop_oneof![
        Just(image.clone()),
        Just(pdf.clone()),
        Just(json!({"type": "thinking", "thinking": "hm", "signature": ""})),
        Just(json!({"type": "redacted_thinking", "data": "x"})),
        Just(json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})),
        Just(json!({"type": "compaction", "content": "sum"})),
        Just(
            json!({"type": "tool_addition", "tool": {"type": "tool_definition", "definition": {"name": "added"}}})
        ),
        Just(json!({"type": "tool_removal", "tool": {"type": "tool_reference", "name": "f"}})),
        Just(json!({"type": "tool_reference", "tool_name": "late"})),
        Just(json!({"type": "image", "source": 7})),
        Just(json!({"type": "tool_use"})),
        Just(json!({"type": "tool_result"})),
        Just(json!({"type": 7, "x": [null]})),
        Just(json!(7)),
        Just(json!("bare")),
    ];
    let content = prop_oneof![
        Just(json!(null)),
        Just(json!("")),
        Just(json!("ok")),
        Just(json!([image])),
        Just(json!([{"type": "text", "text": "r"}, pdf])),
        Just(json!([{"type": "tool_reference", "tool_name": "late"}])),
        Just(json!(3)),
    ];
    prop_oneof![
        3 => "[a ]{0,2}".prop_map(|said| json!({"type": "text", "text": said, "cache_control": {"type": "ephemeral"}})),
        4 => (id(), prop_oneof![Just("f"), Just("mcp.odd name"), Just("")], any::<bool>())
            .prop_map(|(id, name, text)| json!({"type": "tool_use", "id": id, "name": name, "input": if text { json!("{}") } else { json!({"a": 1}) }})),
        4 => (id(), content, any::<bool>())
            .prop_map(|(id, content, failed)| json!({"type": "tool_result", "tool_use_id": id, "content": content, "is_error": failed})),
        3 => others,
    ]
}

fn turn() -> impl Strategy<Value = Value> {
    let role = prop_oneof![3 => Just("user"), 3 => Just("assistant"), 1 => Just("system")];
    let content = prop_oneof![4 => vec(block(), 0..5).prop_map(Value::Array), 1 => "[a]{0,1}".prop_map(|said| json!(said))];
    (role, content, any::<bool>()).prop_map(|(role, content, once)| match once {
        true => json!({"role": role, "content": content, "clear_at": "next_user_message", "output_config": {"effort": "low"}}),
        false => json!({"role": role, "content": content}),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_deltas_give_a_valid_stream(deltas in vec(delta(), 0..14), done in any::<bool>(), ping in any::<bool>(), length in 1usize..200) {
        let stream = if done { whole(&deltas) } else { sse(&deltas) };
        check(&in_pieces(stream.as_bytes(), &[length], ping));
    }

    #[test]
    fn chunking_changes_nothing(deltas in vec(delta(), 0..10), lengths in vec(1usize..40, 1..6)) {
        let stream = whole(&deltas);
        let wanted = in_pieces(stream.as_bytes(), &[usize::MAX], false);
        prop_assert_eq!(in_pieces(stream.as_bytes(), &lengths, false), wanted);
    }

    #[test]
    fn any_interleaving_keeps_every_call(calls in cut_calls(), picks in vec(any::<prop::sample::Index>(), 0..60), said in "[a-c]{0,6}") {
        let mut chunks = Vec::new();
        for at in 0..calls.len() {
            chunks.push(call(json!({"index": at, "id": format!("c{at}"), "function": {"name": format!("f{at}"), "arguments": ""}})));
        }
        let mut next = vec![0usize; calls.len()];
        let mut letters = said.chars();
        let mut send = |at: usize, chunks: &mut Vec<Value>| {
            if let Some(piece) = calls[at].1.get(next[at]) {
                next[at] += 1;
                chunks.push(call(json!({"index": at, "function": {"arguments": piece}})));
            }
            if let Some(letter) = letters.next() {
                chunks.push(text(&letter.to_string()));
            }
        };
        for pick in &picks {
            send(pick.index(calls.len()), &mut chunks);
        }
        for (at, (_, pieces)) in calls.iter().enumerate() {
            pieces.iter().for_each(|_| send(at, &mut chunks));
        }
        chunks.extend([text("."), finish("tool_calls")]);
        let message = read(&in_pieces(whole(&chunks).as_bytes(), &[usize::MAX], false));
        let blocks = message.json["content"].as_array().unwrap();
        let used: Vec<&Value> = blocks.iter().filter(|block| block["type"] == "tool_use").collect();
        prop_assert_eq!(used.len(), calls.len());
        for (at, (input, _)) in calls.iter().enumerate() {
            prop_assert_eq!(&used[at]["id"], &json!(format!("c{at}")));
            prop_assert_eq!(&used[at]["input"], &serde_json::from_str::<Value>(input).unwrap());
        }
        let texts: String = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
        let letters = picks.len() + calls.iter().map(|call| call.1.len()).sum::<usize>();
        let wanted: String = said.chars().take(letters).chain(['.']).collect();
        prop_assert_eq!(texts, wanted);
    }

    #[test]
    fn any_bytes_give_a_valid_stream_or_an_error(bytes in vec(any::<u8>(), 0..200), ping in any::<bool>()) {
        check(&in_pieces(&bytes, &[7], ping));
        let _ = translate::answer(&memory(), &bytes);
    }

    #[test]
    fn any_conversation_gives_a_request_that_strict_servers_take(turns in vec(turn(), 1..9), deferred in any::<bool>()) {
        let tools = json!([
            {"name": "f", "input_schema": {"type": "object"}}, {"name": "late", "defer_loading": deferred},
            {"name": "ToolSearch"}, {"type": "web_search_20250305", "name": "web_search"}, 7, {"name": ""}]);
        let body = json!({"model": "m", "max_tokens": 9, "stop_sequences": ["a", "b", "", "c", "d", "e"], "messages": turns, "tools": tools,
            "tool_choice": {"type": "tool", "name": "late", "disable_parallel_tool_use": true}, "stream": true,
            "metadata": {"user_id": "me@example.com"}, "system": [{"type": "text", "text": "S", "cache_control": {}}]});
        let able = Capabilities { files: true, ..Capabilities::default() };
        let translated = translate_request(&able, &body.to_string()).unwrap();
        chat_rules::check(&serde_json::from_slice(&translated.body).unwrap());
    }

    #[test]
    fn any_bytes_are_a_request_or_an_error(bytes in "[\\[\\]{}\":,a1 ]{0,40}|\\{\"messages\":\\[[\\[\\]{}\":,a1]{0,40}\\]\\}") {
        let _ = translate_request(&Capabilities::default(), &bytes);
    }
}
