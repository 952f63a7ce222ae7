//! Answers of unusual size.

use super::{Call, Scenario};
use crate::answer::Block;
use crate::delivery::{begin_stream, deliver, events_of, json_reply};
use crate::script::{Script, Step};
use crate::sse::Weight;

/// One mebibyte of a letter.
const MEBIBYTE: usize = 1024 * 1024;

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "endless-line",
        "a line that does not end: `mib` (10), then the connection ends",
        |call| {
            let mut stream = begin_stream(call);
            stream.write("data: {\"text\":\"");
            stream.repeat(vec![b'x'; MEBIBYTE], call.parameters.number("mib", 10));
            stream.cut(Step::Close)
        },
    ),
    Scenario::new(
        "giant-event",
        "a good stream with one event of `mib` (50)",
        giant,
    ),
    Scenario::new(
        "sized",
        "for benchmarks: one document whose text has `bytes` (30000)",
        |call| {
            let text =
                "0123456789abcdef".repeat(call.parameters.number::<usize>("bytes", 30_000) / 16);
            deliver(call, &call.answer(vec![Block::Text(text)]))
        },
    ),
    Scenario::new("huge-headers", "a header of `kib` (64)", |call| {
        let value = "h".repeat(call.parameters.number::<usize>("kib", 64) * 1024);
        let document = call.dialect().whole(&call.text_answer()).to_string();
        json_reply(call, 200)
            .header("x-huge", value)
            .whole(document)
    }),
    Scenario::new("many-headers", "`count` (80) further headers", |call| {
        let count: usize = call.parameters.number("count", 80);
        let further = (0..count).map(|at| (format!("x-many-{at}"), "m".to_owned()));
        let document = call.dialect().whole(&call.text_answer()).to_string();
        json_reply(call, 200).headers(further).whole(document)
    }),
];

fn giant(call: &Call) -> Script {
    let events = events_of(call, &call.text_answer());
    let first_token = events
        .iter()
        .position(|event| event.weight == Weight::Token)
        .unwrap_or(0);
    let mut stream = begin_stream(call);
    for (at, event) in events.iter().enumerate() {
        let text = event.text();
        let word = "fake ";
        match text.split_once(word) {
            // One of the pieces grows: before it, many times a mebibyte, behind it.
            Some((before, after)) if at > first_token && event.weight == Weight::Token => {
                stream.write(before);
                stream.repeat(vec![b'y'; MEBIBYTE], call.parameters.number("mib", 50));
                stream.write(after);
            }
            _ => stream.write(text),
        }
    }
    stream.finish()
}
