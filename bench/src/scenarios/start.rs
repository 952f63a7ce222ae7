//! From the start of the program to its first served request; and what it takes while nobody calls.

use std::thread::sleep;
use std::time::Duration;

use crate::fault::Fault;
use crate::figures::{Goal, Row, Series};
use crate::machine::Layout;
use crate::runner::Bench;

/// After the first request, before memory is read.
const REST: Duration = Duration::from_millis(700);

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let layout = Layout::split(&bench.processors);
    let (_mock, upstream) = bench.mock(&layout)?;
    let (mut starts, mut idles) = (Vec::new(), Vec::new());
    for contender in &bench.contenders {
        let series = || Series {
            contender: contender.name(),
            rounds: Vec::new(),
        };
        let (mut start, mut idle) = (series(), series());
        for _ in 0..bench.options.rounds() {
            let server = contender.start(upstream, &layout.contender)?;
            let Some(process) = &server.process else {
                break;
            };
            sleep(REST);
            start
                .rounds
                .push(server.served_after.as_secs_f64() * 1000.0);
            idle.rounds.push(process.memory());
        }
        starts.push(start);
        idles.push(idle);
    }
    Ok(vec![
        Row {
            title: "start to first request served".into(),
            unit: "ms",
            series: starts,
            goal: Goal::at_most(20.0),
        },
        Row {
            title: "memory, idle".into(),
            unit: "MB",
            series: idles,
            goal: Goal::at_most(20.0),
        },
    ])
}
