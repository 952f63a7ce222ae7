//! What the service refuses before a model is asked, in the order in which it looks.

use serde_json::Value;

use super::models::{Model, Sampling};
use super::platform::Platform;
use super::refused::Refused;
use crate::personas::site::Visit;

/// Members of a request that are known without a beta.
const KNOWN: &[&str] = &[
    "model",
    "max_tokens",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "stream",
    "metadata",
    "thinking",
    "output_config",
    "service_tier",
    "container",
    "cache_control",
    "inference_geo",
];
/// Members that need a beta, and which.
const OF_BETAS: &[(&str, &str)] = &[
    ("context_management", "context-management-2025-06-27"),
    ("mcp_servers", "mcp-client-2025-04-04"),
    ("speed", "fast-mode-2026-02-01"),
    ("diagnostics", "cache-diagnosis-2026-04-07"),
    ("output_format", "structured-outputs-2025-11-13"),
];
/// The beta that lets a request say what shall become of bound blocks.
pub(crate) const BINDING_BETA: &str = "thinking-binding-controls-2026-08-01";

/// A whole request.
pub(crate) fn check(visit: &Visit, model: &Model, platform: Platform) -> Result<(), Refused> {
    let body = &visit.body;
    members(visit, platform)?;
    if body.get("max_tokens").is_none() {
        return Err(Refused::invalid("max_tokens: Field required"));
    }
    let most = body["max_tokens"].as_u64().unwrap_or(0);
    if most > model.max_output {
        return Err(Refused::invalid(format!(
            "max_tokens: {most} > {}, which is the maximum allowed number of output tokens for {}",
            model.max_output, model.names_itself
        )));
    }
    counted(visit, model, platform)?;
    sampling(body, model)?;
    let thinking = &body["thinking"];
    if thinking["type"] == "enabled" && thinking["budget_tokens"].as_u64().unwrap_or(0) >= most {
        return Err(Refused::invalid(
            "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation",
        ));
    }
    Ok(())
}

/// What also holds where a request is only counted.
pub(crate) fn counted(visit: &Visit, model: &Model, platform: Platform) -> Result<(), Refused> {
    let body = &visit.body;
    messages(body, model)?;
    thinking(visit, model)?;
    effort(body, model)?;
    tools(body, model, platform)?;
    tool_choice(body, model)?;
    stops(body)
}

fn members(visit: &Visit, platform: Platform) -> Result<(), Refused> {
    for (name, _) in visit.body.as_object().into_iter().flatten() {
        let beta = OF_BETAS.iter().find(|(member, _)| member == name);
        let known = match beta {
            Some((_, beta)) => visit.has_beta(beta) && platform.is_first_party(),
            None => KNOWN.contains(&name.as_str()),
        };
        let elsewhere = matches!(
            name.as_str(),
            "inference_geo" | "cache_control" | "container"
        );
        if !known
            || platform == Platform::Bedrock && elsewhere
            || platform == Platform::Vertex && name == "inference_geo"
        {
            return Err(extra(name));
        }
    }
    if platform == Platform::Bedrock && !visit.body["output_config"]["format"].is_null() {
        return Err(extra("output_config.format"));
    }
    Ok(())
}

fn extra(path: &str) -> Refused {
    Refused::invalid(format!("{path}: Extra inputs are not permitted"))
}

fn messages(body: &Value, model: &Model) -> Result<(), Refused> {
    let Some(messages) = body["messages"].as_array() else {
        return Err(Refused::invalid("messages: Field required"));
    };
    let Some(last) = messages.last() else {
        return Err(Refused::invalid(
            "messages: at least one message is required",
        ));
    };
    for (at, message) in messages.iter().enumerate() {
        if !matches!(message["role"].as_str(), Some("user" | "assistant")) {
            return Err(Refused::invalid(format!(
                "messages.{at}.role: Input should be 'user' or 'assistant'"
            )));
        }
    }
    if last["role"] == "assistant" {
        if !model.prefill {
            return Err(Refused::invalid(
                "This model does not support assistant message prefill. The conversation must end with a user message.",
            ));
        }
        let trailing = last["content"]
            .as_str()
            .or_else(|| last["content"].as_array()?.last()?["text"].as_str());
        if trailing.is_some_and(|text| text.ends_with(char::is_whitespace)) {
            return Err(Refused::invalid(
                "messages: final assistant content cannot end with trailing whitespace",
            ));
        }
    }
    Ok(())
}

fn thinking(visit: &Visit, model: &Model) -> Result<(), Refused> {
    let thinking = &visit.body["thinking"];
    let Some(kind) = thinking["type"].as_str() else {
        return Ok(());
    };
    if !thinking["block_binding"].is_null() && !visit.has_beta(BINDING_BETA) {
        return Err(extra(&format!("thinking.{kind}.block_binding")));
    }
    if let Some(budget) = thinking["budget_tokens"].as_u64()
        && kind == "enabled"
        && budget < 1024
    {
        return Err(Refused::invalid(
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ));
    }
    let level = visit.body["output_config"]["effort"]
        .as_str()
        .unwrap_or("high");
    let too_much = matches!(level, "xhigh" | "max")
        && (kind == "between_tools" || kind == "disabled" && model.thinks_by_default);
    if model.thinking.iter().any(|known| known == kind) && !too_much {
        return Ok(());
    }
    let instead = if model.thinking.iter().any(|known| known == "between_tools") {
        "between_tools"
    } else {
        "adaptive"
    };
    Err(Refused::invalid(match kind {
        "adaptive" => "adaptive thinking is not supported on this model".to_owned(),
        "enabled" | "disabled" => format!(
            "\"thinking.type.{kind}\" is not supported for this model. Use \"thinking.type.{}\" and \"output_config.effort\" to control thinking behavior.",
            if kind == "disabled" {
                instead
            } else {
                "adaptive"
            }
        ),
        _ if too_much => {
            format!("\"thinking.type.{kind}\" is not supported at effort level '{level}'.")
        }
        _ => format!("\"thinking.type.{kind}\" is not supported for this model."),
    }))
}

fn effort(body: &Value, model: &Model) -> Result<(), Refused> {
    let Some(level) = body["output_config"]["effort"].as_str() else {
        return Ok(());
    };
    if !matches!(level, "low" | "medium" | "high" | "xhigh" | "max") {
        return Err(Refused::invalid(
            "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
        ));
    }
    if model.effort.is_empty() {
        return Err(Refused::invalid(
            "This model does not support the effort parameter.",
        ));
    }
    if model.effort.iter().any(|known| known == level) {
        return Ok(());
    }
    let mut supported = model.effort.clone();
    supported.sort();
    Err(Refused::invalid(format!(
        "This model does not support effort level '{level}'. Supported levels: {}.",
        supported.join(", ")
    )))
}

fn tools(body: &Value, model: &Model, platform: Platform) -> Result<(), Refused> {
    for tool in body["tools"].as_array().into_iter().flatten() {
        let Some(kind) = tool["type"].as_str().filter(|kind| *kind != "custom") else {
            if tool["input_schema"]["type"] != "object" {
                return Err(Refused::invalid(
                    "tools.0.custom.input_schema.type: Field required",
                ));
            }
            continue;
        };
        let at_amazon =
            platform == Platform::Bedrock && kind == "computer_20251124" && !model.prefill;
        let served = platform.is_first_party()
            || !is_server_tool(kind)
            || platform == Platform::Vertex && kind.starts_with("web_search");
        if !(at_amazon || model.tools.iter().any(|known| known == kind) && served) {
            let close: Vec<&str> = model.tools.iter().map(String::as_str).collect();
            return Err(Refused::invalid(format!(
                "'{}' does not support tool types: {kind}. Did you mean one of {}?",
                model.names_itself,
                close.join(", ")
            )));
        }
    }
    Ok(())
}

fn is_server_tool(kind: &str) -> bool {
    kind.starts_with("web_") || kind.starts_with("code_execution")
}

fn tool_choice(body: &Value, model: &Model) -> Result<(), Refused> {
    let forced = matches!(body["tool_choice"]["type"].as_str(), Some("any" | "tool"));
    if !forced {
        return Ok(());
    }
    if !model.forced_tools {
        return Err(Refused::invalid(
            "tool_choice: type \"tool\" and \"any\" are not supported for this model.",
        ));
    }
    if body["thinking"]["type"] == "enabled" {
        return Err(Refused::invalid(
            "Thinking may not be enabled when tool_choice forces tool use.",
        ));
    }
    Ok(())
}

fn stops(body: &Value) -> Result<(), Refused> {
    for (at, stop) in body["stop_sequences"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        if stop.as_str().is_some_and(|text| text.trim().is_empty()) {
            return Err(Refused::invalid(format!(
                "stop_sequences: each stop sequence must contain non-whitespace ({at})"
            )));
        }
    }
    Ok(())
}

fn sampling(body: &Value, model: &Model) -> Result<(), Refused> {
    let number = |name: &str| body[name].as_f64();
    let (temperature, top_p) = (number("temperature"), number("top_p"));
    let deprecated = |name: &str| {
        Err(Refused::invalid(format!(
            "`{name}` is deprecated for this model."
        )))
    };
    if temperature.is_some_and(|value| !(0.0..=1.0).contains(&value)) {
        return Err(Refused::invalid("temperature: range: 0..1"));
    }
    let both =
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
    match model.sampling {
        Sampling::Locked | Sampling::Haiku => {
            if temperature.is_some_and(|value| value != 1.0) {
                return deprecated("temperature");
            }
            if top_p.is_some_and(|value| value < 0.99) {
                return deprecated("top_p");
            }
            if !body["top_k"].is_null() {
                return deprecated("top_k");
            }
            if model.sampling == Sampling::Haiku && temperature.is_some() && top_p.is_some() {
                return Err(Refused::invalid(both));
            }
        }
        Sampling::Either if temperature.is_some() && top_p.is_some() => {
            return Err(Refused::invalid(both));
        }
        Sampling::Either => {}
    }
    if body["thinking"]["type"] == "enabled" && temperature.is_some_and(|value| value != 1.0) {
        return Err(Refused::invalid(
            "`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation",
        ));
    }
    if !body["inference_geo"].is_null() && !model.geo {
        return Err(Refused::invalid(
            "inference_geo is not supported for this model.",
        ));
    }
    if body["speed"] == "fast" && !model.id.contains("opus") {
        return Err(Refused::invalid(
            "speed: fast mode is not supported for this model.",
        ));
    }
    Ok(())
}
