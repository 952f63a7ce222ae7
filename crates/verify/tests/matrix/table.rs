//! The confusion table, and a line for each persona.

use std::collections::BTreeMap;

use relayscope_verify::{Finding, Integrity, Report, Verdict};
use testkit::personas::Persona;

use crate::judge::kind;

const VERDICTS: [Verdict; 5] = [
    Verdict::Genuine,
    Verdict::Consistent,
    Verdict::Mixed,
    Verdict::Contradicted,
    Verdict::Unverifiable,
];

/// The word of a verdict.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Genuine => "genuine",
        Verdict::Consistent => "consistent",
        Verdict::Mixed => "mixed",
        Verdict::Contradicted => "contradicted",
        Verdict::Unverifiable => "unverifiable",
    }
}

/// Truth against verdict, in Markdown.
pub(crate) fn confusion(judged: &[(&Persona, &Report)]) -> String {
    let mut counts: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for (persona, report) in judged {
        *counts
            .entry(kind(persona))
            .or_default()
            .entry(word(report.verdict))
            .or_default() += 1;
    }
    let mut text = String::from("| truth |");
    for verdict in VERDICTS {
        text.push_str(&format!(" {} |", word(verdict)));
    }
    text.push_str("\n|---|--:|--:|--:|--:|--:|\n");
    for (kind, row) in counts {
        text.push_str(&format!("| {kind} |"));
        for verdict in VERDICTS {
            let count = row
                .get(word(verdict))
                .map_or_else(|| "·".to_owned(), ToString::to_string);
            text.push_str(&format!(" {count} |"));
        }
        text.push('\n');
    }
    text
}

/// What was said about each persona, in Markdown.
pub(crate) fn lines(judged: &[(&Persona, &Report)]) -> String {
    let mut text = String::from(
        "| persona | claims | verdict | channel | model | found |\n|---|---|---|---|---|---|\n",
    );
    for (persona, report) in judged {
        let found: Vec<&str> = KINDS
            .iter()
            .filter(|(kind, _)| report.integrity.get(*kind) == Finding::Yes)
            .map(|(_, name)| *name)
            .collect();
        let served = report.model.served.as_deref().unwrap_or("–");
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            persona.name,
            persona.claimed,
            word(report.verdict),
            report.channel.best,
            served,
            if found.is_empty() {
                "–".to_owned()
            } else {
                found.join(", ")
            },
        ));
    }
    text
}

const KINDS: [(Integrity, &str); 6] = [
    (Integrity::PromptInjection, "injection"),
    (Integrity::Truncation, "truncation"),
    (Integrity::UsageInflation, "inflation"),
    (Integrity::Canned, "canned"),
    (Integrity::ParametersStripped, "parameters"),
    (Integrity::ToolsRewritten, "tools"),
];
