//! A conversation with a site as the panel shows it. Nothing of it is stored.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::ErrorView;

/// Body of `POST /api/sites/{id}/chat`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, TS)]
#[serde(default)]
pub struct ChatAsk {
    /// Id or label of the key; empty: the first that can be used.
    pub key: String,
    /// The model to ask.
    pub model: String,
    /// Name of the request preset.
    pub preset: String,
    /// Most tokens to generate.
    pub max_tokens: u32,
    /// Empty: as the preset has it; `adaptive`; or a budget in tokens.
    pub thinking: String,
    /// System prompt; empty: none but the preset's.
    pub system: String,
    /// The conversation, the newest turn last.
    pub turns: Vec<ChatTurn>,
    /// Headers besides the preset's, or in their place.
    pub headers: Vec<(String, String)>,
    /// Members of the body besides the preset's, or in their place.
    #[ts(type = "Record<string, unknown> | null")]
    pub body: Value,
}

/// One turn of a conversation.
#[derive(Clone, Debug, Default, Deserialize, Serialize, TS)]
#[serde(default)]
pub struct ChatTurn {
    /// `user|assistant`.
    pub role: String,
    /// Its text.
    pub text: String,
    /// Pictures of a user's turn.
    pub images: Vec<ChatImage>,
    /// An answer as it came: it goes back untouched where the preset speaks the same dialect.
    pub answer: Option<ChatAnswer>,
}

/// A picture.
#[derive(Clone, Debug, Default, Deserialize, Serialize, TS)]
#[serde(default)]
pub struct ChatImage {
    /// `image/png`.
    pub media_type: String,
    /// Base64.
    pub data: String,
}

/// What an answer held, in its dialect.
#[derive(Clone, Debug, Default, Deserialize, Serialize, TS)]
#[serde(default)]
pub struct ChatAnswer {
    /// `anthropic|openai-chat|openai-responses`.
    pub dialect: String,
    /// The content as the dialect writes it.
    #[ts(type = "unknown")]
    pub content: Value,
}

/// A request as it goes out; the key is masked.
#[derive(Clone, Debug, Deserialize, Serialize, TS)]
pub struct ChatRequest {
    /// `POST`.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Path with its query.
    pub path: String,
    /// Names and values, credentials masked.
    pub headers: Vec<(String, String)>,
    /// The body.
    #[ts(type = "unknown")]
    pub body: Value,
    /// `anthropic|openai-chat|openai-responses`.
    pub dialect: String,
}

/// One line of the answer of `POST /api/sites/{id}/chat`.
#[derive(Clone, Debug, Deserialize, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChatEvent {
    /// What was sent.
    Sent {
        /// The request.
        request: ChatRequest,
    },
    /// The head of the answer.
    Head {
        /// Status.
        status: u16,
        /// From the sending, milliseconds.
        ms: f64,
        /// Names and values.
        headers: Vec<(String, String)>,
    },
    /// A piece of the answer.
    Delta {
        /// `text|thinking|tool_use`.
        kind: String,
        /// More of it.
        text: String,
    },
    /// Bytes of the answer as text, as they came.
    Raw {
        /// From the sending, milliseconds.
        ms: f64,
        /// The text.
        text: String,
    },
    /// Nothing more comes.
    End {
        /// How it went.
        end: Box<ChatEnd>,
    },
}

/// How an answer went.
#[derive(Clone, Debug, Deserialize, Serialize, TS)]
pub struct ChatEnd {
    /// What is wrong, as a code of `pingSaid.<code>` or `causes.<code>`.
    pub error: Option<ErrorView>,
    /// The model that answered.
    pub model: Option<String>,
    /// Why it stopped, in the site's word.
    pub stop_reason: Option<String>,
    /// The answer, to go on with.
    pub answer: Option<ChatAnswer>,
    /// Prompt tokens, cached ones included; `None`: not told.
    pub input_tokens: Option<u32>,
    /// Prompt tokens read from a cache.
    pub cache_read_tokens: Option<u32>,
    /// Generated tokens, thinking included; `None`: not told.
    pub output_tokens: Option<u32>,
    /// Whether the tokens are the site's own figures.
    pub exact: bool,
    /// List price times the site's multiplier, US dollars; `None`: no price known.
    pub cost_usd: Option<f64>,
    /// From the sending to the head.
    pub first_byte_ms: Option<f64>,
    /// From the sending to the first content.
    pub first_token_ms: Option<f64>,
    /// From the first thinking to the first text.
    pub thinking_ms: Option<f64>,
    /// From the sending to the end.
    pub total_ms: f64,
    /// Generated tokens a second, from the first content on.
    pub tokens_per_second: Option<f64>,
}
