//! One question of a probe.

use serde_json::Value;

use crate::call::{Door, Method, Request};

/// Longest wait for an ordinary answer, milliseconds. Genuine answers to probes take below 30 s; a site that
/// drips or stalls must not hold up a run.
const TIMEOUT_MS: u64 = 60_000;

/// One question of a probe.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// What it is for.
    pub slot: String,
    /// Whether other probes that ask with the same slot get the same answer.
    pub is_shared: bool,
    /// Whom to ask.
    pub door: Door,
    /// Milliseconds to wait before asking, counted from when the probe asked.
    pub after_ms: u64,
    /// Longest wait for the answer.
    pub timeout_ms: u64,
    /// What to send, in its plain shape.
    pub request: Request,
    /// Prompt tokens that it will cost at most.
    pub input_tokens: u64,
    /// Generated tokens that it will cost at most; 0 where the genuine API refuses.
    pub output_tokens: u64,
}

impl Ask {
    /// A request to `/v1/messages`. The most that it may generate is read from its `max_tokens`.
    pub fn messages(slot: impl Into<String>, body: Value) -> Self {
        let limit = body.get("max_tokens").and_then(Value::as_u64).unwrap_or(0);
        // Rough on purpose: it only has to keep a run below its cap.
        let input_tokens = body.to_string().len() as u64 / 3;
        let stream = body.get("stream").and_then(Value::as_bool) == Some(true);
        let version = ("anthropic-version".to_owned(), "2023-06-01".to_owned());
        let request = Request {
            method: Method::Post,
            path: "/v1/messages".to_owned(),
            headers: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                version,
            ],
            body: Some(body),
            stream,
        };
        Self {
            slot: slot.into(),
            is_shared: false,
            door: Door::Site,
            after_ms: 0,
            timeout_ms: TIMEOUT_MS,
            request,
            input_tokens,
            output_tokens: limit,
        }
    }

    /// A GET.
    pub fn get(slot: impl Into<String>, path: impl Into<String>) -> Self {
        let mut ask = Self::messages(slot, Value::Null);
        ask.request.method = Method::Get;
        ask.request.path = path.into();
        ask.request.body = None;
        ask.request
            .headers
            .retain(|(name, _)| name != "content-type");
        ask.input_tokens = 0;
        ask
    }

    /// The same, free: the genuine API refuses it.
    #[must_use]
    pub fn refused_when_genuine(mut self) -> Self {
        self.input_tokens = 0;
        self.output_tokens = 0;
        self
    }

    /// The same with at most so many tokens in the prompt, where the body says little about it (pictures).
    #[must_use]
    pub fn with_input(mut self, tokens: u64) -> Self {
        self.input_tokens = tokens;
        self
    }

    /// The same with a beta header.
    #[must_use]
    pub fn beta(mut self, name: &str) -> Self {
        self.request = self.request.with_beta(name);
        self
    }

    /// The same, answered once for all probes that ask for this slot.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.is_shared = true;
        self
    }

    /// The same, later.
    #[must_use]
    pub fn after(mut self, millis: u64) -> Self {
        self.after_ms = millis;
        self
    }

    /// The same to somebody else.
    #[must_use]
    pub fn at(mut self, door: Door) -> Self {
        self.door = door;
        self
    }
}
