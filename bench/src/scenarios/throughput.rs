//! 32 clients that never pause: how many calls one processor carries, and what each costs it.

use super::KB;
use crate::fault::Fault;
use crate::figures::{Goal, Row};
use crate::load::{Variation, Work};
use crate::machine::Layout;
use crate::runner::{Bench, series};

/// Length of one measurement in milliseconds.
const LENGTH: u64 = 1_000;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let work = Work::Closed {
        connections: 32,
        duration: bench.options.length(LENGTH),
        variation: Variation::NextTurn,
    };
    let layout = Layout::split(&bench.processors);
    let samples = bench.measure(&layout, bench.options.rounds(), 30 * KB, work)?;
    Ok(vec![
        Row {
            title: "calls a second, 32 clients, 30 KB".into(),
            unit: "/s",
            series: series(&samples, |sample| {
                Some(sample.outcome.count as f64 / sample.outcome.seconds)
            }),
            goal: Goal::at_least(15_000.0),
        },
        Row {
            title: "CPU per call, 32 clients, 30 KB".into(),
            unit: "µs",
            series: series(&samples, |sample| sample.processor),
            goal: Goal::times_nginx(2.0),
        },
    ])
}
