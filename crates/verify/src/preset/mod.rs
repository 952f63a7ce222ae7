//! Shapes of requests, from `config/presets`: as which program one asks. A preset is data; the user's own
//! ones are read the same way, and [`Preset::recorded`] makes one from a recorded request.

mod gaps;
mod recorded;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::call::{Method, Request};
use crate::tables::TableError;
use gaps::Gaps;

/// Name of the plain preset.
pub const PLAIN: &str = "anthropic";

/// Name of the preset for sites that answer Claude Code only.
pub const CLAUDE_CODE: &str = "claude-code";

/// Under this name the user's own presets stand in errors.
const OWN: &str = "preset";

const FILES: [(&str, &str); 5] = [
    (
        "anthropic.toml",
        include_str!("../../../../config/presets/anthropic.toml"),
    ),
    (
        "openai.toml",
        include_str!("../../../../config/presets/openai.toml"),
    ),
    (
        "openai-responses.toml",
        include_str!("../../../../config/presets/openai-responses.toml"),
    ),
    (
        "relay.toml",
        include_str!("../../../../config/presets/relay.toml"),
    ),
    (
        "claude-code.toml",
        include_str!("../../../../config/presets/claude-code.toml"),
    ),
];

/// A shape of requests. Gaps in values: `{model}`, `{text}`, `{device}` (64 hex digits), `{session}` and
/// `{request}` (UUIDs), `{max_tokens}`; device, session and request are made up and name nobody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Dialect that it is written in: `anthropic`, `openai-chat` or `openai-responses`.
    pub dialect: String,
    /// Path below the site's base address.
    pub path: String,
    /// Where it is from.
    pub source: String,
    /// How old it is.
    pub as_of: Option<toml::value::Datetime>,
    /// Query of the path.
    pub query: Option<String>,
    /// Names for `anthropic-beta`.
    #[serde(default)]
    pub betas: Vec<String>,
    /// Blocks that come first in `system`.
    #[serde(default)]
    pub system: Vec<String>,
    /// `metadata.user_id`.
    pub user_id: Option<String>,
    /// Headers, credentials never among them.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Members of the body that the program sends besides, with the question as the program asks it.
    /// A probe's requests never get them: they would change what is measured.
    #[serde(default)]
    pub body: Map<String, Value>,
}

impl Preset {
    /// All presets that are compiled in.
    ///
    /// # Errors
    /// When a file is wrong.
    pub fn bundled() -> Result<Vec<Self>, TableError> {
        let read = FILES
            .iter()
            .map(|(file, text)| crate::tables::read(file, text));
        read.collect()
    }

    /// A preset of the user's own, as TOML.
    ///
    /// # Errors
    /// When the text is none; the error names the line.
    pub fn read(text: &str) -> Result<Self, TableError> {
        crate::tables::read(OWN, text)
    }

    /// A request of a probe in this shape: what gates look at, and nothing that would change the answer.
    /// What the request itself sets stays as it is.
    #[must_use]
    pub fn shape(&self, mut request: Request, seed: u64) -> Request {
        let gaps = Gaps::new(seed, "");
        for (name, value) in &self.headers {
            if !request.headers.iter().any(|(known, _)| known == name) {
                request.headers.push((name.clone(), gaps.fill(value)));
            }
        }
        let own = request
            .headers
            .iter()
            .position(|(name, _)| name == "anthropic-beta");
        let own = own.map(|place| request.headers.remove(place).1);
        for beta in self.betas.iter().map(String::as_str) {
            request = request.with_beta(beta);
        }
        for beta in own.iter().flat_map(|list| list.split(',')) {
            request = request.with_beta(beta.trim());
        }
        if let Some(query) = &self.query
            && request.body.is_some()
        {
            let sign = if request.path.contains('?') { '&' } else { '?' };
            request.path = format!("{}{sign}{query}", request.path);
        }
        if let Some(body) = request.body.as_mut().and_then(Value::as_object_mut) {
            self.put_system(body);
            if let Some(user_id) = &self.user_id {
                body.entry("metadata")
                    .or_insert_with(|| json!({ "user_id": gaps.fill(user_id) }));
            }
        }
        request
    }

    /// A whole request as the program asks: its body with the gaps filled, in its shape. `members` are put
    /// into the body, in the place of the preset's own.
    #[must_use]
    pub fn request(&self, ask: &Ask<'_>, members: &Map<String, Value>, seed: u64) -> Request {
        let gaps = Gaps::new(seed, ask.model).asking(ask.text, ask.max_tokens);
        let mut body = match gaps.fill_all(&Value::Object(self.body.clone())) {
            Value::Object(body) => body,
            _ => Map::new(),
        };
        for (name, value) in members {
            body.insert(name.clone(), value.clone());
        }
        let request = Request {
            method: Method::Post,
            path: self.path.clone(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            stream: body.get("stream") == Some(&Value::Bool(true)),
            body: Some(Value::Object(body)),
        };
        self.shape(request, seed)
    }

    fn put_system(&self, body: &mut Map<String, Value>) {
        if self.system.is_empty() {
            return;
        }
        let first = self
            .system
            .iter()
            .map(|text| json!({ "type": "text", "text": text }));
        let own = match body.remove("system") {
            Some(Value::String(text)) => vec![json!({ "type": "text", "text": text })],
            Some(Value::Array(blocks)) => blocks,
            _ => Vec::new(),
        };
        body.insert("system".to_owned(), first.chain(own).collect());
    }
}

/// What is asked in a preset's own words.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The model as the site calls it.
    pub model: &'a str,
    /// What the user says.
    pub text: &'a str,
    /// Most tokens to generate.
    pub max_tokens: u64,
}
