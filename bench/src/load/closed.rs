//! Closed loop: every connection calls again as soon as it has its answer.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::{Order, Outcome, Variation};
use crate::body::Template;
use crate::clock;
use crate::fault::Fault;

/// Calls before the measured ones: connections, caches and pools are warm then.
const WARM_UP: usize = 20;
/// Serial numbers of one connection, so that no two connections send the same body.
const SERIALS: u64 = 1_000_000_000;

pub(super) async fn measure(
    order: &Order,
    connections: usize,
    duration: Duration,
    variation: Variation,
) -> Result<Outcome, Fault> {
    let template = Rc::new(Template::new(order.size, false));
    let first = clock::now();
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(order).await?);
    }
    let begun = Instant::now();
    let loops: Vec<_> = (0..)
        .zip(open)
        .map(|(number, connection)| {
            let serial = first + number * SERIALS;
            let template = Rc::clone(&template);
            tokio::task::spawn_local(call_until(
                begun + duration,
                connection,
                template,
                serial,
                variation,
            ))
        })
        .collect();
    let (mut times, mut lost) = (Vec::new(), 0);
    for ended in loops {
        match ended.await {
            Ok((seen, failed)) => {
                times.extend(seen);
                lost += failed;
            }
            Err(_) => lost += 1,
        }
    }
    Ok(Outcome::of(times, begun.elapsed(), lost).with_unmeasured(connections * WARM_UP))
}

/// The times of all calls, and how many failed. A failure ends the loop: the connection is gone.
async fn call_until(
    deadline: Instant,
    mut connection: Connection,
    template: Rc<Template>,
    first: u64,
    variation: Variation,
) -> (Vec<u64>, usize) {
    let mut times = Vec::new();
    for serial in 0.. {
        if serial > WARM_UP as u64 && Instant::now() >= deadline {
            break;
        }
        let body = template.body(variation, first + serial);
        let begun = clock::now();
        if connection.call(body).await.is_err() {
            return (times, 1);
        }
        if serial >= WARM_UP as u64 {
            times.push(clock::now() - begun);
        }
    }
    (times, 0)
}
