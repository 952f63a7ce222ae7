//! Tool calls of Chat streams: which call a piece belongs to.
//!
//! Servers number calls, or name them by id, or do neither; they send two calls under one number; they
//! split names; they repeat names.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::closed::Closed;
use super::parts::{Object, filled, integer, object, overwrite, set, take_object, text};
use super::{BlockKind, BlockSpan};

/// The calls of one choice, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Calls {
    list: Vec<Call>,
    by_index: HashMap<i64, usize>,
    by_id: HashMap<String, usize>,
}

#[derive(Debug)]
struct Call {
    id: String,
    name: String,
    arguments: String,
    closed: Closed,
    /// A custom tool, whose input is free text.
    custom: bool,
    /// Members that have no meaning here (Gemini's thought signatures).
    others: Object,
    span: BlockSpan,
}

impl Calls {
    /// Takes one element of `tool_calls`.
    pub(super) fn take(&mut self, delta: Value, event: u32) {
        let mut delta = object(delta);
        let custom = delta.get("custom").is_some_and(Value::is_object);
        let member = if custom { "custom" } else { "function" };
        let function = take_object(&mut delta, member).unwrap_or_default();
        let name = filled(&function, "name");
        let position = self.position(integer(&delta, "index"), filled(&delta, "id"), name, event);
        let Some(call) = self.list.get_mut(position) else {
            return;
        };
        call.span.last_event = event;
        call.custom |= custom;
        if let Some(id) = filled(&delta, "id").filter(|_| call.id.is_empty()) {
            call.id = id.to_owned();
            self.by_id.insert(id.to_owned(), position);
        }
        call.named(name.unwrap_or_default());
        let input = if custom { "input" } else { "arguments" };
        let piece = function.get(input).map(text).unwrap_or_default();
        call.closed.feed(&piece);
        call.arguments.push_str(&piece);
        for known in ["index", "id", "type", "function", "custom"] {
            delta.remove(known);
        }
        overwrite(&mut call.others, delta);
    }

    /// The call that a piece belongs to, which may be a new one.
    fn position(
        &mut self,
        index: Option<i64>,
        id: Option<&str>,
        name: Option<&str>,
        event: u32,
    ) -> usize {
        let known = match index {
            Some(index) => {
                let known = self.by_index.get(&index).copied();
                known.filter(|at| !self.is_another(*at, id, name))
            }
            None => match id {
                Some(id) => self
                    .by_id
                    .get(id)
                    .copied()
                    .or_else(|| self.unnamed_last(name)),
                None => self
                    .list
                    .len()
                    .checked_sub(1)
                    .filter(|at| !self.is_after(*at, name)),
            },
        };
        known.unwrap_or_else(|| {
            let position = self.list.len();
            if let Some(index) = index {
                self.by_index.insert(index, position);
            }
            self.list.push(Call::at(event));
            position
        })
    }

    /// Whether a piece that reuses the number of a call begins another one: it brings another id and a
    /// name, and the call has all its arguments or never got any.
    fn is_another(&self, at: usize, id: Option<&str>, name: Option<&str>) -> bool {
        let (Some(call), Some(id), Some(name)) = (self.list.get(at), id, name) else {
            return false;
        };
        let other = !call.id.is_empty() && call.id != id;
        other && (call.closed.is_closed() || call.arguments.is_empty() && call.name != name)
    }

    /// Whether a piece without number and id begins a call after this one.
    fn is_after(&self, at: usize, name: Option<&str>) -> bool {
        name.is_some()
            && self
                .list
                .get(at)
                .is_some_and(|call| call.closed.is_closed())
    }

    /// The last call, if it waits for its id.
    fn unnamed_last(&self, name: Option<&str>) -> Option<usize> {
        let at = self.list.len().checked_sub(1)?;
        let call = self.list.get(at)?;
        (call.id.is_empty() && name.is_none()).then_some(at)
    }

    /// The old `function_call`: one call without number and id.
    pub(super) fn take_old(&mut self, function: Object, event: u32) {
        let mut delta = Object::new();
        set(&mut delta, "index", i64::MIN);
        set(&mut delta, "function", function);
        self.take(Value::Object(delta), event);
    }

    pub(super) fn spans(&self) -> impl Iterator<Item = BlockSpan> {
        self.list.iter().map(|call| call.span)
    }

    /// The `tool_calls` of the answer.
    pub(super) fn finish(self) -> Vec<Value> {
        self.list.into_iter().map(Call::finish).collect()
    }
}

impl Call {
    fn at(event: u32) -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            arguments: String::new(),
            closed: Closed::default(),
            custom: false,
            others: Object::new(),
            span: BlockSpan::at(BlockKind::ToolUse, event),
        }
    }

    /// Names come whole, in pieces before the arguments, or again with each piece.
    fn named(&mut self, piece: &str) {
        if self.name.is_empty() || (self.arguments.is_empty() && self.name != piece) {
            self.name.push_str(piece);
        }
    }

    fn finish(self) -> Value {
        let mut json = match self.custom {
            true => json!({"id": self.id, "type": "custom",
                "custom": {"name": self.name, "input": self.arguments}}),
            false => json!({"id": self.id, "type": "function",
                "function": {"name": self.name, "arguments": self.arguments}}),
        };
        if let Some(json) = json.as_object_mut() {
            overwrite(json, self.others);
        }
        json
    }
}
