//! The findings as one line of steps, the first failure telling where it stops.

use super::{found, found_with};
use crate::sites::call::Heard;
use crate::view::{PingEndpoint, PingKey, PingStep};

/// The way there and the list of models.
pub(super) fn of_way(key: &PingKey, heard: Option<&Heard>, ids: &[String]) -> Vec<PingStep> {
    let Some(heard) = heard else {
        let step = match &key.found.code[..] {
            "name_not_found" => "dns",
            "tls_failed" | "certificate_not_trusted" => "tls",
            "first_byte_timeout" | "connection_reset" | "protocol_error" => "first_byte",
            _ => "connect",
        };
        return vec![PingStep {
            ms: Some(key.total_ms),
            error: Some(key.found.clone()),
            ..plain(step, false)
        }];
    };
    let mut steps = Vec::new();
    if let Some(facts) = &heard.facts {
        steps.push(timed("dns", key.dns_ms, None));
        let remote = facts.remote().map(|remote| remote.to_string());
        steps.push(timed("connect", key.connect_ms, remote));
        if key.tls_ms.is_some() {
            steps.push(timed("tls", key.tls_ms, None));
        }
        let way = Some(facts.path().to_string());
        steps.push(timed("first_byte", key.first_byte_ms, way));
    }
    let refused = key.state == "err";
    steps.push(PingStep {
        ms: Some(key.total_ms),
        detail: (!refused).then(|| ids.len().to_string()),
        found: Some(key.found.clone()),
        error: refused.then(|| key.found.clone()),
        ..plain("models", !refused)
    });
    steps
}

/// A completion and its stream for every dialect. A dialect that the site is not said to speak, and does
/// not offer, is no failure.
pub(super) fn of_endpoints(endpoints: &[PingEndpoint], speaks: Option<&str>) -> Vec<PingStep> {
    let streams = endpoints.iter().filter(|endpoint| endpoint.stream);
    let wanted = |endpoint: &&PingEndpoint| {
        endpoint.state != "off" || said_to_speak(speaks, &endpoint.dialect)
    };
    let mut steps: Vec<PingStep> = Vec::new();
    for endpoint in streams.filter(wanted) {
        steps.extend(of_stream(endpoint));
    }
    if steps.is_empty()
        && let Some(first) = endpoints.first()
    {
        steps.extend(of_stream(first));
    }
    steps
}

fn said_to_speak(speaks: Option<&str>, dialect: &str) -> bool {
    match speaks {
        Some("both") => dialect != "openai-responses",
        Some("anthropic") => dialect == "anthropic",
        Some("openai") => dialect == "openai-chat",
        _ => false,
    }
}

fn of_stream(endpoint: &PingEndpoint) -> Vec<PingStep> {
    let answered = endpoint.model.is_some() && endpoint.state != "err";
    let dialect = Some(endpoint.dialect.clone());
    let completion = PingStep {
        dialect: dialect.clone(),
        ms: endpoint.total_ms,
        detail: endpoint.model.clone(),
        found: (!answered).then(|| endpoint.found.clone()),
        error: (!answered).then(|| endpoint.found.clone()),
        ..plain("completion", answered)
    };
    if !answered {
        return vec![completion];
    }
    let failed = matches!(
        &endpoint.found.code[..],
        "buffered" | "one_document" | "answer_truncated"
    );
    let stream = PingStep {
        dialect,
        ms: endpoint.ttft_ms,
        found: Some(endpoint.found.clone()),
        error: failed.then(|| endpoint.found.clone()),
        ..plain("stream", !failed)
    };
    vec![completion, stream]
}

/// Nobody said which model to ask, and the site does not list any.
pub(super) fn no_model() -> PingStep {
    PingStep {
        found: Some(found("no_model_named")),
        error: Some(found("no_model_named")),
        ..plain("completion", false)
    }
}

fn timed(step: &str, ms: Option<f64>, detail: Option<String>) -> PingStep {
    PingStep {
        ms,
        detail,
        ..plain(step, true)
    }
}

fn plain(step: &str, ok: bool) -> PingStep {
    PingStep {
        step: step.to_owned(),
        dialect: None,
        ok,
        ms: None,
        detail: None,
        found: None,
        error: None,
    }
}

/// How many models a site lists.
pub(super) fn listed(count: usize) -> crate::view::ErrorView {
    match count {
        0 => found("no_models"),
        count => found_with("models", &[("count", count.to_string())]),
    }
}
