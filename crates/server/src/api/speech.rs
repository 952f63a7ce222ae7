//! How sites are spoken to.

use app::sites::SpeechChange;
use app::view::SpeechView;
use axum::Json;
use axum::extract::{Path, Query, State};

use super::Api;
use super::answer::{ApiError, SignedIn};
use super::sites::{blocking, read};

/// `GET /api/sites/{id}/speech`; `?model=` names a model of which nothing is known yet.
pub(crate) async fn show(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<SpeechView>, ApiError> {
    let sites = api.app.sites().clone();
    let named = pairs.into_iter().filter(|(name, _)| name == "model");
    let models: Vec<String> = named.map(|(_, model)| model).collect();
    Ok(Json(blocking(move || sites.speech(&id, &models)).await?))
}

/// `PUT /api/sites/{id}/speech`: what is not named stays.
pub(crate) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<SpeechView>, ApiError> {
    let change: SpeechChange = read(&body)?;
    let sites = api.app.sites().clone();
    Ok(Json(
        blocking(move || sites.set_speech(&id, &change)).await?,
    ))
}
