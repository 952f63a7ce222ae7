//! What happens to the connection around a good answer.

use super::{Call, Scenario};
use crate::delivery::{deliver, json_reply};
use crate::script::{Script, Step};

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "stale",
        "on a reused connection the end comes before the first byte",
        |call| {
            if call.earlier_on_connection > 0 {
                Script::only(Step::Close)
            } else {
                deliver(call, &call.text_answer())
            }
        },
    ),
    Scenario::new(
        "close-idle",
        "a good answer, then the end of the connection, unannounced",
        |call| deliver(call, &call.text_answer()).then(Step::Close),
    ),
    Scenario::new(
        "connection-close",
        "a good document with `connection: close`",
        |call| {
            let document = call.dialect().whole(&call.text_answer()).to_string();
            json_reply(call, 200)
                .header("connection", "close")
                .whole(document)
                .then(Step::Close)
        },
    ),
    Scenario::new(
        "redirect-307",
        "307 to another host; `to` (an address)",
        |call| redirect(call, 307),
    ),
    Scenario::new(
        "redirect-308",
        "308 to another host; `to` (an address)",
        |call| redirect(call, 308),
    ),
];

fn redirect(call: &Call, status: u16) -> Script {
    let to = call
        .parameters
        .text("to")
        .unwrap_or("https://elsewhere.example/v1/messages");
    json_reply(call, status).header("location", to).whole("")
}
