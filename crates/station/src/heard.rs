//! A conversation with a station: what was asked and what came back, and what is asked next.

use crate::call::{Answer, Call, Reply};
use crate::json::Json;
use crate::problem::Problem;
use crate::trap;

/// Calls of one conversation: more are a mistake, whatever a station answers.
pub const MOST_CALLS: usize = 20;

/// What follows from a conversation: another call, or its result. A pure function makes it, so the same
/// answers always lead to the same step.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<T> {
    /// Make this call and come back.
    Ask(Box<Call>),
    /// There is nothing more to ask.
    Done(T),
}

/// A call and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What was asked.
    pub call: Call,
    /// What came back.
    pub reply: Reply,
}

/// What was asked and answered so far, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    said: Vec<Said>,
}

impl<T> Step<T> {
    /// Asks.
    pub fn ask(call: Call) -> Self {
        Self::Ask(Box::new(call))
    }

    /// Changes the result, when there is one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Self::Ask(call) => Step::Ask(call),
            Self::Done(result) => Step::Done(change(result)),
        }
    }
}

impl Heard {
    /// Notes what came back.
    pub fn add(&mut self, call: Call, reply: Reply) {
        self.said.push(Said { call, reply });
    }

    /// Everything, oldest first.
    pub fn said(&self) -> &[Said] {
        &self.said
    }

    /// The last call of that purpose.
    pub fn of(&self, purpose: &str) -> Option<&Said> {
        self.said
            .iter()
            .rev()
            .find(|said| said.call.purpose == purpose)
    }

    /// Whether that was asked.
    pub fn asked(&self, purpose: &str) -> bool {
        self.of(purpose).is_some()
    }

    /// The answer to a call, whatever it is.
    pub fn answer(&self, purpose: &str) -> Option<&Answer> {
        self.of(purpose)?.reply.as_ref().ok()
    }

    /// The JSON that answered a call, or what came instead. `None`: not asked yet.
    pub fn json(&self, purpose: &str) -> Option<Result<Json, Problem>> {
        let said = self.of(purpose)?;
        Some(match &said.reply {
            Ok(answer) => trap::json(answer),
            Err(failure) => Err(Problem::NoAnswer(failure.clone())),
        })
    }

    /// Milliseconds that all answers took.
    pub fn ms(&self) -> u64 {
        let answers = self.said.iter().filter_map(|said| said.reply.as_ref().ok());
        answers.map(|answer| answer.ms).sum()
    }

    /// Whether no more may be asked.
    pub(crate) fn is_full(&self) -> bool {
        self.said.len() >= MOST_CALLS
    }
}
