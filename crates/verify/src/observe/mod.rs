//! A call with its answer, read as far as it can be read. Whatever is strange stays raw.

mod api_error;
mod frames;
mod message;

use serde_json::Value;
use wire::Dialect;

pub use api_error::ApiError;
pub use frames::{Frame, Frames};
pub use message::{Message, UsageSeen};

use crate::call::{Call, CallId};
use crate::exchange::Exchange;

/// A call with its answer.
#[derive(Clone, Debug)]
pub struct Observation {
    /// What was sent.
    pub call: Call,
    /// What came back, raw.
    pub exchange: Exchange,
    /// The body as JSON, if it is JSON.
    pub json: Option<Value>,
    /// The events, if the body is a stream.
    pub frames: Option<Frames>,
    /// The answer, if there is one in the Messages shape, put together where it was a stream.
    pub message: Option<Message>,
    /// The error, if that is what came, also inside a stream.
    pub error: Option<ApiError>,
}

impl Observation {
    /// Reads an answer.
    pub fn new(call: Call, exchange: Exchange) -> Self {
        let body = exchange.body.as_slice();
        let json: Option<Value> = serde_json::from_slice(body).ok();
        let frames = json.is_none().then(|| Frames::read(&exchange)).flatten();
        let mut error = None;
        let mut message = None;
        if let Some(frames) = &frames {
            let whole = wire::assemble::answer(Dialect::Anthropic, body);
            error = frames.error();
            message = Message::read(&whole.json).filter(|_| frames.has("message_start"));
            if let Some(message) = &mut message {
                message.is_whole = frames.has("message_stop");
            }
        } else if let Some(json) = &json {
            message = Message::read(json).filter(|_| exchange.is_success());
        }
        if message.is_none() && error.is_none() {
            error = ApiError::read(exchange.status, json.as_ref(), body);
        }
        Self {
            call,
            exchange,
            json,
            frames,
            message,
            error,
        }
    }

    /// Name of the call.
    pub fn id(&self) -> CallId {
        self.call.id
    }

    /// What the call was for.
    pub fn slot(&self) -> &str {
        &self.call.slot
    }

    /// Status; 0 without an answer.
    pub fn status(&self) -> u16 {
        self.exchange.status.unwrap_or(0)
    }

    /// An answer of the Messages API, whole or not.
    pub fn answered(&self) -> Option<&Message> {
        self.message.as_ref().filter(|_| self.exchange.is_success())
    }

    /// An answer that ended as it should.
    pub fn whole(&self) -> Option<&Message> {
        self.answered()
            .filter(|message| message.is_whole && self.exchange.failure.is_none())
    }

    /// The request was refused as wrong: 400, 404, 413 or 422 with a text.
    pub fn refused(&self) -> Option<&ApiError> {
        let is_refusal = matches!(self.status(), 400 | 404 | 413 | 422);
        let in_stream = self.exchange.is_success() && self.message.is_none();
        self.error
            .as_ref()
            .filter(|error| is_refusal || (in_stream && error.is_invalid_request()))
    }

    /// Says nothing about what answered: no answer, busy, out of credit, a web page, relay's own words.
    pub fn is_mute(&self) -> bool {
        self.answered().is_none() && self.refused().is_none()
    }

    /// Everything of the body as text, escapes of JSON undone in error messages.
    pub fn text(&self) -> String {
        match &self.error {
            Some(error) => format!("{}\n{}", error.message, error.raw),
            None => String::from_utf8_lossy(&self.exchange.body).into_owned(),
        }
    }

    /// Whether the body is a web page.
    pub fn is_web_page(&self) -> bool {
        let start = self.exchange.body.trim_ascii_start();
        let head = start.get(..start.len().min(15)).unwrap_or_default();
        let head = head.to_ascii_lowercase();
        head.starts_with(b"<!doctype html") || head.starts_with(b"<html")
    }
}
