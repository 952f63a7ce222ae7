//! Failures in the vendors' shapes.

use serde_json::{Value, json};

use super::Dialect;
use crate::sse::{Event, Weight};

/// A failure that a vendor answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// HTTP status.
    pub status: u16,
    /// What a person reads.
    pub message: String,
}

impl Failure {
    /// A failure with the vendor's usual sentence.
    pub fn usual(dialect: Dialect, status: u16) -> Self {
        let message = match dialect {
            Dialect::Messages => anthropic_sentence(status),
            Dialect::Chat | Dialect::Responses => openai_sentence(status),
        };
        Self {
            status,
            message: message.to_owned(),
        }
    }

    /// The document of an HTTP answer.
    pub fn document(&self, dialect: Dialect, number: u64) -> Value {
        match dialect {
            Dialect::Messages => {
                let mut document = self.anthropic();
                document["request_id"] = format!("req_011CTestkit{number:014}").into();
                document
            }
            Dialect::Chat | Dialect::Responses => json!({ "error": self.openai() }),
        }
    }

    /// The same in the middle of a stream.
    pub fn event(&self, dialect: Dialect) -> Event {
        match dialect {
            Dialect::Messages => Event::named("error", Weight::Closing, &self.anthropic()),
            Dialect::Chat => Event::unnamed(Weight::Closing, json!({ "error": self.openai() })),
            Dialect::Responses => {
                let error = json!({ "code": openai_code(self.status), "message": self.message });
                let response = json!({
                    "id": "resp_01failed",
                    "object": "response",
                    "created_at": super::CREATED,
                    "status": "failed",
                    "error": error,
                    "incomplete_details": null,
                    "model": "",
                    "output": [],
                    "parallel_tool_calls": true,
                    "tool_choice": "auto",
                    "tools": [],
                    "usage": null,
                });
                let data = json!({
                    "type": "response.failed",
                    "sequence_number": 999,
                    "response": response,
                });
                Event::named("response.failed", Weight::Closing, &data)
            }
        }
    }

    fn anthropic(&self) -> Value {
        json!({ "type": "error", "error": { "type": anthropic_type(self.status), "message": self.message } })
    }

    fn openai(&self) -> Value {
        json!({
            "message": self.message,
            "type": openai_type(self.status),
            "param": null,
            "code": openai_code(self.status),
        })
    }
}

fn anthropic_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    }
}

fn openai_type(status: u16) -> &'static str {
    match status {
        429 => "requests",
        400..=499 => "invalid_request_error",
        _ => "server_error",
    }
}

fn openai_code(status: u16) -> Value {
    match status {
        401 => "invalid_api_key".into(),
        403 => "unsupported_country_region_territory".into(),
        404 => "model_not_found".into(),
        429 => "rate_limit_exceeded".into(),
        500.. => "server_error".into(),
        _ => Value::Null,
    }
}

fn anthropic_sentence(status: u16) -> &'static str {
    match status {
        400 => "messages.0.content: Input should be a valid list",
        401 => "invalid x-api-key",
        402 => "Your credit balance is too low to access the API.",
        403 => "Your API key does not have permission to use the specified resource.",
        404 => "model: claude-no-such-model",
        413 => "Request exceeds the maximum allowed number of bytes.",
        429 => {
            "This request would exceed your organization's rate limit of 4,000 requests per minute."
        }
        529 => "Overloaded",
        _ => "Internal server error",
    }
}

fn openai_sentence(status: u16) -> &'static str {
    match status {
        400 => "Invalid type for 'messages[0].content': expected a string or an array.",
        401 => "Incorrect API key provided.",
        402 => "You exceeded your current quota.",
        403 => "Country, region, or territory not supported",
        404 => "The model `gpt-no-such-model` does not exist or you do not have access to it.",
        413 => "Request body too large.",
        429 => "Rate limit reached for requests per min. Please try again in 1s.",
        503 | 529 => "The server is overloaded. Please try again later.",
        _ => "The server had an error while processing your request.",
    }
}
