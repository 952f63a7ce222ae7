//! Forgetting.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Api;
use super::answer::ApiError;
use crate::guard::Visitor;
use crate::refuse::Refusal;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Clear {
    /// Also delete what is kept on disk.
    kept: bool,
}

/// `POST /api/clear-history`: empties the live list; with `{"kept":true}` the store as well.
pub(crate) async fn clear(
    State(api): State<Api>,
    Extension(visitor): Extension<Visitor>,
    body: bytes::Bytes,
) -> Result<Json<Value>, Response> {
    let clear = read_clear(&body).map_err(IntoResponse::into_response)?;
    if clear.kept && !visitor.signed_in {
        return Err(Refusal::NotSignedIn.answer(None));
    }
    let deleted = match clear.kept {
        true => api.app.queries().delete_all().await,
        false => Ok(0),
    };
    let deleted = deleted.map_err(|error| ApiError::from(error).into_response())?;
    let cleared = api.app.live().clear();
    Ok(Json(
        json!({"success": true, "cleared": cleared, "deleted": deleted}),
    ))
}

fn read_clear(body: &[u8]) -> Result<Clear, ApiError> {
    if body.trim_ascii().is_empty() {
        return Ok(Clear::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        ApiError::body(format!(
            "the body must be {{\"kept\":true|false}} ({error})"
        ))
    })
}

/// `DELETE /api/projects/{id}`: everything of a project.
pub(crate) async fn delete_project(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let deleted = api.app.queries().delete_project(id.clone()).await?;
    Ok(Json(json!({
        "success": true,
        "deleted_requests": deleted,
        "message": format!("Project '{id}' data cleared"),
    })))
}
