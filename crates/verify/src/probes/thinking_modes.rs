//! P03: ways to think that the claimed model refuses. Which way is refused in which words tells generations
//! apart.

use serde_json::{Value, json};

use super::mute_claim;
use super::refusal::{Taken, brief, taken};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};
use crate::tables::Model;

static ABOUT: About = About {
    id: "thinking-modes",
    number: "P03",
    family: Family::Errors,
    forge: Forgeability::Emulator,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(2, 20, 32),
    source: "platform.claude.com: extended thinking, migration pages",
};

/// What a refusal says, and which way of thinking it refuses.
const TEXTS: [(&str, &str); 3] = [
    (
        "enabled",
        "\"thinking.type.enabled\" is not supported for this model",
    ),
    (
        "disabled",
        "\"thinking.type.disabled\" is not supported for this model",
    ),
    (
        "adaptive",
        "adaptive thinking is not supported on this model",
    ),
];

/// P03.
pub(super) struct ThinkingModes;

impl Probe for ThinkingModes {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        let Some(facts) = context.facts().filter(|_| so_far.is_empty()) else {
            return Vec::new();
        };
        let count = if context.depth == Depth::Quick { 1 } else { 3 };
        let mut asks: Vec<Ask> = facts
            .thinking_rejects
            .iter()
            .take(count)
            .map(|mode| {
                Ask::messages(format!("refused-{mode}"), body(context, mode)).refused_when_genuine()
            })
            .collect();
        let takes_both =
            |facts: &Model| facts.thinking_rejects.is_empty() && !facts.thinking_accepts.is_empty();
        if takes_both(facts) && context.depth > Depth::Quick {
            asks.push(Ask::messages(
                "accepted-adaptive",
                body(context, "adaptive"),
            ));
        }
        asks
    }

    fn read(&self, context: &Context, own: &[&Observation], all: &[&Observation]) -> Reading {
        // Other probes think too: what they are refused counts as well.
        let thinking = all.iter().filter(|seen| mode_of(seen).is_some());
        for seen in thinking {
            let asked = mode_of(seen).unwrap_or_default();
            let said = TEXTS
                .iter()
                .find(|(mode, text)| *mode == asked && contains(seen, text));
            let Some((mode, text)) = said else { continue };
            let refuses = |model: &Model| model.thinking_rejects.iter().any(|one| one == mode);
            if context.facts().is_some_and(|facts| !refuses(facts)) {
                let claim = Claim::new("modes.refused-wrongly").with("mode", mode);
                return Reading::new(Outcome::Fail, "refused-wrongly", claim.clone())
                    .fitting(context.models_that(refuses))
                    .seen(
                        Evidence::of(claim)
                            .at(seen.id())
                            .expecting("200", text)
                            .from_source(ABOUT.source),
                    )
                    .scoring(Axis::Protocol, 0.0);
            }
        }
        if own.is_empty() {
            return Reading::skipped(Claim::new("skip.not-for-model"));
        }
        cells(context, own)
    }
}

fn cells(context: &Context, own: &[&Observation]) -> Reading {
    let mut fitting: Option<Vec<String>> = None;
    let (mut right, mut wrong) = (0_u32, 0_u32);
    let mut evidence = Vec::new();
    for seen in own {
        let mode = mode_of(seen).unwrap_or_default();
        let must_refuse = seen.slot().starts_with("refused-");
        let text = TEXTS
            .iter()
            .find(|(known, _)| *known == mode)
            .map_or("", |(_, text)| *text);
        let refuses = |model: &Model| model.thinking_rejects.iter().any(|one| one == mode);
        let fits = match taken(seen, &[text]) {
            Taken::AsExpected(error) => {
                right += u32::from(must_refuse);
                let claim = Claim::new("modes.refused").with("mode", mode);
                evidence.push(
                    Evidence::of(claim)
                        .at(seen.id())
                        .expecting(text, brief(&error.message))
                        .from_source(ABOUT.source),
                );
                let names_between = error.says("between_tools");
                context.models_that(|model| {
                    let between = model
                        .thinking_accepts
                        .iter()
                        .any(|one| one == "between_tools");
                    refuses(model) && (mode != "disabled" || names_between == between)
                })
            }
            Taken::Accepted => {
                right += u32::from(!must_refuse);
                wrong += u32::from(must_refuse);
                let claim = Claim::new("modes.accepted").with("mode", mode);
                let expected = if must_refuse { "400" } else { "200" };
                evidence.push(
                    Evidence::of(claim)
                        .at(seen.id())
                        .expecting(expected, seen.status()),
                );
                context.models_that(|model| !refuses(model))
            }
            Taken::Otherwise | Taken::Mute => continue,
        };
        fitting = Some(match fitting {
            Some(known) => known.into_iter().filter(|id| fits.contains(id)).collect(),
            None => fits,
        });
    }
    let Some(fitting) = fitting else {
        return Reading::neutral(mute_claim(own));
    };
    let reading = match (right, wrong) {
        (0, _) => {
            let claim = Claim::new("modes.none-refused");
            Reading::new(Outcome::Warn, "accepted", claim)
                .finding(Integrity::ParametersStripped, Finding::Yes)
                .scoring(Axis::Protocol, 0.0)
        }
        (_, 0) if own.iter().any(|seen| seen.slot().starts_with("refused-")) => Reading::new(
            Outcome::Pass,
            "as-documented",
            Claim::new("modes.as-documented"),
        )
        .scoring(Axis::Protocol, 1.0),
        (_, 0) => Reading::new(Outcome::Pass, "accepts", Claim::new("modes.as-documented"))
            .scoring(Axis::Protocol, 1.0),
        _ => Reading::new(Outcome::Warn, "accepted", Claim::new("modes.some-refused"))
            .scoring(Axis::Protocol, 0.5),
    };
    let mut reading = reading.fitting(fitting);
    reading.evidence = evidence;
    reading
}

fn contains(seen: &Observation, text: &str) -> bool {
    seen.error.as_ref().is_some_and(|error| error.says(text))
}

/// `thinking.type` of a request.
fn mode_of(seen: &Observation) -> Option<&str> {
    let body = seen.call.request.body.as_ref()?;
    body.get("thinking")?.get("type")?.as_str()
}

fn body(context: &Context, mode: &str) -> Value {
    let (most, thinking) = match mode {
        "enabled" => (1_100, json!({ "type": "enabled", "budget_tokens": 1024 })),
        other => (16, json!({ "type": other })),
    };
    set(context.turn(most, "Say just hello"), "thinking", thinking)
}
