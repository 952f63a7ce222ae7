//! What a request asks for, read from any of the three dialects.

use serde_json::Value;

use crate::choice::model_without_choice;
use crate::dialect::Dialect;
use crate::request::Request;
use crate::tokens;

/// What a request asks for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// How it speaks.
    pub dialect: Dialect,
    /// The model, without a scenario behind it.
    pub model: String,
    /// Whether it wants a stream.
    pub stream: bool,
    /// Whether a chat stream shall end with the usage.
    pub include_usage: bool,
    /// Names of the offered tools.
    pub tools: Vec<String>,
    /// What was said last.
    pub last: Last,
    /// Guessed tokens of tools, system prompt and all messages.
    pub prompt_tokens: u64,
    /// Part of these that an earlier request of the same conversation has sent as well.
    pub known_tokens: u64,
    /// Why the vendor would refuse it.
    pub problem: Option<String>,
}

/// What was said last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Last {
    /// Nothing that can be answered.
    #[default]
    Nothing,
    /// Texts of the user.
    User(Vec<String>),
    /// Results of tools.
    ToolResults(Vec<String>),
}

impl Ask {
    /// Reads a request.
    pub fn of(request: &Request) -> Self {
        let dialect = Dialect::of(request);
        match serde_json::from_slice::<Value>(&request.body) {
            Ok(body) => Self::read(dialect, &body),
            Err(error) => Self {
                dialect,
                model: String::new(),
                stream: false,
                include_usage: false,
                tools: Vec::new(),
                last: Last::Nothing,
                prompt_tokens: 0,
                known_tokens: 0,
                problem: Some(format!("The request body is not valid JSON: {error}")),
            },
        }
    }

    /// Whether a tool of that name is offered.
    pub fn offers(&self, tool: &str) -> bool {
        self.tools.iter().any(|name| name == tool)
    }

    fn read(dialect: Dialect, body: &Value) -> Self {
        let turns = turns(dialect, body);
        let prompt_tokens = tokens::estimate(&body.to_string());
        let last_answer = turns.iter().rposition(|turn| turn["role"] == "assistant");
        let new_turns = last_answer.map_or(&turns[..], |at| &turns[at..]);
        let new_tokens: u64 = new_turns
            .iter()
            .map(|turn| tokens::estimate(&turn.to_string()))
            .sum();
        Self {
            dialect,
            model: model_without_choice(body["model"].as_str().unwrap_or_default()).to_owned(),
            stream: body["stream"] == true,
            include_usage: body["stream_options"]["include_usage"] == true,
            tools: tool_names(body),
            last: last(&turns),
            prompt_tokens,
            known_tokens: prompt_tokens.saturating_sub(new_tokens),
            problem: problem(dialect, body),
        }
    }
}

/// Messages in one form: `{"role", "content"}`; items of Responses become messages of their kind.
fn turns(dialect: Dialect, body: &Value) -> Vec<Value> {
    let list = match dialect {
        Dialect::Responses => &body["input"],
        Dialect::Messages | Dialect::Chat => &body["messages"],
    };
    match list {
        Value::String(text) => vec![serde_json::json!({ "role": "user", "content": text })],
        Value::Array(items) => items.iter().map(as_turn).collect(),
        _ => Vec::new(),
    }
}

fn as_turn(item: &Value) -> Value {
    match item["type"].as_str() {
        Some("function_call_output" | "custom_tool_call_output") => {
            serde_json::json!({ "role": "tool", "content": item["output"] })
        }
        Some("function_call" | "custom_tool_call" | "reasoning") => {
            serde_json::json!({ "role": "assistant", "content": item })
        }
        _ => item.clone(),
    }
}

fn last(turns: &[Value]) -> Last {
    let spoken = |turn: &&Value| matches!(turn["role"].as_str(), Some("user" | "tool"));
    let Some(turn) = turns.iter().rev().find(spoken) else {
        return Last::Nothing;
    };
    let results = tool_results(turn);
    if turn["role"] == "tool" {
        return Last::ToolResults(texts(&turn["content"]));
    }
    if results.is_empty() {
        Last::User(texts(&turn["content"]))
    } else {
        Last::ToolResults(results)
    }
}

fn tool_results(turn: &Value) -> Vec<String> {
    let blocks = turn["content"].as_array().map_or(&[][..], Vec::as_slice);
    let results = blocks.iter().filter(|block| block["type"] == "tool_result");
    results
        .map(|block| texts(&block["content"]).join("\n"))
        .collect()
}

fn texts(content: &Value) -> Vec<String> {
    match content {
        Value::String(text) => vec![text.clone()],
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn tool_names(body: &Value) -> Vec<String> {
    let tools = body["tools"].as_array().map_or(&[][..], Vec::as_slice);
    let name = |tool: &Value| {
        tool["name"]
            .as_str()
            .or_else(|| tool["function"]["name"].as_str())
            .map(str::to_owned)
    };
    tools.iter().filter_map(name).collect()
}

fn problem(dialect: Dialect, body: &Value) -> Option<String> {
    let required: &[&str] = match dialect {
        Dialect::Messages => &["model", "max_tokens", "messages"],
        Dialect::Chat => &["model", "messages"],
        Dialect::Responses => &["model", "input"],
    };
    let missing = required.iter().find(|name| body.get(**name).is_none())?;
    Some(match dialect {
        Dialect::Messages => format!("{missing}: Field required"),
        Dialect::Chat | Dialect::Responses => format!("Missing required parameter: '{missing}'."),
    })
}
