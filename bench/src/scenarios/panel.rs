//! 1,000 deltas a second while one panel looks on: how late it sees them, and how much it is told.

use super::{KB, sample};
use crate::contenders::{Contender as _, RELAYSCOPE};
use crate::fault::Fault;
use crate::figures::{Goal, Row};
use crate::load::{Order, Panel, Work};
use crate::machine::Layout;
use crate::runner::{Bench, Sample, series};

/// Streams at once, 50 deltas a second each.
const COUNT: usize = 20;
/// Length of one measurement in milliseconds.
const LENGTH: u64 = 3_000;
/// Most time until something is seen, in milliseconds; most changes of one stream's row in a second.
const GOALS: (f64, f64) = (50.0, 10.0);

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    // Nobody else has a panel.
    let Some(relayscope) = bench.relayscope() else {
        return Ok(Vec::new());
    };
    let layout = Layout::split(&bench.processors);
    let (_mock, upstream) = bench.mock(&layout)?;
    let server = relayscope.start(upstream, &layout.contender)?;
    let order = Order {
        address: server.address,
        size: 30 * KB,
        translated: false,
        work: Work::Watched {
            count: COUNT,
            duration: bench.options.length(LENGTH),
        },
    };
    let samples = (0..bench.options.rounds().min(3))
        .map(|_| sample(RELAYSCOPE, &server, &order, &layout.client))
        .collect::<Result<Vec<_>, _>>()?;
    let (soon, few) = (Goal::at_most(GOALS.0), Goal::at_most(GOALS.1));
    let row = |title: &str, unit, goal, pick: fn(&Sample, &Panel) -> f64| Row {
        title: format!("{title}, {COUNT} streams"),
        unit,
        series: series(&samples, |sample| {
            Some(pick(sample, sample.outcome.panel.as_ref()?))
        }),
        goal,
    };
    Ok(vec![
        row("delta seen in the panel p50", "ms", Goal::NONE, |it, _| {
            it.outcome.p50 / 1000.0
        }),
        row("delta seen in the panel p99", "ms", soon, |it, _| {
            it.outcome.p99 / 1000.0
        }),
        row("start seen in the panel p99", "ms", soon, |_, panel| {
            panel.started / 1000.0
        }),
        row(
            "first token seen in the panel p99",
            "ms",
            soon,
            |_, panel| panel.first / 1000.0,
        ),
        row("end seen in the panel p99", "ms", soon, |_, panel| {
            panel.ended / 1000.0
        }),
        row("changes of a row a second", "/s", few, |_, panel| {
            panel.changes
        }),
        row("messages to the panel", "/s", Goal::NONE, |_, panel| {
            panel.messages
        }),
        row("not seen in the panel", "", Goal::at_most(0.0), |it, _| {
            it.outcome.lost as f64
        }),
    ])
}
