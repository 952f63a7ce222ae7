//! What the server does for one request, as a list of steps. Nothing here touches a socket.

use std::time::Duration;

use bytes::Bytes;

/// One thing that the server does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Write these bytes in one system call.
    Write(Bytes),
    /// Write the same bytes many times: large answers without large memory.
    Repeat {
        /// The bytes.
        piece: Bytes,
        /// How often.
        times: u64,
    },
    /// Write one byte at a time.
    Drip {
        /// The bytes.
        bytes: Bytes,
        /// Pause after each of them.
        gap: Duration,
    },
    /// Write the clock (20 digits, nanoseconds since 1970) between two pieces, for measuring how old a
    /// chunk is when it arrives.
    Stamp {
        /// Before the digits.
        before: Bytes,
        /// After the digits.
        after: Bytes,
    },
    /// Say nothing for so long.
    Wait(Duration),
    /// Say nothing until so long after the script began: a pace that does not drift.
    Until(Duration),
    /// Say nothing until the client leaves.
    Hang,
    /// End the connection in good order (FIN).
    Close,
    /// Break the connection (RST).
    Reset,
}

/// The whole answer to one request.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// In order. A script that neither closes nor resets leaves the connection open for the next request.
    pub steps: Vec<Step>,
}

impl Script {
    /// A script of one write.
    pub fn write(bytes: impl Into<Bytes>) -> Self {
        Self {
            steps: vec![Step::Write(bytes.into())],
        }
    }

    /// A script of one step.
    pub fn only(step: Step) -> Self {
        Self { steps: vec![step] }
    }

    /// Adds a step at the end.
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Puts a step before all others.
    pub fn after(mut self, step: Step) -> Self {
        self.steps.insert(0, step);
        self
    }

    /// What answers a `HEAD`: the first write, cut behind the blank line.
    pub fn head_only(mut self) -> Self {
        self.steps.truncate(1);
        if let Some(Step::Write(bytes)) = self.steps.first_mut()
            && let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n")
        {
            bytes.truncate(end + 4);
        }
        self
    }
}
