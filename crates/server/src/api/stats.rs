//! Totals of the live list.

use app::view::{ExchangeRow, Phase};
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Api;

/// `GET /api/stats`. Unknown token counts and prices are left out of the sums; how many is told.
pub(crate) async fn stats(State(api): State<Api>) -> Json<Value> {
    let rows = api.app.live().rows();
    let finished = || rows.iter().filter(|row| row.phase == Phase::Finished);
    let done = finished().filter(|row| row.outcome == "done").count();
    let sum =
        |value: fn(&ExchangeRow) -> Option<f64>| -> f64 { rows.iter().filter_map(value).sum() };
    let mean = |value: fn(&ExchangeRow) -> Option<f64>| {
        let values: Vec<f64> = finished()
            .filter(|row| row.outcome == "done")
            .filter_map(value)
            .collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let input = sum(|row| row.tokens.input.map(f64::from));
    let output = sum(|row| row.tokens.output.map(f64::from));
    let unpriced = finished()
        .filter(|row| row.cost.basis == app::view::CostBasis::Unpriced)
        .count();
    Json(json!({
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
    }))
}
