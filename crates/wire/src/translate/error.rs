//! What can go wrong, and errors as the caller shall see them.

use http::HeaderMap;

use crate::dialect::Dialect;

/// Why a request cannot be translated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TranslateError {
    /// There is no way between these dialects.
    #[error("{from:?} cannot be translated to {to:?}")]
    Unsupported {
        /// What the caller speaks.
        from: Dialect,
        /// What the upstream speaks.
        to: Dialect,
    },
    /// The body is no JSON object. `field` is the deepest member that can be read so far; empty for none.
    #[error("{}: not valid JSON at line {line}, column {column}", or_body(field))]
    NotJson {
        /// Path such as `messages.3.content`.
        field: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Values are nested deeper than anybody's parser follows.
    #[error("{}: nested too deeply", or_body(field))]
    TooDeep {
        /// Path such as `tools.0.input_schema`.
        field: String,
    },
    /// A member that no request can do without is missing.
    #[error("{field}: Field required")]
    Missing {
        /// Path such as `messages`.
        field: String,
    },
    /// A list that must hold something is empty.
    #[error("{field}: at least one item is required")]
    Empty {
        /// Path such as `messages`.
        field: String,
    },
    /// The member names a conversation that only another service keeps.
    #[error("{field}: what was said before is not kept here; send the whole conversation")]
    KeptElsewhere {
        /// Path such as `previous_response_id`.
        field: String,
    },
    /// A member has a type that says nothing.
    #[error("{}: Input should be a valid {wanted}", or_body(field))]
    Type {
        /// Path such as `messages.0.content`.
        field: String,
        /// What it should be: `list`, `dictionary`, `string`, `integer`.
        wanted: &'static str,
    },
}

fn or_body(field: &str) -> &str {
    if field.is_empty() { "body" } else { field }
}

impl TranslateError {
    /// The field that is meant; empty for the body as a whole.
    pub fn field(&self) -> &str {
        match self {
            Self::Unsupported { .. } => "",
            Self::NotJson { field, .. }
            | Self::TooDeep { field }
            | Self::Missing { field }
            | Self::Empty { field }
            | Self::KeptElsewhere { field }
            | Self::Type { field, .. } => field,
        }
    }

    /// The error as an answer of status 400 in the caller's dialect.
    pub fn answer(&self, caller: Dialect, request_id: &str) -> ErrorAnswer {
        ErrorAnswer::new(
            caller,
            400,
            "invalid_request_error",
            &self.to_string(),
            request_id,
        )
    }
}

/// What an upstream answered when it refused.
#[derive(Clone, Copy, Debug)]
pub struct UpstreamError<'a> {
    /// Its status, 400 or more.
    pub status: u16,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, decoded; whatever it is.
    pub body: &'a [u8],
}

/// An error as the caller gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers besides content type (JSON) and our own: name in lower case, and value.
    pub headers: Vec<(&'static str, String)>,
    /// JSON in the caller's dialect.
    pub body: Vec<u8>,
}

impl ErrorAnswer {
    /// An error in the caller's dialect. `kind` is the dialect's `type`.
    pub fn new(caller: Dialect, status: u16, kind: &str, message: &str, request_id: &str) -> Self {
        let json = match caller {
            Dialect::Anthropic => serde_json::json!({
                "type": "error",
                "error": {"type": kind, "message": message},
                "request_id": request_id,
            }),
            _ => serde_json::json!({
                "error": {"message": message, "type": kind, "param": null, "code": null},
            }),
        };
        let header = match caller {
            Dialect::Anthropic => "request-id",
            _ => "x-request-id",
        };
        Self {
            status,
            headers: vec![(header, request_id.to_owned())],
            body: json.to_string().into_bytes(),
        }
    }
}
