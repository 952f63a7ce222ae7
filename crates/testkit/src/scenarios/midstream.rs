//! Answers that begin well and do not end well.

use super::{Call, Scenario};
use crate::delivery::{begin_stream, events_of, json_reply, stream_reply, write_events};
use crate::dialect::Failure;
use crate::reply::Stream;
use crate::script::{Script, Step};
use crate::sse::{Event, Weight};

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "error-event",
        "text, then an error as an event; `status` (529)",
        |call| {
            let mut stream = half(call);
            stream.write(failure(call).event(call.dialect()).text());
            stream.finish()
        },
    ),
    Scenario::new(
        "error-event-first",
        "an error as the first event of a 200; `status` (529)",
        |call| {
            let mut stream = begin_stream(call);
            stream.write(failure(call).event(call.dialect()).text());
            stream.finish()
        },
    ),
    Scenario::new(
        "cut",
        "the connection ends (FIN) in the middle of a chunked body",
        |call| half(call).cut(Step::Close),
    ),
    Scenario::new(
        "cut-in-event",
        "the connection ends in the middle of an event",
        |call| {
            let mut stream = half(call);
            stream.raw("40\r\nevent: content_block_delta\ndata: {\"type\":\"conten");
            stream.cut(Step::Close)
        },
    ),
    Scenario::new(
        "cut-clean",
        "the body ends in good order in the middle of the answer",
        |call| half(call).finish(),
    ),
    Scenario::new(
        "cut-length",
        "the connection ends before the promised length of a document",
        |call| {
            let document = call.dialect().whole(&call.text_answer()).to_string();
            let promised =
                json_reply(call, 200).header("content-length", document.len().to_string());
            let mut stream = promised.bare();
            stream.write(&document.as_bytes()[..document.len() / 2]);
            stream.cut(Step::Close)
        },
    ),
    Scenario::new(
        "reset",
        "the connection breaks (RST) in the middle of the answer",
        |call| half(call).cut(Step::Reset),
    ),
    Scenario::new(
        "reset-before-head",
        "the connection breaks (RST) before the answer",
        |_| Script::only(Step::Reset),
    ),
    Scenario::new(
        "close-before-head",
        "the connection ends (FIN) before the answer",
        |_| Script::only(Step::Close),
    ),
    Scenario::new("hang-before-head", "nothing is ever answered", |_| {
        Script::only(Step::Hang)
    }),
    Scenario::new("hang-after-head", "a head, and nothing more", |call| {
        begin_stream(call).cut(Step::Hang)
    }),
    Scenario::new("hang-mid-stream", "text, and then nothing more", |call| {
        half(call).cut(Step::Hang)
    }),
    Scenario::new(
        "half-head",
        "half a head, then the end of the connection",
        |call| {
            let head = stream_reply(call).head();
            Script::write(head[..head.len() / 2].to_owned()).then(Step::Close)
        },
    ),
];

/// The events up to half of the tokens.
pub(crate) fn first_half(events: &[Event]) -> &[Event] {
    let is_token = |event: &&Event| event.weight == Weight::Token;
    let wanted = events.iter().filter(is_token).count() / 2;
    let mut said = 0;
    let end = events.iter().position(|event| {
        said += usize::from(event.weight == Weight::Token);
        said > wanted
    });
    &events[..end.unwrap_or(events.len())]
}

/// A stream that has said half of its tokens.
fn half(call: &Call) -> Stream {
    let events = events_of(call, &call.text_answer());
    let mut stream = begin_stream(call);
    write_events(&mut stream, first_half(&events));
    stream
}

fn failure(call: &Call) -> Failure {
    Failure::usual(call.dialect(), call.parameters.number("status", 529))
}
