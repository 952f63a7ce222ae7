//! P19: ids of tool calls, who called, and whether the call is right.

use serde_json::Value;

use super::thinking_turn;
use crate::ask::Ask;
use crate::call::CallId;
use crate::claim::Claim;
use crate::context::Context;
use crate::identifier::{self, Cloud, Form};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "tool-ids",
    number: "P19",
    family: Family::Ids,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "97 of 97 recorded tool ids; `caller` since spring 2026",
};

/// Form of a tool call's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ToolId {
    /// Anthropic's.
    Anthropic,
    /// Bedrock's.
    Bedrock,
    /// Vertex's.
    Vertex,
    /// Bedrock's Converse API, and programs that use it.
    Converse,
    /// Begins as Anthropic's and is none.
    Imitated,
    /// OpenAI's and other converters'.
    Converted,
    /// Anything else.
    Strange,
}

/// The form of a tool call's id.
pub(super) fn form_of(id: &str) -> ToolId {
    let read = identifier::read("toolu", id);
    match (read.cloud, read.form) {
        (Cloud::Bedrock, _) => ToolId::Bedrock,
        (Cloud::Vertex, _) => ToolId::Vertex,
        (Cloud::None, Form::Clock(_) | Form::Random) => ToolId::Anthropic,
        (Cloud::None, Form::Other) if id.starts_with("tooluse_") => ToolId::Converse,
        (Cloud::None, Form::Other) if id.starts_with("toolu_") => ToolId::Imitated,
        (Cloud::None, Form::Other)
            if id.starts_with("call_") || id.starts_with("chatcmpl-tool-") =>
        {
            ToolId::Converted
        }
        (Cloud::None, Form::Other) => ToolId::Strange,
    }
}

/// P19.
pub(super) struct ToolIds;

impl Probe for ToolIds {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        thinking_turn::ask(context, so_far).into_iter().collect()
    }

    fn read(&self, _context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        let mut calls: Vec<(CallId, ToolId, &str, bool)> = Vec::new();
        for seen in all {
            let Some(message) = seen.whole() else {
                continue;
            };
            for block in message.blocks("tool_use") {
                let id = block.get("id").and_then(Value::as_str).unwrap_or_default();
                let direct = block
                    .get("caller")
                    .and_then(|caller| caller.get("type")?.as_str());
                calls.push((seen.id(), form_of(id), id, direct == Some("direct")));
            }
        }
        let reading = match calls.first() {
            None => Reading::neutral(Claim::new("tools.no-call")),
            Some(first) => read_calls(first, &calls),
        };
        capability(own, reading)
    }
}

fn read_calls(
    first: &(CallId, ToolId, &str, bool),
    calls: &[(CallId, ToolId, &str, bool)],
) -> Reading {
    let (call, form, id, _) = *first;
    let has_caller = calls.iter().all(|(.., direct)| *direct);
    let (outcome, result, code, score) = match form {
        ToolId::Anthropic if has_caller => (Outcome::Pass, "anthropic", "tools.anthropic", 1.0),
        ToolId::Anthropic => (Outcome::Warn, "no-caller", "tools.no-caller", 0.7),
        ToolId::Bedrock => (Outcome::Pass, "bedrock", "tools.bedrock", 1.0),
        ToolId::Vertex => (Outcome::Pass, "vertex", "tools.vertex", 1.0),
        ToolId::Converse => (Outcome::Warn, "converse", "tools.converse", 0.4),
        ToolId::Imitated => (Outcome::Warn, "imitated", "tools.imitated", 0.1),
        ToolId::Converted => (Outcome::Warn, "converted", "tools.converted", 0.1),
        ToolId::Strange => (Outcome::Neutral, "", "tools.strange", 0.4),
    };
    let claim = Claim::new(code);
    let evidence = Evidence::of(claim.clone())
        .at(call)
        .expecting("toolu_01…, caller direct", id);
    Reading::new(outcome, result, claim)
        .seen(evidence.from_source(ABOUT.source))
        .scoring(Axis::Protocol, score)
}

/// Whether the tool was given the right number.
fn capability(own: &[&Observation], reading: Reading) -> Reading {
    let turns: Vec<_> = thinking_turn::turns(own).collect();
    let Some(turn) = turns.last() else {
        return reading;
    };
    let given = turn
        .message
        .blocks("tool_use")
        .find_map(|block| block.get("input")?.get("value")?.as_i64());
    let right = given.is_some() && given == thinking_turn::product(turn);
    let in_words = thinking_turn::product(turn).is_some_and(|product| {
        let text: String = turn
            .message
            .text()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        text.contains(&product.to_string())
    });
    let score = if right {
        1.0
    } else if in_words {
        0.6
    } else {
        0.0
    };
    let claim = Claim::new(if right {
        "tools.right-number"
    } else {
        "tools.wrong-number"
    });
    let expected =
        thinking_turn::product(turn).map_or_else(String::new, |product| product.to_string());
    let got = given.map_or_else(|| "–".to_owned(), |given| given.to_string());
    let evidence = Evidence::of(claim)
        .at(turn.seen.id())
        .expecting(expected, got);
    reading.seen(evidence).scoring(Axis::Capability, score)
}
