//! Forgetting.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Api;
use super::answer::ApiError;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Clear {
    /// Also delete what is kept on disk.
    kept: bool,
}

/// `POST /api/clear-history`: empties the live list; with `{"kept":true}` the store as well.
pub(crate) async fn clear(
    State(api): State<Api>,
    body: bytes::Bytes,
) -> Result<Json<Value>, ApiError> {
    let clear: Clear = if body.trim_ascii().is_empty() {
        Clear::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| {
            ApiError::body(format!(
                "the body must be {{\"kept\":true|false}} ({error})"
            ))
        })?
    };
    let deleted = if clear.kept {
        api.app.queries().delete_all().await?
    } else {
        0
    };
    let cleared = api.app.live().clear();
    Ok(Json(
        json!({"success": true, "cleared": cleared, "deleted": deleted}),
    ))
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
