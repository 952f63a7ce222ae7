//! P41: many short answers beside those of a site that the user trusts. Are they drawn from one distribution?

use super::mute_claim;
use crate::ask::Ask;
use crate::call::Door;
use crate::claim::Claim;
use crate::context::{Context, set};
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, OptIn, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};
use crate::statistics::maximum_mean_discrepancy;

static ABOUT: About = About {
    id: "model-equality",
    number: "P41",
    family: Family::Behaviour,
    forge: Forgeability::Emulator,
    axis: Axis::Identity,
    depth: Depth::Full,
    opt_in: Some(OptIn::Reference),
    cost: Cost::new(192, 3_000, 9_600),
    source: "Model Equality Testing, arXiv 2410.20247",
};

/// Answers to a prompt from each side.
const SAMPLES: usize = 8;

/// Longest answer, tokens, as in the paper.
const LONGEST: u64 = 50;

/// Permutations: the smallest p-value is one in a thousand.
const PERMUTATIONS: usize = 999;

/// Below, the two are told apart.
const LEAST_P: f64 = 0.01;

/// P41.
pub(super) struct ModelEquality;

impl Probe for ModelEquality {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let mut asks = Vec::new();
        for (number, prompt) in context.tables.battery.prompts().iter().enumerate() {
            for sample in 0..SAMPLES {
                let body = context.turn(LONGEST, prompt);
                asks.push(Ask::messages(
                    format!("sample-{number}-site-{sample}"),
                    body.clone(),
                ));
                let name = context
                    .target
                    .reference_model
                    .as_deref()
                    .unwrap_or(context.model());
                let body = set(body, "model", name.into());
                asks.push(
                    Ask::messages(format!("sample-{number}-reference-{sample}"), body)
                        .at(Door::Reference),
                );
            }
        }
        asks
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let texts = |number: usize, door: Door| -> Vec<String> {
            let prefix = format!("sample-{number}-");
            let of_door = own
                .iter()
                .filter(|seen| seen.call.door == door && seen.slot().starts_with(&prefix));
            of_door
                .filter_map(|seen| Some(seen.whole()?.text()))
                .filter(|text| !text.is_empty())
                .collect()
        };
        let prompts: Vec<_> = (0..context.tables.battery.prompts().len())
            .map(|number| (texts(number, Door::Site), texts(number, Door::Reference)))
            .collect();
        let mut random = context.random("equality");
        let Some(found) = maximum_mean_discrepancy(&prompts, PERMUTATIONS, &mut random) else {
            return Reading::neutral(mute_claim(own));
        };
        let claim = |code: &str| {
            Claim::new(code)
                .with("p", format!("{:.3}", found.p_value))
                .with("samples", found.samples)
        };
        let evidence = Evidence::of(claim("equality.tested"))
            .expecting(
                format!("p > {LEAST_P}"),
                format!("p = {:.3}, MMD² = {:.4}", found.p_value, found.discrepancy),
            )
            .from_source(ABOUT.source);
        let reading = if found.p_value > LEAST_P {
            Reading::new(Outcome::Pass, "equal", claim("equality.equal"))
                .scoring(Axis::Identity, 1.0)
        } else {
            Reading::new(Outcome::Fail, "different", claim("equality.different"))
                .scoring(Axis::Identity, 0.0)
        };
        reading.seen(evidence).figure("equality_p", found.p_value)
    }
}
