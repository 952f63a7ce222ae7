//! Bodies of 1 MB without a pause, each unlike the others: memory has to stay bounded however long it
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

pub(super) fn measure(bench: &Bench) -> Result<Vec<Row>, Fault> {
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
            size: KB * KB,
            translated: false,
            work: Work::Closed {
                connections: 8,
                duration: bench
                    .options
                    .length(if is_ours { LENGTH } else { LENGTH / 4 }),
                variation: Variation::Distinct,
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
    Ok(vec![
        Row {
            title: "memory over idle, flood of 1 MB bodies".into(),
            unit: "MB",
            series: during,
            goal: Goal::at_most(GOALS.0),
        },
        Row {
            title: "memory over idle, 30 s after the flood".into(),
            unit: "MB",
            series: after,
            goal: Goal::at_most(GOALS.1),
        },
    ])
}
