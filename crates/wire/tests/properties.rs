//! What holds for every input.

#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use relayscope_wire::assemble::{self, Assembled, Assembler};
use relayscope_wire::conversation;
use relayscope_wire::count;
use relayscope_wire::dialect::Dialect;
use relayscope_wire::sse::{Event, Parser};
use relayscope_wire::text_lines::Lines;
use serde_json::{Value, json};

const STREAMS: [(Dialect, &str); 3] = [
    (Dialect::Anthropic, include_str!("bodies/anthropic.sse")),
    (Dialect::OpenAiChat, include_str!("bodies/chat.sse")),
    (
        Dialect::OpenAiResponses,
        include_str!("bodies/responses.sse"),
    ),
];

const BODIES: [(Dialect, &str); 6] = [
    (
        Dialect::Anthropic,
        include_str!("bodies/anthropic_request.json"),
    ),
    (
        Dialect::Anthropic,
        include_str!("bodies/anthropic_answer.json"),
    ),
    (
        Dialect::OpenAiChat,
        include_str!("bodies/chat_request.json"),
    ),
    (Dialect::OpenAiChat, include_str!("bodies/chat_answer.json")),
    (
        Dialect::OpenAiResponses,
        include_str!("bodies/responses_request.json"),
    ),
    (
        Dialect::OpenAiResponses,
        include_str!("bodies/responses_answer.json"),
    ),
];

/// The stream fed in pieces of the given lengths, over and over.
fn assemble_in_pieces(dialect: Dialect, stream: &[u8], lengths: &[usize]) -> Assembled {
    let mut assembler = Assembler::new(dialect);
    let mut parser = Parser::new();
    let mut each = |event: Event<'_>| assembler.event(&event);
    let mut rest = stream;
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at((*length).min(rest.len()));
        parser.feed(piece, &mut each);
        rest = behind;
    }
    parser.finish(&mut each);
    assembler.finish()
}

/// Everything that takes foreign bytes.
fn run_all(dialect: Dialect, bytes: &[u8]) {
    let assembled = assemble::answer(dialect, bytes);
    let json = serde_json::to_vec(&assembled.json).unwrap();
    conversation::answer(dialect, &json);
    count::answer(dialect, &assembled.json);
    conversation::request(dialect, bytes);
    conversation::answer(dialect, bytes);
    count::request(dialect, bytes);
    conversation::text_at(bytes, "/messages/0/content", 1, 5);
    conversation::image_at(bytes, "/messages/0/content/2/source/data");
    let lines = Lines::pretty(bytes);
    lines.slice(0, 10);
    lines.find("a");
}

/// Parts replaced, doubled and cut out.
fn mutated(text: &str, changes: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, length, with) in changes {
        let start = at % (bytes.len() + 1);
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, with.iter().copied());
    }
    bytes
}

fn any_changes() -> impl Strategy<Value = Vec<(usize, usize, Vec<u8>)>> {
    let snippet = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        proptest::sample::select(vec![
            "\"", "{", "}", "[", "]", "null", "-1", ",", "\\ud800", "\n\n", "\r", "data: ",
            "1e999", "\u{feff}"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    proptest::collection::vec((any::<usize>(), 0usize..40, snippet), 1..6)
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9f64..1e9).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[\"\\\\\n\t/{}\\[\\]:, ]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec(("\\PC{0,6}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn pieces_of_a_stream_do_not_matter(
        which in 0usize..3,
        lengths in proptest::collection::vec(1usize..200, 1..20),
        changes in any_changes(),
        change in any::<bool>(),
    ) {
        let (dialect, stream) = STREAMS[which];
        let stream = if change { mutated(stream, &changes) } else { stream.as_bytes().to_vec() };
        prop_assert_eq!(assemble_in_pieces(dialect, &stream, &lengths), assemble::answer(dialect, &stream));
    }

    #[test]
    fn nothing_panics_on_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300), which in 0usize..3) {
        run_all(STREAMS[which].0, &bytes);
    }

    #[test]
    fn nothing_panics_on_broken_streams(which in 0usize..3, changes in any_changes()) {
        let (dialect, stream) = STREAMS[which];
        run_all(dialect, &mutated(stream, &changes));
    }

    #[test]
    fn nothing_panics_on_broken_bodies(which in 0usize..6, changes in any_changes()) {
        let (dialect, body) = BODIES[which];
        run_all(dialect, &mutated(body, &changes));
    }

    #[test]
    fn nothing_panics_on_any_json(value in any_json(), which in 0usize..3) {
        let dialect = STREAMS[which].0;
        run_all(dialect, value.to_string().as_bytes());
        let member = json!({"messages": value, "input": value, "system": value, "tools": value, "content": value,
            "choices": value, "output": value, "error": value, "instructions": value});
        run_all(dialect, member.to_string().as_bytes());
        let event = json!({"type": "content_block_delta", "index": value, "delta": value, "choices": [{"index": value, "delta": value}]});
        run_all(dialect, format!("data: {event}\n\ndata: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{value}]}}}}]}}\n\n").as_bytes());
    }

    #[test]
    fn pretty_says_the_same(value in any_json(), spaced in any::<bool>()) {
        let text = if spaced { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let lines = Lines::pretty(text.as_bytes());
        prop_assert_eq!(serde_json::from_str::<Value>(lines.text()).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(lines.text(), pretty.as_str());
    }

    #[test]
    fn slices_are_the_text(text in "\\PC{0,200}", length in 0usize..40) {
        let body = json!({"a": [{"text": text}]}).to_string();
        let mut whole = String::new();
        let mut next = Some(0u32);
        while let Some(offset) = next {
            let slice = conversation::text_at(body.as_bytes(), "/a/0/text", offset as usize, length).unwrap();
            prop_assert_eq!(slice.total_bytes as usize, text.len());
            prop_assert!(slice.text.len() <= length.max(4));
            whole.push_str(&slice.text);
            next = slice.next;
        }
        prop_assert_eq!(whole, text);
    }

    #[test]
    fn lines_are_the_text(text in "(a|漢|\n|\r\n|A|b ){0,60}", needle in "(a|漢|A|b ){1,3}") {
        let lines = Lines::exact(text.as_bytes());
        let plain: Vec<&str> = text.lines().collect();
        prop_assert_eq!(lines.slice(0, usize::MAX), plain.clone());
        let holds = |line: &&str| line.to_ascii_lowercase().contains(&needle.to_ascii_lowercase());
        let wanted: Vec<u32> = (0..).zip(&plain).filter(|(_, line)| holds(line)).map(|(index, _)| index).collect();
        prop_assert_eq!(lines.find(&needle).lines, wanted);
    }
}
