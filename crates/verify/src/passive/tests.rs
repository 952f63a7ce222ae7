use base::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::call::{Call, CallId, Door, Request};
use crate::exchange::Exchange;

const MODEL: &str = "claude-opus-5-5";

/// When the recorded id was made.
fn at() -> Timestamp {
    Timestamp::parse("2026-10-01T18:37:11Z").unwrap()
}

fn observe(status: u16, body: &Value) -> Observation {
    let call = Call {
        id: CallId(0),
        probe: String::new(),
        slot: String::new(),
        door: Door::Site,
        preset: String::new(),
        attempt: 1,
        timeout_ms: 0,
        request: Request::default(),
    };
    let exchange = Exchange {
        started: at(),
        ended_ms: 2_000.0,
        status: Some(status),
        body: body.to_string().into_bytes(),
        ..Exchange::default()
    };
    Observation::new(call, exchange)
}

fn answer(id: &str, usage: Value) -> Observation {
    observe(
        200,
        &json!({
            "type": "message", "role": "assistant", "id": id, "model": MODEL,
            "content": [{ "type": "text", "text": "hi" }], "stop_reason": "end_turn", "usage": usage,
        }),
    )
}

fn genuine() -> Observation {
    let usage = json!({
        "input_tokens": 8, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
        "output_tokens": 2, "service_tier": "standard",
    });
    answer("msg_011Cfc15HcW2d3o2uDoJzQbq", usage)
}

fn converted() -> Observation {
    answer(
        "chatcmpl-1",
        json!({ "input_tokens": 9, "output_tokens": 2 }),
    )
}

#[test]
fn a_sudden_change_is_told_once() {
    let tables = Tables::bundled().unwrap();
    let mut standing = Standing::default();
    let mut told = Vec::new();
    for number in 0..40 {
        let seen = if number < 20 { genuine() } else { converted() };
        let now = at().plus_micros(number * 60_000_000);
        let notices = standing.take(&sight(&tables, MODEL, &seen), now);
        told.extend(notices.into_iter().map(|notice| (number, notice)));
    }
    assert_eq!(standing.seen, 40);
    assert_eq!(standing.contradicted, 0);
    let codes: Vec<&str> = told
        .iter()
        .map(|(_, notice)| notice.claim.code.as_str())
        .collect();
    assert_eq!(codes, ["passive.id", "passive.usage"]);
    assert!(
        told.iter()
            .all(|(number, notice)| *number == 23 && !notice.is_sure),
        "{told:?}"
    );
    assert_eq!(standing.usual(MODEL, Trait::Id), Some("converted"));
}

#[test]
fn a_stray_answer_is_no_change() {
    let tables = Tables::bundled().unwrap();
    let mut standing = Standing::default();
    for number in 0..60 {
        let seen = if number % 6 == 5 {
            converted()
        } else {
            genuine()
        };
        let notices = standing.take(&sight(&tables, MODEL, &seen), at());
        assert!(number < 12 || notices.is_empty(), "{number}: {notices:?}");
    }
}

#[test]
fn what_settles_the_matter_is_told_at_once() {
    let tables = Tables::bundled().unwrap();
    let mut standing = Standing::default();
    let other = observe(
        400,
        &json!({ "error": { "message":
            "max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5-20251001" } }),
    );
    let sighting = sight(&tables, MODEL, &other);
    let notices = standing.take(&sighting, at());
    assert_eq!(notices.len(), 1);
    assert!(notices[0].is_sure);
    assert_eq!(notices[0].claim.code, "sure.other-model");
    assert!(standing.take(&sighting, at()).is_empty(), "told twice");
    let next_day = at().plus_micros(25 * 3_600 * 1_000_000);
    assert_eq!(standing.take(&sighting, next_day).len(), 1);
    // Another vendor's model answers as itself: nothing is claimed.
    let own = sight(&tables, "glm-5", &converted());
    assert!(own.contradictions.is_empty());
}

#[test]
fn a_standing_survives_being_written_down() {
    let tables = Tables::bundled().unwrap();
    let mut standing = Standing::default();
    for _ in 0..10 {
        standing.take(&sight(&tables, MODEL, &genuine()), at());
    }
    let text = serde_json::to_string(&standing).unwrap();
    assert_eq!(serde_json::from_str::<Standing>(&text).unwrap(), standing);
    assert_eq!(
        serde_json::from_str::<Standing>("{}").unwrap(),
        Standing::default()
    );
}
