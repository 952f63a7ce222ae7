//! Streams, translated as they come.

use super::anthropic_chat;
use super::chat_anthropic;
use super::error::ErrorAnswer;
use super::memory::Memory;
use super::pair::Pair;
use super::responses_anthropic;
use super::responses_chat;

/// One answer on its way from an upstream's dialect to the caller's, in pieces.
///
/// Fed with the upstream's bytes in any chunking, it writes whole events for the caller. It also takes a
/// JSON body where a stream was asked for. It keeps no more of the answer than what is not ready to be sent.
///
/// As long as [`started`](Self::started) is false nothing has been written, and the caller can still be given
/// an HTTP error: see [`failed_early`](Self::failed_early).
#[derive(Debug)]
pub struct StreamMachine {
    machine: Machine,
}

#[derive(Debug)]
enum Machine {
    AnthropicChat(Box<anthropic_chat::StreamMachine>),
    ChatAnthropic(Box<chat_anthropic::StreamMachine>),
    ResponsesAnthropic(Box<responses_anthropic::StreamMachine>),
    ResponsesChat(Box<responses_chat::StreamMachine>),
}

/// Calls the same method of whichever machine it is.
macro_rules! each {
    ($self:ident, $machine:ident => $call:expr) => {
        match &$self.machine {
            Machine::AnthropicChat($machine) => $call,
            Machine::ChatAnthropic($machine) => $call,
            Machine::ResponsesAnthropic($machine) => $call,
            Machine::ResponsesChat($machine) => $call,
        }
    };
    (mut $self:ident, $machine:ident => $call:expr) => {
        match &mut $self.machine {
            Machine::AnthropicChat($machine) => $call,
            Machine::ChatAnthropic($machine) => $call,
            Machine::ResponsesAnthropic($machine) => $call,
            Machine::ResponsesChat($machine) => $call,
        }
    };
}

impl StreamMachine {
    /// At the beginning of the answer to the request that this memory is of.
    pub fn new(memory: Memory) -> Self {
        let machine = match memory.pair {
            Pair::AnthropicChat => {
                Machine::AnthropicChat(Box::new(anthropic_chat::StreamMachine::new(memory)))
            }
            Pair::ChatAnthropic => {
                Machine::ChatAnthropic(Box::new(chat_anthropic::StreamMachine::new(memory)))
            }
            Pair::ResponsesAnthropic => Machine::ResponsesAnthropic(Box::new(
                responses_anthropic::StreamMachine::new(memory),
            )),
            Pair::ResponsesChat => {
                Machine::ResponsesChat(Box::new(responses_chat::StreamMachine::new(memory)))
            }
        };
        Self { machine }
    }

    /// Takes the next bytes of the upstream and appends what the caller gets for them.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        each!(mut self, machine => machine.feed(bytes, out));
    }

    /// The upstream's answer ended (end of file). Nothing may be fed after this.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        each!(mut self, machine => machine.finish(out));
    }

    /// The connection to the upstream broke, or it was silent for too long.
    pub fn broke(&mut self, out: &mut Vec<u8>) {
        each!(mut self, machine => machine.broke(out));
    }

    /// Tells the caller that the answer is alive: its beginning, if that has not been told, and a ping. For
    /// use when the upstream is silent (5–10 s), and to commit the answer when peeking ends.
    pub fn ping(&mut self, out: &mut Vec<u8>) {
        each!(mut self, machine => machine.ping(out));
    }

    /// The error to answer with instead of a stream: the upstream failed before anything was written.
    pub fn failed_early(&self) -> Option<&ErrorAnswer> {
        each!(self, machine => machine.failed_early())
    }

    /// Whether anything has been written for the caller.
    pub fn started(&self) -> bool {
        each!(self, machine => machine.started())
    }

    /// Whether the answer is over, well or not: whatever comes now is ignored.
    pub fn ended(&self) -> bool {
        each!(self, machine => machine.ended())
    }
}
