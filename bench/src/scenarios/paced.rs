//! 1,000 calls a second, whatever happens to each: what waiting in line adds.

use super::KB;
use crate::fault::Fault;
use crate::figures::{Goal, Row};
use crate::load::Work;
use crate::machine::Layout;
use crate::runner::{Bench, added, series};

/// Length of one measurement in milliseconds.
const LENGTH: u64 = 2_000;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let work = Work::Paced {
        per_second: 1_000,
        duration: bench.options.length(LENGTH),
    };
    let layout = Layout::split(&bench.processors);
    let samples = bench.measure(&layout, bench.options.rounds(), 30 * KB, work)?;
    Ok(vec![
        Row {
            title: "added p50, 1,000 calls/s, 30 KB".into(),
            unit: "µs",
            series: added(&samples, |sample| Some(sample.outcome.p50)),
            goal: Goal::NONE,
        },
        Row {
            title: "added p99, 1,000 calls/s, 30 KB".into(),
            unit: "µs",
            series: added(&samples, |sample| Some(sample.outcome.p99)),
            goal: Goal::NONE,
        },
        Row {
            title: "CPU per call, 1,000 calls/s, 30 KB".into(),
            unit: "µs",
            series: series(&samples, |sample| sample.processor),
            goal: Goal::NONE,
        },
    ])
}
