//! Slices of bodies.

use app::query::{Form, Part};
use app::view::{BodyLines, EventList, FoundLines};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use wire::conversation::Slice;

use super::Api;
use super::answer::{ApiError, number, text};

type Pairs = Query<Vec<(String, String)>>;

/// Lines or events per answer, when not asked otherwise.
const USUAL: usize = 200;

/// Bytes of a text per answer: usual and most.
const USUAL_TEXT: usize = 64 * 1024;
const MOST_TEXT: usize = 1024 * 1024;

/// `GET /api/request/{id}/lines`.
pub(crate) async fn lines(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<BodyLines>, ApiError> {
    let (from, count) = part(&pairs)?;
    let (part, form) = (body_part(&pairs)?, form(&pairs)?);
    Ok(Json(
        api.app.queries().lines(id, part, form, from, count).await?,
    ))
}

/// `GET /api/request/{id}/find`.
pub(crate) async fn find(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<FoundLines>, ApiError> {
    let (part, form) = (body_part(&pairs)?, form(&pairs)?);
    let wanted = text(&pairs, "q").ok_or_else(|| ApiError::parameter("q", "the text to find"))?;
    Ok(Json(
        api.app
            .queries()
            .find(id, part, form, wanted.to_owned())
            .await?,
    ))
}

/// `GET /api/request/{id}/events`.
pub(crate) async fn events(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<EventList>, ApiError> {
    let (from, count) = part(&pairs)?;
    Ok(Json(
        api.app
            .queries()
            .events(id, events_of(&pairs)?, from, count)
            .await?,
    ))
}

/// `GET /api/request/{id}/text`.
pub(crate) async fn text_part(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<Slice>, ApiError> {
    let offset = number(&pairs, "offset", "a number")?.unwrap_or(0);
    let length = number(&pairs, "length", "a number")?
        .unwrap_or(USUAL_TEXT)
        .min(MOST_TEXT);
    let (part, pointer) = (body_part(&pairs)?, pointer(&pairs)?);
    Ok(Json(
        api.app
            .queries()
            .text_part(id, part, pointer, offset, length)
            .await?,
    ))
}

/// `GET /api/request/{id}/image`.
pub(crate) async fn image(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let (part, pointer) = (body_part(&pairs)?, pointer(&pairs)?);
    let (kind, bytes) = api.app.queries().image(id, part, pointer).await?;
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "private, max-age=3600".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// `GET /api/request/{id}/body`: a download, whatever its type: a browser must not run it here.
pub(crate) async fn body(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Response, ApiError> {
    let part = body_part(&pairs)?;
    let name = format!(
        "{}-{}",
        id,
        match part {
            Part::Request => "request",
            Part::Sent => "sent",
            Part::Response => "response",
            Part::Answered => "answered",
        }
    );
    let (kind, bytes) = api.app.queries().body(id, part).await?;
    let extension = match kind.as_deref().unwrap_or_default() {
        kind if kind.contains("json") => "json",
        kind if kind.contains("event-stream") => "sse",
        _ => "txt",
    };
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.{extension}\""),
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

fn part(pairs: &[(String, String)]) -> Result<(usize, usize), ApiError> {
    let from = number(pairs, "from", "a number")?.unwrap_or(0);
    Ok((from, number(pairs, "count", "a number")?.unwrap_or(USUAL)))
}

fn body_part(pairs: &[(String, String)]) -> Result<Part, ApiError> {
    match text(pairs, "side") {
        Some("request") => Ok(Part::Request),
        Some("sent") => Ok(Part::Sent),
        Some("response") => Ok(Part::Response),
        Some("answered") => Ok(Part::Answered),
        _ => Err(ApiError::parameter(
            "side",
            "request, sent, response or answered",
        )),
    }
}

/// The stream as the upstream sent it, unless the client's is asked for.
fn events_of(pairs: &[(String, String)]) -> Result<Part, ApiError> {
    match text(pairs, "side") {
        None => Ok(Part::Response),
        Some(_) => body_part(pairs),
    }
}

fn form(pairs: &[(String, String)]) -> Result<Form, ApiError> {
    match text(pairs, "form") {
        Some("pretty") | None => Ok(Form::Pretty),
        Some("exact") => Ok(Form::Exact),
        Some("assembled") => Ok(Form::Assembled),
        Some(_) => Err(ApiError::parameter("form", "pretty, exact or assembled")),
    }
}

fn pointer(pairs: &[(String, String)]) -> Result<String, ApiError> {
    let found = text(pairs, "pointer").filter(|pointer| pointer.starts_with('/'));
    found
        .map(str::to_owned)
        .ok_or_else(|| ApiError::parameter("pointer", "a JSON pointer"))
}
