//! The `response` object.

use serde_json::{Value, json};

use crate::translate::from_anthropic::moment;
use crate::translate::memory::Memory;
use crate::translate::mint::mint;

/// How a response ended, or that it has not.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Status {
    /// It goes on.
    InProgress,
    /// As it should.
    Completed,
    /// Cut, and why.
    Incomplete(&'static str),
    /// Not at all: the error object.
    Failed(Value),
}

impl Status {
    /// The word for it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete(_) => "incomplete",
            Self::Failed(_) => "failed",
        }
    }
}

/// The object with all members that clients look for.
pub(super) fn response(
    memory: &Memory,
    status: &Status,
    output: Vec<Value>,
    usage: Value,
) -> Value {
    let error = match status {
        Status::Failed(error) => error.clone(),
        _ => Value::Null,
    };
    let details = match status {
        Status::Incomplete(reason) => json!({"reason": reason}),
        _ => Value::Null,
    };
    json!({
        "id": mint("resp_", 48, &[&memory.seed, "response"]),
        "object": "response",
        "created_at": moment::seconds(&memory.seed),
        "status": status.name(),
        "background": false,
        "error": error,
        "incomplete_details": details,
        "instructions": null,
        "max_output_tokens": memory.max_tokens,
        "model": memory.model,
        "output": output,
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": {"effort": null, "summary": null},
        "store": false,
        "temperature": null,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": null,
        "truncation": "disabled",
        "usage": usage,
        "user": null,
        "metadata": {},
    })
}
