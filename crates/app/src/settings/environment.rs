//! Environment variables, and the older names of LiveToken Monitor.

use toml::Value;

/// Variables by setting; the first that is set wins.
const VARIABLES: &[(&str, &[&str])] = &[
    ("server.port", &["RELAYSCOPE_PORT", "LIVETOKEN_PORT"]),
    ("server.bind", &["RELAYSCOPE_BIND"]),
    (
        "upstream.anthropic_base_url",
        &["RELAYSCOPE_ANTHROPIC_BASE_URL", "ANTHROPIC_BASE_URL"],
    ),
    (
        "upstream.openai_base_url",
        &["RELAYSCOPE_OPENAI_BASE_URL", "OPENAI_BASE_URL"],
    ),
    (
        "upstream.openrouter_base_url",
        &["RELAYSCOPE_OPENROUTER_BASE_URL"],
    ),
    ("upstream.api_key", &["RELAYSCOPE_API_KEY", "API_KEY"]),
    (
        "console.enable",
        &["RELAYSCOPE_ENABLE_CONSOLE", "ENABLE_CONSOLE"],
    ),
    (
        "capture.max_history",
        &["RELAYSCOPE_MAX_HISTORY", "MAX_HISTORY"],
    ),
];

/// What the environment says: variable, setting, text. An empty variable says nothing.
pub(super) fn told(
    variable: &dyn Fn(&str) -> Option<String>,
) -> Vec<(&'static str, &'static str, String)> {
    VARIABLES
        .iter()
        .filter_map(|(key, names)| {
            names.iter().find_map(|name| {
                let text = variable(name).filter(|text| !text.trim().is_empty())?;
                Some((*name, *key, text))
            })
        })
        .collect()
}

/// Reads a text as the type that the default has.
pub(super) fn value_like(default: &Value, text: &str) -> Option<Value> {
    let text = text.trim();
    match default {
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Float(_) => text.parse().ok().map(Value::Float),
        Value::Boolean(_) => match &text.to_ascii_lowercase()[..] {
            "true" | "1" | "yes" | "on" => Some(Value::Boolean(true)),
            "false" | "0" | "no" | "off" => Some(Value::Boolean(false)),
            _ => None,
        },
        _ => Some(Value::String(text.to_owned())),
    }
}
