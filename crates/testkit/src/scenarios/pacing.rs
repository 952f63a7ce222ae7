//! Answers that take their time.

use std::time::Duration;

use super::{Call, Scenario, content};
use crate::answer::{Answer, Block};
use crate::delivery::{begin_stream, deliver, events_of};
use crate::reply::Stream;
use crate::script::{Script, Step};
use crate::sse::{Event, Weight};

/// A piece that the clock replaces; six characters, so that it is one token.
const STAMP: &str = "STAMP ";

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "slow",
        "made-up words; `ttft` ms, `rate` tokens/s, `tokens`",
        slow,
    ),
    Scenario::new(
        "paced",
        "for benchmarks: `rate` events/s, `events`, each with the clock in it",
        paced,
    ),
    Scenario::new("pause", "text with `ms` of silence in its middle", pause),
    Scenario::new("drip", "text, one byte at a time; `gap` µs (0)", drip),
];

/// Writes each token at its moment.
pub(crate) fn at_a_pace(
    call: &Call,
    answer: &Answer,
    first: Duration,
    per_token: Duration,
) -> Script {
    let tokens = u32::try_from(answer.output_tokens()).unwrap_or(u32::MAX);
    if !call.ask().stream {
        return deliver(call, answer).after(Step::Wait(first + per_token * tokens));
    }
    paced_stream(call, &events_of(call, answer), first, per_token).finish()
}

/// A stream in which each token is written at its moment; its end is left to the caller.
pub(crate) fn paced_stream(
    call: &Call,
    events: &[Event],
    first: Duration,
    per_token: Duration,
) -> Stream {
    let mut stream = begin_stream(call);
    let mut written = 0;
    for event in events {
        if event.weight == Weight::Token {
            stream.until(first + per_token * written);
            written += 1;
        }
        stream.write(event.text());
    }
    stream
}

fn slow(call: &Call) -> Script {
    let parameters = &call.parameters;
    let first = Duration::from_millis(parameters.number("ttft", 300));
    let rate: f64 = parameters.number("rate", 80.0);
    let text = content::words(parameters.number("tokens", 200));
    let answer = call.answer(vec![Block::Text(text)]);
    at_a_pace(
        call,
        &answer,
        first,
        Duration::from_secs_f64(1.0 / rate.max(0.01)),
    )
}

fn paced(call: &Call) -> Script {
    let count: usize = call.parameters.number("events", 500);
    let rate: f64 = call.parameters.number("rate", 50.0);
    let gap = Duration::from_secs_f64(1.0 / rate.max(0.01));
    let answer = call.answer(vec![Block::Text(STAMP.repeat(count))]);
    let mut stream = begin_stream(call);
    let mut written = 0;
    for event in events_of(call, &answer) {
        let text = event.text();
        match text.split_once(STAMP) {
            Some((before, after)) if event.weight == Weight::Token => {
                stream.until(gap * written);
                written += 1;
                stream.stamp(before, &format!(" {after}"));
            }
            _ => stream.write(text),
        }
    }
    stream.finish()
}

fn pause(call: &Call) -> Script {
    let events = events_of(call, &call.text_answer());
    let mut stream = begin_stream(call);
    for (at, event) in events.iter().enumerate() {
        if at == events.len() / 2 {
            stream.wait(Duration::from_millis(call.parameters.number("ms", 2_000)));
        }
        stream.write(event.text());
    }
    stream.finish()
}

fn drip(call: &Call) -> Script {
    let events = events_of(call, &call.text_answer());
    let text: String = events.iter().map(Event::text).collect();
    let mut stream = begin_stream(call);
    stream.drip(
        text,
        Duration::from_micros(call.parameters.number("gap", 0)),
    );
    stream.finish()
}
