//! Endpoints that are no conversation: models, token counts, warm-up, and every unknown path.

use serde_json::json;

use super::{Call, Scenario, named};
use crate::delivery::json_reply;
use crate::dialect::{Failure, models};
use crate::request::Request;
use crate::script::Script;

pub(super) const ALL: &[Scenario] = &[
    Scenario::new("models", "the list of models, or one of them by path", list),
    Scenario::new(
        "count-tokens",
        "an estimate from the body's length; parameter `input`",
        count,
    ),
    Scenario::new("hello", "200 for the clients' warm-up", |call| {
        json_reply(call, 200).whole(json!({ "message": "hello" }).to_string())
    }),
];

/// The scenario of a path that has its own; `None` for the message endpoints.
pub(super) fn of_path(request: &Request) -> Option<&'static Scenario> {
    let path = request.path();
    let name = if path.ends_with("/count_tokens") {
        "count-tokens"
    } else if path.ends_with("/models") || path.contains("/models/") {
        "models"
    } else if matches!(path, "/" | "/api/hello") {
        "hello"
    } else if ["/messages", "/chat/completions", "/responses"]
        .iter()
        .any(|end| path.ends_with(end))
    {
        return None;
    } else {
        "echo-raw"
    };
    named(name)
}

fn list(call: &Call) -> Script {
    let dialect = call.dialect();
    let Some((_, id)) = call.request.path().split_once("/models/") else {
        return json_reply(call, 200).whole(models::list(dialect).to_string());
    };
    match models::one(dialect, id) {
        Some(model) => json_reply(call, 200).whole(model.to_string()),
        None => {
            let failure = Failure {
                status: 404,
                message: format!("model: {id}"),
            };
            json_reply(call, 404).whole(failure.document(dialect, call.number).to_string())
        }
    }
}

fn count(call: &Call) -> Script {
    let input = call.parameters.number("input", call.ask().prompt_tokens);
    json_reply(call, 200).whole(json!({ "input_tokens": input }).to_string())
}
