//! Moving sites and ledgers in and out.

use app::stations::{Amounts, ExportFormat, ImportInput};
use app::view::ImportPlan;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::Api;
use super::answer::{ApiError, SignedIn};
use super::sites::read;
use super::stations::blocking;

/// Largest file: years of balances of many sites are a few megabytes.
pub(crate) const LARGEST: usize = 32 * 1024 * 1024;

/// `POST /api/import/preview`: what an import would do.
pub(crate) async fn preview(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<ImportPlan>, ApiError> {
    let input: ImportInput = read(&body)?;
    let plan = blocking(&api, move |it| it.preview_import(&input));
    Ok(Json(plan.await?))
}

/// `POST /api/import`: everything in the file, or nothing.
pub(crate) async fn import(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<ImportPlan>, ApiError> {
    let input: ImportInput = read(&body)?;
    Ok(Json(blocking(&api, move |it| it.import(&input)).await?))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ExportInput {
    format: ExportFormat,
    with_secrets: bool,
    amounts: Amounts,
}

/// `POST /api/export`: needs the session token even without secrets: notes and addresses are private.
pub(crate) async fn export(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<Value>, ApiError> {
    let input: ExportInput = if body.is_empty() {
        ExportInput::default()
    } else {
        read(&body)?
    };
    let export = move |it: &app::stations::Stations| {
        it.export(input.format, input.with_secrets, input.amounts)
    };
    Ok(Json(blocking(&api, export).await?))
}
