//! Holds what the tester says to what a persona is.

use relayscope_verify::{Finding, Integrity, Report, Verdict};
use testkit::personas::{Harm, Persona, Serves, Way};

/// What may be said of a persona.
pub(crate) fn may(persona: &Persona) -> Vec<Verdict> {
    let truth = &persona.truth;
    let has = |harm: Harm| truth.harms.contains(&harm);
    let forged = has(Harm::Canned) || has(Harm::RewrittenTools);
    match truth.serves {
        // Claude, and yet not by a way that anybody may sell.
        Serves::Claimed if truth.way == Way::Reverse => {
            vec![Verdict::Contradicted, Verdict::Unverifiable]
        }
        Serves::Claimed if truth.lossy => {
            vec![Verdict::Genuine, Verdict::Consistent, Verdict::Unverifiable]
        }
        Serves::Claimed if is_honest(persona) => vec![Verdict::Genuine, Verdict::Consistent],
        Serves::Claimed if forged => vec![
            Verdict::Consistent,
            Verdict::Contradicted,
            Verdict::Unverifiable,
        ],
        Serves::Claimed => vec![Verdict::Consistent, Verdict::Contradicted],
        Serves::OtherClaude(_) if truth.lossy => {
            vec![Verdict::Contradicted, Verdict::Unverifiable]
        }
        Serves::OtherClaude(_) | Serves::NotClaude => vec![Verdict::Contradicted],
        Serves::Mixed => vec![Verdict::Mixed],
        Serves::Nothing => vec![Verdict::Unverifiable, Verdict::Contradicted],
    }
}

/// The claimed model, by a way that is meant for it, left alone. Proxies of subscriptions put Claude Code's
/// first line before everything; they must.
fn is_honest(persona: &Persona) -> bool {
    let truth = &persona.truth;
    let left_alone = truth.harms.is_empty() || truth.way == Way::Subscription;
    truth.serves == Serves::Claimed && truth.way != Way::Reverse && left_alone
}

/// Whether somebody honest is called a fraud, or a fraud is believed.
pub(crate) fn is_grave(persona: &Persona, report: &Report) -> bool {
    let truth = &persona.truth;
    match report.verdict {
        Verdict::Contradicted | Verdict::Mixed => is_honest(persona),
        Verdict::Genuine => truth.serves != Serves::Claimed || truth.way == Way::Reverse,
        Verdict::Consistent => matches!(truth.serves, Serves::OtherClaude(_) | Serves::NotClaude),
        Verdict::Unverifiable => false,
    }
}

/// What the tester says about a persona that is wrong. Empty is right.
pub(crate) fn faults(persona: &Persona, report: &Report) -> Vec<String> {
    let mut faults = Vec::new();
    let may = may(persona);
    if !may.contains(&report.verdict) {
        faults.push(format!("verdict {:?}, not of {may:?}", report.verdict));
    }
    faults.extend(wrong_model(persona, report));
    faults.extend(wrong_channel(persona, report));
    faults.extend(wrong_share(persona, report));
    faults.extend(wrong_integrity(persona, report));
    faults
}

fn wrong_model(persona: &Persona, report: &Report) -> Option<String> {
    let served = report.model.served.as_deref();
    let right = match persona.truth.serves {
        Serves::OtherClaude(model) => served == Some(model) || persona.truth.lossy,
        // A name with a date is told without it.
        Serves::Claimed => served.is_none_or(|served| persona.claimed.starts_with(served)),
        Serves::NotClaude => served.is_none(),
        Serves::Mixed | Serves::Nothing => true,
    };
    (!right).then(|| format!("served {served:?}"))
}

fn wrong_channel(persona: &Persona, report: &Report) -> Option<String> {
    let (best, way) = (report.channel.best.as_str(), way(persona.truth.way));
    // A gateway that leaves bytes and headers alone is none that anybody could see, and the other way round.
    let direct = ["first-party", "gateway"];
    let alike = direct.contains(&best) && direct.contains(&way);
    // Older models answer everybody as they answer subscriptions: without a place.
    let is_older = matches!(persona.truth.serves, Serves::OtherClaude(_));
    let alike = alike || is_older && best == "subscription" && direct.contains(&way);
    let hidden =
        persona.truth.serves == Serves::Mixed || persona.truth.harms.contains(&Harm::Canned);
    let right = best == way || best == "unknown" || alike || hidden;
    (!right).then(|| format!("channel {best}, not {way}"))
}

fn wrong_share(persona: &Persona, report: &Report) -> Option<String> {
    let routing = report
        .routing
        .filter(|_| persona.truth.serves == Serves::Mixed)?;
    let share = f64::from(persona.truth.foreign_percent) / 100.0;
    // One interval in twenty misses by nature; ten points more are never chance here.
    let right = routing.low - 0.1 <= share && share <= routing.high + 0.1;
    (!right).then(|| format!("{share} foreign is not within {routing:?}"))
}

fn wrong_integrity(persona: &Persona, report: &Report) -> Vec<String> {
    let truth = &persona.truth;
    let found = |kind: Integrity| report.integrity.get(kind) == Finding::Yes;
    // A constant surplus of prompt tokens is somebody's text or somebody's invention: usage cannot tell.
    let is_surplus = |harm: &Harm| matches!(harm, Harm::Injection | Harm::Inflation);
    let any_surplus = found(Integrity::PromptInjection) || found(Integrity::UsageInflation);
    let is_claude = truth.serves == Serves::Claimed && truth.way != Way::Reverse;
    let mut wrong = Vec::new();
    for (harm, kind) in HARMS {
        if truth.harms.contains(harm) {
            let may_be_missed = truth.way == Way::Subscription || !is_claude;
            let seen = found(*kind) || is_surplus(harm) && any_surplus;
            if !seen && !may_be_missed {
                wrong.push(format!("{kind:?} not found"));
            }
        } else if is_claude && found(*kind) {
            let is_other = is_surplus(harm) && truth.harms.iter().any(is_surplus);
            if !is_other {
                wrong.push(format!("{kind:?} without cause"));
            }
        }
    }
    wrong
}

const HARMS: &[(Harm, Integrity)] = &[
    (Harm::Injection, Integrity::PromptInjection),
    (Harm::Truncation, Integrity::Truncation),
    (Harm::Inflation, Integrity::UsageInflation),
    (Harm::Canned, Integrity::Canned),
    (Harm::RewrittenTools, Integrity::ToolsRewritten),
];

/// The name of a way in reports.
fn way(way: Way) -> &'static str {
    match way {
        Way::FirstParty => "first-party",
        Way::Gateway => "gateway",
        Way::Bedrock => "bedrock",
        Way::Vertex => "vertex",
        Way::Subscription => "subscription",
        Way::Reverse => "reverse",
        Way::NotClaude => "not-claude",
    }
}

/// The rows of the confusion table.
pub(crate) fn kind(persona: &Persona) -> &'static str {
    let truth = &persona.truth;
    match truth.serves {
        Serves::Claimed if truth.way == Way::Reverse => "reverse channel",
        Serves::Claimed if is_honest(persona) => "genuine",
        Serves::Claimed => "genuine, meddled with",
        Serves::OtherClaude(_) => "another Claude",
        Serves::NotClaude => "not Claude",
        Serves::Mixed => "mixed",
        Serves::Nothing => "nothing",
    }
}
