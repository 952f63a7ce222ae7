//! Exchanges for other programs.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::Api;
use super::answer::{ApiError, text};

/// `GET /api/request/{id}/curl`.
pub(crate) async fn curl(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let command = api.app.queries().curl(id).await?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], command).into_response())
}

/// `GET /api/request/{id}/export`.
pub(crate) async fn json(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let name = format!("attachment; filename=\"{id}.json\"");
    let export = api.app.queries().export(id).await?;
    Ok(([(CONTENT_DISPOSITION, name)], Json(export)).into_response())
}

/// `GET /api/export.har?ids=a,b`; without ids, the live list.
pub(crate) async fn har(
    State(api): State<Api>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let ids = text(&pairs, "ids").unwrap_or_default().split(',');
    let ids = ids.filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let har = api
        .app
        .queries()
        .har(ids, env!("CARGO_PKG_VERSION"))
        .await?;
    let name = "attachment; filename=\"relayscope.har\"";
    Ok(([(CONTENT_DISPOSITION, name)], Json(har)).into_response())
}
