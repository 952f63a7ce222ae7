//! A stream of Anthropic, as what happens in it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::failure::Failure;
use crate::assemble::tolerant;
use crate::sse::{Event, LARGEST_EVENT, Parser};
use crate::translate::told::Told;

/// Bytes of a JSON body that are taken where a stream was asked for.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// The parser cuts an event here: what comes out of it is not whole.
const CUT_AT: usize = LARGEST_EVENT - 16;

/// What happens in an answer, in order. A block is known by its number, from 0 in the order in which blocks
/// begin; blocks that are of no use to the caller have none.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::translate) enum Happening {
    /// The answer begins. Comes once, first, and only together with something else.
    Begun,
    /// Tokens were told.
    Usage(Value),
    /// A block begins.
    Opened(usize, Block),
    /// A piece of its text, thoughts or input.
    Piece(usize, String),
    /// The seal on its thoughts.
    Seal(usize, String),
    /// It ends.
    Closed(usize),
    /// Why the model stopped.
    Stopped(Stop),
    /// The answer ended as it should.
    Ended,
    /// It failed. Nothing comes after this.
    Failed(Failure),
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::translate) enum Block {
    /// Text for the reader.
    Text,
    /// Thoughts.
    Thinking,
    /// Thoughts that only the vendor can read.
    Sealed(String),
    /// A tool call.
    Call {
        /// Its id; empty where none came.
        id: String,
        /// The upstream's name of the tool; empty where none came.
        name: String,
    },
}

/// Why the model stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::translate) struct Stop {
    /// `stop_reason`.
    pub(in crate::translate) reason: String,
    /// `stop_details.explanation`.
    pub(in crate::translate) explanation: Option<String>,
}

/// Reads bytes, in whatever pieces they come.
#[derive(Debug, Default)]
pub(in crate::translate) struct Reader {
    parser: Parser,
    form: Form,
    begun: bool,
    stopped: bool,
    over: bool,
    /// Open blocks by the upstream's index.
    open: BTreeMap<u64, Open>,
    next: usize,
}

/// What the upstream sends.
#[derive(Debug, Default)]
enum Form {
    #[default]
    Unknown,
    Stream,
    /// A body that is no stream.
    Whole(Vec<u8>),
}

#[derive(Debug)]
struct Open {
    number: Option<usize>,
    /// Input that came with the beginning of a call.
    early: Option<Value>,
    is_call: bool,
    got: bool,
}

impl Reader {
    /// Takes the next bytes.
    pub(in crate::translate) fn feed(&mut self, bytes: &[u8]) -> Vec<Happening> {
        let mut happened = Vec::new();
        if self.over {
            return happened;
        }
        if matches!(self.form, Form::Unknown) {
            let start = bytes.trim_ascii_start();
            let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
            match start.first() {
                Some(b'{' | b'[' | b'<') => self.form = Form::Whole(Vec::new()),
                Some(_) => self.form = Form::Stream,
                None => {}
            }
        }
        if let Form::Whole(body) = &mut self.form {
            let room = LARGEST_BODY.saturating_sub(body.len());
            body.extend_from_slice(&bytes[..bytes.len().min(room)]);
            return happened;
        }
        let mut parser = std::mem::take(&mut self.parser);
        parser.feed(bytes, &mut |event| self.event(&event, &mut happened));
        self.parser = parser;
        happened
    }

    /// The stream ended.
    pub(in crate::translate) fn finish(&mut self) -> Vec<Happening> {
        let mut happened = Vec::new();
        let mut parser = std::mem::take(&mut self.parser);
        parser.finish(&mut |event| self.event(&event, &mut happened));
        if let Form::Whole(body) = std::mem::take(&mut self.form) {
            self.whole(&body, &mut happened);
        }
        self.end(
            "the upstream's stream ended before the answer was complete",
            &mut happened,
        );
        happened
    }

    /// The connection broke.
    pub(in crate::translate) fn broke(&mut self) -> Vec<Happening> {
        let mut happened = Vec::new();
        self.end(
            "the connection to the upstream broke before the answer was complete",
            &mut happened,
        );
        happened
    }

    /// Whatever has said why it stopped is complete, even if the last event is missing.
    fn end(&mut self, otherwise: &str, happened: &mut Vec<Happening>) {
        if self.over {
            return;
        }
        match self.stopped {
            true => {
                self.close_all(happened);
                self.over = true;
                happened.push(Happening::Ended);
            }
            false => self.fail(Failure::own(otherwise), happened),
        }
    }

    fn fail(&mut self, failure: Failure, happened: &mut Vec<Happening>) {
        self.over = true;
        happened.push(Happening::Failed(failure));
    }

    fn begin(&mut self, happened: &mut Vec<Happening>) {
        if !self.begun {
            self.begun = true;
            happened.push(Happening::Begun);
        }
    }

    fn event(&mut self, event: &Event<'_>, happened: &mut Vec<Happening>) {
        if self.over {
            return;
        }
        if event.data.len() >= CUT_AT {
            let failure = Failure::own("the upstream sent an event of more than 8 MiB");
            return self.fail(failure, happened);
        }
        // One line that cannot be read is no reason to lose the others.
        let Some(value) = tolerant::value(event.data).filter(Value::is_object) else {
            return;
        };
        let named = value["type"].as_str().map(str::to_owned);
        let name = named.unwrap_or_else(|| String::from_utf8_lossy(event.name).into_owned());
        let index = value["index"].as_u64().unwrap_or(0);
        match name.as_str() {
            "message_start" => self.start(&value["message"], happened),
            "content_block_start" => self.open(index, &value["content_block"], happened),
            "content_block_delta" => self.delta(index, &value["delta"], happened),
            "content_block_stop" => self.close(index, happened),
            "message_delta" => {
                if let Some(usage) = value.get("usage").filter(|usage| usage.is_object()) {
                    happened.push(Happening::Usage(usage.clone()));
                }
                self.stop(&value["delta"], happened);
            }
            "message_stop" => {
                self.begin(happened);
                self.close_all(happened);
                if !self.stopped {
                    happened.push(Happening::Stopped(Stop::default()));
                }
                self.over = true;
                happened.push(Happening::Ended);
            }
            _ if value.get("error").is_some_and(|error| !error.is_null()) || name == "error" => {
                self.fail(Failure::of(None, &Told::of(&value)), happened);
            }
            _ if value.get("choices").is_some() || name.starts_with("response.") => {
                self.fail(other_dialect(), happened);
            }
            _ => {}
        }
    }

    fn start(&mut self, message: &Value, happened: &mut Vec<Happening>) {
        if let Some(usage) = message.get("usage").filter(|usage| usage.is_object()) {
            happened.push(Happening::Usage(usage.clone()));
        }
        for block in message["content"].as_array().into_iter().flatten() {
            self.block(block, happened);
        }
    }

    fn open(&mut self, index: u64, block: &Value, happened: &mut Vec<Happening>) {
        self.close(index, happened);
        self.begin(happened);
        let text = |name: &str| block[name].as_str().unwrap_or_default().to_owned();
        let (kind, first) = match block["type"].as_str().unwrap_or_default() {
            "text" => (Some(Block::Text), text("text")),
            "thinking" => (Some(Block::Thinking), text("thinking")),
            "redacted_thinking" => (Some(Block::Sealed(text("data"))), String::new()),
            "tool_use" => {
                let (id, name) = (text("id"), text("name"));
                (Some(Block::Call { id, name }), String::new())
            }
            // What the vendor ran itself is of no use to a caller who cannot run it.
            _ => (None, String::new()),
        };
        let is_call = matches!(kind, Some(Block::Call { .. }));
        let number = kind.map(|kind| {
            happened.push(Happening::Opened(self.next, kind));
            self.next += 1;
            self.next - 1
        });
        let early = block
            .get("input")
            .filter(|input| is_call && !is_empty(input));
        let open = Open {
            number,
            early: early.cloned(),
            is_call,
            got: false,
        };
        self.open.insert(index, open);
        if let Some(number) = number {
            if !first.is_empty() {
                self.piece(index, first, happened);
            }
            if let Some(seal) = block["signature"].as_str().filter(|seal| !seal.is_empty()) {
                happened.push(Happening::Seal(number, seal.to_owned()));
            }
        }
    }

    fn piece(&mut self, index: u64, piece: String, happened: &mut Vec<Happening>) {
        let Some(open) = self.open.get_mut(&index) else {
            return;
        };
        open.got = true;
        if let Some(number) = open.number {
            happened.push(Happening::Piece(number, piece));
        }
    }

    fn delta(&mut self, index: u64, delta: &Value, happened: &mut Vec<Happening>) {
        let (kind, member) = match delta["type"].as_str().unwrap_or_default() {
            "text_delta" => ("text", "text"),
            "thinking_delta" => ("thinking", "thinking"),
            "input_json_delta" => ("", "partial_json"),
            "signature_delta" => {
                let number = self.open.get(&index).and_then(|open| open.number);
                if let (Some(number), Some(seal)) = (number, delta["signature"].as_str()) {
                    happened.push(Happening::Seal(number, seal.to_owned()));
                }
                return;
            }
            _ => return,
        };
        let piece = delta[member].as_str().filter(|piece| !piece.is_empty());
        let Some(piece) = piece else {
            return;
        };
        if !self.open.contains_key(&index) && !kind.is_empty() {
            // Its beginning got lost.
            self.open(index, &json!({"type": kind}), happened);
        }
        self.piece(index, piece.to_owned(), happened);
    }

    fn close(&mut self, index: u64, happened: &mut Vec<Happening>) {
        let Some(open) = self.open.remove(&index) else {
            return;
        };
        let Some(number) = open.number else {
            return;
        };
        if open.is_call && !open.got {
            let input = open.early.unwrap_or_else(|| json!({}));
            happened.push(Happening::Piece(number, input.to_string()));
        }
        happened.push(Happening::Closed(number));
    }

    fn close_all(&mut self, happened: &mut Vec<Happening>) {
        while let Some((index, _)) = self.open.first_key_value() {
            self.close(*index, happened);
        }
    }

    /// A block that comes whole.
    fn block(&mut self, block: &Value, happened: &mut Vec<Happening>) {
        let index = u64::MAX;
        self.open(index, block, happened);
        self.close(index, happened);
    }

    fn stop(&mut self, told: &Value, happened: &mut Vec<Happening>) {
        let Some(reason) = told["stop_reason"].as_str() else {
            return;
        };
        self.begin(happened);
        self.stopped = true;
        let explanation = told
            .pointer("/stop_details/explanation")
            .and_then(Value::as_str);
        happened.push(Happening::Stopped(Stop {
            reason: reason.to_owned(),
            explanation: explanation.map(str::to_owned),
        }));
    }

    /// A body where a stream was asked for: an answer, or an error.
    fn whole(&mut self, body: &[u8], happened: &mut Vec<Happening>) {
        let value = tolerant::value(body).unwrap_or_default();
        if value["content"].is_array() && value.get("error").is_none_or(Value::is_null) {
            self.begin(happened);
            self.start(&value, happened);
            self.stop(&value, happened);
            if !self.stopped {
                happened.push(Happening::Stopped(Stop::default()));
            }
            self.over = true;
            return happened.push(Happening::Ended);
        }
        let is_error = value.get("error").is_some_and(|error| !error.is_null());
        let failure = match is_error || !value.is_object() {
            true => Failure::of(None, &Told::read(body)),
            false if value.get("choices").is_some() || value.get("output").is_some() => {
                other_dialect()
            }
            false => Failure::of(None, &Told::of(&value)),
        };
        self.fail(failure, happened);
    }
}

fn other_dialect() -> Failure {
    Failure::own("the upstream answered in another dialect than Anthropic Messages")
}

fn is_empty(input: &Value) -> bool {
    match input {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}
