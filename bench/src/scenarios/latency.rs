//! What one call costs when nothing else is going on: one client, one connection, body after body.

use super::KB;
use crate::fault::Fault;
use crate::figures::{Goal, Row};
use crate::load::{Variation, Work};
use crate::machine::Layout;
use crate::runner::{Bench, added};

/// Sizes of bodies with their names and the goals for the added median, together and split.
const SIZES: [(usize, &str, Option<f64>, Option<f64>); 4] = [
    (KB, "1 KB", None, None),
    (30 * KB, "30 KB", Some(1.3), None),
    (200 * KB, "200 KB", None, Some(1.2)),
    (KB * KB, "1 MB", None, Some(1.8)),
];
/// The goal for the added 99th percentile at 30 KB, everything on one processor.
const SLOWEST: f64 = 2.5;
/// Length of one measurement in milliseconds. So short a time shows every disturbance: more rounds than elsewhere.
const LENGTH: u64 = 500;
const TIMES_THE_ROUNDS: usize = 2;

/// With everything on one processor.
pub(super) fn together(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let samples = measure(bench, &Layout::together(&bench.processors))?;
    Ok(rows(&samples, "one CPU", |(_, name, median, _)| {
        (*median, (*name == "30 KB").then_some(SLOWEST))
    }))
}

/// With the contender on a processor of its own.
pub(super) fn split(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let samples = measure(bench, &Layout::split(&bench.processors))?;
    Ok(rows(&samples, "split", |(_, _, _, median)| (*median, None)))
}

fn measure(bench: &Bench, layout: &Layout) -> Result<Vec<Vec<crate::runner::Sample>>, Fault> {
    let work = Work::Closed {
        connections: 1,
        duration: bench.options.length(LENGTH),
        variation: Variation::NextTurn,
    };
    let works: Vec<_> = SIZES
        .iter()
        .map(|(size, ..)| (*size, work.clone()))
        .collect();
    let rounds = bench.options.rounds() * TIMES_THE_ROUNDS;
    bench.interleave(layout, rounds, &works)
}

type Size = (usize, &'static str, Option<f64>, Option<f64>);

fn rows(
    samples: &[Vec<crate::runner::Sample>],
    place: &str,
    goals: impl Fn(&Size) -> (Option<f64>, Option<f64>),
) -> Vec<Row> {
    let goal = |ratio: Option<f64>| ratio.map_or(Goal::NONE, Goal::times_nginx);
    SIZES
        .iter()
        .zip(samples)
        .flat_map(|(size, samples)| {
            let (median, slowest) = goals(size);
            [
                Row {
                    title: format!("added p50, {}, {place}", size.1),
                    unit: "µs",
                    series: added(samples, |sample| Some(sample.outcome.p50)),
                    goal: goal(median),
                },
                Row {
                    title: format!("added p99, {}, {place}", size.1),
                    unit: "µs",
                    series: added(samples, |sample| Some(sample.outcome.p99)),
                    goal: goal(slowest),
                },
            ]
        })
        .collect()
}
