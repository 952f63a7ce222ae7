//! A Messages request as a Chat request.

mod assistant;
mod conversation;
mod media;
mod offer;
mod parameters;
mod part;
mod system;
mod tools;
mod turns;
mod user;
mod wording;

use serde_json::Value;

use self::part::Part;
use crate::translate::capabilities::Capabilities;
use crate::translate::change::{ChangeKind, Changes, Reason};
use crate::translate::error::TranslateError;
use crate::translate::memory::Memory;
use crate::translate::names::Names;
use crate::translate::object::{Object, string};
use crate::translate::pair::Pair;
use crate::translate::target::Target;
use crate::translate::{Translated, estimate, parse};

/// A request in the making.
#[derive(Debug)]
struct Request<'a> {
    able: &'a Capabilities,
    changes: Changes,
    names: Names,
    /// Pieces of the system prompt.
    system: Vec<Part>,
    memory: Memory,
    /// Calls without id so far.
    unnamed: usize,
}

/// Claude Code's mark for a context of a million tokens; it strips it itself, other callers do not.
const LONG_CONTEXT: &str = "[1m]";

pub(in crate::translate) fn request(
    body: &[u8],
    target: &Target<'_>,
) -> Result<Translated, TranslateError> {
    let mut body = parse::object(body)?;
    let mut request = Request::new(target);
    let mut turns = turns::turns(body.remove("messages"), &mut request.changes)?;
    request.system_prompt(body.remove("system").unwrap_or_default());
    let steps = offer::steps(&turns);
    let effort = request.settle_system_turns(&mut turns);
    let messages = request.conversation(turns);

    let mut out = Object::new();
    out.insert("model".to_owned(), request.model(&mut body, target));
    out.insert("messages".to_owned(), Value::Null);
    let declared = body.remove("tools").unwrap_or_default();
    let choice = body.remove("tool_choice").unwrap_or_default();
    request.write_parameters(body, effort, &mut out);
    request.write_tools(declared, choice, steps, &mut out);
    let messages = request.with_system(messages);
    out.insert("messages".to_owned(), Value::Array(messages));
    Ok(request.finish(Value::Object(out), target))
}

impl<'a> Request<'a> {
    fn new(target: &Target<'a>) -> Self {
        Self {
            able: target.capabilities,
            changes: Changes::default(),
            names: Names::new(target.capabilities),
            system: Vec::new(),
            memory: Memory::new(Pair::AnthropicChat, target.seed),
            unnamed: 0,
        }
    }

    fn model(&mut self, body: &mut Object, target: &Target<'_>) -> Value {
        let asked = string(body, "model").unwrap_or_default().to_owned();
        body.remove("model");
        let sent = target
            .model
            .strip_suffix(LONG_CONTEXT)
            .unwrap_or(target.model);
        if asked != sent {
            let to = Some(sent.to_owned());
            self.changes
                .note("/model", ChangeKind::Converted, Reason::Route, to);
        }
        self.memory.model = asked;
        self.memory.upstream_model = sent.to_owned();
        Value::String(sent.to_owned())
    }

    fn finish(self, out: Value, target: &Target<'_>) -> Translated {
        let mut memory = self.memory;
        memory.tool_names = self.names.into_changed();
        memory.context_tokens = self.able.context_tokens;
        memory.max_output_tokens = self.able.max_output_tokens;
        memory.input_tokens = target
            .input_tokens
            .unwrap_or_else(|| estimate::request(&out));
        Translated {
            body: out.to_string().into_bytes(),
            path: Pair::AnthropicChat.upstream_path(),
            memory,
            changes: self.changes.into_list(),
        }
    }
}
