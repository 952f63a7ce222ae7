//! A recorded request of the user's own as a preset: "Save as test preset".

use serde_json::{Map, Value};

use super::Preset;

/// Headers that belong to one connection or one request, or that identify somebody.
const DROPPED: &[&str] = &[
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "accept-encoding",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "cookie",
    "traceparent",
    "tracestate",
    "baggage",
    "anthropic-beta",
    "x-client-request-id",
    "x-claude-code-session-id",
];

/// Members of a body that the conversation brings itself.
const ASKED: &[&str] = &["messages", "input", "metadata", "user", "prompt_cache_key"];

impl Preset {
    /// The shape of a recorded request. Credentials, conversation and identifiers stay behind; device and
    /// session become gaps. `dialect` is the request's.
    #[must_use]
    pub fn recorded(
        name: &str,
        dialect: &str,
        target: &str,
        headers: &[(String, String)],
        body: &Value,
    ) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let lower = |name: &str| name.to_ascii_lowercase();
        let betas = headers
            .iter()
            .filter(|(name, _)| lower(name) == "anthropic-beta")
            .flat_map(|(_, list)| list.split(','))
            .map(|beta| beta.trim().to_owned());
        let kept = headers
            .iter()
            .filter(|(name, _)| is_shape(&lower(name)))
            .map(|(name, value)| (lower(name), value.clone()));
        let mut members: Map<String, Value> = body
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| !ASKED.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if members.contains_key("model") {
            members.insert("model".to_owned(), "{model}".into());
        }
        put_question(dialect, &mut members);
        Self {
            name: name.to_owned(),
            dialect: dialect.to_owned(),
            path: path.to_owned(),
            source: "a recorded exchange".to_owned(),
            as_of: None,
            query,
            betas: betas.collect(),
            system: Vec::new(),
            user_id: user_id(&body["metadata"]["user_id"]),
            headers: kept.collect(),
            body: members,
        }
    }
}

fn is_shape(name: &str) -> bool {
    let tells = ["token", "secret", "cookie", "auth"];
    !DROPPED.contains(&name) && !tells.iter().any(|word| name.contains(word))
}

/// The user's text goes where the dialect has it.
fn put_question(dialect: &str, members: &mut Map<String, Value>) {
    let question = serde_json::json!([{ "role": "user", "content": "{text}" }]);
    let name = if dialect == "openai-responses" {
        "input"
    } else {
        "messages"
    };
    members.insert(name.to_owned(), question);
}

/// The same form with nobody's names in it.
fn user_id(recorded: &Value) -> Option<String> {
    let text = recorded.as_str()?;
    let is_object = serde_json::from_str::<Map<String, Value>>(text).is_ok();
    Some(if is_object {
        r#"{"device_id":"{device}","account_uuid":"","session_id":"{session}"}"#.to_owned()
    } else {
        "user_{device}_account__session_{session}".to_owned()
    })
}
