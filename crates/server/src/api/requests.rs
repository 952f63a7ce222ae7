//! Lists and single exchanges.

use app::query::{RequestPage, parse_filter};
use app::view::ExchangeRow;
use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::Api;
use super::answer::{ApiError, number, text};

/// Rows per answer: usual and most.
const USUAL: usize = 100;
const MOST: usize = 1_000;

/// `GET /api/requests`: newest first.
pub(crate) async fn list(
    State(api): State<Api>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<RequestPage>, ApiError> {
    let filter = parse_filter(&pairs)?;
    let expected = "a number between 1 and 1000";
    let limit = number::<usize>(&pairs, "limit", expected)?.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::parameter("limit", expected));
    }
    let before = number(&pairs, "before", "the `next` of an earlier answer")?;
    let wanted = text(&pairs, "q").map(str::to_owned);
    Ok(Json(
        api.app
            .queries()
            .requests(filter, wanted, before, limit)
            .await?,
    ))
}

/// `GET /api/requests/{id}`: one exchange in short.
pub(crate) async fn one(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let row = api.app.queries().request(id).await?;
    Ok(Json(in_short(&row)))
}

/// `GET /api/request/{id}`: everything kept. `?bodies=false` leaves the bodies' text out.
pub(crate) async fn detail(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, ApiError> {
    let texts = number::<bool>(&pairs, "bodies", "true or false")?.unwrap_or(true);
    let detail = api.app.queries().detail(id, texts).await?;
    // As a value, so that the row's `timing` gives way to the whole one.
    Ok(Json(serde_json::to_value(detail).unwrap_or_default()))
}

/// The shape that LiveToken Monitor and API Watchdog defined.
fn in_short(row: &ExchangeRow) -> Value {
    let tokens = &row.tokens;
    let total = tokens
        .input
        .zip(tokens.output)
        .map(|(input, output)| input + output);
    json!({
        "id": row.id,
        "timestamp": row.started_at,
        "project_id": row.project,
        "provider": provider(&row.dialect),
        "model": row.model,
        "tokens": {
            "prompt": tokens.input,
            "completion": tokens.output,
            "total": total,
            "cache_read": tokens.cache_read,
            "cache_write": tokens.cache_write,
            "basis": tokens.basis,
        },
        "cost": {"usd": row.cost.usd, "cny": row.cost.cny, "basis": row.cost.basis},
        "analysis": {
            "similarity_score": null,
            "pattern_score": null,
            "advisor_level": row.advisor_level,
            "advisor_message": null,
        },
        "metadata": {
            "outcome": row.outcome,
            "duration_ms": row.timing.duration_ms,
            "ttfb_ms": row.timing.ttfb_ms,
            "ttft_ms": row.timing.ttft_ms,
            "tokens_per_second": row.speed,
            "upstream_status": row.status,
            "site": row.site,
            "client": row.client,
            "path": row.path,
            "stream": row.stream,
            "model_served": row.model_served,
            "attempts": row.attempts,
            "error": row.error,
        },
    })
}

fn provider(dialect: &str) -> &str {
    dialect.split('-').next().unwrap_or(dialect)
}
