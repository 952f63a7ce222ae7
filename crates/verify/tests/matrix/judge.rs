//! Holds what the tester says to what a persona is.

use relayscope_verify::{Finding, Integrity, Report, Verdict};
use testkit::personas::{Harm, Persona, Serves, Way};

/// Whether somebody honest is called a fraud, or a fraud is believed.
pub(crate) fn is_grave(persona: &Persona, report: &Report) -> bool {
    let truth = &persona.truth;
    match report.verdict {
        Verdict::Contradicted | Verdict::Mixed => {
            truth.serves == Serves::Claimed
                && truth.way != Way::Reverse
                && (truth.harms.is_empty() || truth.way == Way::Subscription)
        }
        Verdict::Genuine => truth.serves != Serves::Claimed || truth.way == Way::Reverse,
        Verdict::Consistent => matches!(truth.serves, Serves::OtherClaude(_) | Serves::NotClaude),
        Verdict::Unverifiable => false,
    }
}

/// What the tester says about a persona that is wrong. Empty is right.
pub(crate) fn faults(persona: &Persona, report: &Report) -> Vec<String> {
    let mut faults = Vec::new();
    let mut hold = |right: bool, what: String| {
        if !right {
            faults.push(what);
        }
    };
    let truth = &persona.truth;
    let verdict = report.verdict;
    let honest = truth.serves == Serves::Claimed && truth.way != Way::Reverse;
    let left_alone = truth
        .harms
        .iter()
        .all(|harm| *harm == Harm::Injection && truth.way == Way::Subscription);
    let forged = truth
        .harms
        .iter()
        .any(|harm| matches!(harm, Harm::Canned | Harm::RewrittenTools));
    let may = match truth.serves {
        Serves::Claimed if truth.way == Way::Reverse => {
            vec![Verdict::Contradicted, Verdict::Unverifiable]
        }
        Serves::Claimed if truth.lossy => {
            vec![Verdict::Genuine, Verdict::Consistent, Verdict::Unverifiable]
        }
        Serves::Claimed if left_alone => vec![Verdict::Genuine, Verdict::Consistent],
        Serves::Claimed if forged => vec![
            Verdict::Consistent,
            Verdict::Contradicted,
            Verdict::Unverifiable,
        ],
        Serves::Claimed => vec![Verdict::Consistent, Verdict::Contradicted],
        Serves::OtherClaude(_) if truth.lossy => {
            vec![Verdict::Contradicted, Verdict::Unverifiable]
        }
        Serves::OtherClaude(_) => vec![Verdict::Contradicted],
        Serves::NotClaude => vec![Verdict::Contradicted],
        Serves::Mixed => vec![Verdict::Mixed],
        Serves::Nothing => vec![Verdict::Unverifiable, Verdict::Contradicted],
    };
    hold(
        may.contains(&verdict),
        format!("verdict {verdict:?}, not of {may:?}"),
    );
    if let Serves::OtherClaude(model) = truth.serves
        && !truth.lossy
    {
        hold(
            report.model.served.as_deref() == Some(model),
            format!("served {:?}, not {model}", report.model.served),
        );
    }
    if honest {
        let served = report.model.served.as_deref();
        hold(
            served.is_none() || served == Some(persona.claimed),
            format!("served {served:?}"),
        );
    }
    let named = way(truth.way);
    if truth.serves != Serves::Mixed {
        let best = report.channel.best.as_str();
        // A gateway that leaves bytes and headers alone is none that anybody could see, and the other way round.
        let direct = ["first-party", "gateway"];
        let alike = direct.contains(&best) && direct.contains(&named);
        hold(
            best == named || best == "unknown" || alike,
            format!("channel {best}, not {named}"),
        );
    }
    // A constant surplus of prompt tokens is somebody's text or somebody's invention: usage cannot tell.
    let surplus = [Harm::Injection, Harm::Inflation];
    let is_surplus = |harm: &Harm| surplus.contains(harm);
    let found = |kind: Integrity| report.integrity.get(kind) == Finding::Yes;
    let any_surplus = found(Integrity::PromptInjection) || found(Integrity::UsageInflation);
    for (harm, kind) in HARMS {
        if truth.harms.contains(harm) {
            let small = truth.way == Way::Subscription || truth.way == Way::Reverse;
            let seen = found(*kind) || is_surplus(harm) && any_surplus;
            hold(seen || small, format!("{kind:?} not found"));
        } else if honest {
            let other = is_surplus(harm) && truth.harms.iter().any(is_surplus);
            hold(!found(*kind) || other, format!("{kind:?} without cause"));
        }
    }
    faults
}

const HARMS: &[(Harm, Integrity)] = &[
    (Harm::Injection, Integrity::PromptInjection),
    (Harm::Truncation, Integrity::Truncation),
    (Harm::Inflation, Integrity::UsageInflation),
    (Harm::Canned, Integrity::Canned),
    (Harm::RewrittenTools, Integrity::ToolsRewritten),
];

/// The name of a way in reports.
pub(crate) fn way(way: Way) -> &'static str {
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
        Serves::Claimed if truth.harms.is_empty() || truth.way == Way::Subscription => "genuine",
        Serves::Claimed => "genuine, meddled with",
        Serves::OtherClaude(_) => "another Claude",
        Serves::NotClaude => "not Claude",
        Serves::Mixed => "mixed",
        Serves::Nothing => "nothing",
    }
}
