//! Errors of the API: `{"error":{"code","message","params"}}`.

use app::query::{FilterError, QueryError};
use app::sites::SiteError;
use app::stations::StationError;
use app::verify::VerifyError;
use app::{DesktopError, SettingsError};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use serde_json::json;

use crate::guard::Visitor;
use crate::refuse::Refusal;

/// Longest reason of the framework that is passed on.
const LONGEST_REASON: usize = 4 * 1024;

/// Why an endpoint has no answer.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    params: Vec<(String, String)>,
}

impl ApiError {
    /// A parameter that cannot be read.
    pub(crate) fn parameter(name: &str, expected: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "bad_parameter",
            message: format!("{name} must be {expected}"),
            params: vec![("parameter".to_owned(), name.to_owned())],
        }
    }

    /// A parameter of something that this version cannot do.
    pub(crate) fn not_there_yet(name: &str) -> Self {
        Self {
            status: StatusCode::NOT_IMPLEMENTED,
            code: "not_there_yet",
            message: format!(
                "{name} is not there yet: this version knows the totals of the live list only"
            ),
            params: vec![("parameter".to_owned(), name.to_owned())],
        }
    }

    /// A path that belongs to nobody.
    pub(crate) fn no_such_path(path: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: "not_found",
            message: format!(
                "there is nothing at {path}: clients of models call /v1/…, the API is described in /api/openapi.json"
            ),
            params: Vec::new(),
        }
    }

    /// A body that cannot be read.
    pub(crate) fn body(message: String) -> Self {
        let (status, code) = (StatusCode::BAD_REQUEST, "bad_body");
        Self {
            status,
            code,
            message,
            params: Vec::new(),
        }
    }

    fn new(status: StatusCode, code: &'static str, error: &impl ToString) -> Self {
        Self {
            status,
            code,
            message: error.to_string(),
            params: Vec::new(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let error = json!({"code": self.code, "message": self.message, "params": self.params});
        (self.status, Json(json!({"error": error}))).into_response()
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        match &error {
            QueryError::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found", &error),
            QueryError::Store(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_failed", &error)
            }
            QueryError::Lost => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", &error),
        }
    }
}

impl From<FilterError> for ApiError {
    fn from(error: FilterError) -> Self {
        Self::parameter(&error.parameter, error.expected)
    }
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        let key = match &error {
            SettingsError::Value { key, .. } | SettingsError::Unknown(key) => Some(key.clone()),
            _ => None,
        };
        let params = key.map(|key| ("key".to_owned(), key)).into_iter().collect();
        let status = match &error {
            SettingsError::Unwritable { .. } | SettingsError::Unreadable { .. } => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            params,
            ..Self::new(status, "bad_setting", &error)
        }
    }
}

impl From<SiteError> for ApiError {
    fn from(error: SiteError) -> Self {
        let status = match error.code() {
            "no_such_site" | "no_such_key" => StatusCode::NOT_FOUND,
            "keys_move" | "name_taken" | "key_taken" => StatusCode::CONFLICT,
            "vault_locked" | "store_failed" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            params: error.params(),
            ..Self::new(status, error.code(), &error)
        }
    }
}

impl From<StationError> for ApiError {
    fn from(error: StationError) -> Self {
        let status = match error.code() {
            "no_such_site" | "no_such_key" | "no_such_entry" => StatusCode::NOT_FOUND,
            "name_taken" | "key_taken" => StatusCode::CONFLICT,
            "vault_locked" | "store_failed" => StatusCode::SERVICE_UNAVAILABLE,
            "station_failed" => StatusCode::BAD_GATEWAY,
            "internal" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            params: error.params(),
            ..Self::new(status, error.code(), &error)
        }
    }
}

impl From<VerifyError> for ApiError {
    fn from(error: VerifyError) -> Self {
        if let VerifyError::Site(error) = error {
            return error.into();
        }
        let status = match &error {
            VerifyError::NoSuchRun(_)
            | VerifyError::NoSuchPreset(_)
            | VerifyError::NoExchange(_) => StatusCode::NOT_FOUND,
            VerifyError::Running(_) | VerifyError::NotOver | VerifyError::PresetTaken(_) => {
                StatusCode::CONFLICT
            }
            VerifyError::Tables(_) | VerifyError::Unreadable(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            params: error.params(),
            ..Self::new(status, error.code(), &error)
        }
    }
}

impl From<DesktopError> for ApiError {
    fn from(error: DesktopError) -> Self {
        match error {
            DesktopError::NotHere => Self::new(StatusCode::CONFLICT, "no_desktop", &error),
            DesktopError::Refused(_) => Self::new(StatusCode::CONFLICT, "desktop_refused", &error),
        }
    }
}

/// Present in an endpoint's parameters: it needs the session token.
pub(crate) struct SignedIn;

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match parts.extensions.get::<Visitor>() {
            Some(visitor) if visitor.signed_in => Ok(Self),
            _ => Err(Refusal::NotSignedIn.answer(None)),
        }
    }
}

/// A path below /api that nobody answers.
pub(crate) async fn no_such_endpoint() -> ApiError {
    let (status, code) = (StatusCode::NOT_FOUND, "not_found");
    let message = "there is no such endpoint: see /api/openapi.json".to_owned();
    ApiError {
        status,
        code,
        message,
        params: Vec::new(),
    }
}

/// Refusals of the framework (a wrong method, a body that is too large, a query that cannot be read) in
/// the shape of all others.
pub(crate) async fn in_our_shape(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE);
    let plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !status.is_client_error() || !plain {
        return response;
    }
    let code = match status {
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        _ => "bad_request",
    };
    let (mut parts, body) = response.into_parts();
    let text = axum::body::to_bytes(body, LONGEST_REASON).await;
    let text = text.unwrap_or_default();
    let message = match &*String::from_utf8_lossy(&text) {
        "" => status.canonical_reason().unwrap_or("refused").to_owned(),
        text => text.to_owned(),
    };
    let params = Vec::new();
    let error = ApiError {
        status,
        code,
        message,
        params,
    };
    let (told, body) = error.into_response().into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(told.headers);
    Response::from_parts(parts, body)
}

/// Reads an optional number of the query.
pub(crate) fn number<T: std::str::FromStr>(
    pairs: &[(String, String)],
    name: &str,
    expected: &str,
) -> Result<Option<T>, ApiError> {
    match text(pairs, name) {
        None => Ok(None),
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|_| ApiError::parameter(name, expected)),
    }
}

/// Reads an optional text of the query; an empty one is none.
pub(crate) fn text<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(known, _)| known == name);
    found
        .map(|(_, value)| &value[..])
        .filter(|value| !value.is_empty())
}
