//! The languages that clients and upstreams speak.

use serde::{Deserialize, Serialize};

/// A wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// Anthropic Messages.
    Anthropic,
    /// OpenAI Chat Completions.
    #[serde(rename = "openai-chat")]
    OpenAiChat,
    /// OpenAI Responses.
    #[serde(rename = "openai-responses")]
    OpenAiResponses,
    /// Something that is only passed through.
    Other,
}

impl Dialect {
    /// The name used in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAiChat => "openai-chat",
            Self::OpenAiResponses => "openai-responses",
            Self::Other => "other",
        }
    }

    /// The dialect of a name; [`Dialect::Other`] for a name that is none.
    pub fn from_name(name: &str) -> Self {
        match name {
            "anthropic" => Self::Anthropic,
            "openai-chat" => Self::OpenAiChat,
            "openai-responses" => Self::OpenAiResponses,
            _ => Self::Other,
        }
    }

    /// The dialect spoken at a path such as `/v1/messages`.
    pub fn of_path(path: &str) -> Self {
        match path.trim_end_matches('/').trim_start_matches("/v1") {
            "/messages" => Self::Anthropic,
            "/chat/completions" => Self::OpenAiChat,
            "/responses" => Self::OpenAiResponses,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_dialects() {
        for (path, dialect) in [
            ("/v1/messages", Dialect::Anthropic),
            ("/messages", Dialect::Anthropic),
            ("/v1/v1/messages", Dialect::Anthropic),
            ("/v1/messages/", Dialect::Anthropic),
            ("/v1/chat/completions", Dialect::OpenAiChat),
            ("/v1/responses", Dialect::OpenAiResponses),
            ("/v1/responses/resp_1", Dialect::Other),
            ("/v1/messages/count_tokens", Dialect::Other),
            ("/v1/models", Dialect::Other),
        ] {
            assert_eq!(Dialect::of_path(path), dialect, "{path}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for dialect in [
            Dialect::Anthropic,
            Dialect::OpenAiChat,
            Dialect::OpenAiResponses,
            Dialect::Other,
        ] {
            assert_eq!(Dialect::from_name(dialect.name()), dialect);
        }
    }
}
