//! The whole request for an Anthropic upstream, from what its caller's dialect was read into.

use serde_json::{Value, json};

use super::structure::Form;
use super::thinking::{self, Hindrances, Thinking};
use super::tools::{self, Choice};
use super::turns::{self, Piece, Sourced, Turn};
use super::{caching, sampling, text_block};
use crate::translate::capabilities::{Effort, MidSystem, UserField};
use crate::translate::change::{ChangeKind, Changes, Reason};
use crate::translate::error::TranslateError;
use crate::translate::mint::mint;
use crate::translate::object::Object;
use crate::translate::{Capabilities, Target};

/// Longest name of a user that is passed on as it is.
const LONGEST_USER: usize = 256;

/// Who reads the body that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::translate) enum Reader {
    /// An Anthropic upstream, with all its rules.
    Upstream,
    /// Our own translation into Chat, which has rules of its own: only the form has to be right.
    Translation,
}

/// A request, read.
#[derive(Debug, Default)]
pub(in crate::translate) struct Parts {
    /// The caller's list of messages or items: `/messages`, `/input`.
    pub(in crate::translate) place: &'static str,
    /// Text blocks.
    pub(in crate::translate) system: Vec<Value>,
    /// The conversation.
    pub(in crate::translate) pieces: Vec<Sourced>,
    /// Tools in Anthropic's form.
    pub(in crate::translate) tools: Vec<Value>,
    /// Choice among them.
    pub(in crate::translate) choice: Choice,
    /// Whether several tools may be called at once.
    pub(in crate::translate) parallel: bool,
    /// Output limit, and its path.
    pub(in crate::translate) max_tokens: Option<(u64, &'static str)>,
    /// How much to think, and the path of that.
    pub(in crate::translate) effort: Option<(Effort, &'static str)>,
    /// Form of the answer.
    pub(in crate::translate) form: Form,
    /// Stop sequences.
    pub(in crate::translate) stops: Vec<Value>,
    /// Who asks, and the path of that.
    pub(in crate::translate) user: Option<(String, &'static str)>,
    /// Whether a stream is wanted.
    pub(in crate::translate) stream: bool,
    /// Whether the caller will come back with the same beginning.
    pub(in crate::translate) comes_back: bool,
}

/// A request made.
#[derive(Debug)]
pub(in crate::translate) struct Composed {
    /// The body.
    pub(in crate::translate) body: Object,
    /// For each block of each turn the number of the message or item that it comes from.
    pub(in crate::translate) origins: Vec<Vec<usize>>,
}

/// Makes the body. `asked` holds the sampling parameters.
///
/// # Errors
/// When there is nothing that the model could answer.
pub(in crate::translate) fn compose(
    parts: Parts,
    asked: &Object,
    target: &Target<'_>,
    reader: Reader,
    changes: &mut Changes,
) -> Result<Composed, TranslateError> {
    let composer = Composer {
        able: target.capabilities,
        strict: reader == Reader::Upstream,
        body: Object::new(),
        changes,
    };
    composer.run(parts, asked, target)
}

struct Composer<'a> {
    able: &'a Capabilities,
    /// Whether an Anthropic upstream reads the body, with all its rules.
    strict: bool,
    body: Object,
    changes: &'a mut Changes,
}

impl Composer<'_> {
    fn run(
        mut self,
        mut parts: Parts,
        asked: &Object,
        target: &Target<'_>,
    ) -> Result<Composed, TranslateError> {
        if asked
            .get("model")
            .is_some_and(|model| model != target.model)
        {
            let to = Some(target.model.to_owned());
            self.changes
                .note("/model", ChangeKind::Converted, Reason::Route, to);
        }
        let format = self.form(&mut parts);
        remember_tools(&mut parts, self.changes);
        let mut turns = self.turns(&mut parts)?;
        let max_tokens = match self.strict {
            true => Some(sampling::max_tokens(
                parts.max_tokens,
                self.able,
                self.changes,
            )),
            false => parts.max_tokens.map(|(asked, _)| asked),
        };
        let thinking = self.thinking(&parts, &turns, max_tokens);
        if self.strict {
            let (system, tools) = (&mut parts.system, &mut parts.tools);
            caching::mark(system, tools, &mut turns, parts.comes_back, self.changes);
        }
        self.put("model", Some(json!(target.model)));
        self.put("max_tokens", max_tokens.map(|limit| json!(limit)));
        self.put("system", filled(parts.system));
        let sources = |turn: &Turn| turn.blocks.iter().map(|block| block.1).collect();
        let origins = turns.iter().map(sources).collect();
        self.put(
            "messages",
            Some(turns.into_iter().map(Turn::into_json).collect()),
        );
        if !parts.tools.is_empty() {
            self.put("tools", filled(parts.tools));
            self.put("tool_choice", parts.choice.to_json(parts.parallel));
        }
        let thinks = thinking.thinking.is_some();
        self.put("thinking", thinking.thinking);
        self.output(thinking.effort, format);
        self.sampling(asked, thinks);
        self.put("stop_sequences", filled(parts.stops));
        let user = parts
            .user
            .filter(|_| self.able.user_field != UserField::None)
            .map(|(user, path)| user_id(user, path, self.changes));
        self.put("metadata", user.map(|user| json!({"user_id": user})));
        self.put("stream", parts.stream.then(|| json!(true)));
        let body = self.body;
        Ok(Composed { body, origins })
    }

    fn put(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.body.insert(name.to_owned(), value);
        }
    }

    /// The form of the answer: a member, or words in the system prompt.
    fn form(&mut self, parts: &mut Parts) -> Option<Value> {
        let form = std::mem::take(&mut parts.form);
        if !self.strict {
            return match form {
                Form::Schema(schema) => Some(json!({"type": "json_schema", "schema": schema})),
                _ => None,
            };
        }
        let (format, prompt) = form.ask(self.able);
        if let Some(prompt) = prompt {
            self.changes.converted("", Reason::AsText, "/system");
            parts.system.push(text_block(prompt));
        }
        format
    }

    fn turns(&mut self, parts: &mut Parts) -> Result<Vec<Turn>, TranslateError> {
        let midsystem = match self.strict {
            true => self.able.midsystem,
            false => MidSystem::System,
        };
        let mut pieces = std::mem::take(&mut parts.pieces);
        if midsystem == MidSystem::Hoist {
            hoist(&mut pieces, &mut parts.system);
        }
        let mut turns = turns::assemble(pieces, midsystem, parts.place, self.changes);
        if turns.is_empty() {
            // A question that stands in the system prompt alone.
            let blocks: Vec<_> = parts.system.drain(..).map(|block| (block, 0)).collect();
            if blocks.is_empty() {
                let field = parts.place.trim_start_matches('/').to_owned();
                return Err(TranslateError::Empty { field });
            }
            turns.push(Turn {
                role: "user",
                blocks,
            });
        }
        Ok(turns)
    }

    fn thinking(&mut self, parts: &Parts, turns: &[Turn], max_tokens: Option<u64>) -> Thinking {
        match parts.effort {
            Some((effort, path)) if self.strict => {
                let hindrances = Hindrances {
                    forced_tool: parts.choice.is_forced(),
                    begun_answer: turns.last().is_some_and(|turn| turn.role == "assistant"),
                    lost_thoughts: lost_thoughts(turns),
                };
                let limit = max_tokens.unwrap_or_default();
                thinking::of_effort(effort, path, hindrances, limit, self.able, self.changes)
            }
            Some((Effort::None, _)) => Thinking {
                thinking: Some(json!({"type": "disabled"})),
                effort: None,
            },
            Some((effort, _)) => Thinking {
                thinking: None,
                effort: Some(effort.name()),
            },
            None => Thinking::default(),
        }
    }

    fn output(&mut self, effort: Option<&'static str>, format: Option<Value>) {
        let mut output = Object::new();
        if let Some(effort) = effort {
            output.insert("effort".to_owned(), json!(effort));
        }
        if let Some(format) = format {
            output.insert("format".to_owned(), format);
        }
        if !output.is_empty() {
            self.put("output_config", Some(Value::Object(output)));
        }
    }

    fn sampling(&mut self, asked: &Object, thinks: bool) {
        if self.strict {
            if let Some((name, value)) = sampling::sampling(asked, thinks, self.able, self.changes)
            {
                self.put(name, Some(value));
            }
            return;
        }
        for name in ["temperature", "top_p"] {
            let told = asked.get(name).filter(|value| value.is_number());
            self.put(name, told.cloned());
        }
    }
}

fn filled(list: Vec<Value>) -> Option<Value> {
    (!list.is_empty()).then_some(Value::Array(list))
}

/// Who asks, without telling who it is: no e-mail address, no telephone number.
fn user_id(user: String, path: &str, changes: &mut Changes) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "_-.:".contains(character);
    let is_number = !user.chars().any(char::is_alphabetic);
    if user.len() <= LONGEST_USER && user.chars().all(plain) && !is_number {
        changes.note(
            path,
            ChangeKind::Renamed,
            Reason::OtherForm,
            Some("/metadata/user_id".to_owned()),
        );
        return user;
    }
    changes.converted(path, Reason::Privacy, "/metadata/user_id");
    mint("", 64, &["user", &user])
}

/// Tools that the conversation calls must be known, even where none are offered any more.
fn remember_tools(parts: &mut Parts, changes: &mut Changes) {
    if !parts.tools.is_empty() {
        return;
    }
    let names = parts.pieces.iter().filter_map(|(piece, _)| match piece {
        Piece::Call { name, .. } => Some(name.as_str()),
        _ => None,
    });
    parts.tools = tools::called(names)
        .iter()
        .map(|name| tools::remembered(name))
        .collect();
    if !parts.tools.is_empty() {
        parts.choice = Choice::None;
        changes.note(
            "",
            ChangeKind::Added,
            Reason::Required,
            Some("/tools".to_owned()),
        );
    }
}

/// Moves system turns into the system prompt.
fn hoist(pieces: &mut Vec<Sourced>, system: &mut Vec<Value>) {
    pieces.retain_mut(|(piece, _)| match piece {
        Piece::System(text) => {
            system.push(text_block(std::mem::take(text)));
            false
        }
        _ => true,
    });
}

/// Whether the turn at work calls tools without the thoughts that led there.
fn lost_thoughts(turns: &[Turn]) -> bool {
    let Some(last) = turns.iter().rev().find(|turn| turn.role == "assistant") else {
        return false;
    };
    let is = |kind: &str| last.blocks.iter().any(|(block, _)| block["type"] == kind);
    let first_is_thought = last.blocks.first().is_some_and(|(block, _)| {
        block["type"] == "thinking" || block["type"] == "redacted_thinking"
    });
    is("tool_use") && !first_is_thought
}
