//! The answer as it comes.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::chunks::{self, Chunks, data};
use crate::translate::error::ErrorAnswer;
use crate::translate::from_anthropic::calls::Calls;
use crate::translate::from_anthropic::events::{Block, Happening, Reader, Stop};
use crate::translate::from_anthropic::failure::Failure;
use crate::translate::from_anthropic::usage::Totals;
use crate::translate::memory::Memory;

/// See [`StreamMachine`](crate::translate::StreamMachine).
#[derive(Debug)]
pub(in crate::translate) struct StreamMachine {
    memory: Memory,
    reader: Reader,
    chunks: Chunks,
    totals: Totals,
    calls: Calls,
    /// What the pieces of open blocks are.
    open: HashMap<usize, Kind>,
    stop: Stop,
    started: bool,
    ended: bool,
    failed: Option<ErrorAnswer>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Thinking,
    /// A call, with its place among the calls.
    Call(usize),
}

impl StreamMachine {
    pub(in crate::translate) fn new(memory: Memory) -> Self {
        Self {
            chunks: Chunks::new(&memory),
            memory,
            reader: Reader::default(),
            totals: Totals::default(),
            calls: Calls::default(),
            open: HashMap::new(),
            stop: Stop::default(),
            started: false,
            ended: false,
            failed: None,
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
            out.extend_from_slice(b": ping\n\n");
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
            Happening::Piece(number, piece) => self.piece(number, &piece, out),
            Happening::Seal(..) => {}
            Happening::Closed(number) => {
                self.open.remove(&number);
            }
            Happening::Stopped(stop) => self.stop = stop,
            Happening::Ended => self.end(out),
            Happening::Failed(failure) => self.fail(&failure, out),
        }
    }

    fn start(&mut self, out: &mut Vec<u8>) {
        if !self.started {
            self.started = true;
            self.delta(json!({"role": "assistant", "content": ""}), out);
        }
    }

    fn delta(&self, delta: Value, out: &mut Vec<u8>) {
        self.chunks.delta(delta, None, out);
    }

    fn open(&mut self, number: usize, block: Block, out: &mut Vec<u8>) {
        let kind = match block {
            Block::Text => Kind::Text,
            Block::Thinking => Kind::Thinking,
            Block::Sealed(_) => return,
            Block::Call { id, name } => {
                let place = self.calls.count();
                let Some(id) = self.calls.next(id, &name, &self.memory.seed) else {
                    return;
                };
                let function = json!({"name": self.memory.tool_name(&name), "arguments": ""});
                self.delta(self.call(place, Some(&id), function), out);
                Kind::Call(place)
            }
        };
        self.open.insert(number, kind);
    }

    fn piece(&mut self, number: usize, piece: &str, out: &mut Vec<u8>) {
        let Some(kind) = self.open.get(&number).copied() else {
            return;
        };
        self.totals.count(piece);
        let delta = match kind {
            Kind::Text => json!({"content": piece}),
            Kind::Thinking => json!({"reasoning_content": piece}),
            Kind::Call(place) => self.call(place, None, json!({"arguments": piece})),
        };
        self.delta(delta, out);
    }

    /// An addition to a call; in the form of 2023 there is only one, without an id.
    fn call(&self, place: usize, id: Option<&str>, function: Value) -> Value {
        if self.memory.functions {
            return json!({"function_call": function});
        }
        match id {
            Some(id) => {
                json!({"tool_calls": [{"index": place, "id": id, "type": "function", "function": function}]})
            }
            None => json!({"tool_calls": [{"index": place, "function": function}]}),
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if let Some(failure) = self.calls.lost(&self.stop) {
            return self.fail(&failure, out);
        }
        self.start(out);
        if let Some(explanation) = self.stop.explanation.take() {
            self.delta(json!({"refusal": explanation}), out);
        }
        let finish = chunks::finish(&self.stop, &self.calls, &self.memory);
        self.chunks.delta(json!({}), Some(finish), out);
        if self.memory.include_usage {
            self.chunks.usage(self.totals.chat(&self.memory), out);
        }
        data("[DONE]", out);
        self.ended = true;
    }

    fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        self.ended = true;
        match self.started {
            true => data(&json!({"error": failure.to_json()}).to_string(), out),
            false => self.failed = Some(failure.answer(&self.memory)),
        }
    }
}
