//! Stations: balances, how they are asked, logs, check-in.

use app::stations::{CheckinInput, LogsAsked, StationError, StationInput, Stations};
use app::view::{
    CheckinRound, Comparison, InterfaceTrial, InterfaceView, RawAnswers, ReconciliationView,
    RoundView, SiteSeries, StationList, StationLogs, StationView,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use base::Timestamp;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use std::sync::Arc;

use super::Api;
use super::answer::{ApiError, SignedIn, number, text};
use super::sites::read;

type Pairs = Query<Vec<(String, String)>>;

/// Days that a series covers when nobody says.
const SERIES_DAYS: u32 = 30;

/// Hours that a comparison covers when nobody says.
const RECONCILED_HOURS: u32 = 24;

/// Runs something that may touch the disk or the keychain.
pub(super) async fn blocking<T: Send + 'static>(
    api: &Api,
    work: impl FnOnce(&Stations) -> Result<T, StationError> + Send + 'static,
) -> Result<T, ApiError> {
    let stations: Arc<Stations> = api.app.stations().clone();
    let done = tokio::task::spawn_blocking(move || work(&stations)).await;
    Ok(done.map_err(|_| StationError::Lost)??)
}

/// `GET /api/stations`.
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<StationList>, ApiError> {
    Ok(Json(blocking(&api, Stations::list).await?))
}

/// `GET /api/stations/{id}`: by id or name, as in all that follow.
pub(crate) async fn one(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<StationView>, ApiError> {
    Ok(Json(blocking(&api, move |it| it.view(&id)).await?))
}

/// `PATCH /api/stations/{id}`.
pub(crate) async fn change(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<StationView>, ApiError> {
    let input: StationInput = read(&body)?;
    Ok(Json(
        blocking(&api, move |it| it.change(&id, &input)).await?,
    ))
}

/// `POST /api/stations/{id}/refresh`: asks the station; a failing query is told in the answer.
pub(crate) async fn refresh(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<StationView>, ApiError> {
    Ok(Json(api.app.stations().refresh(&id).await?))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RoundInput {
    ids: Option<Vec<String>>,
}

/// `POST /api/stations/refresh`: begins a round and does not wait for it.
pub(crate) async fn begin_round(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<RoundView>, ApiError> {
    let input: RoundInput = if body.is_empty() {
        RoundInput::default()
    } else {
        read(&body)?
    };
    Ok(Json(api.app.stations().refresh_all(input.ids).await?))
}

/// `GET /api/stations/refresh`: the round that goes on, or the last one.
pub(crate) async fn round(State(api): State<Api>) -> Json<Option<RoundView>> {
    Json(api.app.stations().round_view())
}

/// `DELETE /api/stations/refresh`.
pub(crate) async fn cancel_round(State(api): State<Api>, _: SignedIn) -> Json<Option<RoundView>> {
    Json(api.app.stations().cancel_round())
}

/// `GET /api/stations/{id}/raw`.
pub(crate) async fn raw(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<RawAnswers>, ApiError> {
    Ok(Json(blocking(&api, move |it| it.raw(&id)).await?))
}

/// `GET /api/stations/{id}/interface`.
pub(crate) async fn interface(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<InterfaceView>, ApiError> {
    Ok(Json(blocking(&api, move |it| it.interface(&id)).await?))
}

/// `PUT /api/stations/{id}/interface`.
pub(crate) async fn put_interface(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<InterfaceView>, ApiError> {
    let input: InterfaceView = read(&body)?;
    let put = move |it: &Stations| it.put_interface(&id, &input);
    Ok(Json(blocking(&api, put).await?))
}

/// `POST /api/stations/{id}/interface/try`: asks without saving anything.
pub(crate) async fn try_interface(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<InterfaceTrial>, ApiError> {
    let input: InterfaceView = read(&body)?;
    Ok(Json(api.app.stations().try_interface(&id, input).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountInput {
    #[serde(default)]
    credential: Option<String>,
    #[serde(default)]
    user_id: Option<String>,
}

/// `PUT /api/stations/{id}/account`.
pub(crate) async fn put_account(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<StationView>, ApiError> {
    let input: AccountInput = read(&body)?;
    let put = move |it: &Stations| {
        let (user_id, credential) = (input.user_id.as_deref(), input.credential.as_deref());
        it.put_account(&id, user_id, credential)
    };
    Ok(Json(blocking(&api, put).await?))
}

/// `DELETE /api/stations/{id}/account`.
pub(crate) async fn remove_account(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<StationView>, ApiError> {
    Ok(Json(
        blocking(&api, move |it| it.remove_account(&id)).await?,
    ))
}

/// `GET /api/stations/{id}/logs`: asks the station, unless it was asked a moment ago.
pub(crate) async fn logs(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<StationLogs>, ApiError> {
    let asked = logs_asked(&api, &pairs)?;
    Ok(Json(api.app.stations().logs(&id, &asked).await?))
}

/// `GET /api/stations/{id}/logs.csv`: all pages.
pub(crate) async fn logs_csv(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let asked = logs_asked(&api, &pairs)?;
    let table = api.app.stations().logs_csv(&id, &asked).await?;
    Ok(csv("station-log.csv", table))
}

fn logs_asked(api: &Api, pairs: &[(String, String)]) -> Result<LogsAsked, ApiError> {
    let time = |name: &str| match text(pairs, name) {
        None => Ok(None),
        Some(text) => Timestamp::parse(text)
            .map(Some)
            .ok_or_else(|| ApiError::parameter(name, "a time such as 2026-11-20T08:00:00Z")),
    };
    let page: Option<u32> = number(pairs, "page", "a number, 1 or more")?;
    if page == Some(0) {
        return Err(ApiError::parameter("page", "a number, 1 or more"));
    }
    let size: Option<u32> = number(pairs, "size", "a number from 1 to 1000")?;
    if size.is_some_and(|size| !(1..=1_000).contains(&size)) {
        return Err(ApiError::parameter("size", "a number from 1 to 1000"));
    }
    let hours: Option<u32> = number(pairs, "hours", "a number of hours")?;
    let since = hours.map(|hours| api.app.stations().hours_ago(hours));
    Ok(LogsAsked {
        page: page.unwrap_or(1),
        size,
        model: text(pairs, "model").map(str::to_owned),
        row_type: text(pairs, "type").map(str::to_owned),
        since: time("since")?.or(since),
        until: time("until")?,
    })
}

/// `GET /api/stations/{id}/reconciliation`: asks the station for its log.
pub(crate) async fn reconciliation(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<ReconciliationView>, ApiError> {
    let hours = number(&pairs, "hours", "a number of hours")?;
    let hours: u32 = hours.unwrap_or(RECONCILED_HOURS);
    let found = api.app.stations().reconciliation(&id, hours);
    Ok(Json(found.await?))
}

/// `GET /api/stations/{id}/series`.
pub(crate) async fn series(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<SiteSeries>, ApiError> {
    let days = number(&pairs, "days", "a number of days; 0: everything")?;
    let days = days.unwrap_or(SERIES_DAYS);
    Ok(Json(blocking(&api, move |it| it.series(&id, days)).await?))
}

/// `GET /api/comparison`.
pub(crate) async fn comparison(State(api): State<Api>) -> Result<Json<Comparison>, ApiError> {
    Ok(Json(blocking(&api, Stations::comparison).await?))
}

/// `POST /api/checkin`.
pub(crate) async fn check_in(
    State(api): State<Api>,
    _: SignedIn,
    body: bytes::Bytes,
) -> Result<Json<CheckinRound>, ApiError> {
    let input: CheckinInput = if body.is_empty() {
        CheckinInput::default()
    } else {
        read(&body)?
    };
    Ok(Json(api.app.stations().check_in(&input).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckinMark {
    done: bool,
}

/// `POST /api/stations/{id}/checkin`: marks today's as done by hand, or takes that back.
pub(crate) async fn mark_checkin(
    State(api): State<Api>,
    _: SignedIn,
    Path(id): Path<String>,
    body: bytes::Bytes,
) -> Result<Json<StationView>, ApiError> {
    let CheckinMark { done } = read(&body)?;
    Ok(Json(
        blocking(&api, move |it| it.mark_checkin(&id, done)).await?,
    ))
}

/// A table to be saved.
pub(super) fn csv(name: &str, table: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, table).into_response()
}
