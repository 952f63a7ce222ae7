//! `relayscope verify`.
//!
//! Exit 0: genuine, or consistent with the claim. 1: the test could not be made, or too little came back to
//! say anything. 3: contradicted, or mixed: the site was seen to serve something else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ::verify::{Claim, Language, Outcome, Report, Verdict, Words};
use app::view::{SiteList, VerifyAsk, VerifyRun};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{self, Side};
use super::client::{self, Client, Place};
use super::find;
use crate::failure::Failure;

/// Exit code for a site that is not what it claims to be.
const CONTRADICTED: u8 = 3;

/// Pause between two looks at a test that runs.
const LOOK: Duration = Duration::from_millis(250);

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the site
    name: String,
    /// The model that the site claims to serve
    #[arg(long)]
    model: String,
    /// How deep: quick (about 12 calls), standard (about 35) or full (about 300) [default: the setting]
    #[arg(long, value_parser = ["quick", "standard", "full"])]
    depth: Option<String>,
    /// Most that the test may cost [default: the setting]
    #[arg(long, value_name = "USD", value_parser = amount)]
    max_cost: Option<f64>,
    /// Write a report: .md, .html or .json
    #[arg(long, value_name = "FILE", value_parser = report_file)]
    report: Option<PathBuf>,
    /// Label or id of the key [default: the first that can be used]
    #[arg(long)]
    key: Option<String>,
    /// Calls under way at once [default: the setting]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=8))]
    concurrency: Option<u32>,
    /// A site that you trust, to compare answers with (full depth)
    #[arg(long, value_name = "SITE")]
    reference: Option<String>,
    /// The model's name at the reference
    #[arg(long, value_name = "MODEL", requires = "reference")]
    reference_model: Option<String>,
    /// A site of yours at Anthropic itself, to replay thinking at
    #[arg(long, value_name = "SITE")]
    official: Option<String>,
    /// Language of the report: en or zh-CN
    #[arg(long, default_value = "en", value_parser = ["en", "zh-CN"])]
    language: String,
    /// One JSON document with the whole evidence
    #[arg(long)]
    json: bool,
}

fn amount(text: &str) -> Result<f64, String> {
    let says = || "an amount in US dollars above 0, such as 0.5".to_owned();
    let usd: f64 = text.trim_start_matches('$').parse().map_err(|_| says())?;
    (usd.is_finite() && usd > 0.0)
        .then_some(usd)
        .ok_or_else(says)
}

fn report_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match format_of(&path) {
        Some(_) => Ok(path),
        None => Err("a file that ends in .md, .html or .json".to_owned()),
    }
}

fn format_of(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    ["md", "html", "json"].into_iter().find(|it| *it == ending)
}

/// What is read of `GET /api/verify/runs/{id}` while a test runs.
#[derive(Deserialize)]
struct Detail {
    run: VerifyRun,
    progress: Option<Value>,
}

/// Tests a site. The exit code tells the verdict.
pub(crate) fn run(place: Place, arguments: &Arguments) -> Result<(), Failure> {
    client::to_the_end(place, async |client| test(client, arguments).await)
}

async fn test(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, &arguments.name)?;
    let ask = ask(arguments)?;
    let path = format!("/api/sites/{}/verify", site.id);
    let estimate: ::verify::Estimate = client
        .send(Method::POST, &format!("{path}/estimate"), &ask)
        .await?;
    let cost = estimate.usd.map_or_else(
        || "an unknown amount".to_owned(),
        |usd| format!("${usd:.2} at most"),
    );
    answer::progress(&format!(
        "testing {} for {}: about {}, {cost}",
        site.name,
        arguments.model,
        answer::count(
            usize::try_from(estimate.requests).unwrap_or(usize::MAX),
            "call"
        )
    ));
    let begun: VerifyRun = client.send(Method::POST, &path, &ask).await?;
    let id = begun.id.clone();
    let ended = tokio::select! {
        ended = watch(client, &id) => Some(ended?),
        asked = super::asked_to_stop() => { asked?; None }
    };
    if ended.is_none() {
        let path = format!("/api/verify/runs/{id}/cancel");
        let _: VerifyRun = client.send(Method::POST, &path, &json!({})).await?;
        watch(client, &id).await?;
        return Err(Failure::new(
            "the test was cancelled; what it found is kept",
        ));
    }
    let path = format!("/api/verify/runs/{id}/report?format=json");
    let report: Report = client.get(&path).await?;
    let words = Words::of(Language::of(&arguments.language))?;
    if let Some(file) = &arguments.report {
        write_report(file, &report, &words)?;
    }
    if arguments.json {
        answer::document(&report)?;
    } else {
        answer::say(&shown(&report, &words))?;
    }
    judge(&report, &words)
}

fn ask(arguments: &Arguments) -> Result<VerifyAsk, Failure> {
    let depth = arguments.depth.as_ref();
    let depth = depth.map(|depth| serde_json::from_value(json!(depth)));
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    Ok(VerifyAsk {
        model: arguments.model.clone(),
        depth: depth.transpose()?,
        key: text(&arguments.key),
        max_cost_usd: arguments.max_cost,
        concurrency: arguments.concurrency,
        reference_site: text(&arguments.reference),
        reference_model: text(&arguments.reference_model),
        official_site: text(&arguments.official),
    })
}

/// Waits for the end and says how far the test is whenever that changes.
async fn watch(client: &mut Client, id: &str) -> Result<VerifyRun, Failure> {
    let path = format!("/api/verify/runs/{id}");
    let mut told = String::new();
    loop {
        let detail: Detail = client.get(&path).await?;
        if detail.run.state != "running" {
            return Ok(detail.run);
        }
        let line = line(&detail);
        if line != told {
            answer::progress(&line);
            told = line;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn line(detail: &Detail) -> String {
    let probes = detail
        .progress
        .as_ref()
        .and_then(|it| it["probes"].as_array());
    let (done, all) = probes.map_or((0, 0), |probes| {
        let done = probes.iter().filter(|probe| probe["phase"] == "done");
        (done.count(), probes.len())
    });
    let cost = detail.run.cost_usd;
    let cost = cost.map(|usd| format!(", ${usd:.4}")).unwrap_or_default();
    let calls = answer::count(detail.run.requests as usize, "call");
    format!("  {done} of {all} probes, {calls}{cost}")
}

fn write_report(file: &Path, report: &Report, words: &Words) -> Result<(), Failure> {
    let text = match format_of(file) {
        Some("html") => report.page(words),
        Some("json") => serde_json::to_string_pretty(report)?,
        _ => report.markdown(words),
    };
    std::fs::write(file, text)
        .map_err(|error| Failure::new(format!("{} cannot be written ({error})", file.display())))
}

/// The verdict, the scores, and a line for every probe.
fn shown(report: &Report, words: &Words) -> String {
    let say = |code: String| words.say(&Claim::new(&code));
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let mut lines = vec![format!(
        "{} ({})",
        words.say(&report.headline),
        percent(report.confidence)
    )];
    lines.extend(
        report
            .reasons
            .iter()
            .map(|it| format!("- {}", words.say(it))),
    );
    lines.push(String::new());
    let headings = [
        ("PROBE", Side::Left),
        ("", Side::Left),
        ("FOUND", Side::Left),
    ];
    let row = |probe: &::verify::ProbeReport| {
        [
            format!("{} {}", probe.number, say(format!("probe.{}", probe.id))),
            outcome(probe.outcome).to_owned(),
            words.say(&probe.claim),
        ]
    };
    let rows: Vec<_> = report.probes.iter().map(row).collect();
    lines.push(answer::table(headings, &rows));
    let usd = report.cost.usd;
    let usd = usd.map_or_else(|| "unknown".to_owned(), |usd| format!("${usd:.4}"));
    lines.push(format!(
        "\ncost {usd}, {} in, {} out, {}",
        report.cost.input_tokens,
        report.cost.output_tokens,
        answer::count(
            usize::try_from(report.cost.requests).unwrap_or(usize::MAX),
            "call"
        )
    ));
    lines.join("\n")
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Warn => "warn",
        Outcome::Fail => "fail",
        Outcome::Neutral => "neutral",
        Outcome::Skipped => "skipped",
    }
}

fn judge(report: &Report, words: &Words) -> Result<(), Failure> {
    let says = words.say(&report.headline);
    match report.verdict {
        Verdict::Genuine | Verdict::Consistent => Ok(()),
        Verdict::Unverifiable => Err(Failure::new(format!(
            "{}: {says}. Too little came back to tell",
            report.site
        ))),
        Verdict::Mixed | Verdict::Contradicted => {
            Err(Failure::new(format!("{}: {says}", report.site)).with_code(CONTRADICTED))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_files_are_checked_before_anything_is_asked() {
        assert_eq!(amount("0.5"), Ok(0.5));
        assert_eq!(amount("$2"), Ok(2.0));
        for wrong in ["", "0", "-1", "nan", "inf", "much"] {
            assert!(amount(wrong).is_err(), "{wrong}");
        }
        assert!(report_file("a/b.HTML").is_ok());
        assert!(report_file("report.pdf").is_err());
        assert!(report_file("report").is_err());
    }
}
