//! Many people (or agents) at once, each watching a stream of 50 deltas a second.

use super::KB;
use crate::fault::Fault;
use crate::figures::{Goal, Row};
use crate::load::Work;
use crate::machine::Layout;
use crate::runner::{Bench, series};

/// The goals for so many streams.
struct Goals {
    median: f64,
    slowest: f64,
    processor: Goal,
    memory: f64,
}

/// More rounds: the slowest hundredth jumps fivefold from one to the next, for everybody.
pub(super) fn two_hundred(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let goals = Goals {
        median: 1.1,
        slowest: 1.5,
        processor: Goal::times_nginx(1.25),
        memory: 90.0,
    };
    measure(bench, 200, 2_500, bench.options.rounds() * 2, &goals)
}

/// Fewer rounds, because each takes longer.
pub(super) fn thousand(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let goals = Goals {
        median: 1.15,
        slowest: 1.5,
        processor: Goal::NONE,
        memory: 200.0,
    };
    measure(bench, 1_000, 3_000, bench.options.rounds().min(3), &goals)
}

fn measure(
    bench: &Bench,
    count: usize,
    milliseconds: u64,
    rounds: usize,
    goals: &Goals,
) -> Result<Vec<Row>, Fault> {
    let work = Work::Streams {
        count,
        duration: bench.options.length(milliseconds),
    };
    let layout = Layout::split(&bench.processors);
    let samples = bench.measure(&layout, rounds, 30 * KB, work)?;
    Ok(vec![
        Row {
            title: format!("delta p50, {count} streams"),
            unit: "µs",
            series: series(&samples, |sample| Some(sample.outcome.p50)),
            goal: Goal::times_nginx(goals.median),
        },
        Row {
            title: format!("delta p99, {count} streams"),
            unit: "µs",
            series: series(&samples, |sample| Some(sample.outcome.p99)),
            goal: Goal::times_nginx(goals.slowest),
        },
        Row {
            title: format!("CPU per delta, {count} streams"),
            unit: "µs",
            series: series(&samples, |sample| sample.processor),
            goal: goals.processor,
        },
        Row {
            title: format!("memory, {count} streams"),
            unit: "MB",
            series: series(&samples, |sample| sample.memory),
            goal: Goal::at_most(goals.memory),
        },
        Row {
            title: format!("deltas lost, {count} streams"),
            unit: "",
            series: series(&samples, |sample| Some(sample.outcome.lost as f64)),
            goal: Goal::at_most(0.0),
        },
    ])
}
