//! The answer as it comes, through both translations.

use crate::translate::error::ErrorAnswer;
use crate::translate::from_anthropic::failure::Failure;
use crate::translate::memory::Memory;
use crate::translate::pair::Pair;
use crate::translate::told::Told;
use crate::translate::{anthropic_chat, responses_anthropic};

/// See [`StreamMachine`](crate::translate::StreamMachine).
#[derive(Debug)]
pub(in crate::translate) struct StreamMachine {
    inner: anthropic_chat::StreamMachine,
    outer: responses_anthropic::StreamMachine,
    /// What goes from one to the other, between two calls always empty.
    between: Vec<u8>,
}

impl StreamMachine {
    pub(in crate::translate) fn new(mut memory: Memory) -> Self {
        let inner = memory.inner.take().map(|inner| *inner);
        let inner = inner.unwrap_or_else(|| Memory::new(Pair::AnthropicChat, memory.seed.clone()));
        Self {
            inner: anthropic_chat::StreamMachine::new(inner),
            outer: responses_anthropic::StreamMachine::new(memory),
            between: Vec::new(),
        }
    }

    pub(in crate::translate) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.inner.feed(bytes, &mut self.between);
        self.pass(out);
    }

    pub(in crate::translate) fn finish(&mut self, out: &mut Vec<u8>) {
        self.inner.finish(&mut self.between);
        self.pass(out);
        self.outer.finish(out);
    }

    pub(in crate::translate) fn broke(&mut self, out: &mut Vec<u8>) {
        self.inner.broke(&mut self.between);
        self.pass(out);
        self.outer.broke(out);
    }

    pub(in crate::translate) fn ping(&mut self, out: &mut Vec<u8>) {
        self.outer.ping(out);
    }

    /// Hands on what the first translation wrote, or why it failed.
    fn pass(&mut self, out: &mut Vec<u8>) {
        self.outer.expect_call(self.inner.lost_call());
        self.outer.feed(&self.between, out);
        self.between.clear();
        if let Some(failed) = self.inner.failed_early() {
            let failure = failure(failed);
            self.outer.fail_with(&failure, out);
        }
    }

    /// The answer to a caller who wants no stream.
    pub(in crate::translate) fn whole(mut self, body: &[u8]) -> Result<Vec<u8>, ErrorAnswer> {
        self.inner.feed(body, &mut self.between);
        self.inner.finish(&mut self.between);
        if let Some(failed) = self.inner.failure() {
            return Err(self.outer.answer(&failure(failed)));
        }
        self.outer.expect_call(self.inner.lost_call());
        self.outer.whole(&self.between)
    }

    pub(in crate::translate) fn failed_early(&self) -> Option<&ErrorAnswer> {
        self.outer.failed_early()
    }

    pub(in crate::translate) fn started(&self) -> bool {
        self.outer.started()
    }

    pub(in crate::translate) fn ended(&self) -> bool {
        self.outer.ended()
    }
}

/// The first translation's error, which is in Anthropic's words.
fn failure(answer: &ErrorAnswer) -> Failure {
    Failure::of(Some(answer.status), &Told::read(&answer.body))
}
