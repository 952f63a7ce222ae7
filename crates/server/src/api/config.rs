//! Settings and the proxy's switch.

use app::view::ProxyView;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Api;
use super::answer::{ApiError, SignedIn};

/// `GET /api/config`: the settings in force, secrets masked.
pub(crate) async fn read(State(api): State<Api>) -> Json<Value> {
    Json(api.app.settings_json())
}

/// `PATCH /api/config`: changes settings by their dotted names, all of them or none.
pub(crate) async fn change(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<Value>, ApiError> {
    let changes: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| ApiError::body(format!("the body must be a JSON object ({error})")))?;
    let changes: Vec<(String, Value)> = changes.into_iter().collect();
    let app = api.app.clone();
    let changed = tokio::task::spawn_blocking(move || app.change_settings(&changes)).await;
    changed.map_err(|error| ApiError::body(error.to_string()))??;
    Ok(Json(api.app.settings_json()))
}

/// `GET /api/proxy`.
pub(crate) async fn proxy(State(api): State<Api>) -> Json<ProxyView> {
    Json(api.app.live().proxy())
}

#[derive(Deserialize)]
struct Switch {
    on: bool,
}

/// `POST /api/proxy` with `{"on":false}`.
pub(crate) async fn switch_proxy(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<ProxyView>, ApiError> {
    let switch: Switch = serde_json::from_slice(&body).map_err(|error| {
        ApiError::body(format!("the body must be {{\"on\":true|false}} ({error})"))
    })?;
    api.app.set_proxy(switch.on);
    Ok(Json(api.app.live().proxy()))
}
