//! P46: the surest questions again and again. Some relays answer a part of the calls from elsewhere.

use super::id_clock::{self, IdForm};
use super::{leak, mute_claim, thinking_turn};
use crate::ask::Ask;
use crate::call::CallId;
use crate::claim::Claim;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Depth;
use crate::probe::{About, Cost, Family, Forgeability, Probe};
use crate::reading::{Axis, Evidence, Outcome, Reading, Who};
use crate::signature;

static ABOUT: About = About {
    id: "mixed-routing",
    number: "P46",
    family: Family::Integrity,
    forge: Forgeability::Static,
    axis: Axis::Stability,
    depth: Depth::Full,
    opt_in: None,
    cost: Cost::new(30, 1_500, 2_400),
    source: "a public trace of a router between two calls",
};

const ROUNDS: usize = 10;

/// Ends of the slots of questions that the claimed model answers by its name.
const OVERFLOW: &str = "-overflow";
const KINDS: [&str; 2] = [OVERFLOW, "-thinking"];

/// Milliseconds between rounds.
const APART_MS: u64 = 3_000;

/// P46.
pub(super) struct MixedRouting;

impl Probe for MixedRouting {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn ask(&self, context: &Context, so_far: &[&Observation]) -> Vec<Ask> {
        if !so_far.is_empty() {
            return Vec::new();
        }
        let rounds = (0..ROUNDS).flat_map(|round| {
            let later = round as u64 * APART_MS;
            let overflow = context.turn(9_999_999, "hi");
            let text = format!(
                "Multiply {} by {} and verify it, then reply with only the integer.",
                173 + round,
                219
            );
            let thinking = context.think(context.turn(1_400, &text));
            let mut thinking = Ask::messages(format!("round-{round}-thinking"), thinking);
            thinking.output_tokens = 220;
            [
                Ask::messages(format!("round-{round}-overflow"), overflow)
                    .refused_when_genuine()
                    .after(later),
                thinking.after(later),
                Ask::messages(format!("round-{round}-count"), context.turn(8, "hello"))
                    .after(later),
            ]
        });
        rounds.collect()
    }

    fn read(&self, context: &Context, own: &[&Observation], _all: &[&Observation]) -> Reading {
        if own.is_empty() {
            return Reading::neutral(mute_claim(own));
        }
        let usual = usual_count(own);
        let mut reading = Reading::default();
        let (mut claimed, mut foreign) = (0_u32, 0_u32);
        let found: Vec<Option<Who>> = own.iter().map(|seen| who(context, seen, usual)).collect();
        for (seen, known) in own.iter().zip(&found) {
            let Some(who) = known.clone().or_else(|| unlike(seen, own, &found)) else {
                continue;
            };
            if who == Who::Claimed {
                claimed += 1;
            } else {
                foreign += 1;
                let claim = Claim::new("routing.foreign").with("who", name(&who));
                reading = reading.seen(Evidence::of(claim).at(seen.id()).from_source(ABOUT.source));
            }
            reading = reading.marking(seen.id(), who);
        }
        let (outcome, result, code) = match (claimed, foreign) {
            (0, 0) => (Outcome::Neutral, "", "routing.nothing"),
            (_, 0) => (Outcome::Pass, "one", "routing.one"),
            (0, _) => (Outcome::Fail, "", "routing.all-foreign"),
            _ => (Outcome::Fail, "mixed", "routing.mixed"),
        };
        reading.outcome = outcome;
        reading.result = result.to_owned();
        let all = claimed + foreign;
        reading.summary = Claim::new(code).with("foreign", foreign).with("calls", all);
        if all == 0 {
            return reading;
        }
        reading.scoring(Axis::Stability, f64::from(claimed) / f64::from(all))
    }
}

/// Where the claimed model named itself in answer to a question, whoever answers the same question in another
/// way is somebody else: without these, those who name themselves would be counted and the others not.
fn unlike(seen: &Observation, own: &[&Observation], found: &[Option<Who>]) -> Option<Who> {
    let kind = KINDS.iter().find(|kind| seen.slot().ends_with(**kind))?;
    let mut alike = own
        .iter()
        .zip(found)
        .filter(|(other, _)| other.slot().ends_with(kind));
    if !alike.any(|(_, who)| *who == Some(Who::Claimed)) {
        return None;
    }
    let is_other = match *kind {
        OVERFLOW => seen.answered().is_some() || seen.refused().is_some(),
        _ => seen.refused().is_some(),
    };
    let other = || found.iter().flatten().find(|who| **who != Who::Claimed);
    is_other.then(|| {
        other()
            .cloned()
            .unwrap_or_else(|| Who::Foreign("other".to_owned()))
    })
}

fn name(who: &Who) -> String {
    match who {
        Who::Claimed => "–".to_owned(),
        Who::Other(name) | Who::Foreign(name) => name.clone(),
    }
}

/// Who answered a call, where its answer names somebody.
pub(super) fn who(context: &Context, seen: &Observation, usual: Option<u64>) -> Option<Who> {
    let models = &context.tables.models;
    let named = |model: &str| {
        if models.same(model, context.model()) {
            return Some(Who::Claimed);
        }
        if let Some(other) = models.find(model) {
            return Some(Who::Other(other.id.clone()));
        }
        let is_foreign = context.tables.phrases.is_foreign_model(model);
        is_foreign.then(|| Who::Foreign(model.to_owned()))
    };
    if let Some((_, model)) = leak::overflow(&seen.text()) {
        return named(&model);
    }
    if let Some(error) = &seen.error
        && let Some(vendor) = context.tables.phrases.vendor(error)
    {
        return Some(Who::Foreign(vendor.id.clone()));
    }
    let message = seen.whole()?;
    let prefixes = &context.tables.signatures.program_prefixes;
    let mut signatures = message.signatures().into_iter();
    let model = signatures.find_map(|text| signature::read(text, prefixes).ok()?.model);
    if let Some(model) = model {
        return named(&model);
    }
    if let Some(foreign @ Who::Foreign(_)) = named(&message.model) {
        return Some(foreign);
    }
    // Another count and another form of id together: somebody else counted.
    let is_other_count =
        usual.is_some() && message.usage.prompt() != usual && seen.slot().ends_with("-count");
    let is_other_id = matches!(
        id_clock::form_of(seen),
        Some(IdForm::Converted | IdForm::Zhipu | IdForm::Strange | IdForm::WrongTime)
    );
    (is_other_count && is_other_id).then(|| Who::Foreign("counts".to_owned()))
}

/// The prompt count that most calls report.
fn usual_count(own: &[&Observation]) -> Option<u64> {
    let counts: Vec<u64> = own
        .iter()
        .filter(|seen| seen.slot().ends_with("-count"))
        .filter_map(|seen| seen.answered()?.usage.prompt())
        .collect();
    let most = counts
        .iter()
        .copied()
        .max_by_key(|count| counts.iter().filter(|one| *one == count).count())?;
    let share = counts.iter().filter(|one| **one == most).count();
    (share * 2 > counts.len()).then_some(most)
}

/// Every call of a run, by who answered it, as far as answers name somebody.
pub(super) fn everyone<'a>(
    context: &Context,
    all: &[&'a Observation],
) -> Vec<(CallId, Who, &'a Observation)> {
    let named = all
        .iter()
        .filter_map(|seen| Some((seen.id(), who(context, seen, None)?, *seen)));
    let own = named.filter(|(.., seen)| !seen.slot().starts_with("round-"));
    own.filter(|(.., seen)| thinking_turn::turns(&[*seen]).next().is_some() || seen.error.is_some())
        .collect()
}
