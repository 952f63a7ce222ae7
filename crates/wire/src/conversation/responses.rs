//! OpenAI Responses: a flat list of items, where the other dialects have messages.

use super::blocks::Blocks;
use super::node::{Node, Object};
use super::path::Path;
use super::reader::Reader;
use super::{Conversation, Role, Turn, items, tools};
use crate::count;

/// A request.
pub(super) fn request(reader: &mut Reader, body: &Object<'_>) -> Conversation {
    let root = Path::body();
    let mut conversation = Conversation {
        parameters: reader.parameters(body, &["instructions", "tools", "input"]),
        ..Conversation::default()
    };
    if let Some(instructions) = body.get("instructions") {
        let mut blocks = Blocks::new(reader);
        blocks.content(instructions, &root.member("instructions"));
        conversation.system = blocks.list;
        conversation.system_tokens = reader.take();
    }
    if let Some(list) = body.get("tools") {
        conversation.tools = tools::list(reader, list, &root.member("tools"));
        conversation.tools_tokens = reader.take();
    }
    let place = root.member("input");
    match body.get("input") {
        Some(input) if input.is_array() => {
            for (index, node) in input.elements().into_iter().enumerate() {
                let turn = turn(reader, node, &place.element(index));
                conversation.follow(turn);
            }
        }
        Some(input) => {
            reader.add(count::PER_TURN);
            let mut blocks = Blocks::new(reader);
            blocks.content(input, &place);
            let blocks = blocks.list;
            conversation.turns.push(Turn {
                role: Role::User,
                blocks,
                tokens: reader.take(),
            });
        }
        None => {}
    }
    conversation
}

fn turn(reader: &mut Reader, node: Node<'_>, path: &Path<'_>) -> Turn {
    reader.add(count::PER_TURN);
    let mut blocks = Blocks::new(reader);
    let role = items::read(&mut blocks, node, path);
    Turn {
        role,
        blocks: blocks.list,
        tokens: reader.take(),
    }
}

/// A whole answer; `None` if it holds no output.
pub(super) fn answer(reader: &mut Reader, body: &Object<'_>) -> Option<Conversation> {
    let output = body.get("output").filter(|output| output.is_array())?;
    let root = Path::body();
    let place = root.member("output");
    let mut blocks = Blocks::new(reader);
    for (index, node) in output.elements().into_iter().enumerate() {
        items::read(&mut blocks, node, &place.element(index));
    }
    let turn = Turn {
        role: Role::Assistant,
        blocks: blocks.list,
        tokens: reader.take(),
    };
    // An answer repeats what was asked: tools and instructions belong to the request.
    let echoed = [
        "output",
        "output_text",
        "object",
        "error",
        "tools",
        "instructions",
        "input",
    ];
    Some(Conversation {
        turns: vec![turn],
        parameters: reader.parameters(body, &echoed),
        ..Conversation::default()
    })
}
