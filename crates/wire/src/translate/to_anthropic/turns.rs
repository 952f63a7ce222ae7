//! Turns as Anthropic wants them: user and assistant in turn, and behind each turn with tool calls the
//! results of exactly these calls.

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use super::names::call_id;
use super::text_block;
use crate::translate::capabilities::MidSystem;
use crate::translate::change::{ChangeKind, Changes, Reason};
use crate::translate::mint::mint;

/// What stands for the result of a call that has none.
const NO_RESULT: &str = "[no result: the call was interrupted]";
/// What stands where the conversation would begin with the assistant.
const CONTINUE: &str = "(continue)";

/// A piece of a conversation, in the order of the request.
#[derive(Debug)]
pub(in crate::translate) enum Piece {
    /// Blocks of the user.
    User(Vec<Value>),
    /// Instructions in the midst of the conversation.
    System(String),
    /// Text or reasoning of the assistant.
    Assistant(Vec<Value>),
    /// A tool call.
    Call {
        /// Its id, where the caller gave one.
        id: Option<String>,
        /// The upstream's name of the tool.
        name: String,
        /// An object.
        input: Value,
    },
    /// The result of a tool call.
    Result {
        /// The id of the call, where the caller gave one.
        id: Option<String>,
        /// Blocks, or a string.
        content: Value,
        /// Whether the tool failed.
        is_error: bool,
    },
}

/// A piece, and the number of the message or item that it comes from.
pub(in crate::translate) type Sourced = (Piece, usize);

/// A turn.
#[derive(Debug)]
pub(in crate::translate) struct Turn {
    /// `user`, `assistant` or `system`.
    pub(in crate::translate) role: &'static str,
    /// Blocks, each with the number of the message or item that it comes from.
    pub(in crate::translate) blocks: Vec<(Value, usize)>,
}

impl Turn {
    /// As JSON.
    pub(in crate::translate) fn into_json(self) -> Value {
        let blocks: Vec<Value> = self.blocks.into_iter().map(|(block, _)| block).collect();
        json!({"role": self.role, "content": blocks})
    }
}

/// Puts pieces together. `place` is the caller's list, such as `/messages`.
pub(in crate::translate) fn assemble(
    pieces: Vec<Sourced>,
    midsystem: MidSystem,
    place: &str,
    changes: &mut Changes,
) -> Vec<Turn> {
    let mut weaver = Weaver {
        results: Results::of(&pieces),
        pieces: pieces.into_iter().map(Some).collect(),
        turns: Vec::new(),
        seen: HashMap::new(),
        midsystem,
        place,
        changes,
    };
    let mut group = Vec::new();
    for at in 0..weaver.pieces.len() {
        match weaver.pieces[at] {
            None => {}
            Some((Piece::Assistant(_) | Piece::Call { .. }, _)) => group.push(at),
            Some(_) => {
                weaver.assistant(std::mem::take(&mut group));
                weaver.other(at);
            }
        }
    }
    weaver.assistant(group);
    finished(weaver.turns)
}

/// Where results stand, by the id of their call.
#[derive(Debug, Default)]
struct Results {
    by_id: HashMap<String, VecDeque<usize>>,
    nameless: VecDeque<usize>,
}

impl Results {
    fn of(pieces: &[Sourced]) -> Self {
        let mut results = Self::default();
        for (at, (piece, _)) in pieces.iter().enumerate() {
            match piece {
                Piece::Result { id: Some(id), .. } => {
                    results.by_id.entry(id.clone()).or_default().push_back(at);
                }
                Piece::Result { id: None, .. } => results.nameless.push_back(at),
                _ => {}
            }
        }
        results
    }

    /// The first result behind a call.
    fn take(&mut self, id: Option<&str>, call: usize) -> Option<usize> {
        let queue = match id {
            Some(id) => self.by_id.get_mut(id)?,
            None => &mut self.nameless,
        };
        while let Some(at) = queue.pop_front() {
            if at > call {
                return Some(at);
            }
        }
        None
    }
}

struct Weaver<'a> {
    pieces: Vec<Option<Sourced>>,
    results: Results,
    turns: Vec<Turn>,
    /// How often an id was used for a call.
    seen: HashMap<String, usize>,
    midsystem: MidSystem,
    place: &'a str,
    changes: &'a mut Changes,
}

impl Weaver<'_> {
    /// One turn of the assistant: what it says, then its calls; and the turn with their results.
    fn assistant(&mut self, group: Vec<usize>) {
        let (mut said, mut calls, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for at in group {
            match self.pieces.get_mut(at).and_then(Option::take) {
                Some((Piece::Assistant(blocks), source)) => {
                    said.extend(blocks.into_iter().map(|block| (block, source)));
                }
                Some((Piece::Call { id, name, input }, source)) => {
                    let new = self.new_id(id.as_deref(), at);
                    answers.push(self.result(id.as_deref(), at, &new, source));
                    let call = json!({"type": "tool_use", "id": new, "name": name, "input": input});
                    calls.push((call, source));
                }
                _ => {}
            }
        }
        said.append(&mut calls);
        self.push("assistant", said);
        self.push("user", answers);
    }

    /// An id that is allowed, and that no other call has.
    fn new_id(&mut self, id: Option<&str>, at: usize) -> String {
        let Some(id) = id else {
            return mint("toolu_", 24, &["call", &at.to_string()]);
        };
        let times = self.seen.entry(id.to_owned()).or_default();
        *times += 1;
        match times {
            1 => call_id(id),
            times => mint("toolu_", 24, &[id, &times.to_string()]),
        }
    }

    fn result(
        &mut self,
        id: Option<&str>,
        call: usize,
        new: &str,
        source: usize,
    ) -> (Value, usize) {
        let found = self.results.take(id, call);
        let found = found.and_then(|at| self.pieces.get_mut(at)?.take());
        let Some((
            Piece::Result {
                content, is_error, ..
            },
            source,
        )) = found
        else {
            let path = format!("{}/{source}", self.place);
            self.changes
                .note(&path, ChangeKind::Added, Reason::Missing, None);
            let block = json!({"type": "tool_result", "tool_use_id": new, "content": NO_RESULT, "is_error": true});
            return (block, source);
        };
        let mut block = json!({"type": "tool_result", "tool_use_id": new, "content": content});
        if is_error {
            block["is_error"] = json!(true);
        }
        (block, source)
    }

    fn other(&mut self, at: usize) {
        let Some((piece, source)) = self.pieces.get_mut(at).and_then(Option::take) else {
            return;
        };
        let path = format!("{}/{source}", self.place);
        match piece {
            Piece::User(blocks) => {
                let blocks = blocks.into_iter().map(|block| (block, source));
                self.push("user", blocks.collect());
            }
            Piece::System(text) if self.midsystem == MidSystem::System => {
                self.push("system", vec![(text_block(text), source)]);
            }
            Piece::System(text) => {
                self.changes.converted(&path, Reason::AsText, "user");
                let text = format!("<system-reminder>\n{text}\n</system-reminder>");
                self.push("user", vec![(text_block(text), source)]);
            }
            Piece::Result { content, .. } => {
                // Nobody called: what the model shall see is still said.
                self.changes.converted(&path, Reason::AsText, "user");
                let blocks = match content {
                    Value::Array(blocks) => blocks,
                    Value::String(text) => vec![text_block(text)],
                    other => vec![text_block(other.to_string())],
                };
                let blocks = blocks.into_iter().map(|block| (block, source));
                self.push("user", blocks.collect());
            }
            Piece::Assistant(_) | Piece::Call { .. } => {}
        }
    }

    fn push(&mut self, role: &'static str, mut blocks: Vec<(Value, usize)>) {
        blocks.retain(|(block, _)| !is_blank(block));
        if blocks.is_empty() {
            return;
        }
        match self.turns.last_mut() {
            Some(last) if last.role == role => last.blocks.append(&mut blocks),
            _ => self.turns.push(Turn { role, blocks }),
        }
    }
}

/// Whether a block is a text that says nothing: those are refused.
fn is_blank(block: &Value) -> bool {
    block["type"] == "text"
        && block["text"]
            .as_str()
            .is_none_or(|text| text.trim().is_empty())
}

/// The first turn is the user's, and the last text of the assistant ends without white space.
fn finished(mut turns: Vec<Turn>) -> Vec<Turn> {
    if let Some(last) = turns.last_mut().filter(|last| last.role == "assistant")
        && let Some((block, _)) = last.blocks.last_mut()
        && let Some(Value::String(text)) = block.get_mut("text")
    {
        text.truncate(text.trim_end().len());
    }
    if let Some(first) = turns.first().filter(|first| first.role == "assistant") {
        let source = first.blocks.first().map_or(0, |(_, source)| *source);
        let blocks = vec![(text_block(CONTINUE), source)];
        let role = "user";
        turns.insert(0, Turn { role, blocks });
    }
    turns
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn woven(pieces: Vec<Piece>) -> Value {
        let pieces = pieces.into_iter().zip(0..).collect();
        let mut changes = Changes::default();
        let turns = assemble(pieces, MidSystem::User, "/messages", &mut changes);
        Value::Array(turns.into_iter().map(Turn::into_json).collect())
    }

    fn user(text: &str) -> Piece {
        Piece::User(vec![text_block(text)])
    }

    fn says(text: &str) -> Piece {
        Piece::Assistant(vec![text_block(text)])
    }

    fn call(id: &str) -> Piece {
        Piece::Call {
            id: Some(id.to_owned()).filter(|id| !id.is_empty()),
            name: "t".to_owned(),
            input: json!({}),
        }
    }

    fn result(id: &str, text: &str) -> Piece {
        Piece::Result {
            id: Some(id.to_owned()).filter(|id| !id.is_empty()),
            content: json!(text),
            is_error: false,
        }
    }

    /// The turns in short: `u:text`, `a:text+call(id)`, `u:id=content`.
    fn short(turns: &Value) -> Vec<String> {
        let block = |block: &Value| match block["type"].as_str().unwrap() {
            "text" => block["text"].as_str().unwrap().to_owned(),
            "tool_use" => format!("call({})", block["id"].as_str().unwrap()),
            _ => format!(
                "{}={}",
                block["tool_use_id"].as_str().unwrap(),
                block["content"].as_str().unwrap()
            ),
        };
        let turn = |turn: &Value| {
            let blocks: Vec<String> = turn["content"]
                .as_array()
                .unwrap()
                .iter()
                .map(block)
                .collect();
            format!(
                "{}:{}",
                &turn["role"].as_str().unwrap()[..1],
                blocks.join("+")
            )
        };
        turns.as_array().unwrap().iter().map(turn).collect()
    }

    fn check(pieces: Vec<Piece>, wanted: &[&str]) {
        assert_eq!(short(&woven(pieces)), wanted);
    }

    #[test]
    fn results_follow_their_calls_in_the_order_of_the_calls() {
        check(
            vec![
                user("q"),
                says("on it"),
                call("a"),
                call("b"),
                result("b", "2"),
                result("a", "1"),
                user("and?"),
            ],
            &["u:q", "a:on it+call(a)+call(b)", "u:a=1+b=2+and?"],
        );
        check(
            vec![
                user("q"),
                call("a"),
                result("a", "1"),
                call("b"),
                result("b", "2"),
                says("done"),
            ],
            &["u:q", "a:call(a)", "u:a=1", "a:call(b)", "u:b=2", "a:done"],
        );
    }

    #[test]
    fn whatever_stands_between_is_moved_behind() {
        check(
            vec![
                user("q"),
                call("a"),
                user("wait"),
                Piece::System("note".to_owned()),
                result("a", "1"),
            ],
            &[
                "u:q",
                "a:call(a)",
                "u:a=1+wait+<system-reminder>\nnote\n</system-reminder>",
            ],
        );
        check(
            vec![user("q"), call("a"), says("calling"), result("a", "1")],
            &["u:q", "a:calling+call(a)", "u:a=1"],
        );
    }

    #[test]
    fn missing_results_are_told_and_lost_ones_kept() {
        let none = format!("u:a={NO_RESULT}+next");
        check(
            vec![user("q"), call("a"), user("next")],
            &["u:q", "a:call(a)", &none],
        );
        check(vec![result("z", "old"), user("q")], &["u:old+q"]);
        let turns = woven(vec![user("q"), call("a")]);
        assert_eq!(
            turns[2]["content"][0]["is_error"], true,
            "also at the very end"
        );
    }

    #[test]
    fn ids_are_unique_and_allowed() {
        let turns = woven(vec![
            user("q"),
            call("a"),
            result("a", "1"),
            call("a"),
            result("a", "2"),
            call("b c"),
            result("b c", "3"),
            call(""),
            result("", "4"),
        ]);
        let mut ids = Vec::new();
        for (at, content) in [(1, "1"), (3, "2"), (5, "3"), (7, "4")] {
            let id = turns[at]["content"][0]["id"].as_str().unwrap().to_owned();
            let answer = &turns[at + 1]["content"][0];
            assert_eq!(answer["tool_use_id"], id.as_str());
            assert_eq!(answer["content"], content);
            assert!(!ids.contains(&id));
            ids.push(id);
        }
    }

    #[test]
    fn the_user_begins_and_nothing_is_blank() {
        check(
            vec![says("hi"), user("q")],
            &["u:(continue)", "a:hi", "u:q"],
        );
        check(
            vec![
                user(" "),
                user("q"),
                says("  \n"),
                user("r"),
                says("so: \n"),
            ],
            &["u:q+r", "a:so:"],
        );
        check(vec![], &[]);
    }

    #[test]
    fn ten_thousand_calls_are_no_matter() {
        let calls = (0..10_000).map(|number| call(&format!("c{number}")));
        let results = (0..10_000)
            .rev()
            .map(|number| result(&format!("c{number}"), "ok"));
        let turns = woven(
            std::iter::once(user("q"))
                .chain(calls)
                .chain(results)
                .collect(),
        );
        assert_eq!(turns[1]["content"].as_array().unwrap().len(), 10_000);
        assert_eq!(turns[2]["content"][9_999]["tool_use_id"], "c9999");
        assert_eq!(turns.as_array().unwrap().len(), 3);
    }
}
