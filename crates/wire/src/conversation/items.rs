//! Items of OpenAI Responses.

use super::blocks::{Blocks, Call, Form};
use super::node::{Node, Object};
use super::path::Path;
use super::reader::{short, signature};
use super::{Content, Role, Text, chat, media};
use crate::count;

/// Reads one item of `input` or `output` and says who speaks.
pub(super) fn read(blocks: &mut Blocks<'_>, node: Node<'_>, path: &Path<'_>) -> Role {
    let item = node.object();
    let name = item.string("type");
    match name.as_deref() {
        None | Some("message") if item.get("role").is_some() || item.get("content").is_some() => {
            if let Some(content) = item.get("content") {
                blocks.content(content, &path.member("content"));
            }
            return chat::role(&item.string_or_empty("role"));
        }
        Some("reasoning") => reasoning(blocks, &item, path),
        Some("function_call") => function_call(blocks, &item, path),
        Some("custom_tool_call") => {
            let call = call(&item, item.get("input"), Form::Free);
            blocks.call(call, &path.member("input"), None);
        }
        Some("mcp_call") => mcp_call(blocks, &item, path),
        Some("image_generation_call") if item.get("result").is_some() => {
            let (format, data) = (
                item.string_or_empty("output_format"),
                item.string_or_empty("result"),
            );
            let place = path.member("result");
            let image = media::image_of_base64(blocks.reader, &format, &data, &place);
            blocks.push(image, None);
        }
        Some(name) if name.ends_with("_output") => {
            output(blocks, &item, path);
            return Role::Tool;
        }
        Some(name) if name.ends_with("_call") => vendor_call(blocks, name, node, path),
        name => blocks.other(name.unwrap_or_default(), node, path, None),
    }
    Role::Assistant
}

/// The summary and the reasoning itself; a hidden block if there is only the encrypted form.
fn reasoning(blocks: &mut Blocks<'_>, item: &Object<'_>, path: &Path<'_>) {
    let before = blocks.list.len();
    for name in ["summary", "content"] {
        let place = path.member(name);
        let parts = item.get(name).map(Node::elements).unwrap_or_default();
        for (index, part) in parts.into_iter().enumerate() {
            let text = part.object().string_or_empty("text");
            blocks.reasoning(&text, &place.element(index).member("text"));
        }
    }
    let sealed = signature(item, "encrypted_content");
    let clear = blocks.list.len() > before;
    match blocks.list.last_mut() {
        Some(block) if clear => {
            if let Content::Thinking { signature, .. } = &mut block.content {
                *signature = sealed;
            }
        }
        _ => {
            let redacted = sealed.is_some();
            let length = item
                .string("encrypted_content")
                .map_or(0, |text| text.len());
            blocks.reader.add(count::sealed(length));
            let thinking = Content::Thinking {
                text: Text::default(),
                signature: sealed,
                redacted,
            };
            blocks.push(thinking, None);
        }
    }
}

fn call<'a>(item: &Object<'a>, input: Option<Node<'a>>, form: Form) -> Call<'a> {
    let id = item.string("call_id").or_else(|| item.string("id"));
    let name = item.string_or_empty("name");
    let name = match item
        .string("namespace")
        .or_else(|| item.string("server_label"))
    {
        Some(space) => format!("{}.{}", short(&space), short(&name)),
        None => short(&name),
    };
    Call {
        id: short(&id.unwrap_or_default()),
        name,
        input,
        form,
    }
}

fn function_call(blocks: &mut Blocks<'_>, item: &Object<'_>, path: &Path<'_>) {
    let call = call(item, item.get("arguments"), Form::Json);
    blocks.call(call, &path.member("arguments"), None);
}

/// A call that the vendor ran, with its result in the same item.
fn mcp_call(blocks: &mut Blocks<'_>, item: &Object<'_>, path: &Path<'_>) {
    function_call(blocks, item, path);
    let failed = item.get("error").is_some();
    let name = if failed { "error" } else { "output" };
    if let Some(result) = item.get(name) {
        let id = short(&item.string_or_empty("id"));
        blocks.result(id, failed, Some(result), &path.member(name), None);
    }
}

/// `web_search_call`, `local_shell_call` and their like: what they did as input, else the whole item.
fn vendor_call(blocks: &mut Blocks<'_>, name: &str, node: Node<'_>, path: &Path<'_>) {
    let item = node.object();
    let id = item.string("call_id").or_else(|| item.string("id"));
    let members = ["action", "arguments", "code", "operation", "queries"];
    let member = members
        .into_iter()
        .find(|member| item.get(member).is_some());
    let form = if member == Some("arguments") {
        Form::Json
    } else {
        Form::Free
    };
    let call = Call {
        id: short(&id.unwrap_or_default()),
        name: short(name.trim_end_matches("_call")),
        input: member.map_or(Some(node), |member| item.get(member)),
        form,
    };
    match member {
        Some(member) => blocks.call(call, &path.member(member), None),
        None => blocks.call(call, path, None),
    }
}

fn output(blocks: &mut Blocks<'_>, item: &Object<'_>, path: &Path<'_>) {
    let id = short(&item.string_or_empty("call_id"));
    let members = ["output", "tools", "result"];
    let name = members
        .into_iter()
        .find(|name| item.get(name).is_some())
        .unwrap_or("output");
    blocks.result(id, false, item.get(name), &path.member(name), None);
}
