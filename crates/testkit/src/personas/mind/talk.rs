//! A conversation as it is read, whatever its blocks are called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::page::document_text;
use crate::personas::claude::blocks;

/// A conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk {
    pub(crate) system: String,
    pub(crate) turns: Vec<Turn>,
    pub(crate) tools: Vec<Tool>,
    /// Which tool must be called: a name, or any.
    pub(crate) forced: Option<String>,
    /// The form that the answer must have.
    pub(crate) schema: Option<Value>,
}

/// What one side said.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) by_user: bool,
    pub(crate) parts: Vec<Part>,
}

/// A part of what was said.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    Picture(Vec<u8>),
    Document(String),
    Call,
    Result(String),
}

/// A tool on offer.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) schema: Value,
    /// Whether the service runs it itself.
    pub(crate) searches: bool,
}

impl Talk {
    /// Reads a request of the Anthropic protocol.
    pub(crate) fn of(body: &Value) -> Self {
        let system: Vec<String> = blocks(&body["system"])
            .iter()
            .filter_map(|block| block["text"].as_str().map(str::to_owned))
            .collect();
        let turns = body["messages"].as_array().into_iter().flatten();
        let tools = body["tools"].as_array().into_iter().flatten();
        let choice = &body["tool_choice"];
        let schema = [
            &body["output_config"]["format"]["schema"],
            &body["output_format"]["schema"],
        ];
        Self {
            system: system.join("\n"),
            turns: turns.map(Turn::of).collect(),
            tools: tools.map(Tool::of).collect(),
            forced: match choice["type"].as_str() {
                Some("any") => Some(String::new()),
                Some("tool") => choice["name"].as_str().map(str::to_owned),
                _ => None,
            },
            schema: schema
                .into_iter()
                .find(|schema| schema.is_object())
                .cloned(),
        }
    }

    /// The text of the last thing that the user said.
    pub(crate) fn last_text(&self) -> String {
        let asks = |turn: &&Turn| {
            turn.by_user && turn.parts.iter().any(|part| matches!(part, Part::Text(_)))
        };
        let last = self.turns.iter().rev().find(asks);
        last.map(|turn| turn.texts().join("\n")).unwrap_or_default()
    }

    /// Everything that was said, the system prompt first.
    pub(crate) fn everything(&self) -> String {
        let mut all = self.system.clone();
        for part in self.turns.iter().flat_map(|turn| &turn.parts) {
            all.push('\n');
            match part {
                Part::Text(text) | Part::Document(text) | Part::Result(text) => all.push_str(text),
                Part::Picture(_) | Part::Call => {}
            }
        }
        all
    }

    /// What tools have just answered.
    pub(crate) fn results(&self) -> Vec<&str> {
        let last = self.turns.iter().rev().find(|turn| turn.by_user);
        let parts = last.map_or(&[][..], |turn| &turn.parts);
        parts
            .iter()
            .filter_map(|part| match part {
                Part::Result(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Whether tools have just answered.
    pub(crate) fn after_tools(&self) -> bool {
        !self.results().is_empty()
    }

    /// What the caller has begun to say for us.
    pub(crate) fn begun(&self) -> Option<String> {
        let last = self.turns.last()?;
        (!last.by_user).then(|| last.texts().concat())
    }

    /// All pictures of the last turn.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = &[u8]> {
        let last = self.turns.iter().rev().find(|turn| turn.by_user);
        last.into_iter()
            .flat_map(|turn| &turn.parts)
            .filter_map(|part| match part {
                Part::Picture(bytes) => Some(bytes.as_slice()),
                _ => None,
            })
    }

    /// All documents.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &str> {
        self.turns
            .iter()
            .flat_map(|turn| &turn.parts)
            .filter_map(|part| match part {
                Part::Document(text) => Some(text.as_str()),
                _ => None,
            })
    }
}

impl Turn {
    fn of(message: &Value) -> Self {
        Self {
            by_user: message["role"] != "assistant",
            parts: blocks(&message["content"])
                .iter()
                .flat_map(Part::of)
                .collect(),
        }
    }

    fn texts(&self) -> Vec<&str> {
        self.parts
            .iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

impl Part {
    fn of(block: &Value) -> Option<Self> {
        Some(match block["type"].as_str()? {
            "text" => Self::Text(block["text"].as_str()?.to_owned()),
            "image" => {
                let data = block["source"]["data"].as_str().unwrap_or_default();
                Self::Picture(STANDARD.decode(data).unwrap_or_default())
            }
            "document" => Self::Document(document_text(block).0),
            "tool_use" => Self::Call,
            "tool_result" => {
                let inside = blocks(&block["content"]);
                let texts: Vec<&str> = inside
                    .iter()
                    .filter_map(|one| one["text"].as_str())
                    .collect();
                Self::Result(texts.join("\n"))
            }
            _ => return None,
        })
    }
}

impl Tool {
    fn of(tool: &Value) -> Self {
        let text = |name: &str| tool[name].as_str().unwrap_or_default().to_owned();
        Self {
            name: text("name"),
            about: text("description"),
            schema: tool["input_schema"].clone(),
            searches: text("type").starts_with("web_search"),
        }
    }
}
