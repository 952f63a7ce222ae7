//! What the tester wants sent. It never sends anything itself.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Name of a call within one run, in the order in which the calls were made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub u32);

/// Whom a call goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The site that is tested.
    #[default]
    Site,
    /// Anthropic itself, with the user's own key (opt-in).
    Official,
    /// A site that the user trusts, as a reference (opt-in).
    Reference,
}

/// HTTP method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Asks.
    Get,
    /// Sends a body.
    #[default]
    Post,
}

/// One HTTP request without credentials: the driver adds the key that belongs to the door.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path and query below the door's base address, `/v1/messages`.
    pub path: String,
    /// Headers without credentials, names in lower case.
    pub headers: Vec<(String, String)>,
    /// JSON body.
    pub body: Option<Value>,
    /// Whether a stream is asked for.
    pub stream: bool,
}

impl Request {
    /// Adds a name to `anthropic-beta`, once.
    #[must_use]
    pub fn with_beta(mut self, beta: &str) -> Self {
        let found = self
            .headers
            .iter_mut()
            .find(|(name, _)| name == "anthropic-beta");
        match found {
            Some((_, list)) if list.split(',').any(|one| one.trim() == beta) => {}
            Some((_, list)) if !list.is_empty() => {
                list.push(',');
                list.push_str(beta);
            }
            Some((_, list)) => list.push_str(beta),
            None => self
                .headers
                .push(("anthropic-beta".to_owned(), beta.to_owned())),
        }
        self
    }
}

/// A request with its place in the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its name.
    pub id: CallId,
    /// The probe that asked first; a shared call serves others too.
    pub probe: String,
    /// What it is for within the probe, `untouched-replay`. Shared calls have the same slot everywhere.
    pub slot: String,
    /// Whom it goes to.
    pub door: Door,
    /// Name of the request preset that shaped it.
    pub preset: String,
    /// Which try of the same request this is, from 1.
    pub attempt: u8,
    /// Longest time to wait for the whole answer, in milliseconds.
    pub timeout_ms: u64,
    /// What to send.
    pub request: Request,
}
