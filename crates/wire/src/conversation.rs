//! The conversation view: what a person reads in a request or an answer, the same for every dialect.

mod anthropic;
pub(crate) mod base64;
mod blocks;
mod chat;
mod images;
mod items;
mod media;
mod node;
mod path;
mod read;
mod reader;
mod responses;
mod slices;
mod tools;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use images::format_of;
pub use images::image_at;
pub(crate) use media::DataUrl;
pub use read::{answer, request};
pub(crate) use read::{answer_with, request_with};
pub(crate) use reader::Reader;
pub use slices::{Slice, text_at};

/// Bytes of each text that the view holds; the rest is read in slices.
pub const TEXT_LIMIT: usize = 8_192;

/// One side of an exchange as a conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Conversation {
    /// System prompt.
    pub system: Vec<Block>,
    /// Tools offered to the model.
    pub tools: Vec<Tool>,
    /// Messages, oldest first. An answer has one turn.
    pub turns: Vec<Turn>,
    /// Everything else that was set (`temperature`, `max_tokens`, …): name and JSON text.
    pub parameters: Vec<(String, String)>,
    /// Tokens of the system prompt, estimated.
    pub system_tokens: u32,
    /// Tokens of the tool definitions, estimated.
    pub tools_tokens: u32,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub blocks: Vec<Block>,
    /// Tokens, estimated.
    pub tokens: u32,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions (`system`, `developer`).
    System,
    /// The person, or the program for them.
    User,
    /// The model.
    Assistant,
    /// The result of a tool call.
    Tool,
}

/// A text that may be long. The view holds its beginning; the rest is read in slices
/// (`GET /api/request/{id}/text?side=…&block=PATH&offset=N&length=M`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Text {
    /// The text or its beginning.
    pub text: String,
    /// Bytes of the whole text.
    pub bytes: u32,
    /// Whether `text` is only the beginning.
    pub cut: bool,
    /// Where it stands in the body: a JSON pointer, for example `/messages/3/content/0/text`;
    /// empty in texts that are not cut. For an answer that was streamed it leads into the
    /// assembled answer.
    pub pointer: String,
}

/// A tool offered to the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Tool {
    /// Name.
    pub name: String,
    /// Description for the model.
    pub description: Text,
    /// JSON schema of its input, as JSON text.
    pub schema: Text,
    /// Prompt-cache mark: its time to live, for example `5m`.
    pub cache: Option<String>,
}

/// One piece of a message, with the prompt-cache mark it carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Block {
    /// What it is.
    #[serde(flatten)]
    pub content: Content,
    /// Prompt-cache mark: its time to live, for example `5m`.
    pub cache: Option<String>,
}

/// What a block holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// Text.
    Text {
        /// The text.
        text: Text,
    },
    /// Reasoning of the model.
    Thinking {
        /// The text; empty when redacted.
        text: Text,
        /// Beginning of the signature.
        signature: Option<String>,
        /// Whether the vendor hid it.
        redacted: bool,
    },
    /// The model calls a tool.
    ToolCall {
        /// Id of the call.
        id: String,
        /// Name of the tool.
        name: String,
        /// Input as JSON text, indented.
        input: Text,
        /// Whether the input is valid JSON.
        valid: bool,
    },
    /// What the tool answered.
    ToolResult {
        /// Id of the call.
        call_id: String,
        /// Whether the tool failed.
        is_error: bool,
        /// The answer.
        blocks: Vec<Block>,
    },
    /// An image.
    Image {
        /// `image/png`, …
        media_type: String,
        /// Size of the image data; 0 for an address.
        bytes: u32,
        /// Where it stands in the body (JSON pointer to the base64 text), for
        /// `GET /api/request/{id}/image?side=…&pointer=…`; `None` for an address.
        pointer: Option<String>,
        /// Its address, where it is not inline. Never loaded.
        url: Option<String>,
    },
    /// Where an answer failed: the upstream's words, not the model's.
    Error {
        /// What it said.
        text: Text,
    },
    /// A document.
    Document {
        /// `application/pdf`, …
        media_type: String,
        /// Its title.
        title: Option<String>,
        /// Size of the data.
        bytes: u32,
    },
    /// Anything else, as JSON text.
    Other {
        /// The `type` that it names.
        name: String,
        /// The JSON.
        json: Text,
    },
}
