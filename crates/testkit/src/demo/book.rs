//! The sessions of the demo, read from `book/*.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use crate::answer::Block;
use crate::ask::{Ask, Last};

/// The sessions' files; order is the order of appearance.
const SESSIONS: &[(&str, &str)] = &[
    (
        "01-harbor-tides",
        include_str!("../../book/01-harbor-tides.toml"),
    ),
    (
        "02-lantern-form",
        include_str!("../../book/02-lantern-form.toml"),
    ),
    ("03-zhangben", include_str!("../../book/03-zhangben.toml")),
    (
        "04-codex-parser",
        include_str!("../../book/04-codex-parser.toml"),
    ),
    ("05-tickets", include_str!("../../book/05-tickets.toml")),
    ("06-nightly", include_str!("../../book/06-nightly.toml")),
    (
        "07-garden-agent",
        include_str!("../../book/07-garden-agent.toml"),
    ),
    ("08-codex-zh", include_str!("../../book/08-codex-zh.toml")),
    ("09-essay", include_str!("../../book/09-essay.toml")),
    ("10-legacy", include_str!("../../book/10-legacy.toml")),
    ("11-unknown", include_str!("../../book/11-unknown.toml")),
];
const TOOLS: &str = include_str!("../../book/tools.toml");
/// A small picture for the turn that attaches one: PNG in base64.
pub(super) const PICTURE: &str = include_str!("../../book/picture.png.base64");

/// A file of the book that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {error}")]
pub struct BookError {
    /// Name of the file.
    pub file: &'static str,
    /// What is wrong with it.
    #[source]
    pub error: toml::de::Error,
}

/// All sessions and the tools they use.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) sessions: Vec<Session>,
    pub(super) tools: Vec<Tool>,
}

/// Which program is imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Program {
    ClaudeCode,
    Codex,
    PythonAnthropic,
    PythonOpenai,
}

/// One conversation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    pub(super) client: Program,
    pub(super) project: String,
    pub(super) model: String,
    #[serde(default)]
    pub(super) directory: String,
    /// Whether every turn stands alone, as in a batch.
    #[serde(default)]
    pub(super) independent: bool,
    pub(super) tools: Vec<String>,
    pub(super) system: String,
    #[serde(rename = "turn")]
    pub(super) turns: Vec<Turn>,
}

/// What is sent, and what is answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    /// What the user says; without it the turn sends `results`.
    pub(super) user: Option<String>,
    /// Results of the tools that the turn before has called.
    #[serde(default)]
    pub(super) results: Vec<String>,
    /// Whether the picture is attached.
    #[serde(default)]
    pub(super) image: bool,
    thinking: Option<String>,
    text: Option<String>,
    #[serde(default, rename = "tools")]
    calls: Vec<CallOfTool>,
    /// What goes wrong.
    pub(super) trouble: Option<Trouble>,
    /// After how long the client loses patience.
    pub(super) leave_after_ms: Option<u64>,
    /// Whether the answer is long.
    #[serde(default)]
    pub(super) long: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallOfTool {
    name: String,
    input: BTreeMap<String, Value>,
}

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Trouble {
    /// 529 to the first try.
    Overloaded,
    /// 429 to the first try.
    RateLimited,
    /// An error in the middle of the stream.
    ErrorEvent,
    /// The connection ends in the middle of the stream.
    Cut,
}

/// A tool that clients offer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) required: Vec<String>,
}

#[derive(Deserialize)]
struct Tools {
    tool: Vec<Tool>,
}

// === impl Book ===

impl Book {
    /// Reads all files.
    pub(super) fn read() -> Result<Self, BookError> {
        let tools: Tools = parsed(("tools", TOOLS))?;
        let mut sessions = SESSIONS
            .iter()
            .map(|file| parsed(*file))
            .collect::<Result<Vec<Session>, BookError>>()?;
        let results = sessions.iter_mut().flat_map(|session| &mut session.turns);
        for result in results.flat_map(|turn| &mut turn.results) {
            *result = with_logs(result);
        }
        Ok(Self {
            sessions,
            tools: tools.tool,
        })
    }

    /// The book as compiled in, read once; `None` if it cannot be read (a test sees to that).
    pub(super) fn shared() -> Option<&'static Self> {
        static BOOK: OnceLock<Option<Book>> = OnceLock::new();
        BOOK.get_or_init(|| Self::read().ok()).as_ref()
    }

    /// The turn that a request has come to.
    pub(super) fn turn_of(&self, ask: &Ask) -> Option<&Turn> {
        let turns = || self.sessions.iter().flat_map(|session| &session.turns);
        match &ask.last {
            Last::Nothing => None,
            Last::User(texts) => turns().find(|turn| {
                turn.user
                    .as_ref()
                    .is_some_and(|said| texts.iter().any(|text| text == said))
            }),
            Last::ToolResults(results) => {
                let last = results.last()?;
                turns().find(|turn| turn.user.is_none() && turn.results.last() == Some(last))
            }
        }
    }
}

// === impl Turn ===

impl Turn {
    /// What is answered.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let thinking = self.thinking.iter().cloned().map(Block::Thinking);
        let text = self.text.iter().cloned().map(Block::Text);
        let calls = self.calls.iter().map(|call| Block::ToolUse {
            name: call.name.clone(),
            input: call.input.clone().into_iter().collect(),
        });
        thinking.chain(text).chain(calls).collect()
    }
}

fn parsed<T: serde::de::DeserializeOwned>(
    (file, text): (&'static str, &str),
) -> Result<T, BookError> {
    toml::from_str(text).map_err(|error| BookError { file, error })
}

/// Puts a made-up test log in place of each line `@log:N`.
fn with_logs(text: &str) -> String {
    let line = |line: &str| match line
        .strip_prefix("@log:")
        .and_then(|count| count.parse().ok())
    {
        Some(count) => log(count),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn log(count: usize) -> String {
    const PLACES: &[&str] = &[
        "ellery",
        "bluff",
        "skerry",
        "northwick",
        "cala_luna",
        "zhoushan",
    ];
    let lines: Vec<String> = (0..count)
        .map(|at| {
            let place = PLACES[at * 5 % PLACES.len()];
            format!(
                "        PASS [   0.{:03}s] {place}::case_{at:03}",
                4 + at * 7 % 90
            )
        })
        .collect();
    format!(
        "{}\n     Summary [   0.4{count}s] {count} tests run: {count} passed",
        lines.join("\n")
    )
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_turn_can_be_found_and_says_something() {
        let book = Book::read().expect("the book is readable");
        let mut keys = HashSet::new();
        for session in &book.sessions {
            for (at, turn) in session.turns.iter().enumerate() {
                let key = turn
                    .user
                    .as_ref()
                    .or(turn.results.last())
                    .expect("something is said");
                assert!(
                    keys.insert((turn.user.is_some(), key.clone())),
                    "said twice: {key}"
                );
                assert!(!turn.blocks().is_empty(), "{} {at}", session.project);
                if turn.user.is_none() {
                    let called = session.turns[at - 1].calls.len();
                    assert_eq!(turn.results.len(), called, "{} {at}", session.project);
                }
            }
            let known = |name: &String| book.tools.iter().any(|tool| tool.name == *name);
            assert!(session.tools.iter().all(known), "{}", session.project);
        }
    }
}
