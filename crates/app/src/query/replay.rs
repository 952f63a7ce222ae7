//! Playing a recorded stream again: what arrived when.

use store::Body;
use wire::encoding::Decoder;
use wire::fold::{Content, estimated_tokens};
use wire::{Dialect, Fold, assemble, encoding, sse};

use crate::live::row::millis;
use crate::view::EventView;

/// Points of the chart of tokens over time.
const POINTS: usize = 60;

/// A pause that is worth telling.
const STALL_MS: f64 = 1_000.0;

/// Characters of an event that are shown.
const EVENT_TEXT: usize = 4_000;

/// What a stream looked like in time.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// Output tokens (estimated) per slice of the answer's time: end of the slice in ms, tokens per second.
    pub(super) tokens_over_time: Vec<(f64, f64)>,
    /// Pauses between deltas: when, how long, in ms.
    pub(super) stalls: Vec<(f64, f64)>,
    /// Content by kind: from, to, in ms.
    pub(super) blocks: Vec<(String, f64, f64)>,
}

/// Whether a body is a stream of events.
pub(super) fn is_stream(body: &Body) -> bool {
    let named = body
        .content_type
        .as_deref()
        .is_some_and(|kind| kind.contains("event-stream"));
    let looks = [&b"event:"[..], b"data:", b":"];
    named
        || looks
            .iter()
            .any(|beginning| body.kept.starts_with(beginning))
}

/// Gives every event of a stream with the moment of its arrival in µs.
fn each_event(body: &Body, mut each: impl FnMut(Option<u64>, sse::Event<'_>)) {
    let mut decoder = Decoder::new(body.encoding.as_deref());
    let mut parser = sse::Parser::new();
    let mut from = 0;
    let mut last = None;
    for &(end, at_us) in &body.arrivals {
        let end = (end as usize).min(body.kept.len());
        let piece = decoder.feed(&body.kept[from.min(end)..end]);
        parser.feed(&piece, &mut |event| each(Some(at_us), event));
        (from, last) = (end, Some(at_us));
    }
    let rest = decoder.feed(&body.kept[from..]);
    parser.feed(&rest, &mut |event| each(last, event));
    parser.finish(&mut |event| each(last, event));
}

/// Plays a stream again.
pub(super) fn replay(dialect: Dialect, body: &Body) -> Replay {
    let mut fold = Fold::new(dialect);
    let mut deltas: Vec<(f64, Content, usize)> = Vec::new();
    each_event(body, |at_us, event| {
        if let (Some(delta), Some(at_us)) = (fold.event(&event), at_us) {
            deltas.push((millis(at_us), delta.content, delta.bytes));
        }
    });
    let mut replay = Replay::default();
    for pair in deltas.windows(2) {
        let pause = pair[1].0 - pair[0].0;
        if pause > STALL_MS {
            replay.stalls.push((pair[0].0, pause));
        }
    }
    for (at, content, _) in &deltas {
        match replay.blocks.last_mut() {
            Some((kind, _, to)) if kind == content.name() => *to = *at,
            _ => replay.blocks.push((content.name().to_owned(), *at, *at)),
        }
    }
    replay.tokens_over_time = tokens_over_time(&deltas);
    replay
}

fn tokens_over_time(deltas: &[(f64, Content, usize)]) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (deltas.first(), deltas.last()) else {
        return Vec::new();
    };
    let step = (last.0 - first.0) / POINTS as f64;
    if step <= 0.0 {
        return Vec::new();
    }
    let mut bytes = vec![0usize; POINTS];
    for (at, _, size) in deltas {
        let slice = ((at - first.0) / step) as usize;
        bytes[slice.min(POINTS - 1)] += size;
    }
    let point = |(index, bytes): (usize, &usize)| {
        let end = first.0 + step * (index + 1) as f64;
        (end, estimated_tokens(*bytes) as f64 / (step / 1_000.0))
    };
    bytes.iter().enumerate().map(point).collect()
}

/// The events of a stream, for the list.
pub(super) fn events(body: &Body) -> Vec<EventView> {
    let mut events = Vec::new();
    each_event(body, |at_us, event| {
        let named = wire::scan::member(event.data, "type").and_then(wire::scan::string);
        let name = match event.name {
            b"" => named.unwrap_or_else(|| "message".to_owned()),
            name => String::from_utf8_lossy(name).into_owned(),
        };
        events.push(EventView {
            index: events.len() as u32,
            at_ms: at_us.map(millis),
            name,
            bytes: event.bytes as u32,
            data: String::from_utf8_lossy(event.data)
                .chars()
                .take(EVENT_TEXT)
                .collect(),
        });
    });
    events
}

/// The one answer that a stream stands for.
pub(super) fn assembled(dialect: Dialect, body: &Body) -> serde_json::Value {
    let plain = encoding::decode(body.encoding.as_deref(), &body.kept).unwrap_or_default();
    assemble::answer(dialect, &plain).json
}

/// What an answer says, for the search: streams split their text over events.
pub(super) fn answer_text(
    kept: &[u8],
    content_type: Option<&str>,
    encoding: Option<&str>,
) -> Option<Vec<u8>> {
    let plain = encoding::decode(encoding, kept)?;
    if !content_type.is_some_and(|kind| kind.contains("event-stream")) {
        return Some(plain);
    }
    // The dialect is not at hand: the events tell it.
    let has = |word: &[u8]| memchr::memmem::find(&plain[..plain.len().min(4_096)], word).is_some();
    let dialect = if has(b"message_start") {
        Dialect::Anthropic
    } else if has(b"response.") {
        Dialect::OpenAiResponses
    } else {
        Dialect::OpenAiChat
    };
    serde_json::to_vec(&assemble::answer(dialect, &plain).json).ok()
}
