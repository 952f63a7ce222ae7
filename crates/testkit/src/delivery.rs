//! Putting an answer on the wire in the way that the caller asked for.

use crate::answer::Answer;
use crate::reply::{Reply, Stream};
use crate::scenarios::Call;
use crate::script::Script;
use crate::sse::Event;

/// The answer as a stream or as one document, as the caller asked.
pub fn deliver(call: &Call, answer: &Answer) -> Script {
    if call.ask().stream {
        stream_events(call, &events_of(call, answer))
    } else {
        json_reply(call, 200).whole(call.dialect().whole(answer).to_string())
    }
}

/// The events of a streamed answer.
pub fn events_of(call: &Call, answer: &Answer) -> Vec<Event> {
    call.dialect().events(answer, call.ask().include_usage)
}

/// Events in their usual spelling, each in a write and a chunk of its own.
pub fn stream_events(call: &Call, events: &[Event]) -> Script {
    let mut stream = begin_stream(call);
    write_events(&mut stream, events);
    stream.finish()
}

/// The head of a stream of events.
pub(crate) fn begin_stream(call: &Call) -> Stream {
    stream_reply(call).chunked()
}

/// Adds events in their usual spelling.
pub(crate) fn write_events(stream: &mut Stream, events: &[Event]) {
    for event in events {
        stream.write(event.text());
    }
}

/// Status 200 with the headers of a stream of events.
pub(crate) fn stream_reply(call: &Call) -> Reply {
    Reply::new(200)
        .header("content-type", "text/event-stream; charset=utf-8")
        .header("cache-control", "no-cache")
        .headers(call.vendor_headers())
}

/// A status with the headers of a JSON document.
pub(crate) fn json_reply(call: &Call, status: u16) -> Reply {
    Reply::new(status)
        .header("content-type", "application/json")
        .headers(call.vendor_headers())
}
