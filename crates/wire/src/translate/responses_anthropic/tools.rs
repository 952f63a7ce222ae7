//! The tools that a Responses caller offers.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::book::Book;
use crate::translate::change::{Changes, Reason};
use crate::translate::memory::ToolShape;
use crate::translate::object::Object;
use crate::translate::to_anthropic::tools::{about_grammar, free_text, tool};

/// Tools made so far.
#[derive(Debug)]
pub(in crate::translate) struct Offer {
    /// Names of the tools and what they are.
    pub(super) book: Book,
    /// In Anthropic's form.
    pub(super) tools: Vec<Value>,
    names: HashSet<String>,
    /// Held back until the model finds them, by the upstream's name.
    deferred: Vec<Value>,
    can_search: bool,
    /// Names of tools since somebody last looked.
    last: Vec<String>,
}

impl Offer {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            book: Book::new(limit),
            tools: Vec::new(),
            names: HashSet::new(),
            deferred: Vec::new(),
            can_search: false,
            last: Vec::new(),
        }
    }

    /// Tools that the model found: none of them is held back. Gives their names at the upstream.
    pub(super) fn found(
        &mut self,
        list: Vec<Value>,
        path: &str,
        changes: &mut Changes,
    ) -> Vec<String> {
        self.last.clear();
        self.list(list, path, true, changes);
        std::mem::take(&mut self.last)
    }

    /// A list of tools, at `path`. `found`: the model found them, so none is held back.
    pub(super) fn list(
        &mut self,
        list: Vec<Value>,
        path: &str,
        found: bool,
        changes: &mut Changes,
    ) {
        for (index, tool) in list.into_iter().enumerate() {
            let path = format!("{path}/{index}");
            self.one(tool, None, &path, found, changes);
        }
    }

    /// Where nothing can be found, everything is offered.
    pub(super) fn finish(&mut self) {
        if !self.can_search {
            for tool in std::mem::take(&mut self.deferred) {
                self.push(tool);
            }
        }
    }

    fn one(
        &mut self,
        tool: Value,
        space: Option<&str>,
        path: &str,
        found: bool,
        changes: &mut Changes,
    ) {
        let Value::Object(mut tool) = tool else {
            return changes.dropped(path, Reason::NotSupported);
        };
        // Some clients nest it as Chat does.
        if let Some(Value::Object(inner)) = tool.remove("function") {
            tool.extend(inner);
        }
        let kind = tool
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or("function")
            .to_owned();
        match kind.as_str() {
            "namespace" => self.namespace(tool, path, found, changes),
            "function" | "custom" => {
                let deferred = tool.get("defer_loading") == Some(&json!(true)) && !found;
                match self.callable(tool, &kind, space) {
                    Some(made) if deferred => self.deferred.push(made),
                    Some(made) => {
                        if kind == "custom" || space.is_some() {
                            changes.converted(path, Reason::OtherForm, "/tools");
                        }
                        self.push(made);
                    }
                    None => changes.dropped(path, Reason::NotSupported),
                }
            }
            "tool_search" if tool.get("execution").is_none_or(|who| who == "client") => {
                self.can_search = true;
                let name = self.book.upstream(ToolShape::ToolSearch);
                tool.entry("parameters").or_insert_with(search_parameters);
                self.push(made(name, tool, ""));
                changes.converted(path, Reason::OtherForm, "/tools");
            }
            "local_shell" => {
                let name = self.book.upstream(ToolShape::LocalShell);
                tool.insert("parameters".to_owned(), shell_parameters());
                self.push(made(name, tool, "Runs a command on the user's computer."));
                changes.converted(path, Reason::OtherForm, "/tools");
            }
            // The vendor runs these itself.
            _ => changes.dropped(path, Reason::NotSupported),
        }
    }

    fn namespace(&mut self, mut space: Object, path: &str, found: bool, changes: &mut Changes) {
        let name = space
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let about = space.remove("description");
        let about = about
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim();
        let Some(Value::Array(list)) = space.remove("tools") else {
            return changes.dropped(path, Reason::Empty);
        };
        let first = self.tools.len();
        for (index, tool) in list.into_iter().enumerate() {
            let path = format!("{path}/tools/{index}");
            let space = Some(name.as_str()).filter(|name| !name.is_empty());
            self.one(tool, space, &path, found, changes);
        }
        // What is said of all of them is said once.
        if let Some(tool) = self.tools.get_mut(first).filter(|_| !about.is_empty()) {
            let own = tool["description"].as_str().unwrap_or_default();
            let between = if own.is_empty() { "" } else { "\n\n" };
            tool["description"] =
                json!(format!("{own}{between}About all tools {name}__*: {about}"));
        }
    }

    fn callable(&mut self, mut tool: Object, kind: &str, space: Option<&str>) -> Option<Value> {
        let name = tool
            .get("name")
            .and_then(Value::as_str)
            .filter(|name| !name.is_empty())?;
        let name = name.to_owned();
        let namespace = space.map(str::to_owned);
        if kind == "function" {
            let name = self.book.upstream(ToolShape::Function { name, namespace });
            return Some(made(name, tool, ""));
        }
        let name = self.book.upstream(ToolShape::Custom { name, namespace });
        let grammar = tool.remove("format").and_then(|format| {
            let definition = format["definition"].as_str()?;
            let syntax = format["syntax"].as_str().unwrap_or("text");
            Some(format!("({syntax})\n{definition}"))
        });
        tool.insert("parameters".to_owned(), free_text());
        Some(made(name, tool, &about_grammar(grammar)))
    }

    fn push(&mut self, tool: Value) {
        let name = tool["name"].as_str().unwrap_or_default();
        self.last.push(name.to_owned());
        if self.names.insert(name.to_owned()) {
            self.tools.push(tool);
        }
    }
}

fn made(name: String, tool_of_caller: Object, more: &str) -> Value {
    tool(name, tool_of_caller, more)
}

/// What a search for tools asks, where the caller does not say.
fn search_parameters() -> Value {
    json!({
        "type": "object",
        "properties": {"query": {"type": "string"}, "limit": {"type": "integer"}},
        "required": ["query"],
    })
}

/// What `local_shell` runs.
fn shell_parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "command": {"type": "array", "items": {"type": "string"}},
            "working_directory": {"type": "string"},
            "timeout_ms": {"type": "integer"},
        },
        "required": ["command"],
    })
}
