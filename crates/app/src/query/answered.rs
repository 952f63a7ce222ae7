//! What the client got of a translated answer: the record holds the upstream's, and the same translation is
//! made again. Pings that were sent into a silence are left out: nobody knows any more when they were.

use store::Body;
use wire::encoding::{self, Decoder};
use wire::translate::{self, ErrorAnswer, Memory, StreamMachine};

use super::replay;

/// The body in the caller's dialect. `status`: what the client got.
pub(super) fn answered(memory: &Memory, status: Option<u16>, body: Body) -> Body {
    let plain = || encoding::decode(body.encoding.as_deref(), &body.kept).unwrap_or_default();
    if status.is_some_and(|status| status >= 400) {
        let headers = http::HeaderMap::new();
        let told = translate::UpstreamError {
            status: status.unwrap_or_default(),
            headers: &headers,
            body: &plain(),
        };
        return json(
            early(memory, &body)
                .unwrap_or_else(|| translate::error(memory, &told))
                .body,
        );
    }
    if memory.stream {
        return stream(memory, &body, true);
    }
    json(translate::answer(memory, &plain()).unwrap_or_else(|error| error.body))
}

/// What the client has got so far of an answer that still runs. Only streams reach it in parts.
pub(super) fn so_far(memory: &Memory, body: &Body) -> Body {
    stream(memory, body, false)
}

/// The error of a stream that failed before its first token.
fn early(memory: &Memory, body: &Body) -> Option<ErrorAnswer> {
    if !memory.stream || !replay::is_stream(body) {
        return None;
    }
    let mut machine = StreamMachine::new(memory.clone());
    let mut out = Vec::new();
    let plain = encoding::decode(body.encoding.as_deref(), &body.kept)?;
    machine.feed(&plain, &mut out);
    machine.finish(&mut out);
    machine.failed_early().cloned()
}

fn json(text: Vec<u8>) -> Body {
    Body {
        bytes: text.len() as u64,
        kept: text,
        content_type: Some("application/json".to_owned()),
        encoding: None,
        arrivals: Vec::new(),
    }
}

/// The stream, each part with the moment at which the upstream's part came.
fn stream(memory: &Memory, body: &Body, over: bool) -> Body {
    let mut machine = StreamMachine::new(memory.clone());
    let mut decoder = Decoder::new(body.encoding.as_deref());
    let (mut kept, mut arrivals, mut from) = (Vec::new(), Vec::new(), 0);
    for &(end, at_us) in &body.arrivals {
        let end = (end as usize).min(body.kept.len());
        machine.feed(&decoder.feed(&body.kept[from.min(end)..end]), &mut kept);
        arrivals.push((kept.len() as u64, at_us));
        from = end;
    }
    machine.feed(&decoder.feed(&body.kept[from..]), &mut kept);
    if over {
        machine.finish(&mut kept);
    }
    if let Some((end, _)) = arrivals.last_mut() {
        *end = kept.len() as u64;
    }
    Body {
        bytes: kept.len() as u64,
        kept,
        content_type: Some("text/event-stream".to_owned()),
        encoding: None,
        arrivals,
    }
}
