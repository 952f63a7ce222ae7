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
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Everything random in the runs.
const SEED: u64 = 20_261_120;
/// Longest wait for an answer: personas answer in milliseconds.
const LONGEST: Duration = Duration::from_secs(60);
/// Calls under way at once.
const CONCURRENCY: usize = 4;
/// Personas under way at once: a busy machine must not look like a slow site.
const PERSONAS: usize = 6;

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

/// `MATRIX_ONLY=haiku-as-opus,kiro` tests these alone and explains what every probe saw.
fn chosen(all: Vec<Persona>) -> Vec<Persona> {
    match std::env::var("MATRIX_ONLY") {
        Ok(names) => {
            let named = |persona: &Persona| names.split(',').any(|name| name == persona.name);
            all.into_iter().filter(named).collect()
        }
        Err(_) => all,
    }
}

async fn test_all(all: Vec<Persona>) -> Vec<(Persona, Report, Recording)> {
    let all = chosen(all);
    let order: Vec<&str> = all.iter().map(|persona| persona.name).collect();
    let mut running = JoinSet::new();
    let room = Arc::new(Semaphore::new(PERSONAS));
    for persona in all {
        let room = room.clone();
        running.spawn(async move {
            let _place = room.acquire_owned().await.unwrap();
            test(persona).await
        });
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
        if std::env::var_os("MATRIX_ONLY").is_some() {
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
    for (persona, report, recording) in tested {
        let failed: Vec<_> = recording
            .iter()
            .filter_map(|(_, exchange)| exchange.failure)
            .collect();
        let slowest = recording
            .iter()
            .map(|(_, exchange)| exchange.ended_ms)
            .fold(0.0, f64::max);
        if !failed.is_empty() || report.stopped.is_some() || slowest > 5_000.0 {
            println!(
                "{}: {failed:?}, stopped {:?}, slowest {slowest:.0} ms",
                persona.name, report.stopped
            );
        }
    }
    let calls: usize = tested.iter().map(|(_, _, recording)| recording.len()).sum();
    println!("{calls} calls");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_persona_is_called_what_it_is() {
    let tested = test_all(personas::all().unwrap()).await;
    show(&tested);
    let mut wrong = judge_all(&tested);
    wrong.extend(crossings(&tested));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_called_what_they_are() {
    let tested = test_all(personas::held_out().unwrap()).await;
    show(&tested);
    let mut wrong = judge_all(&tested);
    wrong.extend(crossings(&tested));
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

/// Reads every recording again with likelihoods that are wrong by up to half, and gives back what changes sides.
fn crossings(tested: &[(Persona, Report, Recording)]) -> Vec<String> {
    let prices = Arc::new(price::Catalog::bundled().unwrap());
    let mut changed = Vec::new();
    for (persona, report, recording) in tested {
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
            let plan = Plan::of(depth(persona));
            let mut run = Run::with_context(&plan, context, prices.clone()).unwrap();
            replay(&mut run, recording);
            let again = run.report();
            let crosses = side(report.verdict) * side(again.verdict) < 0;
            if crosses || judge::is_grave(persona, &again) {
                changed.push(format!(
                    "{} seed {seed}: {:?} became {:?}",
                    persona.name, report.verdict, again.verdict
                ));
            }
        }
    }
    changed
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
