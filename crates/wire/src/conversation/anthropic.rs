//! Anthropic Messages.

use super::blocks::Blocks;
use super::node::{Node, Object};
use super::path::Path;
use super::reader::{Reader, cache_mark, short};
use super::{Block, Content, Conversation, Role, Tool, Turn};
use crate::count;

/// A request.
pub(super) fn request(reader: &mut Reader, body: &Object<'_>) -> Conversation {
    let root = Path::body();
    let mut conversation = Conversation {
        parameters: reader.parameters(body, &["system", "tools", "messages"]),
        ..Conversation::default()
    };
    if let Some(system) = body.get("system") {
        let mut blocks = Blocks::new(reader);
        blocks.content(system, &root.member("system"));
        conversation.system = blocks.list;
        conversation.system_tokens = reader.take();
    }
    if let Some(tools) = body.get("tools") {
        (conversation.tools, conversation.tools_tokens) = offered(reader, tools, &root);
    }
    if let Some(messages) = body.get("messages") {
        let place = root.member("messages");
        let messages = messages.elements().into_iter().enumerate();
        conversation.turns = messages
            .map(|(index, node)| turn(reader, node, &place.element(index)))
            .collect();
    }
    conversation
}

/// The tools, and the tokens of those that the model sees. The others count where they are loaded, if
/// there is anything to find them with.
fn offered(reader: &mut Reader, tools: Node<'_>, root: &Path<'_>) -> (Vec<Tool>, u32) {
    let place = root.member("tools");
    let nodes = tools.elements();
    let finds = |node: &Node<'_>| {
        let tool = node.object();
        tool.string_or_empty("name") == "ToolSearch"
            || tool.string_or_empty("type").starts_with("tool_search_tool")
    };
    let can_search = nodes.iter().any(finds);
    let mut tokens = 0u32;
    let mut list = Vec::with_capacity(nodes.len());
    for (index, node) in nodes.into_iter().enumerate() {
        let tool = tool(reader, node, &place.element(index));
        let deferred = node
            .object()
            .get("defer_loading")
            .is_some_and(Node::is_true);
        match can_search && deferred {
            true => {
                let cost = reader.take();
                reader.defer(tool.name.clone(), cost);
            }
            false => tokens = tokens.saturating_add(reader.take()),
        }
        list.push(tool);
    }
    (list, tokens)
}

/// A tool that the client runs, or one of the vendor's own (`web_search_…`), whose definition is shown
/// as it is.
fn tool(reader: &mut Reader, node: Node<'_>, path: &Path<'_>) -> Tool {
    reader.add(count::PER_TOOL);
    let object = node.object();
    let name = object
        .string("name")
        .or_else(|| object.string("type"))
        .unwrap_or_default();
    reader.text(&name, path);
    let description = object.string_or_empty("description");
    let schema = match object.get("input_schema") {
        Some(schema) => reader.json(schema, &path.member("input_schema")),
        None => reader.json(node, path),
    };
    Tool {
        name: short(&name),
        description: reader.text(&description, &path.member("description")),
        schema,
        cache: cache_mark(&object),
    }
}

fn turn(reader: &mut Reader, node: Node<'_>, path: &Path<'_>) -> Turn {
    reader.add(count::PER_TURN);
    let message = node.object();
    let mut blocks = Blocks::new(reader);
    if let Some(content) = message.get("content") {
        blocks.content(content, &path.member("content"));
    }
    // A system turn may only change the effort: `{"content":[],"output_config":{…}}`.
    for name in ["output_config", "clear_at"] {
        if let Some(node) = message.get(name) {
            let json = blocks.reader.json_uncounted(node, &path.member(name));
            blocks.push(
                Content::Other {
                    name: name.to_owned(),
                    json,
                },
                None,
            );
        }
    }
    let blocks = blocks.list;
    Turn {
        role: role(&message.string_or_empty("role"), &blocks),
        blocks,
        tokens: reader.take(),
    }
}

/// The role named. A user turn that holds nothing but tool results is shown as what it is.
fn role(name: &str, blocks: &[Block]) -> Role {
    let is_result = |block: &Block| matches!(block.content, Content::ToolResult { .. });
    match name {
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ if !blocks.is_empty() && blocks.iter().all(is_result) => Role::Tool,
        _ => Role::User,
    }
}

/// A whole answer; `None` if it holds no content.
pub(super) fn answer(reader: &mut Reader, body: &Object<'_>) -> Option<Conversation> {
    let content = body.get("content")?;
    let mut blocks = Blocks::new(reader);
    blocks.content(content, &Path::body().member("content"));
    let turn = Turn {
        role: Role::Assistant,
        blocks: blocks.list,
        tokens: reader.take(),
    };
    Some(Conversation {
        turns: vec![turn],
        parameters: reader.parameters(body, &["content", "type", "role", "error"]),
        ..Conversation::default()
    })
}
