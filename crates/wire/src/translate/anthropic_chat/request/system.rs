//! The system prompt, and system turns that stand before everything or are over.

use serde_json::{Value, json};

use super::Request;
use super::part::Part;
use super::turns::{Speaker, Turn, blocks};
use crate::translate::capabilities::{Effort, SystemRole};
use crate::translate::change::{ChangeKind, Reason};
use crate::translate::object::{string, take_string};

/// What Claude Code writes for Anthropic's accounting, in a block of its own.
const BILLING: &str = "x-anthropic-billing-header:";

impl Request<'_> {
    /// The caller's `system`.
    pub(super) fn system_prompt(&mut self, system: Value) {
        let found = blocks(system, "/system", &mut self.changes);
        for mut block in found.unwrap_or_default() {
            let mark = self.cache_mark(&mut block);
            let text = take_string(&mut block.json, "text").map(|text| {
                if !text.starts_with(BILLING) {
                    return text;
                }
                self.changes.dropped(&block.path, Reason::CallerOnly);
                let behind = text.split_once('\n').map(|(_, behind)| behind);
                behind.unwrap_or_default().trim_start().to_owned()
            });
            match text {
                Some(text) if !text.is_empty() => self.system.push(Part::Text(text, mark)),
                _ => self.changes.dropped(&block.path, Reason::Empty),
            }
        }
    }

    /// Puts system turns before all others into the prompt, empties those that are over, and gives the effort
    /// that the last of them asks for.
    pub(super) fn settle_system_turns(&mut self, turns: &mut Vec<Turn>) -> Option<Effort> {
        let last_user = turns.iter().rposition(|turn| turn.speaker == Speaker::User);
        let mut effort = None;
        for (index, turn) in turns.iter_mut().enumerate() {
            if turn.speaker != Speaker::System {
                continue;
            }
            let told = turn.others.get("output_config");
            if let Some(told) = told.and_then(|config| config.get("effort")?.as_str()) {
                effort = Effort::from_name(told).or(effort);
            }
            let once = string(&turn.others, "clear_at") == Some("next_user_message");
            if once && last_user.is_some_and(|last| last > index) {
                turn.blocks.retain(|block| block.kind != "text");
                self.changes.dropped(&turn.path, Reason::Expired);
            }
        }
        let leading = turns
            .iter()
            .position(|turn| turn.speaker != Speaker::System)
            .unwrap_or(turns.len());
        for turn in turns.drain(..leading) {
            let path = turn.path.clone();
            let text = self.system_text(turn);
            if !text.is_empty() {
                let to = Some("/messages/0".to_owned());
                self.changes
                    .note(&path, ChangeKind::Moved, Reason::Order, to);
                self.system.push(Part::text(text));
            }
        }
        effort
    }

    /// Puts the system prompt before the messages.
    pub(super) fn with_system(&mut self, mut messages: Vec<Value>) -> Vec<Value> {
        if self.system.is_empty() {
            return messages;
        }
        let content = system_content(std::mem::take(&mut self.system));
        let role = match self.able.system_role {
            SystemRole::System => "system",
            SystemRole::Developer => "developer",
            SystemRole::User => "user",
        };
        let first = messages
            .first_mut()
            .filter(|first| role == "user" && first["role"] == "user")
            .and_then(|first| first.get_mut("content"));
        match (first, &content) {
            (Some(Value::String(first)), Value::String(prompt)) => {
                first.insert_str(0, &format!("{prompt}\n\n"));
            }
            _ => messages.insert(0, json!({"role": role, "content": content})),
        }
        messages
    }
}

/// One text; a list only where there are cache marks that the upstream understands.
fn system_content(parts: Vec<Part>) -> Value {
    let marked = parts
        .iter()
        .any(|part| matches!(part, Part::Text(_, Some(_))));
    if marked {
        return super::part::content(parts);
    }
    let texts: Vec<String> = parts
        .into_iter()
        .filter_map(|part| match part {
            Part::Text(text, _) => Some(text),
            Part::Media(_) => None,
        })
        .collect();
    Value::String(texts.join("\n\n"))
}
