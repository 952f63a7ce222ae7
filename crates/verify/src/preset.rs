//! Shapes of requests, from `config/presets`: as which program one asks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::Request;
use crate::random::Random;
use crate::tables::TableError;

/// Name of the plain preset.
pub const PLAIN: &str = "anthropic";

/// Name of the preset for sites that answer Claude Code only.
pub const CLAUDE_CODE: &str = "claude-code";

const FILES: [(&str, &str); 4] = [
    (
        "anthropic.toml",
        include_str!("../../../config/presets/anthropic.toml"),
    ),
    (
        "openai.toml",
        include_str!("../../../config/presets/openai.toml"),
    ),
    (
        "relay.toml",
        include_str!("../../../config/presets/relay.toml"),
    ),
    (
        "claude-code.toml",
        include_str!("../../../config/presets/claude-code.toml"),
    ),
];

/// A shape of requests. `{device}` and `{session}` in values are made up for each run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Dialect that it is written in: `anthropic` or `openai-chat`.
    pub dialect: String,
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
    /// Tools that are always offered.
    #[serde(default)]
    pub tools: Vec<Value>,
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

    /// A request in this shape. What the request itself sets stays as it is.
    #[must_use]
    pub fn shape(&self, mut request: Request, seed: u64) -> Request {
        let filled = |text: &str| fill(text, seed);
        for (name, value) in &self.headers {
            if !request.headers.iter().any(|(known, _)| known == name) {
                request.headers.push((name.clone(), filled(value)));
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
                    .or_insert_with(|| json!({ "user_id": filled(user_id) }));
            }
            if !self.tools.is_empty() {
                body.entry("tools")
                    .or_insert_with(|| Value::Array(self.tools.clone()));
            }
        }
        request
    }

    fn put_system(&self, body: &mut serde_json::Map<String, Value>) {
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

/// Puts made-up names into the gaps; the same for a whole run.
fn fill(text: &str, seed: u64) -> String {
    let mut random = Random::named(seed, "preset");
    let device: String = (0..4).map(|_| format!("{:016x}", random.next())).collect();
    let (high, low) = (random.next(), random.next());
    let session = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    );
    text.replace("{device}", &device)
        .replace("{session}", &session)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(name: &str) -> Preset {
        let mut all = Preset::bundled().unwrap().into_iter();
        all.find(|preset| preset.name == name).unwrap()
    }

    #[test]
    fn claude_code_comes_before_what_was_asked() {
        let request = Request {
            path: "/v1/messages".to_owned(),
            headers: vec![("anthropic-beta".to_owned(), "own-beta".to_owned())],
            body: Some(json!({ "system": "mine", "messages": [] })),
            ..Request::default()
        };
        let shaped = preset(CLAUDE_CODE).shape(request, 7);
        let body = shaped.body.clone().unwrap();
        assert_eq!(shaped.path, "/v1/messages?beta=true");
        assert_eq!(body["system"][1]["text"], "mine");
        assert!(
            body["metadata"]["user_id"]
                .as_str()
                .unwrap()
                .contains("session_id")
        );
        let beta = shaped
            .headers
            .iter()
            .find(|(name, _)| name == "anthropic-beta")
            .unwrap();
        assert!(beta.1.starts_with("claude-code-20250219,") && beta.1.ends_with(",own-beta"));
    }

    #[test]
    fn plain_changes_nothing() {
        let request = Request {
            path: "/v1/messages".to_owned(),
            body: Some(json!({ "system": "mine" })),
            ..Request::default()
        };
        assert_eq!(preset(PLAIN).shape(request.clone(), 7), request);
    }
}
