//! The tool calls of an answer, and which of them a piece belongs to.
//!
//! Servers number calls, or name them by id, or do neither; they send two calls under one number; they split
//! names, repeat names, and send the arguments before the name.

use std::collections::HashMap;

use super::pieces::CallPiece;
use crate::translate::json_end::JsonEnd;
use crate::translate::object::Object;

/// All calls, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Calls {
    list: Vec<Call>,
    by_index: HashMap<i64, usize>,
    by_id: HashMap<String, usize>,
    /// The first call that has not been sent whole.
    pub(super) first_unsent: usize,
    /// Bytes of arguments that wait.
    pub(super) waiting: usize,
}

/// One call.
#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) name: String,
    /// Arguments that have not been sent.
    pub(super) arguments: String,
    end: JsonEnd,
    index: Option<i64>,
    /// Its block has begun, so that id and name are fixed.
    pub(super) opened: bool,
    /// Any arguments came.
    has_arguments: bool,
}

impl Call {
    /// Whether all arguments are here.
    pub(super) fn is_whole(&self) -> bool {
        self.end == JsonEnd::Whole
    }

    /// Whether a block can begin: the name is known, and what came of the arguments is an object. `{}` may be
    /// a placeholder that the real arguments follow, so it waits.
    pub(super) fn can_open(&self) -> bool {
        let begun = matches!(self.end, JsonEnd::Inside { .. } | JsonEnd::Whole);
        !self.name.is_empty() && begun && self.arguments.trim() != "{}"
    }

    fn take_name(&mut self, piece: &str) {
        if !self.opened && self.name != piece {
            self.name.push_str(piece);
        }
    }

    /// Takes arguments and gives by how many bytes more wait.
    fn take_arguments(&mut self, piece: &str) -> usize {
        if piece.is_empty() {
            return 0;
        }
        self.has_arguments = true;
        if self.is_whole() && self.arguments.trim() == "{}" && piece.trim_start().starts_with('{') {
            self.end = JsonEnd::default();
            self.arguments.clear();
        }
        let taken = self.end.feed(piece);
        self.arguments
            .push_str(piece.get(..taken).unwrap_or_default());
        taken
    }
}

impl Calls {
    /// Takes a piece and gives the position of its call.
    pub(super) fn take(&mut self, piece: CallPiece) -> usize {
        let position = self.position(&piece);
        let Some(call) = self.list.get_mut(position) else {
            return position;
        };
        if let Some(id) = piece.id.filter(|_| call.id.is_empty()) {
            self.by_id.entry(id.clone()).or_insert(position);
            call.id = id;
        }
        if let Some(name) = &piece.name {
            // A name that comes again with later arguments belongs to a call that has one.
            if !call.has_arguments || call.name.is_empty() {
                call.take_name(name);
            }
        }
        self.waiting += call.take_arguments(&piece.arguments);
        position
    }

    fn position(&mut self, piece: &CallPiece) -> usize {
        if piece.whole {
            return self.begin(piece.index);
        }
        let found = match piece.index {
            Some(index) => self.numbered(index, piece),
            None => self.unnumbered(piece),
        };
        found.unwrap_or_else(|| self.begin(piece.index))
    }

    fn begin(&mut self, index: Option<i64>) -> usize {
        let position = self.list.len();
        if let Some(index) = index {
            self.by_index.insert(index, position);
        }
        self.list.push(Call {
            index,
            ..Call::default()
        });
        position
    }

    /// The call of a number, unless the piece begins another one under the same number.
    fn numbered(&self, index: i64, piece: &CallPiece) -> Option<usize> {
        let at = *self.by_index.get(&index)?;
        let call = self.list.get(at)?;
        let Some(id) = piece.id.as_deref() else {
            return Some(at);
        };
        if call.id.is_empty() || call.id == id {
            return Some(at);
        }
        let known = self.by_id.get(id).copied();
        let same = known.filter(|known| {
            self.list
                .get(*known)
                .is_some_and(|call| call.index == Some(index))
        });
        if same.is_some() {
            return same;
        }
        let Some(name) = piece.name.as_deref() else {
            return Some(at);
        };
        let another = call.is_whole() || !call.has_arguments && call.name != name;
        (!another).then_some(at)
    }

    /// The call of a piece without a number.
    fn unnumbered(&self, piece: &CallPiece) -> Option<usize> {
        let last = self.list.len().checked_sub(1)?;
        let call = self.list.get(last)?;
        if let Some(id) = piece.id.as_deref() {
            let known = self.by_id.get(id).copied();
            if known.is_some() {
                return known;
            }
            let late = call.id.is_empty() && piece.name.is_none();
            return (late || piece.name.is_none()).then_some(last);
        }
        let begins = piece.name.is_some() && call.is_whole();
        (!begins).then_some(last)
    }

    pub(super) fn get(&self, position: usize) -> Option<&Call> {
        self.list.get(position)
    }

    pub(super) fn get_mut(&mut self, position: usize) -> Option<&mut Call> {
        self.list.get_mut(position)
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is any call that means something.
    pub(super) fn any(&self) -> bool {
        self.list
            .iter()
            .any(|call| !call.name.is_empty() || call.has_arguments)
    }

    /// Takes out arguments that wait.
    pub(super) fn take_waiting(&mut self, position: usize) -> String {
        let waiting = self
            .list
            .get_mut(position)
            .map(|call| std::mem::take(&mut call.arguments))
            .unwrap_or_default();
        self.waiting = self.waiting.saturating_sub(waiting.len());
        waiting
    }
}

/// Arguments as they are sent at the end: nothing is an empty object, and a text that holds an object is that
/// object. What is no JSON stays what it is: the caller's program tells the model.
pub(super) fn mended(arguments: &str) -> String {
    let trimmed = arguments.trim();
    if trimmed.is_empty() || trimmed == "null" {
        return "{}".to_owned();
    }
    if trimmed.starts_with('"')
        && let Ok(inner) = serde_json::from_str::<String>(trimmed)
        && serde_json::from_str::<Object>(&inner).is_ok()
    {
        return inner;
    }
    arguments.to_owned()
}
