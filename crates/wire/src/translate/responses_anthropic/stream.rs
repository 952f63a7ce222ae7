//! The answer as it comes.
//!
//! Responses repeats every item as a whole where it ends, and all of them at the end of the answer. So
//! what was said has to be kept: the only answers of which that is true.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::output::{self, Events, Item};
use super::response::{Status, response};
use crate::translate::anthropic_chat::UNKNOWN_TOOL;
use crate::translate::error::ErrorAnswer;
use crate::translate::from_anthropic::calls::Calls;
use crate::translate::from_anthropic::events::{Block, Happening, Reader, Stop};
use crate::translate::from_anthropic::failure::Failure;
use crate::translate::from_anthropic::usage::Totals;
use crate::translate::memory::Memory;
use crate::translate::pair::Pair;

/// See [`StreamMachine`](crate::translate::StreamMachine).
#[derive(Debug)]
pub(in crate::translate) struct StreamMachine {
    memory: Memory,
    reader: Reader,
    totals: Totals,
    calls: Calls,
    /// Items that have begun, by the number of their block.
    open: BTreeMap<usize, Item>,
    /// The number under which the message stands that further text belongs to.
    message: Option<usize>,
    /// Blocks whose text goes on in that message.
    texts: HashSet<usize>,
    /// Items that have ended, at their places.
    output: Vec<Value>,
    next_place: usize,
    next_number: u64,
    stop: Stop,
    started: bool,
    ended: bool,
    failed: Option<ErrorAnswer>,
    /// The whole response, when it has ended.
    whole: Option<Value>,
}

impl StreamMachine {
    pub(in crate::translate) fn new(memory: Memory) -> Self {
        Self {
            memory,
            reader: Reader::default(),
            totals: Totals::default(),
            calls: Calls::default(),
            open: BTreeMap::new(),
            message: None,
            texts: HashSet::new(),
            output: Vec::new(),
            next_place: 0,
            next_number: 0,
            stop: Stop::default(),
            started: false,
            ended: false,
            failed: None,
            whole: None,
        }
    }

    pub(in crate::translate) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let happened = self.reader.feed(bytes);
        self.take(happened, out);
    }

    pub(in crate::translate) fn finish(&mut self, out: &mut Vec<u8>) {
        let happened = self.reader.finish();
        self.take(happened, out);
    }

    pub(in crate::translate) fn broke(&mut self, out: &mut Vec<u8>) {
        let happened = self.reader.broke();
        self.take(happened, out);
    }

    pub(in crate::translate) fn ping(&mut self, out: &mut Vec<u8>) {
        if !self.ended {
            self.start(out);
            self.write(vec![("keepalive", json!({}))], out);
        }
    }

    pub(in crate::translate) fn failed_early(&self) -> Option<&ErrorAnswer> {
        self.failed.as_ref()
    }

    pub(in crate::translate) fn started(&self) -> bool {
        self.started
    }

    pub(in crate::translate) fn ended(&self) -> bool {
        self.ended
    }

    /// Fails for a reason that the reader does not know.
    pub(in crate::translate) fn fail_with(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        if !self.ended {
            self.fail(failure, out);
        }
    }

    /// Notes whether the upstream said that it calls a tool, and no call came so far.
    pub(in crate::translate) fn expect_call(&mut self, expected: bool) {
        self.calls.expect(expected);
    }

    /// A failure for a caller who wants no stream.
    pub(in crate::translate) fn answer(&self, failure: &Failure) -> ErrorAnswer {
        failure.answer(&self.memory)
    }

    /// The answer to a caller who wants no stream.
    pub(in crate::translate) fn whole(mut self, body: &[u8]) -> Result<Vec<u8>, ErrorAnswer> {
        // Events are of no use here, and neither is a beginning: an error is always early.
        let mut events = Vec::new();
        for happening in self
            .reader
            .feed(body)
            .into_iter()
            .chain(self.reader.finish())
        {
            if let Happening::Failed(failure) = &happening {
                return Err(failure.answer(&self.memory));
            }
            self.take(vec![happening], &mut events);
            events.clear();
        }
        if let Some(failure) = self.calls.lost(&self.stop) {
            return Err(failure.answer(&self.memory));
        }
        Ok(self.whole.unwrap_or_default().to_string().into_bytes())
    }

    fn take(&mut self, happened: Vec<Happening>, out: &mut Vec<u8>) {
        for happening in happened {
            if !self.ended {
                self.happening(happening, out);
            }
        }
    }

    fn happening(&mut self, happening: Happening, out: &mut Vec<u8>) {
        match happening {
            Happening::Begun => self.start(out),
            Happening::Usage(told) => self.totals.take(&told),
            Happening::Opened(number, block) => self.open(number, block, out),
            Happening::Piece(number, piece) => {
                let number = self.number(number);
                if let Some(item) = self.open.get_mut(&number) {
                    self.totals.count(&piece);
                    let events = item.piece(&piece);
                    self.write(events, out);
                }
            }
            Happening::Seal(number, seal) => {
                if let Some(item) = self.open.get_mut(&number) {
                    item.sign(&seal);
                }
            }
            // A message stays open: the next block may go on with it.
            Happening::Closed(number) if self.texts.contains(&number) => {}
            Happening::Closed(number) => self.close(number, true, out),
            Happening::Stopped(stop) => self.stop = stop,
            Happening::Ended => self.end(out),
            Happening::Failed(failure) => self.fail(&failure, out),
        }
    }

    /// The number of the item that a block belongs to.
    fn number(&self, block: usize) -> usize {
        match self.message {
            Some(message) if self.texts.contains(&block) => message,
            _ => block,
        }
    }

    fn start(&mut self, out: &mut Vec<u8>) {
        if self.started {
            return;
        }
        self.started = true;
        let begun = response(&self.memory, &Status::InProgress, Vec::new(), Value::Null);
        let events = vec![
            ("response.created", json!({"response": begun})),
            ("response.in_progress", json!({"response": begun})),
        ];
        self.write(events, out);
    }

    fn open(&mut self, number: usize, block: Block, out: &mut Vec<u8>) {
        if block == Block::Text {
            self.texts.insert(number);
            if self.message.is_some() {
                return;
            }
            self.message = Some(number);
        } else {
            self.end_message(out);
        }
        let place = self.next_place;
        let item = match block {
            Block::Text => Item::message(place, &self.memory),
            Block::Thinking => Item::reasoning(place, &self.memory),
            Block::Sealed(data) => Item::sealed(place, data, &self.memory),
            Block::Call { id, mut name } => {
                if self.memory.pair == Pair::ResponsesChat && name == UNKNOWN_TOOL {
                    name.clear();
                }
                let Some(id) = self.calls.next(id, &name, &self.memory.seed) else {
                    return;
                };
                Item::call(place, id, self.memory.tool(&name), &self.memory)
            }
        };
        self.next_place += 1;
        self.output.push(Value::Null);
        let events = item.begin(&self.memory);
        self.open.insert(number, item);
        self.write(events, out);
    }

    fn end_message(&mut self, out: &mut Vec<u8>) {
        if let Some(number) = self.message.take() {
            self.texts.clear();
            self.close(number, true, out);
        }
    }

    fn close(&mut self, number: usize, complete: bool, out: &mut Vec<u8>) {
        let Some(item) = self.open.remove(&number) else {
            return;
        };
        let place = item.place();
        let (events, item) = item.end(complete, &self.memory);
        self.keep(place, item);
        self.write(events, out);
    }

    fn keep(&mut self, place: usize, item: Value) {
        match self.output.get_mut(place) {
            Some(kept) => *kept = item,
            None => self.output.push(item),
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if let Some(failure) = self.calls.lost(&self.stop) {
            return self.fail(&failure, out);
        }
        self.start(out);
        let status = match self.stop.reason.as_str() {
            "max_tokens" | "model_context_window_exceeded" => {
                Status::Incomplete("max_output_tokens")
            }
            "refusal" => Status::Incomplete("content_filter"),
            _ => Status::Completed,
        };
        self.message = None;
        self.texts.clear();
        while let Some(number) = self.open.keys().next().copied() {
            self.close(number, status == Status::Completed, out);
        }
        if let Some(explanation) = self.stop.explanation.take() {
            let place = self.next_place;
            self.next_place += 1;
            let (events, item) = output::refusal(place, &explanation, &self.memory);
            self.keep(place, item);
            self.write(events, out);
        }
        let usage = self.totals.responses(&self.memory);
        let output = std::mem::take(&mut self.output);
        let whole = response(&self.memory, &status, output, usage);
        let name = match status {
            Status::Incomplete(_) => "response.incomplete",
            _ => "response.completed",
        };
        self.write(vec![(name, json!({"response": whole}))], out);
        self.whole = Some(whole);
        self.ended = true;
    }

    fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        self.ended = true;
        if !self.started {
            self.failed = Some(failure.answer(&self.memory));
            return;
        }
        let code = failure.code.as_deref().unwrap_or("server_error");
        let status = Status::Failed(json!({"code": code, "message": failure.message}));
        let mut output = std::mem::take(&mut self.output);
        output.retain(|item| !item.is_null());
        let usage = self.totals.responses(&self.memory);
        let failed = response(&self.memory, &status, output, usage);
        self.write(vec![("response.failed", json!({"response": failed}))], out);
    }

    fn write(&mut self, events: Events, out: &mut Vec<u8>) {
        for (name, members) in events {
            let mut data = json!({"type": name, "sequence_number": self.next_number});
            self.next_number += 1;
            if let (Some(data), Value::Object(members)) = (data.as_object_mut(), members) {
                data.extend(members);
            }
            out.extend_from_slice(b"event: ");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\ndata: ");
            out.extend_from_slice(data.to_string().as_bytes());
            out.extend_from_slice(b"\n\n");
        }
    }
}
