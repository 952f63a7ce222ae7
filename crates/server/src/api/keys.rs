//! Keys of sites, and local client keys.

use app::view::{ClientKeyView, KeyView};
use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Api;
use super::answer::{ApiError, SignedIn, text};
use super::sites::{blocking, read};

#[derive(Serialize)]
pub(crate) struct Keys {
    keys: Vec<KeyView>,
}

/// `GET /api/keys`.
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<Keys>, ApiError> {
    let sites = api.app.sites().clone();
    let keys = blocking(move || sites.all_keys()).await?;
    Ok(Json(Keys { keys }))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Change {
    label: Option<String>,
    weight: Option<u32>,
    enabled: Option<bool>,
}

/// `PATCH /api/keys/{id}`.
pub(crate) async fn change(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<KeyView>, ApiError> {
    let Change {
        label,
        weight,
        enabled,
    } = read(&body)?;
    let sites = api.app.sites().clone();
    let changed = move || sites.change_key(&id, label.as_deref(), weight, enabled);
    Ok(Json(blocking(changed).await?))
}

/// `DELETE /api/keys/{id}`.
pub(crate) async fn delete(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let sites = api.app.sites().clone();
    blocking(move || sites.remove_key(&id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/keys/{id}/reset`.
pub(crate) async fn reset(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<KeyView>, ApiError> {
    Ok(Json(api.app.sites().reset_key(&id)?))
}

#[derive(Serialize)]
pub(crate) struct Reset {
    reset: usize,
}

/// `POST /api/keys/reset?site=NAME`: all keys, or those of one site.
pub(crate) async fn reset_all(
    State(api): State<Api>,
    _: SignedIn,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Reset>, ApiError> {
    let reset = api.app.sites().reset_keys(text(&pairs, "site"))?;
    Ok(Json(Reset { reset }))
}

/// `POST /api/keys/{id}/check`: asks the site for its models, which is free.
pub(crate) async fn check(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<KeyView>, ApiError> {
    Ok(Json(api.app.sites().check_key(&id).await?))
}

#[derive(Serialize)]
pub(crate) struct Revealed {
    key: String,
}

/// `GET /api/keys/{id}/reveal`: the key itself, for its signed-in owner.
pub(crate) async fn reveal(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Revealed>, ApiError> {
    let sites = api.app.sites().clone();
    let key = blocking(move || sites.reveal_key(&id)).await?;
    Ok(Json(Revealed {
        key: key.reveal().clone(),
    }))
}

#[derive(Serialize)]
pub(crate) struct ClientKeys {
    client_keys: Vec<ClientKeyView>,
}

/// `GET /api/client-keys`.
pub(crate) async fn client_keys(State(api): State<Api>) -> Result<Json<ClientKeys>, ApiError> {
    let sites = api.app.sites().clone();
    let client_keys = blocking(move || sites.client_keys()).await?;
    Ok(Json(ClientKeys { client_keys }))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NewClientKey {
    label: String,
    project: Option<String>,
    sites: Vec<String>,
}

/// `POST /api/client-keys`: the answer holds the key, this once.
pub(crate) async fn add_client_key(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<(StatusCode, Json<ClientKeyView>), ApiError> {
    let NewClientKey {
        label,
        project,
        sites: routed,
    } = read(&body)?;
    let sites = api.app.sites().clone();
    let added = blocking(move || sites.add_client_key(&label, project, &routed)).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// `DELETE /api/client-keys/{id}`.
pub(crate) async fn remove_client_key(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let sites = api.app.sites().clone();
    blocking(move || sites.remove_client_key(&id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
