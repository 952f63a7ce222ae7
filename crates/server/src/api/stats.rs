//! Totals of the live list.

use app::view::{ExchangeRow, Phase};
use axum::Json;
use axum::extract::{RawQuery, State};
use serde_json::{Value, json};

use super::Api;
use super::answer::ApiError;

/// Parameters that ask for something else than the live list.
const OF_PROJECTS: [&str; 3] = ["project_id", "hours", "group_by"];

/// `GET /api/stats`. Unknown token counts and prices are left out of the sums; how many is told. Figures of
/// a project are refused: the totals of everybody would be a wrong answer.
pub(crate) async fn stats(
    State(api): State<Api>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let query = query.unwrap_or_default();
    let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
    if let Some(name) = names.find(|name| OF_PROJECTS.contains(name)) {
        return Err(ApiError::not_there_yet(name));
    }
    let rows = api.app.live().rows();
    let finished = || rows.iter().filter(|row| row.phase == Phase::Finished);
    let done = finished().filter(|row| row.outcome == "done").count();
    let sum = |value: fn(&ExchangeRow) -> Option<f64>| {
        let values = rows.iter().filter_map(value);
        values.fold(0.0, |sum, value| sum + value)
    };
    let tokens = |value: fn(&ExchangeRow) -> Option<u32>| -> u64 {
        rows.iter().filter_map(value).map(u64::from).sum()
    };
    let mean = |value: fn(&ExchangeRow) -> Option<f64>| {
        let values: Vec<f64> = finished()
            .filter(|row| row.outcome == "done")
            .filter_map(value)
            .collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let input = tokens(|row| row.tokens.input);
    let output = tokens(|row| row.tokens.output);
    let unpriced = finished()
        .filter(|row| row.cost.basis == app::view::CostBasis::Unpriced)
        .count();
    Ok(Json(json!({
        "total_requests": rows.len(),
        "running": rows.len() - finished().count(),
        "done": done,
        "failed": finished().count() - done,
        "total_input_tokens": input,
        "total_output_tokens": output,
        "total_tokens": input + output,
        "total_cost_usd": sum(|row| row.cost.usd),
        "total_cost_cny": sum(|row| row.cost.cny),
        "unpriced_requests": unpriced,
        "avg_ttft_ms": mean(|row| row.timing.ttft_ms),
        "avg_tokens_per_second": mean(|row| row.speed),
    })))
}
