//! What the fake upstream can do. A new scenario is an entry in the list of its family's file; a new
//! family is a file here and a line in `families`.

mod auto;
mod connections;
mod content;
mod echo;
mod encodings;
mod framing;
mod garbage;
mod lists;
mod midstream;
mod pacing;
mod pretence;
mod sizes;
mod spelling;
mod statuses;
mod usage;

pub(crate) use midstream::first_half;
pub(crate) use pacing::{at_a_pace, paced_stream};
pub(crate) use statuses::failure;

use std::cell::OnceCell;

use crate::answer::{Answer, Block, Stop, Usage, UsageForm};
use crate::ask::Ask;
use crate::choice::{Choice, Parameters};
use crate::dialect::{Dialect, vendor_headers};
use crate::request::Request;
use crate::script::Script;

/// One way to answer.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name, in lower case with hyphens.
    pub name: &'static str,
    /// What it does, with its parameters.
    pub about: &'static str,
    /// How much of the request is read before the answer begins.
    pub reads: Reads,
    /// What is done for a call.
    pub play: fn(&Call) -> Script,
}

/// How much of the request is read before the answer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Head and body.
    Everything,
    /// The head; such a scenario can only be chosen by header.
    HeadOnly,
}

/// One request and what is known around it.
#[derive(Debug)]
pub struct Call<'a> {
    /// The request as received.
    pub request: &'a Request,
    /// Parameters of the scenario.
    pub parameters: Parameters,
    /// Number of the request.
    pub number: u64,
    /// How many requests the connection had carried before.
    pub earlier_on_connection: u64,
    ask: OnceCell<Ask>,
}

/// All scenarios.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    families().into_iter().flatten()
}

/// The scenario of that name.
pub fn named(name: &str) -> Option<&'static Scenario> {
    all().find(|scenario| scenario.name == name)
}

fn families() -> [&'static [Scenario]; 15] {
    [
        auto::ALL,
        lists::ALL,
        content::ALL,
        echo::ALL,
        pacing::ALL,
        statuses::ALL,
        pretence::ALL,
        midstream::ALL,
        garbage::ALL,
        spelling::ALL,
        usage::ALL,
        encodings::ALL,
        framing::ALL,
        sizes::ALL,
        connections::ALL,
    ]
}

/// The scenario that answers a request: the chosen one, else the one of its path.
pub(crate) fn of(choice: &Choice, request: &Request) -> &'static Scenario {
    let of_path = lists::of_path(request);
    let by_header = Choice::by_header(request).is_some();
    match of_path {
        // A list has no model; and counting is the same whatever the model would answer.
        Some(scenario) if !by_header => scenario,
        _ if choice.name.is_empty() => &auto::AUTO,
        _ => named(&choice.name).unwrap_or(&auto::UNKNOWN),
    }
}

// === impl Scenario ===

impl Scenario {
    const fn new(name: &'static str, about: &'static str, play: fn(&Call) -> Script) -> Self {
        Self {
            name,
            about,
            reads: Reads::Everything,
            play,
        }
    }
}

// === impl Call ===

impl<'a> Call<'a> {
    /// A call with what its connection knows.
    pub(crate) fn new(
        request: &'a Request,
        parameters: Parameters,
        number: u64,
        earlier_on_connection: u64,
    ) -> Self {
        Self {
            request,
            parameters,
            number,
            earlier_on_connection,
            ask: OnceCell::new(),
        }
    }

    /// What the request asks for, read when it is first needed.
    pub fn ask(&self) -> &Ask {
        self.ask.get_or_init(|| Ask::of(self.request))
    }

    /// How the caller speaks.
    pub fn dialect(&self) -> Dialect {
        Dialect::of(self.request)
    }

    /// The vendor's headers for this call.
    pub(crate) fn vendor_headers(&self) -> Vec<(String, String)> {
        vendor_headers(self.dialect(), self.number)
    }

    /// An answer of these blocks. Parameters: `model` (named by the answer), `input`, `cache_read`,
    /// `cache_write`, `cache_write_1h`, `output` (tokens).
    pub(crate) fn answer(&self, blocks: Vec<Block>) -> Answer {
        let calls_tool = |block: &Block| matches!(block, Block::ToolUse { .. });
        let stop = if blocks.iter().any(calls_tool) {
            Stop::ToolUse
        } else {
            Stop::EndTurn
        };
        let mut crc = flate2::Crc::new();
        crc.update(&self.request.body);
        let parameters = &self.parameters;
        Answer {
            model: parameters
                .text("model")
                .unwrap_or(&self.ask().model)
                .to_owned(),
            blocks,
            stop,
            usage: Usage {
                fresh: parameters.number("input", 1_200),
                cache_read: parameters.number("cache_read", 3_000),
                cache_write_5m: parameters.number("cache_write", 300),
                cache_write_1h: parameters.number("cache_write_1h", 100),
                output: parameters.text("output").and_then(|text| text.parse().ok()),
            },
            usage_form: UsageForm::Usual,
            seed: crc.sum(),
        }
    }

    /// An answer of plain text. Parameters: `text`, or `tokens` (made-up words).
    pub(crate) fn text_answer(&self) -> Answer {
        let text = match (self.parameters.text("text"), self.parameters.text("tokens")) {
            (Some(text), _) => text.to_owned(),
            (None, Some(_)) => content::words(self.parameters.number("tokens", 200)),
            (None, None) => content::SENTENCE.to_owned(),
        };
        self.answer(vec![Block::Text(text)])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_is_there_once() {
        let names: Vec<&str> = all().map(|scenario| scenario.name).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        for name in names {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(name.bytes().all(plain), "{name}");
        }
    }
}
