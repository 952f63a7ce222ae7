//! A Chat stream as an Anthropic stream: a method for each thing that an upstream can do.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::calls::{Calls, mended};
use super::errors::{self, Mapped};
use super::finish::{self, Finish};
use super::inside::told_error;
use super::pieces::{CallPiece, Piece, pieces};
use super::writer::{self, Kind, Writer};
use crate::assemble::tolerant;
use crate::fold::usage::UsageReading;
use crate::translate::error::ErrorAnswer;
use crate::translate::memory::Memory;
use crate::translate::mint::mint;
use crate::translate::object::Object;
use crate::translate::told::Told;

/// Bytes that may wait: arguments of calls that are not their turn, text that came in the middle of a call.
/// More can only be an attack.
const MOST_WAITING: usize = 64 * 1024 * 1024;

/// What the stream says when it is cut: never as if it were finished.
pub(super) const CUT: &str = "upstream stream ended before the answer was complete";
const SILENT: &str = "upstream sent no answer";
/// The name of a call that came without one.
pub(in crate::translate) const UNKNOWN_TOOL: &str = "unknown_tool";

/// The block that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Said(Kind),
    Call(usize),
}

/// One answer on its way.
#[derive(Debug)]
pub(super) struct Machine {
    memory: Memory,
    writer: Writer,
    open: Option<Open>,
    calls: Calls,
    /// Ids that have been given to tool blocks.
    ids: HashSet<String>,
    /// What was said in the middle of a call's arguments.
    later: Vec<(Kind, String)>,
    later_bytes: usize,
    /// White space that may be the beginning of a text, or nothing.
    space: String,
    finish: Option<Finish>,
    usage: UsageReading,
    refused: Option<String>,
    /// Bytes of everything generated.
    content_bytes: usize,
    /// A choice was seen: there is an answer.
    answered: bool,
    failure: Option<ErrorAnswer>,
    ended: bool,
}

impl Machine {
    pub(super) fn new(memory: Memory) -> Self {
        Self {
            memory,
            writer: Writer::default(),
            open: None,
            calls: Calls::default(),
            ids: HashSet::new(),
            later: Vec::new(),
            later_bytes: 0,
            space: String::new(),
            finish: None,
            usage: UsageReading::default(),
            refused: None,
            content_bytes: 0,
            answered: false,
            failure: None,
            ended: false,
        }
    }

    /// Writes the beginning, once.
    pub(super) fn begin(&mut self, out: &mut Vec<u8>) {
        if !self.writer.started {
            let id = mint("msg_", 24, &[&self.memory.seed, "message"]);
            let usage = finish::usage_at_start(&self.memory, &self.usage);
            self.writer.start(&id, &self.memory.model, &usage, out);
        }
    }

    /// Takes the data of one event.
    pub(super) fn event(&mut self, name: &[u8], data: &[u8], out: &mut Vec<u8>) {
        let data = data.trim_ascii();
        if self.ended || data.is_empty() {
            return;
        }
        if data == b"[DONE]" {
            return self.done(out);
        }
        match tolerant::value(data) {
            Some(Value::Object(chunk)) => self.chunk(chunk, out),
            Some(Value::Array(mut list)) => {
                // Gemini's errors come in a list.
                if let Some(Value::Object(chunk)) = list.drain(..).next() {
                    self.chunk(chunk, out);
                }
            }
            _ if name == b"error" => self.fail_with(&Told::read(data), out),
            // One line that cannot be read is skipped.
            _ => {}
        }
    }

    /// Takes a chunk, or a whole answer, which is one big chunk.
    pub(super) fn chunk(&mut self, mut chunk: Object, out: &mut Vec<u8>) {
        if let Some(told) = told_error(&chunk) {
            return self.fail_with(&told, out);
        }
        if let Some(usage) = chunk.get("usage") {
            finish::read_usage(&mut self.usage, usage);
        }
        if let Some(usage) = chunk.get("x_groq").and_then(|more| more.get("usage")) {
            finish::read_usage(&mut self.usage, usage);
        }
        let choices = match chunk.get_mut("choices").map(Value::take) {
            Some(Value::Array(choices)) => choices,
            Some(choice @ Value::Object(_)) => vec![choice],
            _ => Vec::new(),
        };
        for choice in choices {
            if let Value::Object(choice) = choice {
                self.choice(choice, out);
            }
        }
        self.advance(out);
        if self.calls.waiting.saturating_add(self.later_bytes) > MOST_WAITING {
            self.fail(
                &errors::upstream_fault(
                    "upstream sent tool calls in no order that can be followed",
                ),
                out,
            );
        }
    }

    fn choice(&mut self, mut choice: Object, out: &mut Vec<u8>) {
        self.answered = true;
        for (member, is_delta) in [("message", false), ("delta", true)] {
            if let Some(Value::Object(message)) = choice.get_mut(member).map(Value::take) {
                for piece in pieces(message, is_delta) {
                    self.piece(piece, out);
                }
            }
        }
        // The old Completions form, from servers that mix the two.
        if let Some(Value::String(text)) = choice.get_mut("text").map(Value::take) {
            self.say(Kind::Text, text, out);
        }
        if let Some(usage) = choice.get("usage") {
            finish::read_usage(&mut self.usage, usage);
        }
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str)
            && !reason.is_empty()
        {
            // A later "stop" does not undo "length".
            self.finish = self.finish.max(Some(Finish::of(reason)));
        }
    }

    fn piece(&mut self, piece: Piece, out: &mut Vec<u8>) {
        match piece {
            Piece::Thinking(text) => self.say(Kind::Thinking, text, out),
            Piece::Text(text) => self.say(Kind::Text, text, out),
            Piece::Refusal(text) => {
                self.refused.get_or_insert_default().push_str(&text);
                self.say(Kind::Text, text, out);
            }
            Piece::Call(piece) => self.call(piece, out),
        }
    }

    /// Text or thinking.
    fn say(&mut self, kind: Kind, text: String, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        self.content_bytes += text.len();
        if self.calls_midway() {
            self.later_bytes += text.len();
            match self.later.last_mut() {
                Some((last, waiting)) if *last == kind => waiting.push_str(&text),
                _ => self.later.push((kind, text)),
            }
            return;
        }
        self.say_now(kind, text, out);
    }

    fn say_now(&mut self, kind: Kind, text: String, out: &mut Vec<u8>) {
        if self.open == Some(Open::Said(kind)) {
            return self.writer.say(kind, &text, out);
        }
        // White space between blocks is no text of its own.
        if kind == Kind::Text && text.trim().is_empty() {
            return self.space.push_str(&text);
        }
        let text = match std::mem::take(&mut self.space) {
            space if kind == Kind::Text && !space.is_empty() => space + &text,
            _ => text,
        };
        self.begin(out);
        self.close(out);
        self.send_whole_calls(out);
        self.writer.say_block(kind, out);
        self.open = Some(Open::Said(kind));
        self.writer.say(kind, &text, out);
    }

    fn call(&mut self, piece: CallPiece, out: &mut Vec<u8>) {
        self.content_bytes += piece.arguments.len();
        let position = self.calls.take(piece);
        if self.open == Some(Open::Call(position)) {
            self.send_waiting(position, out);
        }
    }

    /// Whether the open block is a call whose arguments are not all here.
    fn calls_midway(&self) -> bool {
        match self.open {
            Some(Open::Call(position)) => self
                .calls
                .get(position)
                .is_some_and(|call| !call.is_whole()),
            _ => false,
        }
    }

    /// Opens the next call when it is its turn, and says what waited for a call's end.
    fn advance(&mut self, out: &mut Vec<u8>) {
        while !self.ended && !self.calls_midway() {
            if let Some(Open::Call(position)) = self.open
                && position == self.calls.first_unsent
            {
                self.calls.first_unsent += 1;
            }
            let next = self.calls.first_unsent;
            if self.calls.get(next).is_some_and(|call| call.can_open()) {
                self.open_call(next, out);
                continue;
            }
            if self.later.is_empty() {
                break;
            }
            self.say_later(out);
        }
    }

    fn say_later(&mut self, out: &mut Vec<u8>) {
        self.later_bytes = 0;
        for (kind, text) in std::mem::take(&mut self.later) {
            self.say_now(kind, text, out);
        }
    }

    /// Sends the calls that are all here and whose turn it is.
    fn send_whole_calls(&mut self, out: &mut Vec<u8>) {
        while let Some(call) = self.calls.get(self.calls.first_unsent) {
            if !call.is_whole() || call.name.is_empty() {
                break;
            }
            if !call.opened {
                self.open_call(self.calls.first_unsent, out);
                self.close(out);
            }
            self.calls.first_unsent += 1;
        }
    }

    /// Begins the block of a call and sends what there is of its arguments.
    fn open_call(&mut self, position: usize, out: &mut Vec<u8>) {
        self.begin(out);
        self.close(out);
        let Some(call) = self.calls.get_mut(position) else {
            return;
        };
        call.opened = true;
        let name = self.memory.tool_name(&call.name).to_owned();
        let id = match call.id.as_str() {
            id if !id.is_empty() && !self.ids.contains(id) => id.to_owned(),
            _ => mint(
                "toolu_",
                24,
                &[&self.memory.seed, "tool", &position.to_string()],
            ),
        };
        self.ids.insert(id.clone());
        let block = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
        self.writer.block(block, out);
        self.open = Some(Open::Call(position));
        self.send_waiting(position, out);
    }

    fn send_waiting(&mut self, position: usize, out: &mut Vec<u8>) {
        let arguments = self.calls.take_waiting(position);
        if !arguments.is_empty() {
            self.writer
                .delta("input_json_delta", "partial_json", &arguments, out);
        }
    }

    /// Ends the open block.
    fn close(&mut self, out: &mut Vec<u8>) {
        if let Some(open) = self.open.take() {
            if let Open::Call(position) = open
                && position == self.calls.first_unsent
            {
                self.calls.first_unsent += 1;
            }
            self.writer.stop(open == Open::Said(Kind::Thinking), out);
        }
    }

    /// `[DONE]`: the answer is over, with or without a reason.
    pub(super) fn done(&mut self, out: &mut Vec<u8>) {
        match self.answered {
            true => self.end(out),
            false => self.fail(&errors::upstream_fault(SILENT), out),
        }
    }

    /// The upstream has nothing more to say.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        match (self.finish, self.answered) {
            (Some(_), true) => self.end(out),
            (None, true) => self.fail(&errors::upstream_fault(CUT), out),
            (_, false) => self.fail(&errors::upstream_fault(SILENT), out),
        }
    }

    /// The connection broke.
    pub(super) fn broke(&mut self, out: &mut Vec<u8>) {
        match self.finish {
            Some(_) => self.end(out),
            None => self.fail(&errors::upstream_fault(CUT), out),
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        if self.finish == Some(Finish::Error) {
            let fault = errors::upstream_fault("upstream ended the answer with an error");
            return self.fail(&fault, out);
        }
        self.begin(out);
        self.close(out);
        while self.calls.first_unsent < self.calls.len() {
            let position = self.calls.first_unsent;
            self.send_whole(position, out);
            self.calls.first_unsent = self.calls.first_unsent.max(position + 1);
        }
        self.say_later(out);
        if self.writer.blocks() == 0 && !self.space.is_empty() {
            let space = std::mem::take(&mut self.space);
            self.writer.say_block(Kind::Text, out);
            self.open = Some(Open::Said(Kind::Text));
            self.writer.say(Kind::Text, &space, out);
        }
        self.close(out);
        let stop = finish::stop(self.finish, self.calls.any(), self.refused.as_deref());
        let usage = finish::usage(&self.memory, &self.usage, self.content_bytes);
        self.writer.end(&stop, &usage, out);
        self.ended = true;
    }

    /// Sends a call as it is at the end.
    fn send_whole(&mut self, position: usize, out: &mut Vec<u8>) {
        let Some(call) = self.calls.get_mut(position) else {
            return;
        };
        let mended = mended(&call.arguments);
        if call.name.is_empty() {
            if mended == "{}" {
                return;
            }
            call.name = UNKNOWN_TOOL.to_owned();
        }
        call.arguments = mended;
        self.open_call(position, out);
        self.close(out);
    }

    fn fail_with(&mut self, told: &Told, out: &mut Vec<u8>) {
        let mapped = errors::inside(&self.memory, told);
        self.fail(&mapped, out);
    }

    /// Ends with an error: an answer of its own as long as nothing was written, else an event.
    pub(super) fn fail(&mut self, mapped: &Mapped, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        self.ended = true;
        if self.writer.started {
            let error = json!({
                "type": "error",
                "error": {"type": mapped.kind, "message": mapped.message},
                "request_id": self.memory.seed,
            });
            writer::event(out, "error", &error);
        }
        self.failure = Some(mapped.answer(&self.memory.seed));
    }

    /// Whether the upstream said that it calls a tool, and no call came.
    pub(super) fn lost_call(&self) -> bool {
        self.finish == Some(Finish::Tools) && !self.calls.any()
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(super) fn failure(&self) -> Option<&ErrorAnswer> {
        self.failure.as_ref()
    }

    pub(super) fn started(&self) -> bool {
        self.writer.started
    }

    pub(super) fn ended(&self) -> bool {
        self.ended
    }
}
