//! One streamed answer with thinking and a tool call, shared by the probes that look at either, and its
//! replays.

use serde_json::{Value, json};

use super::tools;
use crate::ask::Ask;
use crate::context::{Context, set};
use crate::observe::{Message, Observation};

/// Beta that lets one say what happens to blocks of another beginning.
pub(super) const BINDING_BETA: &str = "thinking-binding-controls-2026-08-01";

const SYSTEM: &str = "You keep books for a small museum. Be exact and brief.";

/// Needs working out, so that there is thinking, and then one call of the tool.
const PROMPTS: [(&str, &str); 2] = [
    (
        "thinking-turn",
        "Multiply 173 by 219. Verify the product by a second way of computing it. \
         Then store the product with record_result. Do not write any text.",
    ),
    (
        "thinking-turn-harder",
        "Three shops sold 173, 219 and 347 tickets. A ticket costs 29 cents in the first shop, 31 in the second \
         and 37 in the third. Work out the takings in cents step by step, check the sum in another order, and \
         store it with record_result. Do not write any text.",
    ),
];

/// What the tool has to be given, by prompt.
const PRODUCTS: [(&str, i64); 2] = [("thinking-turn", 37_887), ("thinking-turn-harder", 24_645)];

/// An answer with thinking.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) seen: &'a Observation,
    pub(super) message: &'a Message,
}

/// The next call that is needed before there is an answer with signed thinking; `None` once there is one, or
/// none will come.
pub(super) fn ask(context: &Context, own: &[&Observation]) -> Option<Ask> {
    if signed(own).is_some() {
        return None;
    }
    let tried = |slot: &str| own.iter().any(|seen| seen.slot() == slot);
    let (slot, prompt) = match PROMPTS {
        [first, _] if !tried(first.0) => first,
        [first, second] if !tried(second.0) && has_no_thinking(own, first.0) => second,
        _ => return None,
    };
    let body = set(context.turn(2_048, prompt), "system", SYSTEM.into());
    let body = set(context.think(body), "tools", json!([tools::tool()]));
    let mut ask = Ask::messages(slot, set(body, "stream", true.into())).shared();
    ask.output_tokens = 600;
    Some(ask.with_input(900))
}

fn has_no_thinking(own: &[&Observation], slot: &str) -> bool {
    let seen = own.iter().find(|seen| seen.slot() == slot);
    let whole = seen.and_then(|seen| seen.whole());
    whole.is_some_and(|message| !message.has_thinking())
}

/// The answer with signed thinking.
pub(super) fn signed<'a>(own: &[&'a Observation]) -> Option<Turn<'a>> {
    turns(own).find(|turn| !turn.message.signatures().is_empty())
}

/// All answers to the shared prompts.
pub(super) fn turns<'a>(own: &[&'a Observation]) -> impl Iterator<Item = Turn<'a>> {
    let of_turn = |seen: &&&'a Observation| PROMPTS.iter().any(|(slot, _)| seen.slot() == *slot);
    own.iter().filter(of_turn).filter_map(|seen| {
        let message = seen.whole()?;
        Some(Turn { seen, message })
    })
}

/// What the tool had to be given in an answer.
pub(super) fn product(turn: &Turn<'_>) -> Option<i64> {
    let found = PRODUCTS.iter().find(|(slot, _)| *slot == turn.seen.slot());
    found.map(|(_, product)| *product)
}

/// The second turn: the first one's answer as it came, then the tool's result. `change` may change the blocks.
pub(super) fn replay(
    context: &Context,
    turn: &Turn<'_>,
    change: impl Fn(&mut Vec<Value>),
) -> Value {
    let mut content = turn.message.content.clone();
    change(&mut content);
    let calls: Vec<&str> = turn
        .message
        .blocks("tool_use")
        .filter_map(|block| block.get("id").and_then(Value::as_str))
        .collect();
    let next: Value = if calls.is_empty() {
        json!("Thank you. Reply with the single word OK.")
    } else {
        let result =
            |id: &&str| json!({ "type": "tool_result", "tool_use_id": id, "content": "stored" });
        calls.iter().map(result).collect()
    };
    let prompt = PROMPTS.iter().find(|(slot, _)| *slot == turn.seen.slot());
    let messages = json!([
        { "role": "user", "content": prompt.map_or("", |(_, prompt)| *prompt) },
        { "role": "assistant", "content": content },
        { "role": "user", "content": next },
    ]);
    let body = set(context.turn(1_200, ""), "messages", messages);
    let body = set(body, "system", SYSTEM.into());
    let body = set(context.think(body), "tools", json!([tools::tool()]));
    bound(context, body)
}

/// Asks that a block of another beginning is told, where the model can tell.
fn bound(context: &Context, body: Value) -> Value {
    if !context.facts().is_some_and(|facts| facts.binds_prefix) {
        return body;
    }
    with_behaviour(body, "error")
}

/// The same with another way to treat blocks of another beginning.
pub(super) fn with_behaviour(mut body: Value, behaviour: &str) -> Value {
    if let Some(thinking) = body.get_mut("thinking").and_then(Value::as_object_mut) {
        thinking.insert(
            "block_binding".to_owned(),
            json!({ "prefix_mismatch_behavior": behaviour }),
        );
    }
    body
}

/// A replay as a call.
pub(super) fn call(context: &Context, slot: impl Into<String>, body: Value) -> Ask {
    let mut ask = Ask::messages(slot, body).with_input(1_300);
    ask.output_tokens = 150;
    if context.facts().is_some_and(|facts| facts.binds_prefix) {
        ask = ask.beta(BINDING_BETA);
    }
    ask
}

/// The untouched replay, one call for all that need it.
pub(super) fn untouched(context: &Context, turn: &Turn<'_>) -> Ask {
    call(context, "untouched-replay", replay(context, turn, |_| {})).shared()
}
