//! Tools offered in the two OpenAI dialects.

use super::Tool;
use super::node::Node;
use super::path::Path;
use super::reader::{Reader, cache_mark, short};
use crate::count;

/// A list of tools. The tools of a namespace stand in its place as `namespace.name`.
pub(super) fn list(reader: &mut Reader, list: Node<'_>, path: &Path<'_>) -> Vec<Tool> {
    let mut tools = Vec::new();
    for (index, node) in list.elements().into_iter().enumerate() {
        let (object, place) = (node.object(), path.element(index));
        let inner = object.get("tools").filter(|inner| inner.is_array());
        let is_namespace = object
            .string("type")
            .is_some_and(|name| name == "namespace");
        match inner.filter(|_| is_namespace) {
            Some(inner) => {
                let prefix = format!("{}.", short(&object.string_or_empty("name")));
                let place = place.member("tools");
                for (index, node) in inner.elements().into_iter().enumerate() {
                    tools.push(tool(reader, node, &place.element(index), &prefix));
                }
            }
            None => tools.push(tool(reader, node, &place, "")),
        }
    }
    tools
}

/// A function (Chat nests it, Responses does not), a custom tool, or one of the vendor's own, whose
/// definition is shown as it is.
fn tool(reader: &mut Reader, node: Node<'_>, path: &Path<'_>, prefix: &str) -> Tool {
    reader.add(count::PER_TOOL);
    let outer = node.object();
    let member = ["function", "custom"]
        .into_iter()
        .find(|name| outer.object(name).string("name").is_some());
    let (object, place) = match member {
        Some(name) => (outer.object(name), path.member(name)),
        None => (node.object(), *path),
    };
    let named = object.string("name").or_else(|| object.string("type"));
    let name = format!("{prefix}{}", short(&named.unwrap_or_default()));
    reader.text(&name, path);
    let description = object.string_or_empty("description");
    let description = reader.text(&description, &place.member("description"));
    let input = ["parameters", "input_schema", "format"]
        .into_iter()
        .find_map(|name| Some((name, object.get(name)?)));
    let schema = match input {
        Some((name, schema)) => reader.json(schema, &place.member(name)),
        None if object.get("description").is_some() => Default::default(),
        None => reader.json(node, path),
    };
    Tool {
        name,
        description,
        schema,
        cache: cache_mark(&outer),
    }
}
