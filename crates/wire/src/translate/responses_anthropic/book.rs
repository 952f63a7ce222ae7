//! Which tool of the caller stands behind which name at the upstream.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::translate::memory::ToolShape;
use crate::translate::to_anthropic::names::Names;

/// Name of the tool that searches tools, and of the one that runs commands: the vendor's own have none.
const TOOL_SEARCH: &str = "tool_search";
const LOCAL_SHELL: &str = "local_shell";

/// The tools of one request.
#[derive(Debug)]
pub(in crate::translate) struct Book {
    names: Names,
    shapes: BTreeMap<String, ToolShape>,
}

impl Book {
    /// With names of at most so many characters.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            names: Names::new(limit),
            shapes: BTreeMap::new(),
        }
    }

    /// The upstream's name of a tool.
    pub(super) fn upstream(&mut self, shape: ToolShape) -> String {
        let wanted = match &shape {
            ToolShape::Function { name, namespace } | ToolShape::Custom { name, namespace } => {
                match namespace {
                    Some(namespace) => format!("{namespace}__{name}"),
                    None => name.clone(),
                }
            }
            ToolShape::ToolSearch => TOOL_SEARCH.to_owned(),
            ToolShape::LocalShell => LOCAL_SHELL.to_owned(),
        };
        let mut upstream = self.names.upstream(&wanted);
        // Two tools that would be named alike: a name that is not allowed becomes one that is not taken.
        while self
            .shapes
            .get(&upstream)
            .is_some_and(|known| !known.is_same(&shape))
        {
            upstream = self.names.upstream(&format!("{upstream}."));
        }
        self.shapes.entry(upstream.clone()).or_insert(shape);
        upstream
    }

    /// The upstream's name of the tool that an item or a choice means: calls in the history do not always
    /// say whether the tool is a function or takes free text.
    pub(super) fn named(&mut self, object: &Value, is_custom: bool) -> Option<String> {
        let text = |name: &str| object[name].as_str().filter(|text| !text.is_empty());
        let name = text("name")?.to_owned();
        let namespace = text("namespace").map(str::to_owned);
        Some(self.upstream(match is_custom {
            true => ToolShape::Custom { name, namespace },
            false => ToolShape::Function { name, namespace },
        }))
    }

    /// What the way back must know: all tools that are no plain functions of the same name.
    pub(super) fn into_shapes(self) -> BTreeMap<String, ToolShape> {
        let mut shapes = self.shapes;
        shapes.retain(|upstream, shape| {
            !matches!(shape, ToolShape::Function { name, namespace: None } if name == upstream)
        });
        shapes
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn function(name: &str, namespace: Option<&str>) -> ToolShape {
        ToolShape::Function {
            name: name.to_owned(),
            namespace: namespace.map(str::to_owned),
        }
    }

    #[test]
    fn every_tool_has_a_name_of_its_own() {
        let mut book = Book::new(64);
        assert_eq!(
            book.upstream(function("spawn", Some("agents"))),
            "agents__spawn"
        );
        let other = book.upstream(function("agents__spawn", None));
        assert_ne!(other, "agents__spawn");
        assert_eq!(book.upstream(function("exec", None)), "exec");
        assert_eq!(book.upstream(ToolShape::ToolSearch), "tool_search");
        assert_eq!(
            book.upstream(function("spawn", Some("agents"))),
            "agents__spawn",
            "again"
        );
        assert_eq!(
            book.upstream(function("agents__spawn", None)),
            other,
            "again"
        );
        let item = json!({"name": "patch", "type": "custom_tool_call"});
        assert_eq!(book.named(&item, true).as_deref(), Some("patch"));
        assert_eq!(book.named(&json!({"type": "function_call"}), false), None);
        let shapes = book.into_shapes();
        assert_eq!(
            shapes.get("agents__spawn"),
            Some(&function("spawn", Some("agents")))
        );
        assert_eq!(shapes.get("exec"), None);
        assert_eq!(shapes.len(), 4);
    }
}
