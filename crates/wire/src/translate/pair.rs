//! Which dialects can be translated into which.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dialect::Dialect;

/// A way from the caller's dialect to the upstream's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Pair {
    /// The caller speaks Anthropic Messages, the upstream Chat Completions.
    AnthropicChat,
    /// The caller speaks Chat Completions, the upstream Anthropic Messages.
    ChatAnthropic,
    /// The caller speaks Responses, the upstream Anthropic Messages.
    ResponsesAnthropic,
    /// The caller speaks Responses, the upstream Chat Completions.
    ResponsesChat,
}

impl Pair {
    /// The way between two dialects, if there is one. A dialect is not translated into itself.
    pub fn of(caller: Dialect, upstream: Dialect) -> Option<Self> {
        match (caller, upstream) {
            (Dialect::Anthropic, Dialect::OpenAiChat) => Some(Self::AnthropicChat),
            (Dialect::OpenAiChat, Dialect::Anthropic) => Some(Self::ChatAnthropic),
            (Dialect::OpenAiResponses, Dialect::Anthropic) => Some(Self::ResponsesAnthropic),
            (Dialect::OpenAiResponses, Dialect::OpenAiChat) => Some(Self::ResponsesChat),
            _ => None,
        }
    }

    /// What the caller speaks.
    pub fn caller(self) -> Dialect {
        match self {
            Self::AnthropicChat => Dialect::Anthropic,
            Self::ChatAnthropic => Dialect::OpenAiChat,
            Self::ResponsesAnthropic | Self::ResponsesChat => Dialect::OpenAiResponses,
        }
    }

    /// What the upstream speaks.
    pub fn upstream(self) -> Dialect {
        match self {
            Self::AnthropicChat | Self::ResponsesChat => Dialect::OpenAiChat,
            Self::ChatAnthropic | Self::ResponsesAnthropic => Dialect::Anthropic,
        }
    }

    /// The upstream's path for such a request.
    pub fn upstream_path(self) -> &'static str {
        match self.upstream() {
            Dialect::Anthropic => "/v1/messages",
            Dialect::OpenAiResponses => "/v1/responses",
            Dialect::OpenAiChat | Dialect::Other => "/v1/chat/completions",
        }
    }
}
