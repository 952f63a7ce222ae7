//! `tools` and `tool_choice`.

use serde_json::{Value, json};

use super::Request;
use super::offer::{Step, Tool, name, offer};
use crate::translate::change::{ChangeKind, Reason};
use crate::translate::object::{Object, string, take_object};
use crate::translate::schema;

impl Request<'_> {
    /// Writes `tools`, `tool_choice` and `parallel_tool_calls`: all of them, or none.
    pub(super) fn write_tools(
        &mut self,
        declared: Value,
        choice: Value,
        steps: Vec<Step>,
        out: &mut Object,
    ) {
        let declared = match declared {
            Value::Array(list) => list,
            _ => Vec::new(),
        };
        let chosen = choice.get("name").and_then(Value::as_str);
        let offered = offer(declared, steps, chosen, &mut self.changes);
        let mut tools = Vec::with_capacity(offered.len());
        let mut names = Vec::new();
        for tool in offered {
            let called = name(&tool.json).to_owned();
            if let Some(function) = self.tool(tool) {
                tools.push(function);
                names.push(called);
            }
        }
        if let Some(most) = self.able.max_tools.filter(|most| tools.len() > *most) {
            tools.truncate(most);
            names.truncate(most);
            self.changes.note(
                "/tools",
                ChangeKind::Clamped,
                Reason::Limit,
                Some(most.to_string()),
            );
        }
        if tools.is_empty() {
            if !choice.is_null() {
                self.changes.dropped("/tool_choice", Reason::Missing);
            }
            return;
        }
        out.insert("tools".to_owned(), Value::Array(tools));
        self.write_choice(&choice, &names, out);
    }

    /// One tool as a function; `None` for tools that only Anthropic's own service has.
    fn tool(&mut self, tool: Tool) -> Option<Value> {
        let Tool { mut json, path, .. } = tool;
        if !self.able.tools {
            self.changes.dropped(&path, Reason::NotSupported);
            return None;
        }
        let kind = string(&json, "type").unwrap_or("custom").to_owned();
        let schema_name = match kind.as_str() {
            "function" => {
                if let Some(function) = take_object(&mut json, "function") {
                    json = function;
                }
                "parameters"
            }
            _ => "input_schema",
        };
        if kind != "custom" && json.get(schema_name).is_none_or(Value::is_null) {
            self.changes.dropped(&path, Reason::CallerOnly);
            return None;
        }
        let called = name(&json).to_owned();
        if called.is_empty() {
            self.changes.dropped(&path, Reason::Empty);
            return None;
        }
        let mut function = Object::new();
        let sent = self.names.tool(&called);
        if sent != called {
            self.changes
                .converted(&format!("{path}/name"), Reason::Limit, sent.as_str());
        }
        function.insert("name".to_owned(), Value::String(sent));
        for (member, value) in std::mem::take(&mut json) {
            self.tool_member(&path, &member, value, schema_name, &mut function);
        }
        if !function.contains_key("parameters") {
            let empty = schema::parameters(Value::Null, self.able.schema_filter);
            function.insert("parameters".to_owned(), empty);
        }
        Some(json!({"type": "function", "function": function}))
    }

    fn tool_member(
        &mut self,
        path: &str,
        member: &str,
        value: Value,
        schema_name: &str,
        function: &mut Object,
    ) {
        match member {
            "name" | "type" => {}
            "description" if value.is_string() => {
                function.insert("description".to_owned(), value);
            }
            "strict" if self.able.strict_tools => {
                function.insert("strict".to_owned(), value);
            }
            _ if member == schema_name => {
                let sent = schema::parameters(value.clone(), self.able.schema_filter);
                if sent != value {
                    let path = format!("{path}/{member}");
                    self.changes
                        .converted(&path, Reason::OtherForm, "parameters");
                }
                function.insert("parameters".to_owned(), sent);
            }
            _ => self
                .changes
                .dropped(&format!("{path}/{member}"), Reason::NoSuchField),
        }
    }

    fn write_choice(&mut self, choice: &Value, names: &[String], out: &mut Object) {
        let kind = choice.get("type").and_then(Value::as_str);
        let sent = match kind {
            Some("auto") => json!("auto"),
            Some("none") => json!("none"),
            Some("any") if self.able.forced_tools => json!("required"),
            Some("tool") => self.one_tool(choice, names),
            Some("any") => json!("auto"),
            _ => Value::Null,
        };
        if !sent.is_null() {
            let forced = matches!(kind, Some("any" | "tool"));
            let reason = match forced && sent == "auto" {
                true => Reason::NotSupported,
                false => Reason::OtherForm,
            };
            self.changes
                .converted("/tool_choice", reason, sent.to_string());
            out.insert("tool_choice".to_owned(), sent);
        }
        if choice.get("disable_parallel_tool_use") == Some(&Value::Bool(true)) {
            let path = "/tool_choice/disable_parallel_tool_use";
            if self.able.parallel_tool_calls {
                self.changes
                    .converted(path, Reason::OtherForm, "parallel_tool_calls");
                out.insert("parallel_tool_calls".to_owned(), json!(false));
            } else {
                self.changes.dropped(path, Reason::NotSupported);
            }
        }
    }

    /// A choice of one tool, if that tool is offered.
    fn one_tool(&mut self, choice: &Value, names: &[String]) -> Value {
        let wanted = choice.get("name").and_then(Value::as_str);
        match wanted.filter(|wanted| names.iter().any(|name| name == wanted)) {
            Some(wanted) if self.able.forced_tools => {
                json!({"type": "function", "function": {"name": self.names.tool(wanted)}})
            }
            _ => json!("auto"),
        }
    }
}
