//! Calls without a pause, with large bodies and with many small ones: memory has to stay bounded however long it
//! lasts, and to come back afterwards.

use std::thread::sleep;
use std::time::Duration;

use super::{KB, sample};
use crate::contenders::RELAYSCOPE;
use crate::fault::Fault;
use crate::figures::{Goal, Row, Series};
use crate::load::{Order, Variation, Work};
use crate::machine::Layout;
use crate::runner::Bench;

/// How long we are flooded, in milliseconds; the others only for a quarter of it.
const LENGTH: u64 = 20_000;
/// After this we want to be back, in milliseconds.
const BACK_AFTER: u64 = 30_000;
/// Over the idle memory, in megabytes: during the flood, and afterwards.
const GOALS: (f64, f64) = (128.0, 30.0);

/// What comes.
struct Flood {
    name: &'static str,
    size: usize,
    connections: usize,
    variation: Variation,
}

/// Bodies that are much to hold, each unlike the others; and calls that are more than can be written at once.
const FLOODS: [Flood; 2] = [
    Flood {
        name: "1 MB bodies",
        size: KB * KB,
        connections: 8,
        variation: Variation::Distinct,
    },
    Flood {
        name: "30 KB calls",
        size: 30 * KB,
        connections: 32,
        variation: Variation::NextTurn,
    },
];

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for flood in &FLOODS {
        rows.extend(endure(bench, flood)?);
    }
    Ok(rows)
}

fn endure(bench: &Bench, flood: &Flood) -> Result<[Row; 2], Fault> {
    let layout = Layout::split(&bench.processors);
    let (_mock, upstream) = bench.mock(&layout)?;
    let (mut during, mut after) = (Vec::new(), Vec::new());
    for contender in &bench.contenders {
        let name = contender.name();
        let is_ours = name == RELAYSCOPE;
        let server = contender.start(upstream, &layout.contender)?;
        let Some(process) = &server.process else {
            continue;
        };
        sleep(Duration::from_millis(500));
        let idle = process.memory();
        let order = Order {
            address: server.address,
            size: flood.size,
            translated: false,
            work: Work::Closed {
                connections: flood.connections,
                duration: bench
                    .options
                    .length(if is_ours { LENGTH } else { LENGTH / 4 }),
                variation: flood.variation,
            },
        };
        let flooded = sample(name, &server, &order, &layout.client)?;
        let series = |figure| Series {
            contender: name,
            rounds: vec![figure],
        };
        during.push(series(flooded.memory.unwrap_or(f64::NAN) - idle));
        if is_ours {
            sleep(bench.options.length(BACK_AFTER));
            after.push(series(process.memory() - idle));
        }
    }
    Ok([
        Row {
            title: format!("memory over idle, flood of {}", flood.name),
            unit: "MB",
            series: during,
            goal: Goal::at_most(GOALS.0),
        },
        Row {
            title: format!("memory over idle, 30 s after the {}", flood.name),
            unit: "MB",
            series: after,
            goal: Goal::at_most(GOALS.1),
        },
    ])
}
