//! What came back, raw, as the driver saw it.

use base::Timestamp;
use serde::Serialize;

/// Bytes of a body that a driver should keep. The longest honest answer of any probe is below 1 MiB.
pub const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// One answer, or the lack of one. Times are milliseconds from `started`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Exchange {
    /// Wall clock when the request began to go out.
    pub started: Timestamp,
    /// When the head of the answer was there.
    pub head_ms: Option<f64>,
    /// When everything was over.
    pub ended_ms: f64,
    /// Status; `None` without an answer.
    pub status: Option<u16>,
    /// Headers of the answer, names in lower case, in their order.
    pub headers: Vec<(String, String)>,
    /// The body with transfer and content encoding undone, at most [`LARGEST_BODY`].
    #[serde(serialize_with = "as_text")]
    pub body: Vec<u8>,
    /// When how much of the body was there, in the order of arrival.
    pub arrivals: Vec<Arrival>,
    /// Why the exchange is not whole.
    pub failure: Option<Failure>,
}

/// A moment at which bytes arrived.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Arrival {
    /// Milliseconds from the start.
    pub at_ms: f64,
    /// Bytes of the body that were there then, the ones before included.
    pub bytes: usize,
}

/// Why an exchange is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The name could not be looked up.
    Dns,
    /// No connection.
    Connect,
    /// TLS did not come about.
    Tls,
    /// No answer, or no end of it, in time.
    Timeout,
    /// The connection broke before or in the answer.
    Reset,
    /// The body is longer than [`LARGEST_BODY`]; what is kept is its beginning.
    TooLarge,
    /// The run was cancelled.
    Cancelled,
    /// Something else kept the request from being made.
    Other,
}

impl Exchange {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        matches!(self.status, Some(200..=299))
    }

    /// When the last byte was there, on the wall clock.
    pub fn ended(&self) -> Timestamp {
        self.started.plus_micros((self.ended_ms * 1_000.0) as i64)
    }

    /// When the byte at this place of the body was there; the end if nobody noted it.
    pub fn arrival_of(&self, offset: usize) -> f64 {
        let index = self.arrivals.partition_point(|seen| seen.bytes <= offset);
        self.arrivals
            .get(index)
            .map_or(self.ended_ms, |seen| seen.at_ms)
    }

    /// How long a 429 or 529 asks to wait, in milliseconds.
    pub fn retry_after_ms(&self) -> Option<u64> {
        if let Some(millis) = self.header("retry-after-ms") {
            return millis.trim().parse().ok();
        }
        let seconds: f64 = self.header("retry-after")?.trim().parse().ok()?;
        (seconds.is_finite() && seconds >= 0.0).then_some((seconds * 1_000.0) as u64)
    }
}

fn as_text<S: serde::Serializer>(body: &[u8], out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&String::from_utf8_lossy(body))
}
