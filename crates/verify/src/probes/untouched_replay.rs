//! P12: a thinking block sent back exactly as it came. If the service says that its beginning has changed,
//! somebody between changed it.

use std::collections::BTreeSet;

use super::prefix_binding::drop_reasons;
use super::refusal::{Taken, brief, taken};
use super::{mute_claim, thinking_turn};
use crate::ask::Ask;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome, Reading};

static ABOUT: About = About {
    id: "untouched-replay",
    number: "P12",
    family: Family::Replay,
    forge: Forgeability::Keys,
    axis: Axis::Identity,
    depth: Depth::Standard,
    opt_in: None,
    cost: Cost::new(2, 2_600, 200),
    source: "platform.claude.com: preserved thinking",
};

const CHANGED: &str = "bound to a different conversation";
const INVALID: &str = "Invalid `signature` in `thinking` block";

/// Milliseconds between replays of a full run: what changes by the minute shows itself.
const APART_MS: u64 = 45_000;

/// Replays that have to be refused before it counts: one may be a slip of the relay's memory.
const CONFIRMED: usize = 2;

/// P12.
pub(super) struct UntouchedReplay;

impl Probe for UntouchedReplay {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if let Some(ask) = thinking_turn::ask(context, so_far) {
            return vec![ask];
        }
        let Some(turn) = thinking_turn::signed(so_far) else {
            return Vec::new();
        };
        let replays = replays(so_far).count();
        let planned = match context.depth {
            Depth::Quick | Depth::Standard => 2,
            Depth::Full => 3,
        };
        let changed = replays_changed(so_far);
        let wanted = if changed > 0 { planned + 1 } else { planned };
        if replays == 0 {
            return vec![thinking_turn::untouched(context, &turn)];
        }
        if replays >= wanted || changed >= CONFIRMED {
            return Vec::new();
        }
        let body = thinking_turn::replay(context, &turn, |_| {});
        let ask = thinking_turn::call(context, format!("untouched-replay-{}", replays + 1), body);
        let wait = if context.depth == Depth::Full {
            APART_MS
        } else {
            1_500
        };
        vec![ask.after(wait)]
    }

    fn read(&self, _context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        let seen: Vec<&Observation> = replays(own).collect();
        if seen.is_empty() {
            return Reading::neutral(Claim::new("replay.no-thinking"));
        }
        let reasons: BTreeSet<String> = seen.iter().flat_map(|one| drop_reasons(one)).collect();
        let mut reading = read_replays(&seen, &reasons);
        for one in &seen {
            let got = match &one.error {
                Some(error) => brief(&error.message),
                None => format!("{} {}", one.status(), drop_reasons(one).join(" ")),
            };
            let evidence = Evidence::of(Claim::new("replay.untouched")).at(one.id());
            reading = reading.seen(
                evidence
                    .expecting("200", got.trim())
                    .from_source(ABOUT.source),
            );
        }
        let rotates = reasons
            .iter()
            .any(|reason| reason.contains("organization") || reason.contains("end_user"));
        if rotates {
            reading = reading.figure("account_rotation", 1.0);
        }
        reading
    }
}

fn read_replays(seen: &[&Observation], reasons: &BTreeSet<String>) -> Reading {
    let changed = seen.iter().filter(|one| is_changed(one)).count();
    if changed >= CONFIRMED {
        return Reading::new(
            Outcome::Fail,
            "changed",
            Claim::new("replay.changed").with("count", changed),
        )
        .finding(Integrity::PromptInjection, Finding::Yes)
        .scoring(Axis::Protocol, 0.0);
    }
    if changed > 0 {
        return Reading::new(
            Outcome::Warn,
            "changed-once",
            Claim::new("replay.changed-once"),
        )
        .finding(Integrity::PromptInjection, Finding::Yes)
        .scoring(Axis::Protocol, 0.5);
    }
    if reasons
        .iter()
        .any(|reason| reason.contains("organization") || reason.contains("end_user"))
    {
        return Reading::new(Outcome::Warn, "rotates", Claim::new("replay.rotates"))
            .scoring(Axis::Stability, 0.6);
    }
    if reasons.iter().any(|reason| reason.contains("model")) {
        return Reading::new(
            Outcome::Warn,
            "other-model",
            Claim::new("replay.other-model"),
        );
    }
    let taken_back = seen.iter().filter(|one| one.answered().is_some()).count();
    if taken_back == seen.len() {
        return Reading::new(
            Outcome::Pass,
            "taken",
            Claim::new("replay.taken").with("count", taken_back),
        )
        .scoring(Axis::Protocol, 1.0);
    }
    let invalid = seen
        .iter()
        .filter(|one| matches!(taken(one, &[INVALID]), Taken::AsExpected(_)))
        .count();
    if invalid > 0 {
        return Reading::new(
            Outcome::Warn,
            "invalid",
            Claim::new("replay.invalid").with("count", invalid),
        )
        .scoring(Axis::Protocol, 0.3);
    }
    Reading::neutral(mute_claim(seen))
}

fn replays<'a>(own: &[&'a Observation]) -> impl Iterator<Item = &'a Observation> {
    own.iter()
        .copied()
        .filter(|seen| seen.slot().starts_with("untouched-replay"))
}

fn replays_changed(own: &[&Observation]) -> usize {
    replays(own).filter(|seen| is_changed(seen)).count()
}

fn is_changed(seen: &Observation) -> bool {
    let refused = matches!(taken(seen, &[CHANGED]), Taken::AsExpected(_));
    refused
        || drop_reasons(seen)
            .iter()
            .any(|reason| reason.contains("prefix"))
}
