//! How much later the first token of a stream comes.

use super::KB;
use crate::fault::Fault;
use crate::figures::{Goal, Row};
use crate::load::Work;
use crate::machine::Layout;
use crate::runner::{Bench, added, series};

/// Streams of one measurement.
const COUNT: usize = 100;
/// A call after a pause shows every disturbance; a measurement is short. So there are more of them.
const TIMES_THE_ROUNDS: usize = 3;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for (place, layout) in [
        ("one CPU", Layout::together(&bench.processors)),
        ("split", Layout::split(&bench.processors)),
    ] {
        let work = Work::FirstToken { count: COUNT };
        let rounds = bench.options.rounds() * TIMES_THE_ROUNDS;
        let samples = bench.measure(&layout, rounds, 30 * KB, work)?;
        rows.push(Row {
            title: format!("time to first token, p50, {place}"),
            unit: "µs",
            series: series(&samples, |sample| Some(sample.outcome.p50)),
            goal: Goal::times_nginx(1.4),
        });
        rows.push(Row {
            title: format!("added time to first token, p50, {place}"),
            unit: "µs",
            series: added(&samples, |sample| Some(sample.outcome.p50)),
            goal: Goal::times_nginx(1.4),
        });
    }
    Ok(rows)
}
