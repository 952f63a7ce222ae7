//! Whether the site answers Claude Code only. Subscriptions do; ordinary keys do not.

use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::preset::PLAIN;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading};

static ABOUT: About = About {
    id: "client-gate",
    number: "G1",
    family: Family::Behaviour,
    forge: Forgeability::Static,
    axis: Axis::Protocol,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "kawaz/llm-gateway research notes; claude-relay-service and sub2api validators",
};

/// The probe.
pub(super) struct ClientGate;

impl Probe for ClientGate {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let gates = all.iter().filter(|seen| seen.call.preset == PLAIN);
        let gate = gates
            .filter_map(|seen| Some((seen, context.tables.phrases.gate(seen)?)))
            .next();
        let shaped = all
            .iter()
            .find(|seen| seen.call.preset != PLAIN && seen.answered().is_some());
        match (gate, shaped) {
            (Some((refused, gate)), Some(taken)) => {
                let claim = Claim::new("gate.claude-code-only");
                let text = refused
                    .error
                    .as_ref()
                    .map(|error| error.message.clone())
                    .unwrap_or_default();
                Reading::new(Outcome::Pass, "claude-code-only", claim.clone())
                    .seen(
                        Evidence::of(claim)
                            .at(refused.id())
                            .expecting("200", text)
                            .from_source(&gate.source),
                    )
                    .seen(Evidence::of(Claim::new("gate.taken")).at(taken.id()))
            }
            (Some((refused, gate)), None) => {
                let claim = Claim::new("gate.refused");
                let evidence = Evidence::of(claim.clone()).at(refused.id());
                Reading::neutral(claim).seen(evidence.from_source(&gate.source))
            }
            _ => Reading::neutral(Claim::new("gate.none")),
        }
    }
}
