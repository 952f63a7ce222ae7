//! The ledger of a site.

use app::view::{EntryInput, LedgerView};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;

use super::Api;
use super::answer::{ApiError, SignedIn};
use super::sites::read;
use super::stations::{blocking, csv};

/// `GET /api/stations/{id}/ledger`.
pub(crate) async fn ledger(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<LedgerView>, ApiError> {
    Ok(Json(blocking(&api, move |it| it.ledger(&id)).await?))
}

/// `POST /api/stations/{id}/ledger`.
pub(crate) async fn add(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<(StatusCode, Json<LedgerView>), ApiError> {
    let input: EntryInput = read(&body)?;
    let added = blocking(&api, move |it| it.add_entry(&id, &input)).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// `PATCH /api/ledger/{id}`: the input takes the entry's place; an empty date leaves it.
pub(crate) async fn change(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<LedgerView>, ApiError> {
    let input: EntryInput = read(&body)?;
    let change = blocking(&api, move |it| it.change_entry(&id, &input));
    Ok(Json(change.await?))
}

/// `DELETE /api/ledger/{id}`.
pub(crate) async fn remove(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<LedgerView>, ApiError> {
    Ok(Json(blocking(&api, move |it| it.remove_entry(&id)).await?))
}

/// `GET /api/stations/{id}/ledger.csv`.
pub(crate) async fn table(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let table = blocking(&api, move |it| it.ledger_csv(&id)).await?;
    Ok(csv("recharges.csv", table))
}
