//! OpenAI Chat Completions.

use super::blocks::{Blocks, Call, Form};
use super::node::{Node, Object};
use super::path::Path;
use super::reader::{Reader, cache_mark, short};
use super::{Block, Content, Conversation, Role, Turn, tools};
use crate::count;

/// A request.
pub(super) fn request(reader: &mut Reader, body: &Object<'_>) -> Conversation {
    let root = Path::body();
    let mut conversation = Conversation {
        parameters: reader.parameters(body, &["tools", "functions", "messages"]),
        ..Conversation::default()
    };
    for name in ["tools", "functions"] {
        if let Some(list) = body.get(name) {
            conversation
                .tools
                .extend(tools::list(reader, list, &root.member(name)));
        }
    }
    conversation.tools_tokens = reader.take();
    let messages = body.get("messages").map(Node::elements).unwrap_or_default();
    let place = root.member("messages");
    for (index, node) in messages.into_iter().enumerate() {
        let turn = turn(reader, node, &place.element(index));
        conversation.lead(turn);
    }
    conversation
}

fn turn(reader: &mut Reader, node: Node<'_>, path: &Path<'_>) -> Turn {
    reader.add(count::PER_TURN);
    let message = node.object();
    let role = role(&message.string_or_empty("role"));
    let blocks = match role {
        Role::Tool => vec![result(reader, &message, path)],
        _ => said(reader, &message, path),
    };
    Turn {
        role,
        blocks,
        tokens: reader.take(),
    }
}

/// The role that a name stands for.
pub(super) fn role(name: &str) -> Role {
    match name {
        "system" | "developer" => Role::System,
        "assistant" | "model" => Role::Assistant,
        "tool" | "function" => Role::Tool,
        _ => Role::User,
    }
}

/// A `tool` message, or one of the old `function` ones, which name the function instead of the call.
fn result(reader: &mut Reader, message: &Object<'_>, path: &Path<'_>) -> Block {
    let call_id = message
        .string("tool_call_id")
        .or_else(|| message.string("name"));
    let mut blocks = Blocks::new(reader);
    let content = message.get("content");
    let call_id = short(&call_id.unwrap_or_default());
    blocks.result(
        call_id,
        false,
        content,
        &path.member("content"),
        cache_mark(message),
    );
    let empty = Content::ToolResult {
        call_id: String::new(),
        is_error: false,
        blocks: Vec::new(),
    };
    blocks.list.pop().unwrap_or(Block {
        content: empty,
        cache: None,
    })
}

/// Everything that a message or an answer says, in the order of thought.
fn said(reader: &mut Reader, message: &Object<'_>, path: &Path<'_>) -> Vec<Block> {
    let mut blocks = Blocks::new(reader);
    reasoning(&mut blocks, message, path);
    if let Some(content) = message
        .get("content")
        .filter(|content| content.json() != "\"\"")
    {
        blocks.content(content, &path.member("content"));
    }
    if let Some(refusal) = message.string("refusal") {
        blocks.text(&refusal, &path.member("refusal"), None);
    }
    if let Some(images) = message.get("images") {
        blocks.content(images, &path.member("images"));
    }
    if let Some(audio) = message.get("audio") {
        blocks.reader.add(count::AUDIO);
        let json = blocks.reader.json_uncounted(audio, &path.member("audio"));
        blocks.push(
            Content::Other {
                name: "audio".to_owned(),
                json,
            },
            None,
        );
    }
    calls(&mut blocks, message, path);
    let mut blocks = blocks.list;
    // A mark on the message itself is one on its last block.
    if let (Some(mark), Some(last)) = (cache_mark(message), blocks.last_mut()) {
        last.cache.get_or_insert(mark);
    }
    blocks
}

/// Vendors name it differently, and some send the same text under two names: the first one counts.
fn reasoning(blocks: &mut Blocks<'_>, message: &Object<'_>, path: &Path<'_>) {
    for name in ["reasoning_content", "reasoning"] {
        if let Some(text) = message.string(name).filter(|text| !text.is_empty()) {
            return blocks.reasoning(&text, &path.member(name));
        }
    }
    if let Some(text) = message.object("thinking").string("content") {
        return blocks.reasoning(&text, &path.member("thinking").member("content"));
    }
    let details = message
        .get("reasoning_details")
        .map(Node::elements)
        .unwrap_or_default();
    let list = path.member("reasoning_details");
    for (index, detail) in details.into_iter().enumerate() {
        let (detail, place) = (detail.object(), list.element(index));
        for name in ["text", "summary"] {
            if let Some(text) = detail.string(name) {
                blocks.reasoning(&text, &place.member(name));
            }
        }
    }
}

fn calls(blocks: &mut Blocks<'_>, message: &Object<'_>, path: &Path<'_>) {
    let list = path.member("tool_calls");
    let calls = message
        .get("tool_calls")
        .map(Node::elements)
        .unwrap_or_default();
    for (index, node) in calls.into_iter().enumerate() {
        let (call, place) = (node.object(), list.element(index));
        let (member, input, form) = match call.get("custom") {
            Some(_) => ("custom", "input", Form::Free),
            None => ("function", "arguments", Form::Json),
        };
        let function = call.object(member);
        let call = Call {
            id: short(&call.string_or_empty("id")),
            name: short(&function.string_or_empty("name")),
            input: function.get(input),
            form,
        };
        blocks.call(call, &place.member(member).member(input), None);
    }
    if let Some(function) = message.get("function_call").map(Node::object) {
        let call = Call {
            id: String::new(),
            name: short(&function.string_or_empty("name")),
            input: function.get("arguments"),
            form: Form::Json,
        };
        blocks.call(
            call,
            &path.member("function_call").member("arguments"),
            None,
        );
    }
}

/// A whole answer; `None` if it holds no choices. All choices stand in one turn: some relays put the
/// text into the first and the tool call into the second.
pub(super) fn answer(reader: &mut Reader, body: &Object<'_>) -> Option<Conversation> {
    let choices = body.get("choices")?.elements();
    let root = Path::body();
    let list = root.member("choices");
    let mut turn = Turn {
        role: Role::Assistant,
        blocks: Vec::new(),
        tokens: 0,
    };
    let mut parameters = reader.parameters(body, &["choices", "object", "error"]);
    for (index, node) in choices.into_iter().enumerate() {
        let (choice, place) = (node.object(), list.element(index));
        turn.blocks.extend(said(
            reader,
            &choice.object("message"),
            &place.member("message"),
        ));
        if let Some(text) = choice.string("text") {
            let text = reader.text(&text, &place.member("text"));
            turn.blocks.push(Block {
                content: Content::Text { text },
                cache: None,
            });
        }
        parameters.extend(reader.parameters(&choice, &["message", "text", "index", "logprobs"]));
    }
    turn.tokens = reader.take();
    Some(Conversation {
        turns: vec![turn],
        parameters,
        ..Conversation::default()
    })
}
