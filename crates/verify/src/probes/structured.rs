//! P37: an answer in a given shape, and a search that the service runs itself.

use serde_json::{Value, json};

use super::mute_claim;
use super::refusal::brief;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "structured-and-search",
    number: "P37",
    family: Family::Capability,
    forge: Forgeability::Emulator,
    axis: Axis::Capability,
    depth: Depth::Full,
    opt_in: None,
    cost: Cost::new(2, 12_000, 400),
    source: "platform.claude.com: structured outputs, web search; not on Bedrock",
};

/// P37.
pub(super) struct Structured;

impl Probe for Structured {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let schema = json!({
            "type": "object",
            "properties": { "city": { "type": "string" }, "bridges": { "type": "integer" } },
            "required": ["city", "bridges"],
            "additionalProperties": false,
        });
        let format = json!({ "format": { "type": "json_schema", "schema": schema } });
        let body = context.turn(400, "Make up a city with its number of bridges.");
        let shaped =
            Ask::messages("structured", set(body, "output_config", format)).with_input(400);
        let tool = json!([{ "type": "web_search_20250305", "name": "web_search", "max_uses": 1 }]);
        let body = context.turn(
            600,
            "Search the web once for 'RFC 2606' and tell its title in one line.",
        );
        let searched = Ask::messages("web-search", set(body, "tools", tool)).with_input(12_000);
        vec![shaped, searched]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let mut reading = Reading::default();
        let (mut shaped, mut searched) = (false, false);
        if let Some((seen, message)) =
            in_slot(own, "structured").and_then(|seen| Some((seen, seen.whole()?)))
        {
            let text = message.text();
            let json: Option<Value> = serde_json::from_str(text.trim()).ok();
            shaped = json.is_some_and(|json| json["city"].is_string() && json["bridges"].is_i64());
            let evidence = Evidence::of(Claim::new("structured.shape")).at(seen.id());
            reading = reading
                .seen(
                    evidence
                        .expecting("{\"city\":…,\"bridges\":…}", brief(&text))
                        .from_source(ABOUT.source),
                )
                .scoring(Axis::Capability, if shaped { 1.0 } else { 0.0 });
        }
        if let Some((seen, message)) =
            in_slot(own, "web-search").and_then(|seen| Some((seen, seen.whole()?)))
        {
            let call = message
                .blocks("server_tool_use")
                .find_map(|block| block.get("id")?.as_str());
            let mut results = message.blocks("web_search_tool_result");
            let is_sealed = results.any(|block| block.to_string().contains("encrypted_content"));
            searched = call.is_some_and(|id| id.starts_with("srvtoolu_")) && is_sealed;
            let evidence = Evidence::of(Claim::new("structured.search")).at(seen.id());
            reading = reading
                .seen(evidence.expecting("srvtoolu_…, encrypted_content", call.unwrap_or("–")));
        }
        let (outcome, result, code) = match (shaped, searched) {
            (_, true) => (Outcome::Pass, "searched", "structured.searched"),
            (true, false) => (Outcome::Pass, "shaped", "structured.shaped"),
            (false, false) if reading.evidence.is_empty() => {
                return Reading::neutral(mute_claim(own));
            }
            (false, false) => (Outcome::Neutral, "", "structured.neither"),
        };
        reading.outcome = outcome;
        reading.result = result.to_owned();
        reading.summary = Claim::new(code);
        reading
    }
}
