//! What only a desktop can do; without one the answer says so.

use app::DesktopError;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Api;
use super::answer::{ApiError, SignedIn};

#[derive(Serialize)]
pub(crate) struct Desktop {
    available: bool,
    tray: bool,
    start_at_login: bool,
}

#[derive(Deserialize)]
struct Change {
    start_at_login: bool,
}

/// `GET /api/desktop`.
pub(crate) async fn read(State(api): State<Api>) -> Result<Json<Desktop>, ApiError> {
    let Some(desktop) = api.app.desktop() else {
        return Ok(Json(Desktop {
            available: false,
            tray: false,
            start_at_login: false,
        }));
    };
    let start_at_login = desktop.start_at_login()?;
    Ok(Json(Desktop {
        available: true,
        tray: desktop.has_tray(),
        start_at_login,
    }))
}

/// `PATCH /api/desktop` with `{"start_at_login":true}`.
pub(crate) async fn change(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<Desktop>, ApiError> {
    let change: Change = serde_json::from_slice(&body).map_err(|error| {
        ApiError::body(format!(
            "the body must be {{\"start_at_login\":true|false}} ({error})"
        ))
    })?;
    api.app
        .desktop()
        .ok_or(DesktopError::NotHere)?
        .set_start_at_login(change.start_at_login)?;
    read(State(api)).await
}

/// `POST /api/desktop/show`: brings the window to the front.
pub(crate) async fn show(State(api): State<Api>, _: SignedIn) -> Result<StatusCode, ApiError> {
    api.app
        .desktop()
        .ok_or(DesktopError::NotHere)?
        .show_window();
    Ok(StatusCode::NO_CONTENT)
}
