//! A model that Anthropic's own API does not serve any more: whoever has it, has it from a cloud, or has not.

use base::Timestamp;

use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "retired-model",
    number: "G2",
    family: Family::Behaviour,
    forge: Forgeability::Static,
    axis: Axis::Identity,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "platform.claude.com: model deprecations",
};

/// The probe.
pub(super) struct RetiredModel;

impl Probe for RetiredModel {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let retired = context.facts().and_then(|facts| facts.retired.as_deref());
        let Some(day) = retired else {
            return Reading::skipped(Claim::new("retired.sold"));
        };
        let at = Timestamp::parse(&format!("{day}T00:00:00Z"));
        let is_over = at.is_some_and(|at| at <= context.started);
        let answered = all.iter().find(|seen| seen.answered().is_some());
        let Some(seen) = answered.filter(|_| is_over) else {
            return Reading::neutral(Claim::new("retired.sold"));
        };
        let claim = Claim::new("retired.since").with("day", day);
        Reading::new(Outcome::Warn, "retired", claim.clone())
            .seen(Evidence::of(claim).at(seen.id()).from_source(ABOUT.source))
    }
}
