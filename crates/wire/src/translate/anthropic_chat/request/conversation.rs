//! Turns as messages, in the order that Chat Completions demands: after calls come their results and nothing
//! else, in the order of the calls; then what they brought along; then whatever else was said.

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use super::assistant::{Call, Said};
use super::part::{self, Part};
use super::turns::{Block, Speaker, Turn};
use super::user::tool_message;
use super::{Request, wording};
use crate::translate::capabilities::MidSystem;
use crate::translate::change::{ChangeKind, Reason};
use crate::translate::object::{string, take_string};

/// Messages in the making.
#[derive(Debug, Default)]
struct Messages {
    list: Vec<Value>,
    /// What the user says and has not been closed: neighbouring turns become one message.
    user: Vec<Part>,
}

impl Messages {
    fn close_user(&mut self) {
        if !self.user.is_empty() {
            let parts = std::mem::take(&mut self.user);
            self.list
                .push(json!({"role": "user", "content": part::content(parts)}));
        }
    }

    fn push(&mut self, message: Value) {
        self.close_user();
        self.list.push(message);
    }
}

impl Request<'_> {
    /// The messages without the system prompt.
    pub(super) fn conversation(&mut self, turns: Vec<Turn>) -> Vec<Value> {
        let mut messages = Messages::default();
        let mut turns = turns.into_iter().peekable();
        while let Some(turn) = turns.next() {
            if turn.speaker != Speaker::Assistant {
                self.others_turn(turn, &mut messages);
                continue;
            }
            let mut said = Said::default();
            self.assistant_blocks(turn, &mut said);
            while let Some(more) = turns.next_if(|turn| turn.speaker == Speaker::Assistant) {
                self.assistant_blocks(more, &mut said);
            }
            messages.user.append(&mut said.before);
            let Some(message) = self.assistant_message(&mut said) else {
                continue;
            };
            messages.push(message);
            if !said.calls.is_empty() {
                let mut between = Vec::new();
                while let Some(turn) = turns.next_if(|turn| turn.speaker != Speaker::Assistant) {
                    between.push(turn);
                }
                self.results(&said.calls, between, &mut messages);
            }
        }
        messages.close_user();
        self.complete(messages.list)
    }

    fn assistant_blocks(&mut self, turn: Turn, said: &mut Said) {
        for block in turn.blocks {
            self.assistant_block(block, said);
        }
    }

    /// A turn of the user or the system, outside calls and results.
    fn others_turn(&mut self, turn: Turn, messages: &mut Messages) {
        if turn.speaker == Speaker::System {
            return self.system_turn(turn, messages);
        }
        for block in turn.blocks {
            let parts = match block.kind.as_str() {
                "tool_result" => self.orphan(block),
                _ => self.user_block(block),
            };
            messages.user.extend(parts);
        }
    }

    /// The results of an assistant's calls, from the turns up to the next assistant turn.
    fn results(&mut self, calls: &[Call], between: Vec<Turn>, messages: &mut Messages) {
        let mut wanted: HashMap<&str, usize> = HashMap::new();
        for call in calls {
            *wanted.entry(&call.id).or_default() += 1;
        }
        let mut found: HashMap<String, VecDeque<Block>> = HashMap::new();
        let mut rest = Vec::new();
        let mut order: Vec<String> = Vec::new();
        for mut turn in between {
            let mut others = Vec::new();
            for block in std::mem::take(&mut turn.blocks) {
                let id = string(&block.json, "tool_use_id").unwrap_or_default();
                match wanted.get_mut(id) {
                    Some(open) if block.kind == "tool_result" && *open > 0 => {
                        *open -= 1;
                        order.push(id.to_owned());
                        found.entry(id.to_owned()).or_default().push_back(block);
                    }
                    _ => others.push(block),
                }
            }
            turn.blocks = others;
            rest.push(turn);
        }
        let in_order = order.iter().eq(calls.iter().map(|call| &call.id));
        for call in calls {
            let result = found.get_mut(&call.id).and_then(VecDeque::pop_front);
            self.result(call, result, in_order, messages);
        }
        for turn in rest {
            self.others_turn(turn, messages);
        }
    }

    fn result(
        &mut self,
        call: &Call,
        result: Option<Block>,
        in_order: bool,
        messages: &mut Messages,
    ) {
        let Some(mut block) = result else {
            self.changes.note(
                "/messages",
                ChangeKind::Added,
                Reason::Missing,
                Some(call.sent.clone()),
            );
            let text = wording::NO_RESULT.to_owned();
            return messages.list.push(tool_message(&call.sent, text));
        };
        if !in_order {
            self.changes
                .note(&block.path, ChangeKind::Moved, Reason::Order, None);
        }
        let outcome = self.outcome(&mut block);
        messages.list.push(tool_message(&call.sent, outcome.text));
        if !outcome.attachments.is_empty() {
            messages
                .user
                .push(Part::text(wording::attached(&call.sent)));
            messages.user.extend(outcome.attachments);
        }
    }

    /// A system turn between the messages.
    fn system_turn(&mut self, turn: Turn, messages: &mut Messages) {
        let path = turn.path.clone();
        let text = self.system_text(turn);
        if text.is_empty() {
            return;
        }
        match self.able.midsystem {
            MidSystem::User => {
                self.changes.converted(&path, Reason::NotSupported, "user");
                messages.user.push(Part::text(wording::reminder(&text)));
            }
            MidSystem::System => messages.push(json!({"role": "system", "content": text})),
            MidSystem::Hoist => {
                let to = Some("/messages/0".to_owned());
                self.changes
                    .note(&path, ChangeKind::Moved, Reason::NotSupported, to);
                self.system.push(Part::text(text));
            }
        }
    }

    /// The texts of a system turn.
    pub(super) fn system_text(&mut self, turn: Turn) -> String {
        let mut texts = Vec::new();
        for mut block in turn.blocks {
            match block.kind.as_str() {
                "text" => texts.extend(take_string(&mut block.json, "text")),
                _ => texts.extend(self.user_block(block).into_iter().filter_map(
                    |part| match part {
                        Part::Text(text, _) => Some(text),
                        Part::Media(_) => None,
                    },
                )),
            }
        }
        texts.retain(|text| !text.is_empty());
        texts.join("\n\n")
    }

    /// What strict servers miss: a message at all, or a user who begins.
    fn complete(&mut self, mut messages: Vec<Value>) -> Vec<Value> {
        let starts_with_user = messages
            .first()
            .and_then(|message| message.get("role"))
            .is_some_and(|role| role == "user");
        if messages.is_empty() || self.able.user_first && !starts_with_user {
            self.changes
                .note("/messages", ChangeKind::Added, Reason::Required, None);
            messages.insert(0, json!({"role": "user", "content": wording::CONTINUE}));
        }
        messages
    }
}
