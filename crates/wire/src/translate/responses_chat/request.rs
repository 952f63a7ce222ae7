//! The request: read into Anthropic's form, and from there into Chat's.

use serde_json::{Value, json};

use super::paths::Paths;
use crate::translate::anthropic_chat;
use crate::translate::capabilities::StructuredOutput;
use crate::translate::change::{Change, ChangeKind, Reason};
use crate::translate::error::TranslateError;
use crate::translate::object::filled;
use crate::translate::pair::Pair;
use crate::translate::parse;
use crate::translate::responses_anthropic::{Read, read};
use crate::translate::to_anthropic::compose::Reader;
use crate::translate::{Target, Translated};

pub(in crate::translate) fn request(
    bytes: &[u8],
    target: &Target<'_>,
) -> Result<Translated, TranslateError> {
    let read = read(bytes, target, Reader::Translation)?;
    let between = Value::Object(read.composed.body.clone()).to_string();
    let counted = Target {
        input_tokens: Some(read.memory.input_tokens),
        ..*target
    };
    let second = anthropic_chat::request(between.as_bytes(), &counted)?;
    drop(between);
    let body = completed(second.body, &read, target)?;
    let paths = Paths::new(&read.composed.origins);
    let mut changes = read.changes;
    for change in second.changes {
        if let Some(path) = paths.of(&change.path).filter(|_| !is_our_own(&change)) {
            changes.note(&path, change.kind, change.reason, change.to);
        }
    }
    let mut memory = read.memory;
    memory.pair = Pair::ResponsesChat;
    memory.inner = Some(Box::new(second.memory));
    Ok(Translated {
        body,
        path: Pair::ResponsesChat.upstream_path(),
        memory,
        changes: changes.into_list(),
    })
}

/// Puts in what Chat knows and Anthropic does not.
fn completed(body: Vec<u8>, read: &Read, target: &Target<'_>) -> Result<Vec<u8>, TranslateError> {
    let able = target.capabilities;
    let key = filled(&read.asked, "prompt_cache_key").filter(|_| able.prompt_cache_key);
    let object = read.wants_object && able.structured_output != StructuredOutput::None;
    if key.is_none() && !object {
        return Ok(body);
    }
    let mut members = parse::object(&body)?;
    if let Some(key) = key {
        members.insert("prompt_cache_key".to_owned(), json!(key));
    }
    if object {
        members.insert("response_format".to_owned(), json!({"type": "json_object"}));
    }
    Ok(Value::Object(members).to_string().into_bytes())
}

/// Whether a change only undoes the form between the two.
fn is_our_own(change: &Change) -> bool {
    let is_form = matches!(change.kind, ChangeKind::Converted | ChangeKind::Renamed)
        && change.reason == Reason::OtherForm;
    let of_form = ["/messages/", "/tool_choice", "/tools", "/system"];
    is_form && of_form.iter().any(|place| change.path.starts_with(place))
}
