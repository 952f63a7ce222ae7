//! `/api/openapi.json`.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

/// The document; a test holds it against the routes and the answers.
const DOCUMENT: &str = include_str!("../../openapi.json");

/// `GET /api/openapi.json`.
pub(crate) async fn document() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}
