//! The request.

use serde_json::{Value, json};

use super::items::{Items, take_list};
use super::tools::Offer;
use crate::count;
use crate::dialect::Dialect;
use crate::translate::capabilities::Effort;
use crate::translate::change::{Changes, Reason};
use crate::translate::error::TranslateError;
use crate::translate::memory::Memory;
use crate::translate::object::Object;
use crate::translate::pair::Pair;
use crate::translate::parse;
use crate::translate::to_anthropic::compose::{Composed, Parts, Reader, compose};
use crate::translate::to_anthropic::structure::Form;
use crate::translate::to_anthropic::text_block;
use crate::translate::to_anthropic::tools;
use crate::translate::{Target, Translated};

/// Members that are read; all others are dropped.
const READ: [&str; 17] = [
    "model",
    "instructions",
    "input",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_output_tokens",
    "reasoning",
    "text",
    "temperature",
    "top_p",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "stream",
    "store",
    "include",
];

/// Members that stand for a conversation which only OpenAI keeps.
const KEPT_ELSEWHERE: [&str; 3] = ["previous_response_id", "conversation", "prompt"];

/// A request that was read, for either upstream.
#[derive(Debug)]
pub(in crate::translate) struct Read {
    /// In Anthropic's form.
    pub(in crate::translate) composed: Composed,
    /// Whether the answer shall be some JSON object.
    pub(in crate::translate) wants_object: bool,
    /// What was asked, without what has been read of it.
    pub(in crate::translate) asked: Object,
    /// For the way back.
    pub(in crate::translate) memory: Memory,
    /// What was changed.
    pub(in crate::translate) changes: Changes,
}

pub(in crate::translate) fn request(
    bytes: &[u8],
    target: &Target<'_>,
) -> Result<Translated, TranslateError> {
    let mut read = read(bytes, target, Reader::Upstream)?;
    read.memory.max_tokens = read.composed.body.get("max_tokens").and_then(Value::as_u64);
    Ok(Translated {
        body: Value::Object(read.composed.body).to_string().into_bytes(),
        path: Pair::ResponsesAnthropic.upstream_path(),
        memory: read.memory,
        changes: read.changes.into_list(),
    })
}

/// Reads a request into Anthropic's form.
pub(in crate::translate) fn read(
    bytes: &[u8],
    target: &Target<'_>,
    reader: Reader,
) -> Result<Read, TranslateError> {
    let mut asked = parse::object(bytes)?;
    for name in KEPT_ELSEWHERE {
        if asked.get(name).is_some_and(|told| !told.is_null()) {
            return Err(TranslateError::KeptElsewhere {
                field: name.to_owned(),
            });
        }
    }
    let mut changes = Changes::default();
    let mut parts = Parts {
        place: "/input",
        parallel: asked.get("parallel_tool_calls") != Some(&json!(false)),
        max_tokens: limit(&asked),
        effort: effort(&asked),
        form: Form::of(
            asked
                .get_mut("text")
                .and_then(|text| text.get_mut("format"))
                .map(Value::take),
        ),
        user: user(&asked, reader),
        stream: asked.get("stream") == Some(&json!(true)),
        comes_back: true,
        ..Parts::default()
    };
    let mut offer = Offer::new(target.capabilities.tool_name_limit);
    let offered = take_list(&mut asked, "tools");
    offer.list(offered, "/tools", false, &mut changes);
    (parts.system, parts.pieces) =
        conversation(&mut asked, target, reader, &mut offer, &mut changes)?;
    offer.finish();
    let (choice, allowed) = tools::choice(asked.get("tool_choice"), |choice| {
        offer.book.named(choice, choice["type"] == "custom")
    });
    parts.tools = offer.tools;
    parts.choice = tools::settle(&mut parts.tools, choice, allowed);
    for name in asked.keys().filter(|name| !READ.contains(&name.as_str())) {
        changes.dropped(&format!("/{name}"), Reason::NoSuchField);
    }
    let mut memory = Memory::new(Pair::ResponsesAnthropic, target.seed);
    memory.model = text(&asked, "model");
    memory.upstream_model = target.model.to_owned();
    memory.stream = parts.stream;
    memory.input_tokens = target.input_tokens.unwrap_or_else(|| {
        let counted = count::quick_request(Dialect::OpenAiResponses, bytes);
        counted.map_or(0, u64::from)
    });
    memory.max_tokens = parts.max_tokens.map(|(limit, _)| limit);
    memory.tools = offer.book.into_shapes();
    memory.context_tokens = target.capabilities.context_tokens;
    memory.max_output_tokens = target.capabilities.max_output_tokens;
    let wants_object = parts.form == Form::Object;
    let composed = compose(parts, &asked, target, reader, &mut changes)?;
    Ok(Read {
        wants_object,
        composed,
        asked,
        memory,
        changes,
    })
}

type Conversation = (
    Vec<Value>,
    Vec<crate::translate::to_anthropic::turns::Sourced>,
);

fn conversation(
    asked: &mut Object,
    target: &Target<'_>,
    reader: Reader,
    offer: &mut Offer,
    changes: &mut Changes,
) -> Result<Conversation, TranslateError> {
    let instructions = asked.remove("instructions");
    let list = match asked.remove("input") {
        Some(Value::Array(list)) => list,
        Some(Value::String(text)) => vec![Value::String(text)],
        Some(Value::Null) | None => {
            return Err(TranslateError::Missing {
                field: "input".to_owned(),
            });
        }
        Some(_) => {
            return Err(TranslateError::Type {
                field: "input".to_owned(),
                wanted: "list",
            });
        }
    };
    let mut items = Items {
        capabilities: target.capabilities,
        model: target.model,
        reader,
        offer,
        changes,
        system: Vec::new(),
        pieces: Vec::new(),
    };
    let instructions = instructions.as_ref().and_then(Value::as_str);
    if let Some(instructions) = instructions.filter(|text| !text.trim().is_empty()) {
        items.system.push(text_block(instructions));
    }
    for (index, item) in list.into_iter().enumerate() {
        items.take(index, item)?;
    }
    Ok((items.system, items.pieces))
}

fn text(asked: &Object, name: &str) -> String {
    let text = asked.get(name).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn limit(asked: &Object) -> Option<(u64, &'static str)> {
    let limit = asked.get("max_output_tokens").and_then(Value::as_u64);
    limit.map(|limit| (limit, "/max_output_tokens"))
}

fn effort(asked: &Object) -> Option<(Effort, &'static str)> {
    let word = asked.get("reasoning")?.get("effort")?.as_str()?;
    Effort::from_name(word).map(|effort| (effort, "/reasoning/effort"))
}

/// Who asks; for Anthropic else the conversation, so that a relay keeps it at one account.
fn user(asked: &Object, reader: Reader) -> Option<(String, &'static str)> {
    let told = |name: &str| Some(text(asked, name)).filter(|user| !user.is_empty());
    told("safety_identifier")
        .map(|user| (user, "/safety_identifier"))
        .or_else(|| told("user").map(|user| (user, "/user")))
        .or_else(|| {
            let key = told("prompt_cache_key").filter(|_| reader == Reader::Upstream);
            key.map(|key| (key, "/prompt_cache_key"))
        })
}
