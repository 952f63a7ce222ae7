//! Errors in any shape.

use serde_json::Value;

/// Bytes of a strange body that are kept as the message.
const LONGEST_STRANGE: usize = 4_096;

/// What was told instead of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiError {
    /// `invalid_request_error`, `new_api_error`, …; empty without one.
    pub kind: String,
    /// The text.
    pub message: String,
    /// `request_id` of the body.
    pub request_id: Option<String>,
    /// Whether the body has Anthropic's shape: `{"type":"error","error":{"type","message"}}`.
    pub is_anthropic_shape: bool,
    /// The body as it came, shortened.
    pub raw: String,
}

impl ApiError {
    /// Reads the body of an answer that is no message.
    pub fn read(status: Option<u16>, json: Option<&Value>, body: &[u8]) -> Option<Self> {
        status?;
        let raw = shortened(body);
        let Some(json) = json else {
            return (!raw.trim().is_empty()).then(|| Self {
                message: raw.trim().to_owned(),
                raw,
                ..Self::default()
            });
        };
        Self::of_json(json, raw).or_else(|| {
            let is_error = !matches!(status, Some(200..=299));
            is_error.then(|| Self {
                message: shortened(body),
                raw: shortened(body),
                ..Self::default()
            })
        })
    }

    /// Reads an error from JSON: Anthropic's, OpenAI's, Google's, AWS's shape.
    pub(super) fn of_json(json: &Value, raw: String) -> Option<Self> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let inner = match json.get("error") {
            Some(Value::String(message)) => {
                return Some(Self {
                    kind: text(json.get("type")).unwrap_or_default(),
                    message: message.clone(),
                    request_id: text(json.get("request_id")),
                    is_anthropic_shape: false,
                    raw,
                });
            }
            Some(inner @ Value::Object(_)) => inner,
            _ if json.get("content").is_none() && json.get("data").is_none() => json,
            _ => return None,
        };
        let message = text(inner.get("message"))
            .or_else(|| text(inner.get("Message")))
            .or_else(|| text(inner.get("msg")))
            .or_else(|| text(inner.get("detail")))?;
        let kind = text(inner.get("type"))
            .filter(|kind| kind != "error")
            .or_else(|| text(inner.get("__type")))
            .or_else(|| text(inner.get("status")))
            .or_else(|| text(inner.get("code")))
            .unwrap_or_default();
        let is_anthropic_shape = json.get("type").and_then(Value::as_str) == Some("error")
            && inner.get("type").is_some_and(Value::is_string);
        Some(Self {
            kind,
            message,
            request_id: text(json.get("request_id")),
            is_anthropic_shape,
            raw,
        })
    }

    /// Whether it says that the request is wrong.
    pub fn is_invalid_request(&self) -> bool {
        let kind = self.kind.to_ascii_lowercase();
        kind.contains("invalid_request")
            || kind.contains("validation")
            || kind.contains("not_found")
    }

    /// Whether message or body say this, whatever the case.
    pub fn says(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.message.to_lowercase().contains(&text) || self.raw.to_lowercase().contains(&text)
    }
}

fn shortened(body: &[u8]) -> String {
    let kept = body.get(..body.len().min(LONGEST_STRANGE)).unwrap_or(body);
    String::from_utf8_lossy(kept).into_owned()
}
