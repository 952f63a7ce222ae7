//! Sites.

use app::ping::{PingAsk, Scope};
use app::sites::{KeyInput, SiteEdit, SiteError, SiteInput};
use app::view::{KeyView, Ping, SiteList, SiteView};
use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Api;
use super::answer::{ApiError, SignedIn};

/// Reads a JSON body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::body(format!("the body is not what is expected ({error})")))
}

/// Runs something that may touch the disk or the keychain.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SiteError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| ApiError::body(error.to_string()))??)
}

/// `GET /api/sites`.
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<SiteList>, ApiError> {
    let sites = api.app.sites().clone();
    Ok(Json(blocking(move || Ok(sites.list()?)).await?))
}

/// `GET /api/sites/{id}`: by id or name.
pub(crate) async fn one(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<SiteView>, ApiError> {
    let sites = api.app.sites().clone();
    Ok(Json(blocking(move || sites.site(&id)).await?))
}

/// `POST /api/sites`.
pub(crate) async fn add(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<(StatusCode, Json<SiteView>), ApiError> {
    let input: SiteInput = read(&body)?;
    let sites = api.app.sites().clone();
    let added = blocking(move || sites.add(input)).await?;
    api.app.sites().clone().find_out_later(&added.id);
    Ok((StatusCode::CREATED, Json(added)))
}

/// `PATCH /api/sites/{id}`; `move_keys` agrees that keys move to another host.
pub(crate) async fn change(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<SiteView>, ApiError> {
    let edit: SiteEdit = read(&body)?;
    let sites = api.app.sites().clone();
    let changed = blocking(move || sites.change(&id, edit)).await?;
    api.app.sites().clone().find_out_later(&changed.id);
    Ok(Json(changed))
}

/// `DELETE /api/sites/{id}`.
pub(crate) async fn delete(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let sites = api.app.sites().clone();
    blocking(move || sites.delete(&id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/sites/{id}/restore`.
pub(crate) async fn restore(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<SiteView>, ApiError> {
    let sites = api.app.sites().clone();
    Ok(Json(blocking(move || sites.restore(&id)).await?))
}

#[derive(Deserialize)]
struct Order {
    ids: Vec<String>,
}

/// `POST /api/sites/order`.
pub(crate) async fn order(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<SiteList>, ApiError> {
    let Order { ids } = read(&body)?;
    let sites = api.app.sites().clone();
    let list = move || {
        sites.order(&ids)?;
        Ok(sites.list()?)
    };
    Ok(Json(blocking(list).await?))
}

/// `POST /api/sites/{id}/keys`.
pub(crate) async fn add_key(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<(StatusCode, Json<KeyView>), ApiError> {
    let input: KeyInput = read(&body)?;
    let sites = api.app.sites().clone();
    Ok((
        StatusCode::CREATED,
        Json(blocking(move || sites.add_key(&id, &input)).await?),
    ))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PingInput {
    model: Option<String>,
    key: Option<String>,
    whole: bool,
}

/// `POST /api/sites/{id}/ping`: makes tiny paid requests.
pub(crate) async fn ping(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<Ping>, ApiError> {
    let input: PingInput = if body.trim_ascii().is_empty() {
        PingInput::default()
    } else {
        read(&body)?
    };
    let ask = PingAsk {
        model: input.model.filter(|model| !model.trim().is_empty()),
        key: input.key,
        scope: if input.whole {
            Scope::Whole
        } else {
            Scope::Usual
        },
    };
    Ok(Json(api.app.ping(&id, &ask).await?))
}
