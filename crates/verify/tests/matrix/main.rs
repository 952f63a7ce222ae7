//! The whole tester against every persona, over real connections.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "tests"
)]

mod document;
mod driver;
mod judge;
mod table;

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, SystemClock};
use driver::{Doors, Recording, drive};
use relayscope_verify::{
    Contradiction, Depth, Failure, Finding, Integrity, OptIns, Plan, Report, Run, Tables, Target,
    Verdict,
};
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
/// How often likelihoods are made wrong.
const SEEDS: u64 = 8;

/// A persona with what the tester said of it.
struct Tested {
    persona: Persona,
    run: Run,
    report: Report,
    recording: Recording,
}

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

fn begin(plan: &Plan, persona: &Persona) -> Run {
    let prices = Arc::new(price::Catalog::bundled().unwrap());
    Run::new(plan, target(persona), prices, SEED, SystemClock.now()).unwrap()
}

async fn test(persona: Persona) -> Tested {
    let site = persona.start().await.unwrap();
    let mut run = begin(&Plan::of(depth(&persona)), &persona);
    let recording = drive(&mut run, &Doors::only(&site.base_url()), LONGEST).await;
    let report = run.report();
    Tested {
        persona,
        run,
        report,
        recording,
    }
}

/// `MATRIX_ONLY=haiku-as-opus,kiro` tests these alone and explains what every probe saw.
fn chosen(all: Vec<Persona>) -> Vec<Persona> {
    let Ok(names) = std::env::var("MATRIX_ONLY") else {
        return all;
    };
    let is_named = |persona: &Persona| names.split(',').any(|name| name == persona.name);
    all.into_iter().filter(is_named).collect()
}

async fn test_all(all: Vec<Persona>) -> Vec<Tested> {
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
    tested.sort_by_key(|one| order.iter().position(|name| *name == one.persona.name));
    tested
}

/// Everything that the tester says wrongly.
fn judge_all(tested: &[Tested]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Tested {
        persona, report, ..
    } in tested
    {
        for fault in judge::faults(persona, report) {
            wrong.push(format!("{}: {fault}", persona.name));
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

fn show(block: &str, tested: &[Tested]) {
    let pairs: Vec<(&Persona, &Report)> = tested
        .iter()
        .map(|one| (&one.persona, &one.report))
        .collect();
    let tables = format!("{}\n{}", table::confusion(&pairs), table::lines(&pairs));
    println!("{tables}");
    let calls: usize = tested.iter().map(|one| one.recording.len()).sum();
    println!("{calls} calls");
    if std::env::var_os("MATRIX_ONLY").is_none() {
        document::write(block, &tables);
    }
}

async fn hold(block: &str, all: Vec<Persona>) {
    let mut tested = test_all(all).await;
    show(block, &tested);
    let mut wrong = judge_all(&tested);
    wrong.extend(crossings(&mut tested));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for one in &tested {
        document::tells(block, &one.persona);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_persona_is_called_what_it_is() {
    hold("matrix", personas::all().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_called_what_they_are() {
    hold("strangers", personas::held_out().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_are_called_what_they_are() {
    hold("newcomers", personas::unseen().unwrap()).await;
}

#[test]
fn every_probe_stands_in_the_document() {
    document::write("probes", &document::probes());
    assert_eq!(
        document::block("probes"),
        document::probes(),
        "docs/verify.md is stale: UPDATE_DOCS=1 writes it"
    );
}

/// A test with the user's own key at the vendor.
async fn with_official_key(name: &str) -> Report {
    let all = personas::all().unwrap();
    let named = |name: &str| all.iter().find(|persona| persona.name == name).unwrap();
    let persona = named(name);
    let site = persona.start().await.unwrap();
    let official = named("first-party-opus-4-8").start().await.unwrap();
    let plan = Plan {
        opt_ins: OptIns {
            official: true,
            ..OptIns::default()
        },
        only: vec!["own-key-replay".to_owned()],
        ..Plan::of(Depth::Standard)
    };
    let mut run = begin(&plan, persona);
    let doors = Doors {
        official: official.base_url(),
        ..Doors::only(&site.base_url())
    };
    drive(&mut run, &doors, LONGEST).await;
    run.report()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_users_own_key_settles_what_a_site_gives_out() {
    let genuine = with_official_key("first-party").await;
    assert!(
        genuine
            .probes
            .iter()
            .any(|probe| probe.outcome == relayscope_verify::Outcome::Pass),
        "{:?}",
        genuine.probes
    );
    let injected = with_official_key("injected-constant").await;
    assert_eq!(
        injected.integrity.get(Integrity::PromptInjection),
        Finding::Yes
    );
    let forged = with_official_key("glm-renamed").await;
    assert_eq!(
        forged.verdict,
        Verdict::Contradicted,
        "{:?}",
        forged.headline
    );
    assert!(
        forged.headline == relayscope_verify::Claim::new("sure.unsigned"),
        "{:?}",
        Contradiction::Unsigned
    );
}

/// Whether a word is for or against a site.
fn side(verdict: Verdict) -> i8 {
    match verdict {
        Verdict::Genuine | Verdict::Consistent => 1,
        Verdict::Unverifiable => 0,
        Verdict::Mixed | Verdict::Contradicted => -1,
    }
}

/// Weighs everything again with likelihoods that are wrong by up to half, and gives back what changes sides.
fn crossings(tested: &mut [Tested]) -> Vec<String> {
    let table = Tables::bundled().unwrap().likelihoods;
    let mut changed = Vec::new();
    for Tested {
        persona,
        report,
        run,
        ..
    } in tested
    {
        for seed in 1..=SEEDS {
            run.reweigh(table.perturbed(seed, 0.5));
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
