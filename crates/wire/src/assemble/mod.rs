//! Puts a stream together into the one answer that it stands for.
//!
//! The result has the shape that the same upstream would have answered without streaming, so whoever
//! reads whole answers reads streams too. Nothing is invented: an id that never came is an empty
//! string, input that is not JSON stays the text it is. Whatever is out of order is taken as well as
//! it can be.

mod anthropic;
mod calls;
mod chat;
mod closed;
mod failure;
mod parts;
mod responses;
pub(crate) mod tolerant;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dialect::Dialect;
use crate::sse::{Event, Parser};

pub use failure::Failure;

/// A stream as one answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assembled {
    /// The answer in the stream's dialect; null if nothing of one came.
    pub json: Value,
    /// Whether the stream said that the answer is complete, or why it stopped, and told no error.
    pub complete: bool,
    /// The first error told in the stream.
    pub error: Option<Failure>,
    /// The blocks, in the order in which they began.
    pub blocks: Vec<BlockSpan>,
}

/// Where a block of an answer lies in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockSpan {
    /// What the block is.
    pub kind: BlockKind,
    /// Index of the first event that belongs to it.
    pub first_event: u32,
    /// Index of the last one.
    pub last_event: u32,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Reasoning.
    Thinking,
    /// Text for the reader.
    Text,
    /// A tool call.
    ToolUse,
    /// Anything else.
    Other,
}

impl BlockSpan {
    fn at(kind: BlockKind, event: u32) -> Self {
        Self {
            kind,
            first_event: event,
            last_event: event,
        }
    }
}

/// The answer of a whole stream. A body that is one JSON object is taken as the answer itself: some
/// upstreams do not stream although they were asked to.
pub fn answer(dialect: Dialect, stream: &[u8]) -> Assembled {
    if stream.trim_ascii_start().first() == Some(&b'{')
        && let Some(json) = tolerant::value(stream)
    {
        let error = Failure::of_answer(&json);
        return Assembled {
            complete: error.is_none(),
            json,
            error,
            blocks: Vec::new(),
        };
    }
    let mut assembler = Assembler::new(dialect);
    let mut parser = Parser::new();
    let mut each = |event: Event<'_>| assembler.event(&event);
    parser.feed(stream, &mut each);
    parser.finish(&mut each);
    assembler.finish()
}

/// The same, event by event.
#[derive(Debug)]
pub struct Assembler {
    machine: Machine,
    /// Index of the next event.
    next: u32,
    error: Option<Failure>,
}

#[derive(Debug)]
enum Machine {
    Anthropic(anthropic::Machine),
    Chat(chat::Machine),
    Responses(responses::Machine),
    /// Streams of other dialects are not understood.
    Other,
}

/// One event as a machine sees it.
struct Incoming<'a> {
    /// The `type` member, else the name of the event.
    name: &'a str,
    /// Index in the stream.
    index: u32,
    /// The data.
    value: Value,
}

impl Assembler {
    /// At the beginning of a stream.
    pub fn new(dialect: Dialect) -> Self {
        let machine = match dialect {
            Dialect::Anthropic => Machine::Anthropic(Default::default()),
            Dialect::OpenAiChat => Machine::Chat(Default::default()),
            Dialect::OpenAiResponses => Machine::Responses(Default::default()),
            Dialect::Other => Machine::Other,
        };
        Self {
            machine,
            next: 0,
            error: None,
        }
    }

    /// Takes the next event. One whose data is not JSON is counted and skipped.
    pub fn event(&mut self, event: &Event<'_>) {
        let index = self.next;
        self.next = self.next.saturating_add(1);
        if event.data.trim_ascii() == b"[DONE]" {
            if let Machine::Chat(machine) = &mut self.machine {
                machine.done();
            }
            return;
        }
        let Some(value) = tolerant::value(event.data).filter(Value::is_object) else {
            return;
        };
        let named = value.get("type").and_then(Value::as_str).map(str::to_owned);
        let name = named.unwrap_or_else(|| String::from_utf8_lossy(event.name).into_owned());
        let error = Failure::of_event(&name, &value);
        if let Some(error) = error {
            self.error.get_or_insert(error);
        }
        let incoming = Incoming {
            name: &name,
            index,
            value,
        };
        match &mut self.machine {
            Machine::Anthropic(machine) => machine.take(incoming),
            Machine::Chat(machine) => machine.take(incoming),
            Machine::Responses(machine) => machine.take(incoming),
            Machine::Other => {}
        }
    }

    /// The answer so far.
    pub fn finish(self) -> Assembled {
        let mut assembled = match self.machine {
            Machine::Anthropic(machine) => machine.finish(),
            Machine::Chat(machine) => machine.finish(),
            Machine::Responses(machine) => machine.finish(),
            Machine::Other => Assembled::default(),
        };
        if let Some(error) = self.error {
            assembled.complete = false;
            error.write_into(&mut assembled.json);
            assembled.error = Some(error);
        }
        assembled
    }
}
