//! Answers that say what was received, so that tests can see what went upstream.

use serde_json::{Value, json};

use super::{Call, Scenario};
use crate::answer::Block;
use crate::delivery::{deliver, json_reply};

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "echo",
        "what was received, as the JSON text of an ordinary answer",
        |call| {
            deliver(
                call,
                &call.answer(vec![Block::Text(received(call).to_string())]),
            )
        },
    ),
    Scenario::new(
        "echo-raw",
        "what was received, as a JSON document; also every unknown path",
        |call| json_reply(call, 200).whole(received(call).to_string()),
    ),
];

fn received(call: &Call) -> Value {
    let request = call.request;
    let mut crc = flate2::Crc::new();
    crc.update(&request.body);
    json!({
        "method": request.method,
        "target": request.target,
        "version": request.version,
        "headers": request.headers,
        "body_bytes": request.body.len(),
        "body_crc32": crc.sum(),
    })
}
