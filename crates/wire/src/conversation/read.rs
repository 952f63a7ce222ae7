//! From a body to its conversation.

use super::node::{Node, Object, document};
use super::path::Path;
use super::reader::Reader;
use super::{Block, Content, Conversation, Role, Text, Turn, anthropic, chat, responses};
use crate::assemble::Failure;
use crate::count::Vision;
use crate::dialect::Dialect;

/// Longest `error` that is parsed: honest ones are far shorter.
const LONGEST_FAILURE: usize = 1 << 20;

/// What a request says. `None` if the body is not a JSON object or the dialect is not known.
pub fn request(dialect: Dialect, body: &[u8]) -> Option<Conversation> {
    request_with(
        &mut Reader::for_view(Vision::of_dialect(dialect)),
        dialect,
        body,
    )
}

/// What a whole answer says; an error answer is one turn with its message. `None` if the body is not
/// JSON, says nothing, or the dialect is not known. A stream is put together first
/// (`assemble::answer`).
pub fn answer(dialect: Dialect, body: &[u8]) -> Option<Conversation> {
    answer_with(
        &mut Reader::for_view(Vision::of_dialect(dialect)),
        dialect,
        body,
    )
}

/// The same with another way of keeping and counting texts.
pub(crate) fn request_with(
    reader: &mut Reader,
    dialect: Dialect,
    body: &[u8],
) -> Option<Conversation> {
    let body = document(body);
    let node = Node::parse(&body).filter(|node| node.is_object())?;
    match dialect {
        Dialect::Anthropic => Some(anthropic::request(reader, &node.object())),
        Dialect::OpenAiChat => Some(chat::request(reader, &node.object())),
        Dialect::OpenAiResponses => Some(responses::request(reader, &node.object())),
        Dialect::Other => None,
    }
}

/// The same with another way of keeping and counting texts.
pub(crate) fn answer_with(
    reader: &mut Reader,
    dialect: Dialect,
    body: &[u8],
) -> Option<Conversation> {
    let body = document(body);
    let node = Node::parse(&body)?;
    let object = node.object();
    let said = match dialect {
        Dialect::Anthropic => anthropic::answer(reader, &object),
        Dialect::OpenAiChat => chat::answer(reader, &object),
        Dialect::OpenAiResponses => responses::answer(reader, &object),
        Dialect::Other => return None,
    };
    let failure = match &said {
        Some(_) => object.get("error"),
        None => Some(node),
    };
    let failure = failure.and_then(|node| failure_of(node, said.is_none()));
    match (said, failure) {
        (said, None) => said,
        (said, Some(failure)) => Some(with_failure(
            reader,
            said.unwrap_or_default(),
            &object,
            &failure,
        )),
    }
}

fn failure_of(node: Node<'_>, whole: bool) -> Option<Failure> {
    let value =
        serde_json::from_str(node.json().get(..LONGEST_FAILURE).unwrap_or(node.json())).ok()?;
    match whole {
        true => Failure::of_answer(&value),
        false => Failure::of_error(&value),
    }
}

fn with_failure(
    reader: &mut Reader,
    mut said: Conversation,
    object: &Object<'_>,
    failure: &Failure,
) -> Conversation {
    // The words, wherever they stand, are short: no pointer is needed to read on.
    let text = Text {
        pointer: String::new(),
        ..reader.text(&failure.message, &Path::body())
    };
    let block = Block {
        content: Content::Error { text },
        cache: None,
    };
    match said.turns.last_mut() {
        Some(turn) => turn.blocks.push(block),
        None => {
            let turn = Turn {
                role: Role::Assistant,
                blocks: vec![block],
                tokens: 0,
            };
            said.turns.push(turn);
            said.parameters = reader.parameters(object, &["object"]);
        }
    }
    reader.take();
    said
}

impl Conversation {
    /// Adds a turn. System turns before any other are the system prompt.
    pub(super) fn lead(&mut self, turn: Turn) {
        if turn.role == Role::System && self.turns.is_empty() {
            self.system.extend(turn.blocks);
            self.system_tokens = self.system_tokens.saturating_add(turn.tokens);
        } else {
            self.turns.push(turn);
        }
    }

    /// Adds a turn that one item gives. What the model does in a row is one turn, and so is what the
    /// tools answer in a row.
    pub(super) fn follow(&mut self, turn: Turn) {
        let joins = matches!(turn.role, Role::Assistant | Role::Tool);
        match self
            .turns
            .last_mut()
            .filter(|last| joins && last.role == turn.role)
        {
            Some(last) => {
                last.blocks.extend(turn.blocks);
                last.tokens = last.tokens.saturating_add(turn.tokens);
            }
            None => self.lead(turn),
        }
    }
}
