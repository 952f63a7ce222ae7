//! Whether all answers are made alike. Several kinds side by side show several backends, and what a kind lacks
//! shows which of them is not Claude.

use std::collections::BTreeMap;

use super::id_clock::{self, IdForm};
use super::mixed_routing;
use super::tool_ids::{self, ToolId};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::{Message, Observation};
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading, Who};

static ABOUT: About = About {
    id: "one-backend",
    number: "P46a",
    family: Family::Integrity,
    forge: Forgeability::Static,
    axis: Axis::Stability,
    depth: Depth::Quick,
    opt_in: None,
    cost: Cost::FREE,
    source: "forms of ids and members of usage, by backend",
};

/// The probe.
pub(super) struct OneBackend;

/// How an answer is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Make {
    /// Anthropic's ids, or a cloud's.
    Genuine(IdForm),
    /// Neither, but with everything that belongs to an answer.
    Renamed,
    /// Neither, and at least two things are missing that Anthropic always has.
    Foreign,
}

impl Probe for OneBackend {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, _context: &Context, _so_far: &[&Observation]) -> Vec<Ask> {
        Vec::new()
    }

    fn read(&self, context: &Context, _own: &[&Observation], all: &[&Observation]) -> Reading {
        let mut makes: BTreeMap<Make, Vec<&Observation>> = BTreeMap::new();
        for seen in all {
            if let Some(make) = make(seen) {
                makes.entry(make).or_default().push(seen);
            }
        }
        let named = mixed_routing::everyone(context, all);
        let count = |wanted: fn(&Make) -> bool| -> usize {
            makes
                .iter()
                .filter(|(make, _)| wanted(make))
                .map(|(_, seen)| seen.len())
                .sum()
        };
        let genuine = count(|make| matches!(make, Make::Genuine(_)));
        let foreign = count(|make| matches!(make, Make::Foreign));
        let mut reading = Reading::default();
        for (make, seen) in &makes {
            let Some(first) = seen.first() else { continue };
            let claim = Claim::new(make_code(*make)).with("count", seen.len());
            let id = first
                .answered()
                .map(|message| message.id.clone())
                .unwrap_or_default();
            reading = reading.seen(Evidence::of(claim).at(first.id()).expecting("=", id));
        }
        for (call, who, _) in named {
            reading = reading.marking(call, who);
        }
        if genuine > 0 && foreign > 0 {
            for seen in makes.get(&Make::Foreign).into_iter().flatten() {
                reading = reading.marking(seen.id(), Who::Foreign("converter".to_owned()));
            }
            for (make, seen) in &makes {
                // Ids of clouds and clocks beside foreign ones: these calls were answered as they should be.
                if matches!(make, Make::Genuine(_)) {
                    for one in seen {
                        reading = reading.marking(one.id(), Who::Claimed);
                    }
                }
            }
            reading.outcome = Outcome::Fail;
            reading.result = "several".to_owned();
            reading.summary = Claim::new("backend.several")
                .with("foreign", foreign)
                .with("calls", genuine + foreign);
            return reading.scoring(Axis::Stability, 0.0);
        }
        if makes.len() > 1 {
            reading.outcome = Outcome::Warn;
            reading.summary = Claim::new("backend.pool").with("kinds", makes.len());
            return reading.scoring(Axis::Stability, 0.7);
        }
        if makes.is_empty() {
            reading.summary = Claim::new("backend.nothing");
            return reading;
        }
        reading.outcome = Outcome::Pass;
        reading.summary = Claim::new("backend.one");
        reading.scoring(Axis::Stability, 1.0)
    }
}

fn make_code(make: Make) -> &'static str {
    match make {
        Make::Genuine(_) => "backend.genuine",
        Make::Renamed => "backend.renamed",
        Make::Foreign => "backend.foreign",
    }
}

fn make(seen: &Observation) -> Option<Make> {
    let message = seen.whole()?;
    let form = id_clock::form_of(seen)?;
    if matches!(form, IdForm::Clock | IdForm::Bedrock | IdForm::Vertex) {
        return Some(Make::Genuine(form));
    }
    let lacks = [
        message.usage.cache_creation.is_none() || message.usage.cache_read.is_none(),
        message.usage.raw.get("service_tier").is_none()
            && message.usage.raw.get("cache_creation").is_none(),
        has_foreign_tools(message),
        message.has_thinking() && message.signatures().is_empty(),
    ];
    let missing = lacks.iter().filter(|lacks| **lacks).count();
    Some(if missing >= 2 {
        Make::Foreign
    } else {
        Make::Renamed
    })
}

fn has_foreign_tools(message: &Message) -> bool {
    message.blocks("tool_use").any(|block| {
        let id = block
            .get("id")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        matches!(tool_ids::form_of(id), ToolId::Converted | ToolId::Imitated)
    })
}
