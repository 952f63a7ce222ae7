//! An answer of the Messages API.

use serde_json::Value;

/// More tokens than any answer has; larger figures are taken for this one, so that sums stay sums.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// An answer. Members that did not come are `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// `id`.
    pub id: String,
    /// `model`.
    pub model: String,
    /// The blocks, as they came.
    pub content: Vec<Value>,
    /// `stop_reason`.
    pub stop_reason: Option<String>,
    /// `stop_sequence`.
    pub stop_sequence: Option<String>,
    /// `usage`.
    pub usage: UsageSeen,
    /// Everything.
    pub raw: Value,
    /// A stream that ended with `message_stop`, or an answer that was no stream.
    pub is_whole: bool,
}

/// The figures of an answer, as it gave them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsageSeen {
    /// `input_tokens`: fresh prompt tokens.
    pub input: Option<u64>,
    /// `cache_creation_input_tokens`.
    pub cache_creation: Option<u64>,
    /// `cache_read_input_tokens`.
    pub cache_read: Option<u64>,
    /// `output_tokens`.
    pub output: Option<u64>,
    /// `output_tokens_details.thinking_tokens`.
    pub thinking: Option<u64>,
    /// Everything.
    pub raw: Value,
}

impl Message {
    /// Reads an answer; `None` if it is none.
    pub fn read(json: &Value) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let content = json.get("content")?.as_array()?.clone();
        let is_message = json.get("type").and_then(Value::as_str) == Some("message")
            || json.get("role").and_then(Value::as_str) == Some("assistant");
        is_message.then(|| Self {
            id: text("id").unwrap_or_default(),
            model: text("model").unwrap_or_default(),
            content,
            stop_reason: text("stop_reason"),
            stop_sequence: text("stop_sequence"),
            usage: UsageSeen::read(json.get("usage").unwrap_or(&Value::Null)),
            raw: json.clone(),
            is_whole: true,
        })
    }

    /// Blocks of one type.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.content
            .iter()
            .filter(move |block| block.get("type").and_then(Value::as_str) == Some(kind))
    }

    /// All text, joined.
    pub fn text(&self) -> String {
        let texts = self.blocks("text");
        texts
            .filter_map(|block| block.get("text").and_then(Value::as_str))
            .collect()
    }

    /// The thinking blocks' signatures that are not empty, redacted blocks included.
    pub fn signatures(&self) -> Vec<&str> {
        let thinking = self
            .blocks("thinking")
            .filter_map(|block| block.get("signature").and_then(Value::as_str));
        let redacted = self
            .blocks("redacted_thinking")
            .filter_map(|block| block.get("data").and_then(Value::as_str));
        thinking
            .chain(redacted)
            .filter(|one| !one.is_empty())
            .collect()
    }

    /// Whether there is any thinking block.
    pub fn has_thinking(&self) -> bool {
        self.blocks("thinking").next().is_some()
            || self.blocks("redacted_thinking").next().is_some()
    }
}

impl UsageSeen {
    /// Reads a `usage` object.
    pub fn read(json: &Value) -> Self {
        let count = |value: &Value| value.as_u64().map(|count| count.min(MOST_TOKENS));
        let number = |name: &str| json.get(name).and_then(count);
        let details = json.get("output_tokens_details");
        Self {
            input: number("input_tokens"),
            cache_creation: number("cache_creation_input_tokens"),
            cache_read: number("cache_read_input_tokens"),
            output: number("output_tokens"),
            thinking: details
                .and_then(|details| details.get("thinking_tokens"))
                .and_then(count),
            raw: json.clone(),
        }
    }

    /// All prompt tokens, cached ones included; `None` if the prompt was not counted.
    pub fn prompt(&self) -> Option<u64> {
        let cached = self
            .cache_creation
            .unwrap_or(0)
            .saturating_add(self.cache_read.unwrap_or(0));
        let all = self.input?.saturating_add(cached);
        (all > 0).then_some(all)
    }
}
