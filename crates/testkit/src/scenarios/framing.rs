//! Corners of HTTP/1 around a good answer.

use super::{Call, Scenario};
use crate::delivery::{begin_stream, deliver, events_of, json_reply, stream_reply, write_events};
use crate::reply::Reply;
use crate::script::{Script, Step};

pub(super) const ALL: &[Scenario] = &[
    Scenario::new("trailers", "a chunked stream with trailer fields", |call| {
        let mut stream = stream_reply(call).header("trailer", "x-checksum").chunked();
        write_events(&mut stream, &events_of(call, &call.text_answer()));
        stream.finish_with_trailers(&[("x-checksum", "4f5d2a")])
    }),
    Scenario::new("chunk-extensions", "chunks with extensions", |call| {
        let mut stream = begin_stream(call);
        for event in events_of(call, &call.text_answer()) {
            let text = event.text();
            stream.raw(format!("{:x};part=1\r\n{text}\r\n", text.len()));
        }
        stream.finish()
    }),
    Scenario::new(
        "http10",
        "HTTP/1.0: the body ends with the connection",
        |call| until_close(call, Reply::http10),
    ),
    Scenario::new(
        "until-close",
        "HTTP/1.1 whose body ends with the connection",
        |call| until_close(call, |reply| reply.header("connection", "close")),
    ),
    Scenario::new("continue-100", "an unasked 100 before the answer", |call| {
        informed(call, "HTTP/1.1 100 Continue\r\n\r\n")
    }),
    Scenario::new("processing-102", "102 before the answer", |call| {
        informed(call, "HTTP/1.1 102 Processing\r\n\r\n")
    }),
    Scenario::new(
        "early-hints",
        "103 with headers before the answer",
        |call| {
            informed(
                call,
                "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n",
            )
        },
    ),
    Scenario::new(
        "no-reason",
        "a status line without a reason, header names in capitals",
        |call| {
            let body = call.dialect().whole(&call.text_answer()).to_string();
            let head =
                "HTTP/1.1 200 \r\nCONTENT-TYPE: application/json\r\nX-Odd-Case: Kept As It Is";
            Script::write(format!(
                "{head}\r\nCONTENT-LENGTH: {}\r\n\r\n{body}",
                body.len()
            ))
        },
    ),
];

fn until_close(call: &Call, change: fn(Reply) -> Reply) -> Script {
    let answer = call.text_answer();
    if call.ask().stream {
        let mut stream = change(stream_reply(call)).bare();
        write_events(&mut stream, &events_of(call, &answer));
        stream.finish()
    } else {
        let mut stream = change(json_reply(call, 200)).bare();
        stream.write(call.dialect().whole(&answer).to_string());
        stream.finish()
    }
}

fn informed(call: &Call, before: &'static str) -> Script {
    deliver(call, &call.text_answer()).after(Step::Write(before.into()))
}
