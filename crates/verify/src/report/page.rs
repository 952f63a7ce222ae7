//! A report as one HTML page without scripts and without anything from elsewhere.

use super::Report;
use super::markdown::{axis_code, evidence_line, finding_code, integrity_code};
use crate::claim::Claim;
use crate::reading::{Axis, Integrity, Outcome};
use crate::report::Verdict;
use crate::tables::Words;

const STYLE: &str = "body{font:14px/1.5 system-ui,sans-serif;max-width:860px;margin:32px auto;padding:0 16px;\
color:#1a1d21;background:#fff}h1{font-size:17px;margin:0}h2{font-size:14px;margin:24px 0 8px}\
.verdict{font-size:20px;font-weight:600;margin:4px 0 16px}table{border-collapse:collapse;width:100%}\
td{padding:4px 12px 4px 0;vertical-align:top;border-top:1px solid #e3e6ea}td:first-child{color:#5b6470;\
white-space:nowrap}.good{color:#1f7a3d}.warn{color:#a15c00}.bad{color:#b3261e}.mute{color:#5b6470}\
details{border-top:1px solid #e3e6ea;padding:4px 0}summary{cursor:pointer}\
li{overflow-wrap:anywhere}footer{margin-top:32px;color:#5b6470}\
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#15181c}td,details{border-color:#2c3138}\
.good{color:#5fc27e}.warn{color:#e0a458}.bad{color:#ef7a72}td:first-child,.mute,footer{color:#98a1ac}}";

impl Report {
    /// The report as a page, in the language of the words.
    pub fn page(&self, words: &Words) -> String {
        let say = |code: &str| escaped(&words.say(&Claim::new(code)));
        let title = say("report.title");
        let tag = words.language().tag();
        let mut out = format!(
            "<!doctype html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>\n\
             <h1>{title}</h1>\n<p class=\"verdict {}\">{}</p>\n",
            verdict_class(self.verdict),
            escaped(&words.say(&self.headline))
        );
        table(&mut out, &self.facts(words));
        out.push_str(&format!("<h2>{}</h2>\n", say("report.scores")));
        let scores: Vec<(String, String)> = Axis::ALL
            .into_iter()
            .map(|axis| {
                let score = self
                    .scores
                    .get(axis)
                    .map_or_else(|| "–".to_owned(), |one| one.to_string());
                (words.say(&Claim::new(axis_code(axis))), score)
            })
            .collect();
        table(&mut out, &scores);
        out.push_str(&format!("<h2>{}</h2>\n", say("report.integrity")));
        let kinds: Vec<(String, String)> = Integrity::ALL
            .into_iter()
            .map(|kind| {
                let finding = words.say(&Claim::new(finding_code(self.integrity.get(kind))));
                (words.say(&Claim::new(integrity_code(kind))), finding)
            })
            .collect();
        table(&mut out, &kinds);
        if !self.reasons.is_empty() {
            out.push_str(&format!("<h2>{}</h2>\n<ul>\n", say("report.reasons")));
            for reason in &self.reasons {
                out.push_str(&format!("<li>{}</li>\n", escaped(&words.say(reason))));
            }
            out.push_str("</ul>\n");
        }
        out.push_str(&format!("<h2>{}</h2>\n", say("report.probes")));
        self.page_probes(words, &mut out);
        out.push_str(&format!(
            "<footer>{}</footer>\n</body></html>\n",
            say("report.caution")
        ));
        out
    }

    fn page_probes(&self, words: &Words, out: &mut String) {
        for probe in &self.probes {
            let title = words.say(&Claim::new(&format!("probe.{}", probe.id)));
            out.push_str(&format!(
                "<details><summary><span class=\"{}\">●</span> {} <span class=\"mute\">{}</span> {}</summary>\n<ul>\n",
                outcome_class(probe.outcome),
                escaped(&title),
                escaped(&probe.number),
                escaped(&words.say(&probe.claim))
            ));
            for evidence in &probe.evidence {
                out.push_str(&format!(
                    "<li>{}</li>\n",
                    escaped(&evidence_line(words, evidence))
                ));
            }
            let source = words.say(&Claim::new("report.source"));
            out.push_str(&format!(
                "<li class=\"mute\">{}: {}</li>\n</ul></details>\n",
                escaped(&source),
                escaped(&probe.source)
            ));
        }
    }
}

fn table(out: &mut String, rows: &[(String, String)]) {
    out.push_str("<table>\n");
    for (name, value) in rows {
        out.push_str(&format!(
            "<tr><td>{}</td><td>{}</td></tr>\n",
            escaped(name),
            escaped(value)
        ));
    }
    out.push_str("</table>\n");
}

fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Genuine => "good",
        Verdict::Consistent | Verdict::Unverifiable => "warn",
        Verdict::Mixed | Verdict::Contradicted => "bad",
    }
}

fn outcome_class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "good",
        Outcome::Warn => "warn",
        Outcome::Fail => "bad",
        Outcome::Neutral | Outcome::Skipped => "mute",
    }
}

/// What a site wrote stays text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
