//! Streams that make no sense, wholly or in part.

use super::{Call, Scenario};
use crate::delivery::{begin_stream, events_of, write_events};
use crate::script::{Script, Step};
use crate::sse::{Event, Weight};

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "garbage-sse",
        "a stream of lines that are no events",
        |call| {
            let mut stream = begin_stream(call);
            stream.write(
                "data\n\n:::\n\nfoo: bar\ndata: {not json}\n\nevent:\ndata: ]\n\n\u{0}\u{1}\n\n",
            );
            stream.write([0xff, 0xfe, 0xc3, 0x28, b'\n', b'\n']);
            stream.finish()
        },
    ),
    Scenario::new(
        "garbage-between",
        "senseless events between good ones",
        |call| between(call, b"data: {broken\n\n"),
    ),
    Scenario::new(
        "invalid-utf8",
        "good events and one that is no UTF-8",
        |call| {
            between(
                call,
                b"event: noise\ndata: {\"type\":\"noise\",\"text\":\"\xff\xfe\xc3\x28\"}\n\n",
            )
        },
    ),
    Scenario::new(
        "unknown-events",
        "good events and some of types that nobody knows yet",
        |call| {
            between(
                call,
                b"event: telemetry_v9\ndata: {\"type\":\"telemetry_v9\",\"n\":1}\n\n",
            )
        },
    ),
    Scenario::new(
        "no-event-names",
        "events without their `event:` lines",
        |call| {
            let mut events = events_of(call, &call.text_answer());
            events.iter_mut().for_each(|event| event.name = None);
            crate::delivery::stream_events(call, &events)
        },
    ),
    Scenario::new("bad-chunk", "a chunk whose size is no number", |call| {
        let events = events_of(call, &call.text_answer());
        let mut stream = begin_stream(call);
        write_events(&mut stream, &events[..events.len() / 2]);
        stream.raw("xyz\r\nhello\r\n");
        stream.cut(Step::Close)
    }),
    Scenario::new("bad-status-line", "an answer that is no HTTP", |_| {
        Script::write("220 mail.example ESMTP ready\r\n").then(Step::Close)
    }),
    Scenario::new(
        "two-lengths",
        "two lengths that contradict each other",
        |_| {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n";
            Script::write(format!("{head}{{}}")).then(Step::Close)
        },
    ),
];

fn between(call: &Call, noise: &[u8]) -> Script {
    let mut stream = begin_stream(call);
    for (at, event) in events_of(call, &call.text_answer()).iter().enumerate() {
        stream.write(Event::text(event));
        if event.weight == Weight::Token && at % 4 == 0 {
            stream.write(noise);
        }
    }
    stream.finish()
}
