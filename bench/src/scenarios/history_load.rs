//! What a call takes while something heavy is done with a million exchanges.

use std::thread;
use std::time::Duration;

use super::{KB, history_queries, sample};
use crate::contenders::{RELAYSCOPE, Server};
use crate::fault::Fault;
use crate::figures::{Goal, Row, Series};
use crate::history::DAYS;
use crate::load::{Order, Work};
use crate::machine::Layout;
use crate::panel::{Asking, Question, Times};
use crate::runner::Bench;
use crate::worker;

/// Calls a second.
const PER_SECOND: u32 = 300;
/// Length of one measurement in milliseconds; while old exchanges are forgotten, which has to last longer.
const LENGTH: u64 = 3_000;
const FORGETTING: u64 = 1_500;
/// Days that are forgotten in one round: 140,000 exchanges.
const FORGOTTEN: u32 = 4;
/// A panel asks for so long before the first call, and goes on after the last one.
const AHEAD: Duration = Duration::from_millis(300);
/// At most so many times the 99th percentile without.
const GOAL: f64 = 1.2;
/// After forgetting, until Relayscope has come to rest.
const REST: Duration = Duration::from_secs(60);

/// The 99th percentiles of one round, in microseconds.
struct Round {
    alone: f64,
    forgetting: f64,
    adding_up: f64,
    searching: f64,
}

/// One of them.
type Pick = fn(&Round) -> f64;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let Some(relayscope) = bench.relayscope() else {
        return Ok(Vec::new());
    };
    let layout = Layout::split(&bench.processors);
    let history = bench.history(&relayscope)?;
    let mut rounds = Vec::new();
    let keep = |round: u32| DAYS.checked_sub(FORGOTTEN * round);
    for keep in (1..).map_while(keep).take(bench.options.rounds()) {
        // It forgets as soon as it has started.
        let server = history.start(&relayscope, keep, &layout)?;
        let forgetting = slowest(bench, &server, &layout, FORGETTING, None)?;
        if let Some(process) = &server.process {
            process.settle_within(REST);
        }
        let with = |question| slowest(bench, &server, &layout, LENGTH, question);
        rounds.push(Round {
            forgetting,
            alone: with(None)?,
            adding_up: with(Some(history_queries::spend_by_model()))?,
            searching: with(Some(history_queries::vain_search()))?,
        });
    }
    let row = |title: &str, unit, goal, pick: &dyn Fn(&Round) -> f64| Row {
        title: format!("p99, {PER_SECOND} calls/s, 1 M exchanges, {title}"),
        unit,
        series: vec![Series {
            contender: RELAYSCOPE,
            rounds: rounds.iter().map(pick).collect(),
        }],
        goal,
    };
    let mut rows = vec![row("nothing else", "µs", Goal::NONE, &|round| round.alone)];
    let others: [(&str, Pick); 3] = [
        ("spend by model", |round| round.adding_up),
        ("search", |round| round.searching),
        ("forgetting old ones", |round| round.forgetting),
    ];
    for (title, pick) in others {
        rows.push(row(title, "µs", Goal::NONE, &pick));
        rows.push(row(
            &format!("{title} ÷ nothing else"),
            "×",
            Goal::at_most(GOAL),
            &|round| pick(round) / round.alone,
        ));
    }
    Ok(rows)
}

/// The 99th percentile of the calls while a panel asks.
fn slowest(
    bench: &Bench,
    server: &Server,
    layout: &Layout,
    milliseconds: u64,
    question: Option<Question>,
) -> Result<f64, Fault> {
    let duration = bench.options.length(milliseconds);
    let order = Order {
        address: server.address,
        size: 30 * KB,
        translated: false,
        work: Work::Paced {
            per_second: PER_SECOND,
            duration,
        },
    };
    let load = || {
        Ok(sample(RELAYSCOPE, server, &order, &layout.client)?
            .outcome
            .p99)
    };
    let Some(question) = question else {
        return load();
    };
    let asking = Asking {
        address: server.address,
        question,
        times: Times::For(AHEAD + duration + AHEAD),
    };
    thread::scope(|scope| {
        let panel = scope.spawn(|| worker::ask(&asking, &layout.client));
        thread::sleep(AHEAD);
        let slowest = load();
        let broken = |_| Fault::misbehaved("the panel", "ended abnormally");
        panel.join().map_err(broken)??;
        slowest
    })
}
