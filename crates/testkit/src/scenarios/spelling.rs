//! Events in unusual but legal spelling.

use super::{Call, Scenario};
use crate::delivery::{begin_stream, events_of};
use crate::script::Script;
use crate::sse::{Event, Form, Lines};

pub(super) const ALL: &[Scenario] = &[
    Scenario::new("crlf", "lines end with CR LF", |call| {
        spelled(
            call,
            Form {
                line_end: "\r\n",
                ..Form::USUAL
            },
        )
    }),
    Scenario::new("cr", "lines end with a bare CR", |call| {
        spelled(
            call,
            Form {
                line_end: "\r",
                ..Form::USUAL
            },
        )
    }),
    Scenario::new("no-gap", "no space behind the colon", |call| {
        spelled(
            call,
            Form {
                gap: "",
                ..Form::USUAL
            },
        )
    }),
    Scenario::new("multiline-data", "data in two lines", |call| {
        spelled(
            call,
            Form {
                lines: Lines::Two,
                ..Form::USUAL
            },
        )
    }),
    Scenario::new("bom", "a byte order mark before the first event", |call| {
        around(call, "\u{feff}", "")
    }),
    Scenario::new(
        "comments",
        "comments, ids and retry hints before each event",
        |call| around(call, "", ": PROCESSING\n\nid: 7\nretry: 3000\n"),
    ),
    Scenario::new(
        "no-last-newline",
        "the last event lacks its blank line",
        |call| {
            let texts: Vec<String> = events_of(call, &call.text_answer())
                .iter()
                .map(Event::text)
                .collect();
            let mut stream = begin_stream(call);
            stream.write(texts.concat().trim_end());
            stream.finish()
        },
    ),
    Scenario::new("one-write", "the whole stream in one chunk", |call| {
        let texts: Vec<String> = events_of(call, &call.text_answer())
            .iter()
            .map(Event::text)
            .collect();
        let mut stream = begin_stream(call);
        stream.write(texts.concat());
        stream.finish()
    }),
    Scenario::new(
        "torn",
        "chunks of seven bytes that respect no event and no character",
        |call| {
            let texts: Vec<String> = events_of(call, &call.text_answer())
                .iter()
                .map(Event::text)
                .collect();
            let mut stream = begin_stream(call);
            texts
                .concat()
                .as_bytes()
                .chunks(7)
                .for_each(|piece| stream.write(piece));
            stream.finish()
        },
    ),
];

fn spelled(call: &Call, form: Form) -> Script {
    let mut stream = begin_stream(call);
    for event in events_of(call, &call.text_answer()) {
        stream.write(form.text(&event));
    }
    stream.finish()
}

fn around(call: &Call, before_all: &str, before_each: &str) -> Script {
    let mut stream = begin_stream(call);
    if !before_all.is_empty() {
        stream.write(before_all);
    }
    for event in events_of(call, &call.text_answer()) {
        stream.write(format!("{before_each}{}", event.text()));
    }
    stream.finish()
}
