//! Puts a report together.

use std::collections::BTreeMap;

use super::decide::{Decision, Grounds, decide};
use super::posterior::{Posterior, posterior};
use super::scores::{percent, scores_so_far, tokens_of};
use super::{Weighed, routing, weighed};
use crate::observe::Observation;
use crate::probe::{About, Forgeability};
use crate::reading::{Contradiction, Finding, Outcome, Reading};
use crate::report::{
    CallRecord, ChannelAxis, Hider, IntegrityAxis, ModelAxis, ProbeReport, Report, Routing, Scores,
    Verdict,
};
use crate::run::Material;
use crate::tables::{Channel, Language, Words};

/// Least probability of a model that is listed.
const LISTED: f64 = 0.001;

/// The figure under which probes tell how many tokens are put before every request.
const INJECTED: &str = "injected_tokens";

/// The probe that asks for nothing but who answers.
const ROUNDS: &str = "mixed-routing";

/// Calls from which on its rounds give a share.
const EVEN_CALLS: u64 = 10;

/// What a run found.
pub(crate) fn report(material: &Material<'_>) -> Report {
    let context = material.context;
    let tables = &context.tables;
    let pairs = || {
        material
            .readings
            .iter()
            .map(|(probe, _, reading)| (probe.about(), reading))
    };
    let weighed = weighed(tables, pairs());
    let claimed = context.facts().map(|facts| facts.id.as_str());
    let posterior = posterior(&tables.rules, &tables.models, claimed, &weighed);
    let readings = || pairs().map(|(_, reading)| reading);
    let integrity = integrity(readings());
    let contradictions: Vec<&Contradiction> = readings()
        .flat_map(|reading| &reading.contradictions)
        .collect();
    let routing = shares(pairs());
    let injected = readings()
        .flat_map(|reading| &reading.figures)
        .find(|(name, _)| name == INJECTED)
        .map(|(_, tokens)| *tokens);
    let grounds = Grounds {
        rules: &tables.rules,
        weighed: &weighed,
        posterior: &posterior,
        contradictions,
        coverage: coverage(pairs()),
        integrity,
        routing,
        injected,
    };
    let decision = decide(&grounds);
    let scores = scores(&decision, &posterior, readings());
    Report {
        site: context.target.site.clone(),
        model_claimed: context.target.model.clone(),
        channel: channel_axis(&posterior, &grounds),
        model: model_axis(&posterior, &grounds),
        probes: probes(material, &weighed),
        cost: material.spent,
        coverage: grounds.coverage,
        verdict: decision.verdict,
        confidence: decision.confidence,
        headline: decision.headline,
        reasons: decision.reasons,
        integrity,
        scores,
        routing,
        depth: context.depth,
        preset: material.preset.to_owned(),
        estimate: material.estimate.clone(),
        stopped: material.stopped,
        started: context.started,
        ended: material.ended,
        seed: context.seed.to_string(),
        calls: calls(material),
    }
}

/// How calls divide. The rounds of the probe for it ask everybody the same; other calls show some more
/// readily than others, so they count only where there are no rounds.
fn shares<'a>(pairs: impl Iterator<Item = (&'a About, &'a Reading)> + Clone) -> Option<Routing> {
    let rounds = pairs.clone().filter(|(about, _)| about.id == ROUNDS);
    let even = routing(rounds.flat_map(|(_, reading)| &reading.marks));
    let both = |one: &Routing| one.foreign > 0 && one.foreign < one.calls;
    even.filter(|one| one.calls >= EVEN_CALLS && both(one))
        .or_else(|| routing(pairs.flat_map(|(_, reading)| &reading.marks)))
}

/// `yes` wins over `no`, `no` over `unknown`.
fn integrity<'a>(readings: impl Iterator<Item = &'a Reading>) -> IntegrityAxis {
    let mut axis = IntegrityAxis::default();
    for (kind, finding) in readings.flat_map(|reading| &reading.integrity) {
        let place = axis.place(*kind);
        *place = match (*place, *finding) {
            (Finding::Yes, _) | (_, Finding::Yes) => Finding::Yes,
            (Finding::No, _) | (_, Finding::No) => Finding::No,
            _ => Finding::Unknown,
        };
    }
    axis
}

fn coverage<'a>(pairs: impl Iterator<Item = (&'a About, &'a Reading)>) -> f64 {
    let (mut answered, mut planned) = (0.0, 0.0);
    for (about, reading) in pairs {
        let weight = match about.forge {
            Forgeability::Keys => 3.0,
            Forgeability::Emulator => 2.0,
            Forgeability::Static => 1.0,
        };
        planned += weight;
        if !matches!(reading.outcome, Outcome::Neutral | Outcome::Skipped) {
            answered += weight;
        }
    }
    if planned > 0.0 {
        answered / planned
    } else {
        0.0
    }
}

fn scores<'a>(
    decision: &Decision,
    posterior: &Posterior,
    readings: impl Iterator<Item = &'a Reading>,
) -> Scores {
    let mut scores = scores_so_far(readings);
    let identity = match decision.verdict {
        Verdict::Contradicted => posterior.claimed().min(1.0 - decision.confidence),
        _ => posterior.claimed(),
    };
    let is_known = decision.verdict != Verdict::Unverifiable;
    scores.identity = is_known.then(|| percent(identity));
    scores
}

fn channel_axis(posterior: &Posterior, grounds: &Grounds<'_>) -> ChannelAxis {
    let is_named = grounds
        .contradictions
        .iter()
        .any(|one| matches!(one, Contradiction::ReverseChannel { .. }));
    let mut probabilities = posterior.channel.clone();
    if is_named {
        // The program gave itself away: what it asks further on is not how answers come here.
        for (channel, probability) in &mut probabilities {
            let share = if *channel == Channel::Reverse {
                1.0
            } else {
                0.0
            };
            *probability = 0.03 * *probability + 0.97 * share;
        }
    }
    let best = probabilities
        .iter()
        .max_by(|one, other| one.1.total_cmp(other.1));
    let least = grounds.rules.verdict.channel_named;
    let best = best.filter(|(_, probability)| **probability >= least);
    ChannelAxis {
        best: best
            .map_or("unknown", |(channel, _)| channel.name())
            .to_owned(),
        probabilities: probabilities
            .iter()
            .map(|(channel, probability)| (channel.name().to_owned(), rounded(*probability)))
            .collect(),
    }
}

fn model_axis(posterior: &Posterior, grounds: &Grounds<'_>) -> ModelAxis {
    let named = grounds.contradictions.iter().find_map(|one| match one {
        Contradiction::OtherModel { served } => Some(served.clone()),
        _ => None,
    });
    let claude = 1.0 - posterior.of(Channel::NotClaude);
    let best = posterior
        .model
        .iter()
        .max_by(|one, other| one.1.total_cmp(other.1));
    let best = best.filter(|(_, probability)| **probability * claude >= 0.5);
    let listed = posterior
        .model
        .iter()
        .map(|(id, share)| (id.clone(), rounded(share * claude)));
    ModelAxis {
        served: named.or_else(|| best.map(|(id, _)| id.clone())),
        probabilities: listed.filter(|(_, share)| *share >= LISTED).collect(),
    }
}

fn probes(material: &Material<'_>, weighed: &[Weighed<'_>]) -> Vec<ProbeReport> {
    let words = Words::of(Language::English).ok();
    let hider = Hider::of(material.seen.values());
    let reports = material.readings.iter().map(|(probe, calls, reading)| {
        let about = probe.about();
        let own: Vec<&Observation> = calls
            .iter()
            .filter_map(|id| material.seen.get(id))
            .collect();
        let row = weighed
            .iter()
            .find(|one| std::ptr::eq(one.reading, reading))
            .map(|one| one.row);
        let say = |words: &Words| words.say(&reading.summary);
        let mut evidence = reading.evidence.clone();
        for one in &mut evidence {
            let texts = [&mut one.expected, &mut one.got].into_iter().flatten();
            for text in texts.chain(one.claim.params.values_mut()) {
                *text = hider.hide(text);
            }
        }
        ProbeReport {
            id: about.id.to_owned(),
            number: about.number.to_owned(),
            axis: about.axis,
            family: about.family,
            forge: about.forge,
            outcome: reading.outcome,
            result: reading.result.clone(),
            summary: words
                .as_ref()
                .map_or_else(|| reading.summary.code.clone(), say),
            claim: reading.summary.clone(),
            evidence,
            marks: reading.marks.clone(),
            figures: reading.figures.iter().cloned().collect::<BTreeMap<_, _>>(),
            calls: calls.clone(),
            tokens: tokens_of(&own),
            weight: row.map(|row| {
                let genuine = Channel::ALL
                    .into_iter()
                    .filter(|channel| channel.is_genuine());
                let best = genuine
                    .map(|one| row.log_channel(one))
                    .fold(f64::MIN, f64::max);
                rounded(best - row.log_channel(Channel::NotClaude))
            }),
            source: about.source.to_owned(),
        }
    });
    reports.collect()
}

fn calls(material: &Material<'_>) -> Vec<CallRecord> {
    let hider = Hider::of(material.seen.values());
    material
        .seen
        .values()
        .map(|seen| hider.record(seen))
        .collect()
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
