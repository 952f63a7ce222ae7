//! P40: questions that need a large model. They tell how well it answers, not who it is.

use super::mute_claim;
use super::refusal::brief;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "tier-battery",
    number: "P40",
    family: Family::Capability,
    forge: Forgeability::Static,
    axis: Axis::Capability,
    depth: Depth::Full,
    opt_in: None,
    cost: Cost::new(6, 300, 1_800),
    source: "config/verify/battery.toml",
};

/// P40.
pub(super) struct TierBattery;

impl Probe for TierBattery {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let items = context.tables.battery.items.iter();
        let asks = items.map(|item| {
            let text = format!(
                "{} End with the answer alone on the last line.",
                item.question
            );
            let mut ask = Ask::messages(format!("item-{}", item.id), context.turn(1_000, &text));
            ask.output_tokens = 300;
            ask
        });
        asks.collect()
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let mut reading = Reading::default();
        let (mut right, mut asked) = (0_u32, 0_u32);
        for seen in own {
            let Some(message) = seen.whole() else {
                continue;
            };
            let id = seen.slot().trim_start_matches("item-");
            let Some(item) = context
                .tables
                .battery
                .items
                .iter()
                .find(|item| item.id == id)
            else {
                continue;
            };
            let text = message.text();
            let last = text.trim().lines().last().unwrap_or_default().to_owned();
            asked += 1;
            right += u32::from(item.is_answered_by(&last));
            let evidence = Evidence::of(Claim::new("battery.item").with("item", id)).at(seen.id());
            reading = reading.seen(evidence.expecting(item.answers.join(" | "), brief(&last)));
        }
        if asked == 0 {
            return Reading::neutral(mute_claim(own));
        }
        let share = f64::from(right) / f64::from(asked);
        let (outcome, result) = match share {
            share if share >= 0.66 => (Outcome::Pass, "good"),
            share if share <= 0.34 && asked >= 4 => (Outcome::Warn, "poor"),
            _ => (Outcome::Neutral, ""),
        };
        reading.outcome = outcome;
        reading.result = result.to_owned();
        reading.summary = Claim::new("battery.score")
            .with("right", right)
            .with("asked", asked);
        reading.weighing(Axis::Capability, share, 2.0)
    }
}
