//! The request.

use serde_json::{Value, json};

use super::messages::Messages;
use crate::count;
use crate::dialect::Dialect;
use crate::translate::capabilities::Effort;
use crate::translate::change::{Changes, Reason};
use crate::translate::error::TranslateError;
use crate::translate::memory::Memory;
use crate::translate::object::Object;
use crate::translate::pair::Pair;
use crate::translate::parse;
use crate::translate::to_anthropic::compose::{Parts, Reader, compose};
use crate::translate::to_anthropic::names::Names;
use crate::translate::to_anthropic::sampling;
use crate::translate::to_anthropic::structure::Form;
use crate::translate::to_anthropic::tools;
use crate::translate::{Target, Translated};

/// Members that are read; all others are dropped.
const READ: [&str; 22] = [
    "model",
    "messages",
    "tools",
    "functions",
    "tool_choice",
    "function_call",
    "parallel_tool_calls",
    "max_tokens",
    "max_completion_tokens",
    "reasoning_effort",
    "reasoning",
    "response_format",
    "temperature",
    "top_p",
    "stop",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "stream",
    "stream_options",
    "thinking",
    "top_k",
];

/// A kind of tool that is a function of the caller.
const CALLABLE: [&str; 2] = ["function", "custom"];

pub(in crate::translate) fn request(
    bytes: &[u8],
    target: &Target<'_>,
) -> Result<Translated, TranslateError> {
    let mut asked = parse::object(bytes)?;
    let mut changes = Changes::default();
    let mut names = Names::new(target.capabilities.tool_name_limit);
    let mut parts = Parts {
        place: "/messages",
        parallel: asked.get("parallel_tool_calls") != Some(&json!(false)),
        max_tokens: limit(&asked),
        effort: effort(&asked),
        form: Form::of(asked.remove("response_format")),
        stops: sampling::stops(asked.get("stop"), &mut changes),
        user: user(&asked),
        stream: asked.get("stream") == Some(&json!(true)),
        ..Parts::default()
    };
    let legacy = offer(&mut asked, &mut parts, &mut names, &mut changes);
    let list = match asked.remove("messages") {
        Some(Value::Array(list)) => list,
        Some(Value::Null) | None => {
            return Err(TranslateError::Missing {
                field: "messages".to_owned(),
            });
        }
        Some(_) => {
            return Err(TranslateError::Type {
                field: "messages".to_owned(),
                wanted: "list",
            });
        }
    };
    let mut messages = Messages::new(target.capabilities, &mut names, &mut changes);
    for (index, message) in list.into_iter().enumerate() {
        messages.take(index, message)?;
    }
    (parts.system, parts.pieces) = messages.finish();
    parts.comes_back = !parts.tools.is_empty() || asked.contains_key("prompt_cache_key");
    for name in asked.keys().filter(|name| !READ.contains(&name.as_str())) {
        changes.dropped(&format!("/{name}"), Reason::NoSuchField);
    }
    let composed = compose(parts, &asked, target, Reader::Upstream, &mut changes)?;
    let mut body = composed.body;
    if let Some(thinking) = own_thinking(&asked) {
        body.insert("thinking".to_owned(), thinking);
        body.retain(|name, _| name != "temperature" && name != "top_p");
    }
    let mut memory = Memory::new(Pair::ChatAnthropic, target.seed);
    memory.model = text(&asked, "model");
    memory.upstream_model = target.model.to_owned();
    memory.stream = asked.get("stream") == Some(&json!(true));
    memory.include_usage = asked
        .get("stream_options")
        .is_some_and(|options| options["include_usage"] == true);
    memory.input_tokens = target.input_tokens.unwrap_or_else(|| {
        let counted = count::quick_request(Dialect::OpenAiChat, bytes);
        counted.map_or(0, u64::from)
    });
    memory.max_tokens = limit(&asked).map(|(limit, _)| limit);
    memory.tool_names = names.into_changed();
    memory.functions = legacy;
    memory.context_tokens = target.capabilities.context_tokens;
    memory.max_output_tokens = target.capabilities.max_output_tokens;
    Ok(Translated {
        body: Value::Object(body).to_string().into_bytes(),
        path: Pair::ChatAnthropic.upstream_path(),
        memory,
        changes: changes.into_list(),
    })
}

fn text(asked: &Object, name: &str) -> String {
    let text = asked.get(name).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn limit(asked: &Object) -> Option<(u64, &'static str)> {
    let told = |name: &str| asked.get(name).and_then(Value::as_u64);
    told("max_completion_tokens")
        .map(|limit| (limit, "/max_completion_tokens"))
        .or_else(|| told("max_tokens").map(|limit| (limit, "/max_tokens")))
}

/// OpenAI's `reasoning_effort`, or OpenRouter's `reasoning.effort`.
fn effort(asked: &Object) -> Option<(Effort, &'static str)> {
    let named = |word: Option<&Value>| word.and_then(Value::as_str).and_then(Effort::from_name);
    if let Some(effort) = named(asked.get("reasoning_effort")) {
        return Some((effort, "/reasoning_effort"));
    }
    let nested = asked
        .get("reasoning")
        .and_then(|reasoning| reasoning.get("effort"));
    named(nested).map(|effort| (effort, "/reasoning/effort"))
}

/// `thinking` in Anthropic's own form, from callers who know what stands behind us.
fn own_thinking(asked: &Object) -> Option<Value> {
    let thinking = asked.get("thinking")?;
    let is_own = ["enabled", "adaptive"].contains(&thinking["type"].as_str()?);
    let has_budget = thinking["type"] == "adaptive" || thinking["budget_tokens"].is_u64();
    (is_own && has_budget).then(|| thinking.clone())
}

fn user(asked: &Object) -> Option<(String, &'static str)> {
    let told = |name: &str| Some(text(asked, name)).filter(|user| !user.is_empty());
    told("safety_identifier")
        .map(|user| (user, "/safety_identifier"))
        .or_else(|| told("user").map(|user| (user, "/user")))
}

/// Reads the tools and the choice among them. Says whether they came in the form of 2023, `functions`.
fn offer(asked: &mut Object, parts: &mut Parts, names: &mut Names, changes: &mut Changes) -> bool {
    let functions = take_list(asked, "functions");
    let legacy = !functions.is_empty();
    let functions = functions
        .into_iter()
        .map(|function| ("functions", function));
    let tools = take_list(asked, "tools")
        .into_iter()
        .map(|tool| ("tools", tool));
    for (index, (list, tool)) in functions.chain(tools).enumerate() {
        match made(tool, names) {
            Some(tool) => parts.tools.push(tool),
            None => changes.dropped(&format!("/{list}/{index}"), Reason::NotSupported),
        }
    }
    let told = asked.get("tool_choice").or(asked.get("function_call"));
    let (choice, allowed) = tools::choice(told, |choice| {
        let nested = ["function", "custom"]
            .into_iter()
            .map(|kind| &choice[kind]["name"]);
        let mut told = nested.chain([&choice["name"]]).filter_map(Value::as_str);
        told.next().map(|name| names.upstream(name))
    });
    parts.choice = tools::settle(&mut parts.tools, choice, allowed);
    legacy
}

fn take_list(asked: &mut Object, name: &str) -> Vec<Value> {
    match asked.get_mut(name).map(Value::take) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// A function, a custom tool, or a function without its wrapping.
fn made(tool: Value, names: &mut Names) -> Option<Value> {
    let Value::Object(mut tool) = tool else {
        return None;
    };
    let mark = tool.remove("cache_control");
    let inner = CALLABLE
        .into_iter()
        .find_map(|kind| match tool.remove(kind) {
            Some(Value::Object(inner)) => Some((kind, inner)),
            _ => None,
        });
    let (kind, mut inner) = inner.unwrap_or(("function", tool));
    let name = inner
        .get("name")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())?;
    let name = names.upstream(name);
    if let Some(mark) = mark {
        inner.insert("cache_control".to_owned(), mark);
    }
    if kind == "custom" {
        let grammar = inner.remove("format").map(|format| format.to_string());
        inner.insert("parameters".to_owned(), tools::free_text());
        return Some(tools::tool(name, inner, &tools::about_grammar(grammar)));
    }
    Some(tools::tool(name, inner, ""))
}
