//! What is measured. One file a scenario; a new one is listed in `all()`.

mod connections;
mod first_token;
mod flood;
mod history_load;
mod history_queries;
mod latency;
mod paced;
mod panel;
mod start;
mod streams;
mod throughput;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::contenders::Server;
use crate::fault::Fault;
use crate::figures::Row;
use crate::load::Order;
use crate::process::Process;
use crate::runner::{Bench, Sample};
use crate::worker;

/// A kilobyte of a body.
const KB: usize = 1024;
/// How often memory is read while a client works.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// One scenario.
pub(crate) struct Scenario {
    /// What `--only` is compared with.
    pub(crate) name: &'static str,
    /// Measures it.
    pub(crate) measure: fn(&Bench) -> Result<Vec<Row>, Fault>,
}

/// Every scenario, in the order of the table.
pub(crate) fn all() -> [Scenario; 13] {
    [
        Scenario {
            name: "latency together",
            measure: latency::together,
        },
        Scenario {
            name: "latency split",
            measure: latency::split,
        },
        Scenario {
            name: "throughput",
            measure: throughput::measure,
        },
        Scenario {
            name: "paced",
            measure: paced::measure,
        },
        Scenario {
            name: "first token",
            measure: first_token::measure,
        },
        Scenario {
            name: "streams 200",
            measure: streams::two_hundred,
        },
        Scenario {
            name: "streams 1000",
            measure: streams::thousand,
        },
        Scenario {
            name: "panel",
            measure: panel::measure,
        },
        Scenario {
            name: "start and idle",
            measure: start::measure,
        },
        Scenario {
            name: "flood",
            measure: flood::measure,
        },
        Scenario {
            name: "connections",
            measure: connections::measure,
        },
        Scenario {
            name: "history queries",
            measure: history_queries::measure,
        },
        // After them: it forgets days of the history.
        Scenario {
            name: "history load",
            measure: history_load::measure,
        },
    ]
}

/// One measurement: the client's view, and what it cost the contender until it came to rest again.
pub(crate) fn sample(
    name: &'static str,
    server: &Server,
    order: &Order,
    client: &str,
) -> Result<Sample, Fault> {
    let before = server.process.as_ref().map(Process::time);
    let (outcome, memory) = while_watching(server, || worker::perform(order, client))?;
    let spent = server
        .process
        .as_ref()
        .zip(before)
        .map(|(process, before)| {
            process.settle();
            process.time().saturating_sub(before)
        });
    if outcome.lost > 0 {
        eprintln!(
            "         {name} lost {} of {} in {order:?}",
            outcome.lost, outcome.count
        );
    }
    Ok(Sample {
        contender: name,
        processor: spent.map(|spent| spent.as_secs_f64() * 1e6 / outcome.handled.max(1) as f64),
        memory,
        outcome,
    })
}

/// Does the work; also gives the most memory that the server took meanwhile.
fn while_watching<T>(
    server: &Server,
    work: impl FnOnce() -> Result<T, Fault>,
) -> Result<(T, Option<f64>), Fault> {
    let Some(process) = &server.process else {
        return Ok((work()?, None));
    };
    let working = AtomicBool::new(true);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = process.memory();
            while working.load(Ordering::Relaxed) {
                thread::sleep(LOOK_EVERY);
                most = most.max(process.memory());
            }
            most
        });
        let outcome = work();
        working.store(false, Ordering::Relaxed);
        Ok((outcome?, watch.join().ok()))
    })
}
