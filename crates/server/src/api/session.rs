//! Who is looking.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;

use super::Api;
use super::answer::{ApiError, SignedIn};
use crate::guard::Visitor;

#[derive(Serialize)]
pub(crate) struct Session {
    signed_in: bool,
    version: &'static str,
    demo: bool,
    desktop: bool,
    platform: &'static str,
    data_dir: String,
}

/// `GET /api/session`.
pub(crate) async fn session(
    State(api): State<Api>,
    Extension(visitor): Extension<Visitor>,
) -> Json<Session> {
    Json(Session {
        signed_in: visitor.signed_in,
        version: env!("CARGO_PKG_VERSION"),
        demo: api.app.is_demo(),
        desktop: api.app.desktop().is_some(),
        platform: std::env::consts::OS,
        data_dir: api.app.data_dir().display().to_string(),
    })
}

#[derive(Serialize)]
pub(crate) struct OneTime {
    url: String,
}

/// `POST /api/session/one-time`: an address that signs a browser in once.
pub(crate) async fn one_time(
    State(api): State<Api>,
    _: SignedIn,
) -> Result<Json<OneTime>, ApiError> {
    let token = api.app.session().one_time_token();
    let token = token.map_err(|error| ApiError::body(error.to_string()))?;
    Ok(Json(OneTime {
        url: format!("http://{}/?token={token}", crate::reachable(api.address)),
    }))
}
