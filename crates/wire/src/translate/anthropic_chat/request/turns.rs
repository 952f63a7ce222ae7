//! The caller's messages as turns of blocks, in one form.

use serde_json::Value;

use crate::translate::change::{Changes, Reason};
use crate::translate::error::TranslateError;
use crate::translate::object::{Object, filled, one, string};

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    User,
    Assistant,
    System,
}

/// One message.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) speaker: Speaker,
    pub(super) blocks: Vec<Block>,
    /// JSON pointer of the message.
    pub(super) path: String,
    /// The message without role and content.
    pub(super) others: Object,
}

/// One block of a message.
#[derive(Debug)]
pub(super) struct Block {
    /// The block's `type`.
    pub(super) kind: String,
    pub(super) json: Object,
    /// JSON pointer of the block.
    pub(super) path: String,
}

impl Block {
    /// A text, whatever it was before.
    fn text(text: String, path: String) -> Self {
        let json = match one("text", text) {
            Value::Object(json) => json,
            _ => Object::new(),
        };
        Self {
            kind: "text".to_owned(),
            json,
            path,
        }
    }
}

/// The turns of `messages`.
///
/// # Errors
/// When it is no list, is empty, or holds something that is no message.
pub(super) fn turns(
    messages: Option<Value>,
    changes: &mut Changes,
) -> Result<Vec<Turn>, TranslateError> {
    let field = || "messages".to_owned();
    let list = match messages {
        Some(Value::Array(list)) if list.is_empty() => {
            return Err(TranslateError::Empty { field: field() });
        }
        Some(Value::Array(list)) => list,
        None | Some(Value::Null) => return Err(TranslateError::Missing { field: field() }),
        Some(_) => {
            return Err(TranslateError::Type {
                field: field(),
                wanted: "list",
            });
        }
    };
    let numbered = list.into_iter().enumerate();
    numbered
        .map(|(index, message)| turn(index, message, changes))
        .collect()
}

fn turn(index: usize, message: Value, changes: &mut Changes) -> Result<Turn, TranslateError> {
    let Value::Object(mut message) = message else {
        return Err(TranslateError::Type {
            field: format!("messages.{index}"),
            wanted: "dictionary",
        });
    };
    let speaker = match message.get("role") {
        Some(Value::String(role)) => match role.as_str() {
            "user" => Speaker::User,
            "assistant" => Speaker::Assistant,
            "system" | "developer" => Speaker::System,
            _ => {
                return Err(TranslateError::Type {
                    field: format!("messages.{index}.role"),
                    wanted: "role: 'user', 'assistant' or 'system'",
                });
            }
        },
        None | Some(Value::Null) => {
            return Err(TranslateError::Missing {
                field: format!("messages.{index}.role"),
            });
        }
        Some(_) => {
            return Err(TranslateError::Type {
                field: format!("messages.{index}.role"),
                wanted: "string",
            });
        }
    };
    let path = format!("/messages/{index}");
    let content = message.remove("content").unwrap_or(Value::Null);
    message.remove("role");
    let blocks = blocks(content, &format!("{path}/content"), changes).ok_or_else(|| {
        TranslateError::Type {
            field: format!("messages.{index}.content"),
            wanted: "string or list",
        }
    })?;
    Ok(Turn {
        speaker,
        blocks,
        path,
        others: message,
    })
}

/// The blocks of a `content`: a text, a list, one block, or nothing. `None` for what is none of these.
pub(super) fn blocks(content: Value, path: &str, changes: &mut Changes) -> Option<Vec<Block>> {
    let list = match content {
        Value::Null => return Some(Vec::new()),
        Value::String(text) => return Some(vec![Block::text(text, path.to_owned())]),
        Value::Array(list) => list,
        Value::Object(_) => vec![content],
        _ => return None,
    };
    let mut blocks = Vec::with_capacity(list.len());
    for (index, value) in list.into_iter().enumerate() {
        let path = format!("{path}/{index}");
        match value {
            Value::Object(json) => blocks.push(Block {
                kind: kind(&json),
                json,
                path,
            }),
            Value::String(text) => blocks.push(Block::text(text, path)),
            _ => changes.dropped(&path, Reason::Empty),
        }
    }
    Some(blocks)
}

fn kind(block: &Object) -> String {
    match string(block, "type") {
        Some(kind) => kind.to_owned(),
        None if filled(block, "text").is_some() => "text".to_owned(),
        None => String::new(),
    }
}
