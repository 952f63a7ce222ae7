//! A stream as the events it came in, with their time and their exact form.

use serde_json::Value;
use wire::sse::{Event, Parser};

use super::api_error::ApiError;
use crate::exchange::Exchange;

/// Events of a stream that are looked at; no probe asks for as many.
const MOST_FRAMES: usize = 20_000;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// `event:` field; empty without one.
    pub event: String,
    /// `data:` field as it came.
    pub data: String,
    /// The data as JSON; null if it is none.
    pub json: Value,
    /// When its last byte was there, milliseconds from the start of the request.
    pub at_ms: f64,
}

/// The events of a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frames {
    /// In their order.
    pub all: Vec<Frame>,
    /// The first characters of the body as they came.
    pub head: String,
    /// Comment lines (`: ping`).
    pub comments: usize,
}

impl Frame {
    /// `type` of the data, else the event's name.
    pub fn kind(&self) -> &str {
        let kind = self.json.get("type").and_then(Value::as_str);
        kind.unwrap_or(&self.event)
    }

    /// Spaces before the last brace; `None` where the data is no object.
    pub fn padding(&self) -> Option<usize> {
        let inside = self.data.strip_suffix('}')?;
        let trimmed = inside.trim_end_matches(' ');
        Some(inside.len() - trimmed.len())
    }

    /// `delta.type`, for deltas.
    pub fn delta_kind(&self) -> &str {
        let delta = self.json.get("delta").and_then(|delta| delta.get("type"));
        delta.and_then(Value::as_str).unwrap_or_default()
    }

    /// Index of the block it belongs to.
    pub fn index(&self) -> Option<u64> {
        self.json.get("index").and_then(Value::as_u64)
    }
}

impl Frames {
    /// The events of a body; `None` if it holds none.
    pub fn read(exchange: &Exchange) -> Option<Self> {
        let body = exchange.body.as_slice();
        let mut frames = Self::default();
        let mut offset = 0_usize;
        let mut parser = Parser::new();
        let mut each = |event: Event<'_>| {
            offset = offset.saturating_add(event.bytes);
            if frames.all.len() >= MOST_FRAMES {
                return;
            }
            let data = String::from_utf8_lossy(event.data).into_owned();
            frames.all.push(Frame {
                event: String::from_utf8_lossy(event.name).into_owned(),
                json: serde_json::from_str(&data).unwrap_or(Value::Null),
                data,
                at_ms: exchange.arrival_of(offset.saturating_sub(1)),
            });
        };
        parser.feed(body, &mut each);
        parser.finish(&mut each);
        frames.head =
            String::from_utf8_lossy(body.get(..body.len().min(200)).unwrap_or(body)).into();
        frames.comments = body
            .split(|byte| *byte == b'\n')
            .filter(|line| line.first() == Some(&b':'))
            .count();
        (!frames.all.is_empty()).then_some(frames)
    }

    /// Whether an event of this kind came.
    pub fn has(&self, kind: &str) -> bool {
        self.first(kind).is_some()
    }

    /// The first event of a kind.
    pub fn first(&self, kind: &str) -> Option<&Frame> {
        self.all.iter().find(|frame| frame.kind() == kind)
    }

    /// Events of a kind.
    pub fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Frame> {
        self.all.iter().filter(move |frame| frame.kind() == kind)
    }

    /// The error that was told inside the stream.
    pub fn error(&self) -> Option<ApiError> {
        let frame = self
            .all
            .iter()
            .find(|frame| frame.kind() == "error" || frame.json.get("error").is_some())?;
        ApiError::of_json(&frame.json, frame.data.clone())
    }
}
