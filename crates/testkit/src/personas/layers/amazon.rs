//! What Amazon's runtime adds.

use serde_json::{Value, json};

use crate::personas::site::{Layer, after};

/// Figures of the runtime behind the last event of a stream.
pub(crate) fn tells_metrics() -> Box<dyn Layer> {
    after(|visit, answered| {
        if !visit.wants_stream() {
            return;
        }
        if let Some(message) = answered.message() {
            let figure = |name: &str| message["usage"][name].clone();
            message["amazon-bedrock-invocationMetrics"] = json!({
                "inputTokenCount": figure("input_tokens"),
                "outputTokenCount": figure("output_tokens"),
                "invocationLatency": 1_840,
                "firstByteLatency": 410,
                "cacheReadInputTokenCount": figure("cache_read_input_tokens"),
                "cacheWriteInputTokenCount": figure("cache_creation_input_tokens"),
            });
        }
    })
}

/// A code host's proxy in front of Amazon: its own figures beside Amazon's, searches and addresses refused.
pub(crate) fn copilot() -> Box<dyn Layer> {
    after(|_, answered| {
        answered.style.sorted = true;
        answered.keep_headers(|name| name == "date");
        answered.set_header("x-github-request-id", "C0DE:1A2B:3C4D5E:6F7081:673D0000");
        let request_error = answered.status >= 400;
        if request_error {
            let text = answered.error_text().cloned().unwrap_or_default();
            answered.said = crate::personas::site::Said::Document(json!({
                "error": { "message": text, "code": "invalid_request_body" },
            }));
        }
        if let Some(message) = answered.message() {
            let spent = message["usage"]["output_tokens"].as_u64().unwrap_or(0);
            message["copilot_usage"] = json!({ "total_nano_aiu": spent * 15_000 });
            if let Some(usage) = message["usage"].as_object_mut() {
                usage.shift_remove("service_tier");
                usage.shift_remove("output_tokens_details");
            }
            if message["model"].is_string() {
                message["stop_details"] = Value::Null;
            }
        }
    })
}
