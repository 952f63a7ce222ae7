//! Well-behaved answers of every kind of content.

use serde_json::{Value, json};

use super::{Call, Scenario};
use crate::answer::{Block, Stop};
use crate::ask::Last;
use crate::delivery::deliver;
use crate::script::Script;

/// What `text` says.
pub(super) const SENTENCE: &str =
    "Hello from the fake upstream. Every word of this sentence is one event. 你好，世界。";

/// Words of at most five letters: with the space behind it each is one token.
const WORDS: &[&str] = &[
    "amber", "birch", "cloud", "delta", "ember", "field", "grain", "haze", "inlet", "jade",
    "knoll", "lake", "moss", "north", "oak", "pine", "quay", "reed", "stone", "tide", "vale",
    "wind",
];

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "text",
        "plain text; `text`, or `tokens` made-up words",
        |call| deliver(call, &call.text_answer()),
    ),
    Scenario::new(
        "thinking",
        "thinking, text, then one tool call; `tool`, `tool_input`",
        thinking,
    ),
    Scenario::new(
        "parallel-tools",
        "text and three tool calls at once",
        parallel,
    ),
    Scenario::new(
        "tool-turn",
        "a call of `tool` (Bash) with `tool_input` (JSON); text that quotes the result once it is there",
        tool_turn,
    ),
    Scenario::new("max-tokens", "text that stops at the limit", |call| {
        let mut answer = call.text_answer();
        answer.stop = Stop::MaxTokens;
        deliver(call, &answer)
    }),
    Scenario::new("refusal", "text that stops with a refusal", |call| {
        let mut answer = call.text_answer();
        answer.stop = Stop::Refusal;
        deliver(call, &answer)
    }),
    Scenario::new(
        "no-content",
        "a well-formed answer without any content",
        |call| deliver(call, &call.answer(Vec::new())),
    ),
];

/// That many made-up words.
pub(super) fn words(count: usize) -> String {
    (0..count)
        .map(|at| format!("{} ", WORDS[at * 7 % WORDS.len()]))
        .collect()
}

fn thinking(call: &Call) -> Script {
    let blocks = vec![
        Block::Thinking("The user wants the weather. I shall ask the tool, politely.".to_owned()),
        Block::Text("Let me look.".to_owned()),
        tool(call, "get_weather", json!({ "city": "Lindau", "days": 3 })),
    ];
    deliver(call, &call.answer(blocks))
}

fn parallel(call: &Call) -> Script {
    let cities = ["Lindau", "Bregenz", "Konstanz"];
    let asked = cities
        .iter()
        .map(|city| tool(call, "get_weather", json!({ "city": city })));
    let text = Block::Text("Three at once.".to_owned());
    deliver(
        call,
        &call.answer(std::iter::once(text).chain(asked).collect()),
    )
}

fn tool_turn(call: &Call) -> Script {
    let text = match &call.ask().last {
        Last::ToolResults(results) => format!("The tool said: {}", results.join(" | ")),
        _ => {
            let name = call.parameters.text("tool").unwrap_or("Bash");
            if call.ask().offers(name) {
                let asked = tool(call, "Bash", json!({ "command": "echo tool-proof" }));
                return deliver(call, &call.answer(vec![asked]));
            }
            format!("No tool of the name {name} is offered.")
        }
    };
    deliver(call, &call.answer(vec![Block::Text(text)]))
}

fn tool(call: &Call, name: &str, input: Value) -> Block {
    let named = call.parameters.text("tool").unwrap_or(name).to_owned();
    let given = call
        .parameters
        .text("tool_input")
        .and_then(|text| serde_json::from_str(text).ok());
    Block::ToolUse {
        name: named,
        input: given.unwrap_or(input),
    }
}
