//! `/metrics`: Prometheus text. Names follow the OpenTelemetry GenAI conventions where they have one.

use std::collections::BTreeMap;
use std::fmt::Write;

use app::view::Phase;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

use super::Api;

/// Models that have a line of their own; the others count as `other`.
const MOST_MODELS: usize = 200;

/// `GET /metrics`.
pub(crate) async fn metrics(State(api): State<Api>) -> Response {
    let totals = api.app.totals();
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, value: f64| {
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
        );
    };
    gauge(
        "relayscope_inflight_requests",
        "Exchanges that run.",
        f64::from(totals.in_flight),
    );
    gauge(
        "relayscope_requests_today",
        "Exchanges since local midnight.",
        f64::from(totals.requests_today),
    );
    gauge(
        "relayscope_failed_requests_today",
        "Failed ones of these.",
        f64::from(totals.failed_today),
    );
    gauge(
        "relayscope_unpriced_requests_today",
        "Those without a price.",
        f64::from(totals.unpriced_today),
    );
    gauge(
        "relayscope_cost_today_usd",
        "Cost since local midnight.",
        totals.cost_today_usd,
    );
    gauge(
        "relayscope_capture_dropped",
        "Exchanges whose bodies were lost since the start.",
        f64::from(totals.bodies_lost),
    );
    gauge(
        "relayscope_store_bytes",
        "Bytes of recorded traffic.",
        totals.kept_bytes,
    );
    if let Some(median) = totals.ttft_median_ms {
        gauge(
            "gen_ai_server_time_to_first_token_seconds_median",
            "Median of recent answers.",
            median / 1e3,
        );
    }
    by_model(&api, &mut text);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Tokens of the live list by model.
fn by_model(api: &Api, text: &mut String) {
    let mut models: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in api
        .app
        .live()
        .rows()
        .iter()
        .filter(|row| row.phase == Phase::Finished)
    {
        let name = row.model.clone().unwrap_or_else(|| "unknown".to_owned());
        let known = models.len() < MOST_MODELS || models.contains_key(&name);
        let tokens = models
            .entry(if known { name } else { "other".to_owned() })
            .or_default();
        tokens.0 += u64::from(row.tokens.input.unwrap_or(0));
        tokens.1 += u64::from(row.tokens.output.unwrap_or(0));
    }
    let name = "gen_ai_client_token_usage";
    let _ = writeln!(
        text,
        "# HELP {name} Tokens of the live list.\n# TYPE {name} gauge"
    );
    for (model, (input, output)) in models {
        let model = model
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        for (kind, tokens) in [("input", input), ("output", output)] {
            let _ = writeln!(
                text,
                "{name}{{gen_ai_request_model=\"{model}\",gen_ai_token_type=\"{kind}\"}} {tokens}"
            );
        }
    }
}
