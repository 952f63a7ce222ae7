//! Prompt caching: callers of OpenAI's dialects get it for nothing, Anthropic wants marks.

use serde_json::{Value, json};

use super::turns::Turn;
use crate::translate::change::{ChangeKind, Changes, Reason};

/// Marks that Anthropic allows.
const MOST: usize = 4;
/// Turns of the user that are marked: this one is written, the one before is found again.
const USER_TURNS: usize = 2;

/// Keeps the caller's marks, at most four of them; puts some where the caller, who is at work with tools,
/// had none. Tools and system prompt are one prefix: the mark at its end is enough.
pub(in crate::translate) fn mark(
    system: &mut [Value],
    tools: &mut [Value],
    turns: &mut [Turn],
    wanted: bool,
    changes: &mut Changes,
) {
    let mut left = MOST;
    let marked = tools.iter_mut().chain(system.iter_mut());
    let blocks = turns.iter_mut().flat_map(|turn| &mut turn.blocks);
    for block in marked.chain(blocks.map(|(block, _)| block)) {
        if block.get("cache_control").is_none() {
            continue;
        }
        match left {
            0 => {
                if let Some(members) = block.as_object_mut() {
                    members.remove("cache_control");
                }
            }
            _ => left -= 1,
        }
    }
    if left < MOST || !wanted {
        return;
    }
    let prefix = system.last_mut().or(tools.last_mut());
    let users = turns.iter_mut().rev().filter(|turn| turn.role == "user");
    let users = users
        .filter_map(|turn| turn.blocks.last_mut())
        .map(|(block, _)| block);
    for block in prefix.into_iter().chain(users.take(USER_TURNS)) {
        block["cache_control"] = json!({"type": "ephemeral"});
    }
    changes.note(
        "",
        ChangeKind::Added,
        Reason::OtherForm,
        Some("cache_control".to_owned()),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::to_anthropic::text_block;

    fn turn(role: &'static str) -> Turn {
        Turn {
            role,
            blocks: vec![(text_block("a"), 0), (text_block("b"), 0)],
        }
    }

    fn marks(turns: &[Turn]) -> Vec<bool> {
        let blocks = turns.iter().flat_map(|turn| &turn.blocks);
        blocks
            .map(|(block, _)| block.get("cache_control").is_some())
            .collect()
    }

    #[test]
    fn marks_are_put_where_agents_come_back() {
        let mut system = [text_block("s"), text_block("t")];
        let mut turns = [
            turn("user"),
            turn("assistant"),
            turn("user"),
            turn("assistant"),
            turn("user"),
        ];
        let changes = &mut Changes::default();
        mark(&mut system, &mut [], &mut turns, true, changes);
        assert!(
            system[0].get("cache_control").is_none() && system[1].get("cache_control").is_some()
        );
        let wanted = [
            false, false, false, false, false, true, false, false, false, true,
        ];
        assert_eq!(marks(&turns), wanted);
        let mut plain = [turn("user")];
        mark(&mut [], &mut [], &mut plain, false, changes);
        assert_eq!(marks(&plain), [false, false]);
    }

    #[test]
    fn the_callers_own_marks_stay_up_to_four() {
        let mut turns: Vec<Turn> = (0..6).map(|_| turn("user")).collect();
        for turn in &mut turns {
            turn.blocks[0].0["cache_control"] = json!({"type": "ephemeral", "ttl": "1h"});
        }
        mark(&mut [], &mut [], &mut turns, true, &mut Changes::default());
        assert_eq!(marks(&turns).iter().filter(|marked| **marked).count(), MOST);
        assert_eq!(turns[0].blocks[0].0["cache_control"]["ttl"], "1h");
    }
}
