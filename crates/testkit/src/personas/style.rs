//! How a message is written as a stream of events.

/// Spelling of a stream.
#[derive(Clone, Debug)]
pub struct Style {
    /// Spaces before the last brace of a data frame.
    pub padding: Padding,
    /// What stands behind `event:` and `data:`.
    pub gap: &'static str,
    /// Whether events have names.
    pub names: bool,
    /// Where and how a ping is written.
    pub ping: Ping,
    /// Whether keys are in alphabetical order.
    pub sorted: bool,
    /// Usage of `message_start`.
    pub start: StartUsage,
    /// Usage of `message_delta`.
    pub end: EndUsage,
    /// Tokens of a text delta at most; 0 is all of them in one.
    pub tokens_per_delta: usize,
    /// Whether the first delta of a tool's input is empty.
    pub empty_first_json: bool,
    /// Whether a block starts before the one before it has stopped.
    pub overlapping: bool,
    /// Lines behind the last event.
    pub trailer: Vec<String>,
    /// How events become writes.
    pub writes: Writes,
}

/// Spaces before the last brace of a data frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// None.
    None,
    /// 0 to 15, each as likely.
    Uniform,
    /// Always so many.
    Constant(usize),
}

/// Where and how a ping is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ping {
    /// Nowhere.
    Never,
    /// `{"type": "ping"}` behind the first block's start.
    Genuine,
    /// `{"type":"ping"}` at the same place.
    Compact,
    /// `{"type":"ping"}` before the first block.
    Early,
    /// `: ping`, a comment, behind the first block's start.
    Comment,
}

/// Usage of `message_start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartUsage {
    /// As at the end, with one to eight tokens of output.
    Genuine,
    /// Input and output 0.
    Zeros,
    /// Input estimated by the length of the request, output 0.
    Estimated,
}

/// Usage of `message_delta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndUsage {
    /// All figures.
    Genuine,
    /// `input_tokens` and `output_tokens`.
    Plain,
    /// `output_tokens` alone.
    OutputOnly,
}

/// How events become writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Each in one of its own.
    PerEvent,
    /// All in one.
    Burst,
    /// Cut anew into pieces of so many bytes.
    Rechunked(usize),
}

impl Style {
    /// As the first party writes.
    pub fn genuine() -> Self {
        Self {
            padding: Padding::Uniform,
            gap: " ",
            names: true,
            ping: Ping::Genuine,
            sorted: false,
            start: StartUsage::Genuine,
            end: EndUsage::Genuine,
            tokens_per_delta: 3,
            empty_first_json: true,
            overlapping: false,
            trailer: Vec::new(),
            writes: Writes::PerEvent,
        }
    }

    /// As software writes that parses every event and writes it again.
    pub fn reserialised() -> Self {
        Self {
            padding: Padding::None,
            ping: Ping::Compact,
            ..Self::genuine()
        }
    }

    /// As a converter writes that makes the events from another protocol.
    pub fn converted() -> Self {
        Self {
            padding: Padding::None,
            ping: Ping::Never,
            start: StartUsage::Estimated,
            end: EndUsage::Plain,
            empty_first_json: false,
            ..Self::genuine()
        }
    }
}
