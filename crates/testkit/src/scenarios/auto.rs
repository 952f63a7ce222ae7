//! What happens when a request chooses nothing, and when it chooses what does not exist.

use super::{Call, Scenario};
use crate::delivery::{deliver, json_reply};
use crate::demo;
use crate::dialect::Failure;
use crate::script::Script;

/// The default of the message endpoints.
pub(super) const AUTO: Scenario = Scenario::new(
    "auto",
    "the answer that the demo's book holds for this conversation, else `text`; 400 as the vendor would",
    play,
);

/// Stands in for a scenario that was asked for and does not exist.
pub(super) const UNKNOWN: Scenario = Scenario::new(
    "unknown",
    "400 that says so: the asked scenario does not exist",
    |call| {
        refuse(
            call,
            "testkit: no such scenario; GET /__testkit/scenarios lists them",
        )
    },
);

pub(super) const ALL: &[Scenario] = &[AUTO, UNKNOWN];

fn play(call: &Call) -> Script {
    if let Some(problem) = &call.ask().problem {
        return refuse(call, problem);
    }
    demo::answer(call).unwrap_or_else(|| deliver(call, &call.text_answer()))
}

fn refuse(call: &Call, message: &str) -> Script {
    let failure = Failure {
        status: 400,
        message: message.to_owned(),
    };
    let document = failure.document(call.dialect(), call.number);
    json_reply(call, 400).whole(document.to_string())
}
