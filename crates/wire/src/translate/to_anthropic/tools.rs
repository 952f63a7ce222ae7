//! Tools and the choice among them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::schema;
use crate::translate::object::Object;

/// What the caller wants of the tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::translate) enum Choice {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// As the model likes.
    Auto,
    /// No tool.
    None,
    /// Some tool.
    Any,
    /// This tool, by the upstream's name.
    Tool(String),
}

impl Choice {
    /// Whether a tool has to be called: then the model may not think.
    pub(in crate::translate) fn is_forced(&self) -> bool {
        matches!(self, Self::Any | Self::Tool(_))
    }

    /// `tool_choice`; `None` where nothing has to be said.
    pub(in crate::translate) fn to_json(&self, parallel: bool) -> Option<Value> {
        let mut choice = match self {
            Self::Unsaid if parallel => return None,
            Self::Unsaid | Self::Auto => json!({"type": "auto"}),
            Self::None => return Some(json!({"type": "none"})),
            Self::Any => json!({"type": "any"}),
            Self::Tool(name) => json!({"type": "tool", "name": name}),
        };
        if !parallel {
            choice["disable_parallel_tool_use"] = json!(true);
        }
        Some(choice)
    }

    /// From a word.
    pub(in crate::translate) fn of_word(word: &str) -> Self {
        match word {
            "none" => Self::None,
            "required" | "any" => Self::Any,
            "auto" => Self::Auto,
            _ => Self::Unsaid,
        }
    }
}

/// A tool. `tool` holds name, description and the schema under one of its names; the description goes first
/// with what else the model has to know.
pub(in crate::translate) fn tool(name: String, mut tool: Object, more: &str) -> Value {
    let told = tool.remove("description");
    let told = told.as_ref().and_then(Value::as_str).unwrap_or_default();
    let between = if told.is_empty() || more.is_empty() {
        ""
    } else {
        "\n\n"
    };
    let description = format!("{told}{between}{more}");
    let parameters = ["parameters", "input_schema"].into_iter();
    let parameters = parameters.filter_map(|name| tool.remove(name)).next();
    let mut made = json!({"name": name});
    if !description.is_empty() {
        made["description"] = json!(description);
    }
    made["input_schema"] = schema::of_input(parameters);
    if let Some(mark) = tool.remove("cache_control").filter(Value::is_object) {
        made["cache_control"] = mark;
    }
    made
}

/// A tool that only stands for calls in the history: Anthropic wants every tool that was called to be known.
pub(in crate::translate) fn remembered(name: &str) -> Value {
    json!({"name": name, "input_schema": {"type": "object", "properties": {}}})
}

/// The input of a tool that takes free text: one string.
pub(in crate::translate) fn free_text() -> Value {
    json!({
        "type": "object",
        "properties": {"input": {"type": "string"}},
        "required": ["input"],
        "additionalProperties": false,
    })
}

/// What the model is told of a tool that takes free text.
pub(in crate::translate) fn about_grammar(grammar: Option<String>) -> String {
    match grammar {
        Some(grammar) => format!("`input` is the whole text, not JSON. Its grammar:\n{grammar}"),
        None => "`input` is the whole text, not JSON.".to_owned(),
    }
}

/// The tools that the conversation calls, by the upstream's names, each once.
pub(in crate::translate) fn called<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    names
        .filter(|name| seen.insert(*name))
        .map(str::to_owned)
        .collect()
}

/// Keeps each tool once, and those that are allowed; a tool that is not offered cannot be chosen.
pub(in crate::translate) fn settle(
    tools: &mut Vec<Value>,
    choice: Choice,
    allowed: Option<HashSet<String>>,
) -> Choice {
    let mut names = HashSet::new();
    tools.retain(|tool| {
        let name = tool["name"].as_str().unwrap_or_default();
        let may = allowed
            .as_ref()
            .is_none_or(|allowed| allowed.contains(name));
        may && names.insert(name.to_owned())
    });
    match choice {
        Choice::Tool(name) if !names.contains(&name) => Choice::Auto,
        choice => choice,
    }
}

/// The choice of Chat or Responses: a word, or an object that names a tool. `upstream` makes of that object
/// the upstream's name of the tool. Returns the allowed names too, where the choice is among some only.
pub(in crate::translate) fn choice(
    told: Option<&Value>,
    mut upstream: impl FnMut(&Value) -> Option<String>,
) -> (Choice, Option<HashSet<String>>) {
    match told {
        Some(Value::String(word)) => (Choice::of_word(word), None),
        Some(object @ Value::Object(_)) if object["type"] == "allowed_tools" => {
            // Chat nests it, Responses does not.
            let inner = object.get("allowed_tools").unwrap_or(object);
            let tools = inner["tools"].as_array().map(Vec::as_slice);
            let allowed = tools.unwrap_or_default().iter().filter_map(upstream);
            let mode = inner["mode"].as_str().unwrap_or("auto");
            (Choice::of_word(mode), Some(allowed.collect()))
        }
        Some(object @ Value::Object(_)) => match upstream(object) {
            Some(name) => (Choice::Tool(name), None),
            None => (Choice::Unsaid, None),
        },
        _ => (Choice::Unsaid, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(object: &Value) -> Option<String> {
        object["function"]["name"].as_str().map(str::to_owned)
    }

    #[test]
    fn choices() {
        for (told, parallel, wanted) in [
            (Value::Null, true, None),
            (
                Value::Null,
                false,
                Some(json!({"type": "auto", "disable_parallel_tool_use": true})),
            ),
            (json!("auto"), true, Some(json!({"type": "auto"}))),
            (json!("none"), false, Some(json!({"type": "none"}))),
            (
                json!("required"),
                false,
                Some(json!({"type": "any", "disable_parallel_tool_use": true})),
            ),
            (
                json!({"type": "function", "function": {"name": "f"}}),
                true,
                Some(json!({"type": "tool", "name": "f"})),
            ),
            (json!({"type": "function"}), true, None),
            (
                json!({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}}),
                true,
                Some(json!({"type": "any"})),
            ),
            (json!(7), true, None),
        ] {
            let (choice, _) = choice(Some(&told), identity);
            assert_eq!(choice.to_json(parallel), wanted, "{told}");
        }
        let some = json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]}});
        let (_, allowed) = choice(Some(&some), identity);
        assert_eq!(allowed, Some(HashSet::from(["f".to_owned()])));
    }

    #[test]
    fn each_tool_is_offered_once() {
        let offered = || {
            vec![
                remembered("a"),
                remembered("b"),
                remembered("a"),
                remembered("c"),
            ]
        };
        let mut tools = offered();
        let choice = settle(&mut tools, Choice::Tool("d".to_owned()), None);
        assert_eq!((tools.len(), choice), (3, Choice::Auto));
        let mut tools = offered();
        let allowed = HashSet::from(["a".to_owned()]);
        let choice = settle(&mut tools, Choice::Tool("a".to_owned()), Some(allowed));
        assert_eq!((tools.len(), choice), (1, Choice::Tool("a".to_owned())));
    }

    #[test]
    fn tools_have_schemas() {
        let Value::Object(bare) =
            json!({"description": "Reads.", "parameters": null, "strict": true})
        else {
            return;
        };
        assert_eq!(
            tool("read".to_owned(), bare, "By line."),
            json!({"name": "read", "description": "Reads.\n\nBy line.", "input_schema": {"type": "object", "properties": {}}})
        );
        assert_eq!(
            tool("read".to_owned(), Object::new(), "").get("description"),
            None
        );
    }
}
