//! The client of one measurement: does what it is ordered, prints what it saw, ends.

mod closed;
mod connection;
mod first_token;
mod paced;
mod sequence;
mod streams;
mod visible;
mod watched;

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// One measurement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Whom to call.
    pub(crate) address: SocketAddr,
    /// Bytes of each request's body.
    pub(crate) size: usize,
    /// Whether the contender is to speak to the upstream in another dialect.
    pub(crate) translated: bool,
    /// How to call.
    pub(crate) work: Work,
}

/// The ways of calling.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Each connection calls again as soon as it has its answer.
    Closed {
        /// Connections at once.
        connections: usize,
        /// For how long.
        duration: Duration,
        /// How one body differs from the next.
        variation: Variation,
    },
    /// Calls begin at a steady rate, however long each takes.
    Paced {
        /// Calls a second.
        per_second: u32,
        /// For how long.
        duration: Duration,
    },
    /// Short streams, one after the other on one connection, timed until the first delta.
    FirstToken {
        /// How many.
        count: usize,
    },
    /// Long streams at once, each with 50 deltas a second; the time of each delta is measured.
    Streams {
        /// How many.
        count: usize,
        /// How long all of them run together.
        duration: Duration,
    },
    /// The same streams while one panel looks on; the time until it sees each delta is measured.
    Watched {
        /// How many.
        count: usize,
        /// How long all of them run together.
        duration: Duration,
    },
    /// Calls one after the other, each on a new connection of its own.
    Sequence {
        /// How many.
        count: usize,
        /// How one body differs from the next.
        variation: Variation,
    },
}

/// How the bodies of consecutive requests differ.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Variation {
    /// At the end only, as an agent's next turn does.
    NextTurn,
    /// All along, so that nothing of one is found in another.
    Distinct,
}

/// What the client saw.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Answers (or deltas) that were measured.
    pub(crate) count: usize,
    /// Those and the ones before and after them, which cost the contender as much.
    pub(crate) handled: usize,
    /// Seconds from the first measured one to the last.
    pub(crate) seconds: f64,
    /// Median, in microseconds.
    pub(crate) p50: f64,
    /// The 99th percentile, in microseconds.
    pub(crate) p99: f64,
    /// Calls that failed, deltas that never came or came out of order.
    pub(crate) lost: usize,
    /// What a panel saw that looked on.
    pub(crate) panel: Option<Panel>,
}

/// What a panel that looks on is told, and how late. Times in microseconds, the 99th percentile each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Panel {
    /// From sending a call to its row.
    pub(crate) started: f64,
    /// From the upstream's stamp in a first delta to a row that shows it.
    pub(crate) first: f64,
    /// From the end of an answer at the client to the row that says so.
    pub(crate) ended: f64,
    /// Messages a second.
    pub(crate) messages: f64,
    /// How often a second one stream's row changed, in the busiest stream.
    pub(crate) changes: f64,
}

impl Outcome {
    /// From the measured times in nanoseconds.
    fn of(mut times: Vec<u64>, elapsed: Duration, lost: usize) -> Self {
        times.sort_unstable();
        Self {
            count: times.len(),
            handled: times.len(),
            seconds: elapsed.as_secs_f64(),
            p50: percentile(&times, 50),
            p99: percentile(&times, 99),
            lost,
            panel: None,
        }
    }

    /// With so many more that were handled without being measured.
    fn with_unmeasured(mut self, more: usize) -> Self {
        self.handled += more;
        self
    }
}

/// The nearest rank of sorted nanoseconds, in microseconds.
fn percentile(sorted: &[u64], share: usize) -> f64 {
    let place = (sorted.len() * share).div_ceil(100).saturating_sub(1);
    sorted
        .get(place)
        .map_or(f64::NAN, |nanos| *nanos as f64 / 1000.0)
}

/// Performs the order given as JSON in the only argument; prints the outcome as JSON.
pub(crate) fn perform(arguments: &[String]) -> Result<(), Fault> {
    let wrong =
        |cause: &dyn std::fmt::Display| Fault::WrongUse(format!("`load` needs an order: {cause}"));
    let text = arguments.first().ok_or_else(|| wrong(&"there is none"))?;
    let order: Order = serde_json::from_str(text).map_err(|cause| wrong(&cause))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = tokio::task::LocalSet::new().block_on(&runtime, carry_out(&order))?;
    println!("{}", serde_json::json!(outcome));
    Ok(())
}

async fn carry_out(order: &Order) -> Result<Outcome, Fault> {
    match order.work {
        Work::Closed {
            connections,
            duration,
            variation,
        } => closed::measure(order, connections, duration, variation).await,
        Work::Paced {
            per_second,
            duration,
        } => paced::measure(order, per_second, duration).await,
        Work::FirstToken { count } => first_token::measure(order, count).await,
        Work::Streams { count, duration } => streams::measure(order, count, duration).await,
        Work::Watched { count, duration } => watched::measure(order, count, duration).await,
        Work::Sequence { count, variation } => sequence::measure(order, count, variation).await,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Outcome;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let outcome = Outcome::of(
            (1..=100).rev().map(|micro| micro * 1000).collect(),
            Duration::ZERO,
            0,
        );
        assert_eq!((outcome.p50, outcome.p99), (50.0, 99.0));
        assert!(Outcome::of(Vec::new(), Duration::ZERO, 3).p50.is_nan());
    }
}
