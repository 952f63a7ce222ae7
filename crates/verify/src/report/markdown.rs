//! A report as Markdown.

use super::Report;
use crate::claim::Claim;
use crate::reading::{Axis, Evidence, Finding, Integrity, Outcome};
use crate::tables::Words;

impl Report {
    /// The report as Markdown, in the language of the words.
    pub fn markdown(&self, words: &Words) -> String {
        let say = |code: &str| words.say(&Claim::new(code));
        let mut out = format!("# {}\n\n", say("report.title"));
        out.push_str(&format!("**{}**\n\n", words.say(&self.headline)));
        for (name, value) in self.facts(words) {
            out.push_str(&format!("- {name}: {}\n", escaped(&value)));
        }
        out.push_str(&format!("\n## {}\n\n", say("report.scores")));
        for axis in Axis::ALL {
            let score = self
                .scores
                .get(axis)
                .map_or_else(|| "–".to_owned(), |score| score.to_string());
            out.push_str(&format!("- {}: {score}\n", say(axis_code(axis))));
        }
        out.push_str(&format!("\n## {}\n\n", say("report.integrity")));
        for kind in Integrity::ALL {
            let finding = say(finding_code(self.integrity.get(kind)));
            out.push_str(&format!("- {}: {finding}\n", say(integrity_code(kind))));
        }
        if !self.reasons.is_empty() {
            out.push_str(&format!("\n## {}\n\n", say("report.reasons")));
            for reason in &self.reasons {
                out.push_str(&format!("- {}\n", escaped(&words.say(reason))));
            }
        }
        out.push_str(&format!("\n## {}\n", say("report.probes")));
        for axis in Axis::ALL {
            self.markdown_axis(words, axis, &mut out);
        }
        out.push_str(&format!("\n---\n\n{}\n", say("report.caution")));
        out
    }

    fn markdown_axis(&self, words: &Words, axis: Axis, out: &mut String) {
        let mut own = self
            .probes
            .iter()
            .filter(|probe| probe.axis == axis)
            .peekable();
        if own.peek().is_none() {
            return;
        }
        out.push_str(&format!(
            "\n### {}\n\n",
            words.say(&Claim::new(axis_code(axis)))
        ));
        for probe in own {
            let title = words.say(&Claim::new(&format!("probe.{}", probe.id)));
            out.push_str(&format!(
                "- {} **{title}** ({}): {}\n",
                outcome_sign(probe.outcome),
                probe.number,
                escaped(&words.say(&probe.claim))
            ));
            for evidence in &probe.evidence {
                out.push_str(&format!(
                    "  - {}\n",
                    escaped(&evidence_line(words, evidence))
                ));
            }
        }
    }

    /// What stands at the top of a report: name and value.
    pub(super) fn facts(&self, words: &Words) -> Vec<(String, String)> {
        let say = |code: &str| words.say(&Claim::new(code));
        let unknown = || say("report.unknown");
        let usd = self
            .cost
            .usd
            .map_or_else(unknown, |usd| format!("${usd:.4}"));
        let tokens = Claim::new("report.cost-line")
            .with("usd", usd)
            .with("requests", self.cost.requests)
            .with("input", self.cost.input_tokens)
            .with("output", self.cost.output_tokens);
        let served = self.model.served.clone().unwrap_or_else(unknown);
        vec![
            (say("report.site"), self.site.clone()),
            (say("report.model-claimed"), self.model_claimed.clone()),
            (say("report.model-served"), served),
            (
                say("report.channel"),
                say(&format!("channel.{}", self.channel.best)),
            ),
            (
                say("report.confidence"),
                format!("{:.0} %", self.confidence * 100.0),
            ),
            (
                say("report.coverage"),
                format!("{:.0} %", self.coverage * 100.0),
            ),
            (say("report.when"), self.started.to_string()),
            (say("report.cost"), words.say(&tokens)),
            (say("report.preset"), self.preset.clone()),
        ]
    }
}

/// One piece of evidence in a line.
pub(super) fn evidence_line(words: &Words, evidence: &Evidence) -> String {
    let mut line = words.say(&evidence.claim);
    let mut add = |code: &str, value: &Option<String>| {
        if let Some(value) = value {
            line.push_str(&format!(" · {}: {value}", words.say(&Claim::new(code))));
        }
    };
    add("report.expected", &evidence.expected);
    add("report.got", &evidence.got);
    add("report.source", &evidence.source);
    line
}

pub(super) fn axis_code(axis: Axis) -> &'static str {
    match axis {
        Axis::Identity => "axis.identity",
        Axis::Protocol => "axis.protocol",
        Axis::Billing => "axis.billing",
        Axis::Capability => "axis.capability",
        Axis::Stability => "axis.stability",
    }
}

pub(super) fn integrity_code(kind: Integrity) -> &'static str {
    match kind {
        Integrity::PromptInjection => "integrity.prompt-injection",
        Integrity::Truncation => "integrity.truncation",
        Integrity::UsageInflation => "integrity.usage-inflation",
        Integrity::Canned => "integrity.canned",
        Integrity::ParametersStripped => "integrity.parameters-stripped",
        Integrity::ToolsRewritten => "integrity.tools-rewritten",
    }
}

pub(super) fn finding_code(finding: Finding) -> &'static str {
    match finding {
        Finding::No => "finding.no",
        Finding::Yes => "finding.yes",
        Finding::Unknown => "finding.unknown",
    }
}

fn outcome_sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✓",
        Outcome::Warn => "△",
        Outcome::Fail => "✗",
        Outcome::Neutral | Outcome::Skipped => "–",
    }
}

/// What a site wrote stays text: no markup, no line of its own.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => out.push(' '),
            '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '|' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            other => out.push(other),
        }
    }
    out
}
