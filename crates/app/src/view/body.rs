//! Slices of bodies: the panel never holds more than it shows.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Answer of `GET /api/request/{id}/lines?side=request|response&form=pretty|exact|assembled&from=0&count=200`.
///
/// `pretty` is indented JSON (or the text as it is when it is not JSON), `exact` the text as received,
/// `assembled` a stream put together into the one answer it stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BodyLines {
    /// Lines of the whole text, parts of long ones counted each.
    pub total: u32,
    /// Lines that the text has, however long they are.
    pub numbered: u32,
    /// Bytes of the whole text.
    pub bytes: f64,
    /// Index of the first line given.
    pub from: u32,
    /// The lines; one longer than 4,000 characters is broken into several.
    pub lines: Vec<String>,
    /// Which line of the text each is, from 1; null for one that continues the one above.
    pub numbers: Vec<Option<u32>>,
}

/// Answer of `GET /api/request/{id}/find?side=…&form=…&q=…`: lines that hold the text, ignoring case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundLines {
    /// Indices, at most 1,000.
    pub lines: Vec<u32>,
    /// How often the text begins in each of them.
    pub times: Vec<u32>,
    /// Whether there are more.
    pub more: bool,
}

/// Answer of `GET /api/request/{id}/events?from=0&count=200`: a stream as its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EventList {
    /// Events of the whole stream.
    pub total: u32,
    /// Index of the first one given.
    pub from: u32,
    /// The events.
    pub events: Vec<EventView>,
}

/// One server-sent event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EventView {
    /// Position in the stream.
    pub index: u32,
    /// Arrival, ms from the arrival of the request. `None` when not recorded.
    pub at_ms: Option<f64>,
    /// Name of the event, or its `type`.
    pub name: String,
    /// Size on the wire.
    pub bytes: u32,
    /// Data, cut at 4,000 characters.
    pub data: String,
}
