//! What was asked and what came back, for a person to read: the raw answers, redacted.

use base::Secret;
use serde::{Deserialize, Serialize};

use crate::call::CallFailure;
use crate::heard::{Heard, Said};
use crate::problem::Problem;
use crate::redact;
use crate::trap;

/// Characters of a body that are shown.
const SHOWN: usize = 64 * 1024;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// `GET /api/status`, without the key.
    pub call: String,
    /// HTTP status; none when nothing came back.
    pub status: Option<u16>,
    /// Why nothing came back.
    pub failure: Option<CallFailure>,
    /// What the answer is, where it is none.
    pub problem: Option<Problem>,
    /// Content type, as the station names it.
    pub content_type: Option<String>,
    /// Milliseconds.
    pub ms: Option<u64>,
    /// Bytes of the body as read.
    pub bytes: u64,
    /// The body, redacted, JSON indented.
    pub text: String,
    /// Whether more was there than `text` shows.
    pub cut: bool,
    /// Whether a key or token was sent along.
    pub keyed: bool,
}

/// A conversation as it may be shown and kept. `secrets` are the key and tokens that were used: they are
/// taken out wherever they are echoed.
pub fn evidence(heard: &Heard, secrets: &[&Secret<String>]) -> Vec<Trace> {
    let traces = heard.said().iter().map(|said| trace(said, secrets));
    traces.collect()
}

fn trace(said: &Said, secrets: &[&Secret<String>]) -> Trace {
    let mut trace = Trace {
        call: said.call.title(),
        status: None,
        failure: None,
        problem: None,
        content_type: None,
        ms: None,
        bytes: 0,
        text: String::new(),
        cut: false,
        keyed: said.call.is_keyed(),
    };
    match &said.reply {
        Err(failure) => trace.failure = Some(failure.clone()),
        Ok(answer) => {
            let text = redact::body(&answer.body, secrets);
            let end = text.char_indices().nth(SHOWN).map(|(end, _)| end);
            trace.status = Some(answer.status);
            trace.problem = trap::json(answer).err();
            trace.content_type = answer.header("content-type").map(redact::text);
            trace.ms = Some(answer.ms);
            trace.bytes = answer.body.len() as u64;
            trace.cut = end.is_some();
            trace.text = end.map_or_else(|| text.clone(), |end| text[..end].to_owned());
        }
    }
    trace
}
