//! Routes.

use app::view::RoutesView;
use axum::Json;
use axum::extract::State;

use super::Api;
use super::answer::{ApiError, SignedIn};
use super::sites::{blocking, read};

/// `GET /api/routes`.
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<RoutesView>, ApiError> {
    let sites = api.app.sites().clone();
    Ok(Json(blocking(move || sites.routes()).await?))
}

/// `PUT /api/routes`: replaces all of them; requests that run keep theirs.
pub(crate) async fn replace(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<RoutesView>, ApiError> {
    let routes: RoutesView = read(&body)?;
    let sites = api.app.sites().clone();
    Ok(Json(blocking(move || sites.put_routes(&routes)).await?))
}
