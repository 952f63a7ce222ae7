//! The whole tester against every persona, over real connections.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "tests"
)]

mod driver;
mod judge;
mod table;

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, SystemClock};
use driver::{Doors, Recording, drive, replay};
use relayscope_verify::{Context, Depth, Failure, Plan, Report, Run, Tables, Target, Verdict};
use testkit::personas::{self, Bad, Harm, Persona, Serves, Standing, Truth, Way};
use tokio::task::JoinSet;

/// Everything random in the runs.
const SEED: u64 = 20_261_120;
/// Longest wait for an answer: personas answer in milliseconds.
const LONGEST: Duration = Duration::from_secs(20);
/// Calls under way at once.
const CONCURRENCY: usize = 4;

fn target(persona: &Persona) -> Target {
    Target {
        concurrency: CONCURRENCY,
        ..Target::new(persona.name, persona.claimed)
    }
}

/// Long texts and repetition are asked for at full depth only.
fn depth(persona: &Persona) -> Depth {
    let long = persona.truth.harms.contains(&Harm::Truncation);
    if long || persona.truth.serves == Serves::Mixed {
        Depth::Full
    } else {
        Depth::Standard
    }
}

async fn test(persona: Persona) -> (Persona, Report, Recording) {
    let depth = depth(&persona);
    let site = persona.start().await.unwrap();
    let prices = Arc::new(price::Catalog::bundled().unwrap());
    let mut run = Run::new(
        &Plan::of(depth),
        target(&persona),
        prices,
        SEED,
        SystemClock.now(),
    )
    .unwrap();
    let recording = drive(&mut run, &Doors::only(&site.base_url()), LONGEST).await;
    let report = run.report();
    (persona, report, recording)
}

/// Only these, for whoever looks for a fault: names with commas between.
fn only(all: Vec<Persona>) -> Vec<Persona> {
    let Ok(names) = std::env::var("MATRIX_ONLY") else {
        return all;
    };
    let is_named = |persona: &Persona| names.split(',').any(|name| name == persona.name);
    all.into_iter().filter(is_named).collect()
}

async fn test_all(all: Vec<Persona>) -> Vec<(Persona, Report, Recording)> {
    let all = only(all);
    let order: Vec<&str> = all.iter().map(|persona| persona.name).collect();
    let mut running = JoinSet::new();
    for persona in all {
        running.spawn(test(persona));
    }
    let mut tested = running.join_all().await;
    tested.sort_by_key(|(persona, _, _)| order.iter().position(|name| *name == persona.name));
    tested
}

/// Prints all faults and gives back the grave ones.
fn judge_all(tested: &[(Persona, Report, Recording)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (persona, report, _) in tested {
        for fault in judge::faults(persona, report) {
            println!("{}: {fault}", persona.name);
        }
        if judge::is_grave(persona, report) {
            wrong.push(format!("{}: {:?}", persona.name, report.verdict));
        }
        if std::env::var("MATRIX_EXPLAINS")
            .is_ok_and(|names| names.split(',').any(|name| name == persona.name))
        {
            explain(report);
        }
    }
    wrong
}

/// Every probe's line, for whoever looks for a fault.
fn explain(report: &Report) {
    println!(
        "== {} {:?} {:?} {:?}",
        report.site, report.verdict, report.channel, report.model
    );
    for probe in &report.probes {
        println!(
            "{:4} {:24} {:?} {} {:?} | {}",
            probe.number, probe.id, probe.outcome, probe.result, probe.weight, probe.summary
        );
        for evidence in &probe.evidence {
            println!(
                "        {:?} expected {:?} got {:?}",
                evidence.claim, evidence.expected, evidence.got
            );
        }
    }
}

fn show(tested: &[(Persona, Report, Recording)]) {
    let pairs: Vec<(Persona, Report)> = tested
        .iter()
        .map(|(persona, report, _)| (persona.clone(), report.clone()))
        .collect();
    println!("{}\n{}", table::confusion(&pairs), table::lines(&pairs));
    let calls: usize = tested.iter().map(|(_, _, recording)| recording.len()).sum();
    println!("{calls} calls");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_persona_is_called_what_it_is() {
    let tested = test_all(personas::all().unwrap()).await;
    show(&tested);
    let wrong = judge_all(&tested);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_called_what_they_are() {
    let tested = test_all(personas::held_out().unwrap()).await;
    show(&tested);
    let wrong = judge_all(&tested);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a word is for or against a site.
fn side(verdict: Verdict) -> i8 {
    match verdict {
        Verdict::Genuine | Verdict::Consistent => 1,
        Verdict::Unverifiable => 0,
        Verdict::Mixed | Verdict::Contradicted => -1,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verdicts_hold_when_likelihoods_are_half_wrong() {
    let mut tested = test_all(personas::all().unwrap()).await;
    tested.extend(test_all(personas::held_out().unwrap()).await);
    let prices = Arc::new(price::Catalog::bundled().unwrap());
    let mut changed = Vec::new();
    for (persona, report, recording) in &tested {
        for seed in 1..=5u64 {
            let mut tables = Tables::bundled().unwrap();
            tables.likelihoods = tables.likelihoods.perturbed(seed, 0.5);
            let context = Context {
                target: target(persona),
                tables: Arc::new(tables),
                depth: depth(persona),
                opt_ins: Default::default(),
                seed: SEED,
                started: report.started,
            };
            let mut run =
                Run::with_context(&Plan::of(depth(persona)), context, prices.clone()).unwrap();
            replay(&mut run, recording);
            let again = run.report();
            let crosses = side(report.verdict) * side(again.verdict) < 0;
            let proves =
                again.verdict == Verdict::Genuine && persona.truth.serves != Serves::Claimed;
            if crosses || proves {
                changed.push(format!(
                    "{} seed {seed}: {:?} became {:?}",
                    persona.name, report.verdict, again.verdict
                ));
            }
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_sites_end_no_run() {
    let mut running = JoinSet::new();
    for (name, bad) in Bad::ALL {
        running.spawn(test_bad(name, *bad));
    }
    for (name, report) in running.join_all().await {
        assert!(
            matches!(
                report.verdict,
                Verdict::Unverifiable | Verdict::Contradicted
            ),
            "{name}: {:?}",
            report.verdict
        );
        assert!(
            report.probes.iter().all(|probe| !probe.summary.is_empty()),
            "{name} says nothing"
        );
    }
}

async fn test_bad(name: &'static str, bad: Bad) -> (&'static str, Report) {
    let persona = Persona {
        name,
        truth: Truth::serving(Serves::Nothing, Way::NotClaude),
        claimed: personas::CLAIMED,
        site: Arc::new(bad),
    };
    let site: Standing = persona.start().await.unwrap();
    let prices = Arc::new(price::Catalog::bundled().unwrap());
    let mut run = Run::new(
        &Plan::of(Depth::Quick),
        target(&persona),
        prices,
        SEED,
        SystemClock.now(),
    )
    .unwrap();
    let recording = drive(
        &mut run,
        &Doors::only(&site.base_url()),
        Duration::from_millis(900),
    )
    .await;
    assert!(!recording.is_empty());
    if bad == Bad::Stalls {
        assert!(
            recording
                .iter()
                .all(|(_, exchange)| exchange.failure == Some(Failure::Timeout))
        );
    }
    (name, run.report())
}
