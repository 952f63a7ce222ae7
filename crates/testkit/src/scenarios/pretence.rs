//! Status 200, and yet no proper answer.

use super::{Call, Scenario};
use crate::delivery::{begin_stream, events_of, json_reply, stream_reply};
use crate::dialect::Failure;
use crate::reply::Reply;
use crate::script::Script;
use crate::sse::Event;

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "html-200",
        "200 with a page in HTML: a captive portal, a relay's front page",
        |_| {
            let page = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Sign in</body></html>\n";
            Reply::new(200)
                .header("content-type", "text/html; charset=utf-8")
                .whole(page)
        },
    ),
    Scenario::new(
        "error-inside-200",
        "200 whose document is an error",
        |call| {
            let failure = Failure::usual(call.dialect(), 529);
            json_reply(call, 200).whole(failure.document(call.dialect(), call.number).to_string())
        },
    ),
    Scenario::new("empty-200", "200 without a body", |call| {
        reply(call).whole("")
    }),
    Scenario::new(
        "empty-stream",
        "200, a stream of events that ends at once",
        |call| begin_stream(call).finish(),
    ),
    Scenario::new(
        "json-for-stream",
        "one document although a stream was asked for",
        |call| json_reply(call, 200).whole(call.dialect().whole(&call.text_answer()).to_string()),
    ),
    Scenario::new(
        "stream-for-json",
        "a stream although one document was asked for",
        |call| crate::delivery::stream_events(call, &events_of(call, &call.text_answer())),
    ),
    Scenario::new(
        "wrong-content-type",
        "a stream (or document) called text/plain",
        |call| mislabelled(call, Some("text/plain")),
    ),
    Scenario::new(
        "no-content-type",
        "a stream (or document) without a content type",
        |call| mislabelled(call, None),
    ),
];

fn reply(call: &Call) -> Reply {
    if call.ask().stream {
        stream_reply(call)
    } else {
        json_reply(call, 200)
    }
}

fn mislabelled(call: &Call, label: Option<&str>) -> Script {
    let reply = match label {
        Some(label) => reply(call).header("content-type", label),
        None => reply(call).without("content-type"),
    };
    let answer = call.text_answer();
    if call.ask().stream {
        let mut stream = reply.chunked();
        let text: String = events_of(call, &answer).iter().map(Event::text).collect();
        stream.write(text);
        stream.finish()
    } else {
        reply.whole(call.dialect().whole(&answer).to_string())
    }
}
