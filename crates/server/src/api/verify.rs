//! Authenticity tests.

use std::collections::BTreeMap;

use ::verify::{CallRecord, Comparison, Estimate, Language, Words};
use app::verify::VerifyError;
use app::view::{
    NoticeView, PresetView, StandingView, VerifyAsk, VerifyDetail, VerifyRun, VerifyRuns,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::{Deserialize, Serialize};

use super::Api;
use super::answer::{ApiError, SignedIn, text};
use super::sites::read;

/// Runs something that reads the store or reckons.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VerifyError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| ApiError::body(error.to_string()))??)
}

/// `POST /api/sites/{id}/verify/estimate`: what a test would cost at most. Sends nothing.
pub(crate) async fn estimate(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Estimate>, ApiError> {
    let ask: VerifyAsk = read(&body)?;
    let app = api.app.clone();
    Ok(Json(
        blocking(move || app.verify_estimate(&id, &ask)).await?,
    ))
}

/// `POST /api/sites/{id}/verify`: begins a test, which goes on by itself.
pub(crate) async fn begin(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<VerifyRun>), ApiError> {
    let ask: VerifyAsk = read(&body)?;
    // Not in the blocking pool: the test becomes a task of this runtime.
    let run = api.app.verify(&id, &ask)?;
    Ok((StatusCode::CREATED, Json(run)))
}

/// `GET /api/verify/runs?site=`: of a site or of all, newest first.
pub(crate) async fn runs(
    State(api): State<Api>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<VerifyRuns>, ApiError> {
    let site = text(&pairs, "site").map(str::to_owned);
    let app = api.app.clone();
    let runs = blocking(move || app.tester().runs(site.as_deref())).await?;
    Ok(Json(VerifyRuns { runs }))
}

/// `GET /api/verify/runs/{id}`: how far a test is, or what it found.
pub(crate) async fn detail(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<VerifyDetail>, ApiError> {
    let app = api.app.clone();
    Ok(Json(blocking(move || app.tester().detail(&id)).await?))
}

/// `GET /api/verify/runs/{id}/calls/{call}`: one call, what was sent and what came back.
pub(crate) async fn call(
    State(api): State<Api>,
    Path((id, call)): Path<(String, u32)>,
) -> Result<Json<CallRecord>, ApiError> {
    let app = api.app.clone();
    Ok(Json(blocking(move || app.tester().call(&id, call)).await?))
}

/// `GET /api/verify/runs/{id}/report?format=md|html|json&language=&named=`.
pub(crate) async fn report(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let format = text(&pairs, "format").unwrap_or("md").to_owned();
    let language = text(&pairs, "language").unwrap_or("en").to_owned();
    let named = text(&pairs, "named") != Some("false");
    let app = api.app.clone();
    let kind = match &format[..] {
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        _ => "text/markdown; charset=utf-8",
    };
    // A page of a report never runs as a page of ours.
    let place = format!("attachment; filename=\"relayscope-report.{format}\"");
    let make = move || app.tester().document(&id, &format, &language, named);
    let document = blocking(make).await?;
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, place),
    ];
    Ok((headers, document).into_response())
}

/// `POST /api/verify/runs/{id}/cancel`: what was found so far is kept.
pub(crate) async fn cancel(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<VerifyRun>, ApiError> {
    Ok(Json(api.app.tester().cancel(&id)?))
}

/// `DELETE /api/verify/runs/{id}`.
pub(crate) async fn remove(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let app = api.app.clone();
    blocking(move || app.tester().remove(&id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/verify/compare?one=&other=`: what differs between two reports.
pub(crate) async fn compare(
    State(api): State<Api>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Comparison>, ApiError> {
    let id = |name: &str| match text(&pairs, name) {
        Some(id) => Ok(id.to_owned()),
        None => Err(ApiError::parameter(name, "the id of a test")),
    };
    let (one, other) = (id("one")?, id("other")?);
    let app = api.app.clone();
    let compared = blocking(move || app.tester().compare(&one, &other)).await?;
    Ok(Json(compared))
}

/// `GET /api/verify/words?language=`: the tester's sentences by code.
pub(crate) async fn words(
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<BTreeMap<String, String>>, ApiError> {
    let language = Language::of(text(&pairs, "language").unwrap_or("en"));
    let words = Words::of(language).map_err(VerifyError::from)?;
    let sentence = |code: &str| Some((code.to_owned(), words.get(code)?.to_owned()));
    Ok(Json(words.codes().filter_map(sentence).collect()))
}

/// Answer of `GET /api/presets`.
#[derive(Serialize)]
pub(crate) struct Presets {
    presets: Vec<PresetView>,
}

/// `GET /api/presets`: shapes of requests for tests and conversations.
pub(crate) async fn presets(State(api): State<Api>) -> Result<Json<Presets>, ApiError> {
    let app = api.app.clone();
    let presets = blocking(move || app.presets()).await?;
    Ok(Json(Presets { presets }))
}

/// Answer of `GET /api/verify/standings`.
#[derive(Serialize)]
pub(crate) struct Standings {
    standings: Vec<StandingView>,
}

/// `GET /api/verify/standings`: what ordinary traffic shows of sites.
pub(crate) async fn standings(State(api): State<Api>) -> Json<Standings> {
    let standings = api.app.standings();
    Json(Standings { standings })
}

#[derive(Deserialize)]
struct NewPreset {
    name: String,
    exchange: String,
}

/// `POST /api/presets`: makes a shape of a recorded exchange.
pub(crate) async fn save_preset(
    State(api): State<Api>,
    _: SignedIn,
    body: Bytes,
) -> Result<(StatusCode, Json<PresetView>), ApiError> {
    let NewPreset { name, exchange } = read(&body)?;
    let preset = api.app.save_preset(&name, &exchange).await?;
    Ok((StatusCode::CREATED, Json(preset)))
}

/// `DELETE /api/presets/{name}`: one of the user's own.
pub(crate) async fn remove_preset(
    State(api): State<Api>,
    _: SignedIn,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    let app = api.app.clone();
    blocking(move || app.remove_preset(&name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answer of `GET /api/notices`.
#[derive(Serialize)]
pub(crate) struct Notices {
    notices: Vec<NoticeView>,
}

/// `GET /api/notices`: what nobody has dismissed, newest first.
pub(crate) async fn notices(State(api): State<Api>) -> Json<Notices> {
    let notices = api.app.notices_shown();
    Json(Notices { notices })
}

/// `DELETE /api/notices/{id}`.
pub(crate) async fn dismiss(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> StatusCode {
    match api.app.dismiss_notice(&id) {
        true => StatusCode::NO_CONTENT,
        false => StatusCode::NOT_FOUND,
    }
}
