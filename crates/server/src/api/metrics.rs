//! `/metrics`: Prometheus text. Names follow the OpenTelemetry GenAI conventions where they have one.

use std::fmt::Write;

use app::meters::{Figures, Histogram, Subject};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

use super::Api;

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
    since_the_start(&mut text, &api.app.meters().now());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Figures that only grow, as monitoring systems want them. Names and labels are OpenTelemetry's, in Prometheus'
/// spelling; time to first token is one of a model's server there, and we see it from outside.
fn since_the_start(text: &mut String, all: &[(Subject, Figures)]) {
    let mut family = Family::begin(
        text,
        "gen_ai_client_token_usage",
        "Tokens that upstreams told.",
    );
    for (subject, figures) in all {
        let labels = labels(subject);
        let kinds = [
            ("input", &figures.input_tokens),
            ("output", &figures.output_tokens),
        ];
        for (kind, histogram) in kinds {
            family.add(&format!("{labels},gen_ai_token_type=\"{kind}\""), histogram);
        }
    }
    let name = "gen_ai_client_operation_duration_seconds";
    let mut family = Family::begin(text, name, "From arrival to the end.");
    for (subject, figures) in all {
        let labels = labels(subject);
        for (error, histogram) in &figures.durations {
            match &error[..] {
                "" => family.add(&labels, histogram),
                error => family.add(&format!("{labels},error_type=\"{error}\""), histogram),
            }
        }
    }
    let name = "gen_ai_server_time_to_first_token_seconds";
    let mut family = Family::begin(text, name, "From arrival to the first token of a stream.");
    for (subject, figures) in all {
        family.add(&labels(subject), &figures.first_token);
    }
    let name = "gen_ai_server_time_per_output_token_seconds";
    let mut family = Family::begin(text, name, "Between output tokens after the first.");
    for (subject, figures) in all {
        family.add(&labels(subject), &figures.output_token);
    }
    let mut counter = |name: &str, help: &str, value: fn(&Figures) -> f64| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
        for (subject, figures) in all {
            let _ = writeln!(text, "{name}{{{}}} {}", labels(subject), value(figures));
        }
    };
    counter(
        "relayscope_cost_usd_total",
        "What was charged.",
        |figures| figures.cost.to_f64(),
    );
    counter(
        "relayscope_unpriced_requests_total",
        "Exchanges whose model has no price.",
        |figures| figures.unpriced as f64,
    );
}

/// A histogram with many sets of labels.
struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
}

impl<'a> Family<'a> {
    fn begin(text: &'a mut String, name: &'static str, help: &str) -> Self {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} histogram");
        Self { text, name }
    }

    /// Nothing is written of what never happened.
    fn add(&mut self, labels: &str, histogram: &Histogram) {
        let total: u64 = histogram.counts.iter().sum();
        if total == 0 {
            return;
        }
        let (text, name) = (&mut *self.text, self.name);
        let mut below = 0;
        for (bound, count) in histogram.bounds.iter().zip(&histogram.counts) {
            below += count;
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {below}");
        }
        let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {total}");
        let _ = writeln!(text, "{name}_sum{{{labels}}} {}", histogram.sum);
        let _ = writeln!(text, "{name}_count{{{labels}}} {total}");
    }
}

fn labels(subject: &Subject) -> String {
    let model = subject
        .model
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!(
        "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"{}\",gen_ai_request_model=\"{model}\"",
        subject.provider
    )
}
