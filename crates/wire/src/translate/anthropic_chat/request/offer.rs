//! Which tools the model is offered: those of the request, less those that wait to be searched for, with
//! what the conversation added and took away.

use std::collections::HashMap;

use serde_json::Value;

use super::turns::Turn;
use crate::translate::change::{Changes, Reason};
use crate::translate::object::{Object, filled, string};

/// Never to be called, says its own description.
const PLACEHOLDER: &str = "DeferredToolPlaceholder";
/// The client's own search.
const SEARCH: &str = "ToolSearch";
/// How deep references are looked for.
const DEEPEST: usize = 8;

/// What the conversation does to the offer.
#[derive(Debug)]
pub(super) enum Step {
    Add(Object),
    Load(String),
    Remove(String),
}

/// A tool that may be offered.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) json: Object,
    pub(super) path: String,
    deferred: bool,
    removed: bool,
}

/// What the conversation does to the offer, in its order.
pub(super) fn steps(turns: &[Turn]) -> Vec<Step> {
    let mut steps = Vec::new();
    for block in turns.iter().flat_map(|turn| &turn.blocks) {
        match block.kind.as_str() {
            "tool_result" | "tool_search_tool_result" | "tool_reference" => {
                references(&block.json, &mut steps, 0);
            }
            "tool_addition" | "tool_removal" => change(&block.kind, &block.json, &mut steps),
            "compaction" => {
                let changes = block.json.get("tool_changes").and_then(Value::as_array);
                for json in changes.into_iter().flatten().filter_map(Value::as_object) {
                    change(string(json, "type").unwrap_or_default(), json, &mut steps);
                }
            }
            _ => {}
        }
    }
    steps
}

fn references(object: &Object, steps: &mut Vec<Step>, depth: usize) {
    if string(object, "type") == Some("tool_reference") {
        let name = filled(object, "tool_name").or(filled(object, "name"));
        steps.extend(name.map(|name| Step::Load(name.to_owned())));
        return;
    }
    if depth > DEEPEST {
        return;
    }
    for member in ["content", "tool_references"] {
        match object.get(member) {
            Some(Value::Object(inner)) => references(inner, steps, depth + 1),
            Some(Value::Array(list)) => {
                for inner in list.iter().filter_map(Value::as_object) {
                    references(inner, steps, depth + 1);
                }
            }
            _ => {}
        }
    }
}

fn change(kind: &str, block: &Object, steps: &mut Vec<Step>) {
    let Some(tool) = block.get("tool").and_then(Value::as_object) else {
        return;
    };
    let name = || {
        filled(tool, "name")
            .or(filled(tool, "tool_name"))
            .map(str::to_owned)
    };
    let step = match (kind, tool.get("definition").and_then(Value::as_object)) {
        ("tool_addition", Some(definition)) => Some(Step::Add(definition.clone())),
        ("tool_addition", None) => name().map(Step::Load),
        ("tool_removal", _) => name().map(Step::Remove),
        _ => None,
    };
    steps.extend(step);
}

/// The tools to offer, in their order. `chosen` is the one that the caller forces.
pub(super) fn offer(
    declared: Vec<Value>,
    steps: Vec<Step>,
    chosen: Option<&str>,
    changes: &mut Changes,
) -> Vec<Tool> {
    let mut tools: Vec<Tool> = Vec::with_capacity(declared.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, tool) in declared.into_iter().enumerate() {
        let path = format!("/tools/{index}");
        match tool {
            Value::Object(json) => put(&mut tools, &mut places, json, path),
            _ => changes.dropped(&path, Reason::Empty),
        }
    }
    for step in steps {
        match step {
            Step::Add(definition) => {
                put(&mut tools, &mut places, definition, "/messages".to_owned());
                if let Some(tool) = tools.last_mut().filter(|tool| tool.path == "/messages") {
                    tool.deferred = false;
                }
            }
            Step::Load(name) => {
                if let Some(tool) = places.get(&name).and_then(|at| tools.get_mut(*at)) {
                    (tool.deferred, tool.removed) = (false, false);
                }
            }
            Step::Remove(name) => {
                if let Some(tool) = places.get(&name).and_then(|at| tools.get_mut(*at)) {
                    tool.removed = true;
                }
            }
        }
    }
    let can_search = places.contains_key(SEARCH);
    tools.retain(|tool| {
        let name = name(&tool.json);
        let waits = tool.deferred && can_search && chosen != Some(name);
        if name == PLACEHOLDER || waits {
            changes.dropped(&tool.path, Reason::Deferred);
        } else if tool.removed {
            changes.dropped(&tool.path, Reason::Expired);
        }
        name != PLACEHOLDER && !waits && !tool.removed
    });
    tools
}

/// Adds a tool, or replaces the one of the same name.
fn put(tools: &mut Vec<Tool>, places: &mut HashMap<String, usize>, json: Object, path: String) {
    let deferred = json.get("defer_loading") == Some(&Value::Bool(true));
    let name = name(&json).to_owned();
    let tool = Tool {
        json,
        path,
        deferred,
        removed: false,
    };
    match places.get(&name).and_then(|at| tools.get_mut(*at)) {
        Some(known) => *known = tool,
        None => {
            places.insert(name, tools.len());
            tools.push(tool);
        }
    }
}

/// The tool's name; OpenAI's form has it one level down.
pub(super) fn name(tool: &Object) -> &str {
    let inner = tool.get("function").and_then(Value::as_object);
    filled(tool, "name")
        .or(inner.and_then(|inner| filled(inner, "name")))
        .unwrap_or_default()
}
