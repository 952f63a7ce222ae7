//! P01: more output tokens than any model has. The backend refuses for free, and names itself.

use super::leak;
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::context::set;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe, in_slot};
use crate::reading::{Axis, Contradiction, Evidence, Outcome, Reading, Who};

/// More than any model has.
const FAR_TOO_MANY: u64 = 9_999_999;

static ABOUT: About = About {
    id: "max-tokens-overflow",
    number: "P01",
    family: Family::Errors,
    forge: Forgeability::Emulator,
    axis: Axis::Identity,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::new(1, 0, 0),
    source: "platform.claude.com: errors; texts quoted in public issues",
};

/// P01.
pub(super) struct MaxTokens;

impl Probe for MaxTokens {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        let body = context.turn(FAR_TOO_MANY, "hi");
        if so_far.is_empty() {
            return vec![Ask::messages("overflow", body).refused_when_genuine()];
        }
        // Some relays refuse long answers that are not streamed before asking anybody.
        let is_named = so_far
            .iter()
            .any(|seen| leak::overflow(&seen.text()).is_some());
        let first = so_far.first().filter(|_| so_far.len() == 1 && !is_named);
        if first.is_some_and(|seen| seen.error.is_some() && seen.exchange.status != Some(429)) {
            let body = set(body, "stream", true.into());
            return vec![Ask::messages("overflow-streamed", body).refused_when_genuine()];
        }
        Vec::new()
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        for seen in own {
            if let Some(found) = leak::overflow(&seen.text()) {
                return named(context, seen, found.0, &found.1);
            }
        }
        let seen = in_slot(own, "overflow");
        match seen {
            Some(seen) if seen.answered().is_some() => {
                let claim = Claim::new("leak.overflow-accepted");
                Reading::new(Outcome::Warn, "accepted", claim.clone())
                    .seen(
                        Evidence::of(claim)
                            .at(seen.id())
                            .expecting("400", seen.status()),
                    )
                    .scoring(Axis::Protocol, 0.3)
            }
            _ => Reading::neutral(super::mute_claim(own)),
        }
    }
}

/// The backend named a model and a limit.
fn named(context: &Context, seen: &Observation, limit: u64, model: &str) -> Reading {
    let models = &context.tables.models;
    let evidence = Evidence::of(Claim::new("leak.model-named").with("model", model))
        .at(seen.id())
        .expecting(context.model(), model)
        .from_source(ABOUT.source);
    if models.same(model, context.model()) {
        let facts = context.facts();
        let expected = facts.and_then(|facts| facts.max_output);
        if expected.is_some_and(|expected| expected != limit) {
            // The name fits, the limit does not: somebody writes names into errors.
            let fitting = context.models_that(|one| one.max_output == Some(limit));
            let claim = Claim::new("leak.limit-differs").with("limit", limit);
            return Reading::new(Outcome::Fail, "limit-differs", claim.clone())
                .fitting(fitting)
                .seen(evidence)
                .seen(
                    Evidence::of(claim)
                        .at(seen.id())
                        .expecting(expected.unwrap_or_default(), limit)
                        .from_source("config/verify/models.toml"),
                )
                .scoring(Axis::Identity, 0.0);
        }
        let fits = facts
            .map(|facts| vec![facts.id.clone()])
            .unwrap_or_default();
        return Reading::new(
            Outcome::Pass,
            "names-claimed",
            Claim::new("leak.names-claimed").with("model", model),
        )
        .fitting(fits)
        .seen(evidence)
        .marking(seen.id(), Who::Claimed)
        .scoring(Axis::Protocol, 1.0);
    }
    other_named(context, seen, model, evidence)
}

/// The backend named another model than the claimed one.
pub(super) fn other_named(
    context: &Context,
    seen: &Observation,
    model: &str,
    evidence: Evidence,
) -> Reading {
    let claim = Claim::new("leak.names-other").with("model", model);
    if let Some(other) = context.tables.models.find(model) {
        return Reading::new(Outcome::Fail, "names-other", claim)
            .fitting(vec![other.id.clone()])
            .seen(evidence)
            .marking(seen.id(), Who::Other(other.id.clone()))
            .contradicting(Contradiction::OtherModel {
                served: other.id.clone(),
            });
    }
    if context.tables.phrases.is_foreign_model(model) {
        return Reading::new(Outcome::Fail, "names-foreign", claim)
            .seen(evidence)
            .marking(seen.id(), Who::Foreign(model.to_owned()))
            .contradicting(Contradiction::NotClaude {
                named: model.to_owned(),
            });
    }
    // A relay's own name for a model says nothing.
    Reading::neutral(Claim::new("leak.names-unknown").with("model", model)).seen(evidence)
}
