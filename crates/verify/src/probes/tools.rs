//! One small tool for the probes that need one.

use serde_json::{Value, json};

use crate::ask::Ask;
use crate::context::{Context, set};
use crate::plan::Depth;

/// The tool.
pub(super) fn tool() -> Value {
    json!({
        "name": "record_result",
        "description": "Stores one whole number.",
        "input_schema": {
            "type": "object",
            "properties": { "value": { "type": "integer" } },
            "required": ["value"],
        },
    })
}

/// A request with the tool and a way to choose it.
pub(super) fn body(context: &Context, choice: &str) -> Value {
    let body = context.turn(64, "Store the number 7.");
    let body = set(body, "tools", json!([tool()]));
    set(body, "tool_choice", json!({ "type": choice }))
}

/// The shared call with that way to choose.
pub(super) fn ask(context: &Context, choice: &str) -> Ask {
    let ask = Ask::messages(format!("tools-{choice}"), body(context, choice)).shared();
    debug_assert!(context.depth > Depth::Quick, "costs tokens");
    ask.with_input(900)
}
