//! Short streams one after the other: the time from the call to the first delta.

use std::time::Instant;

use http_body_util::BodyExt as _;

use super::connection::{Connection, drain};
use super::{Order, Outcome};
use crate::body::Template;
use crate::clock;
use crate::fault::Fault;
use crate::mark::Marks;

/// Streams before the measured ones.
const WARM_UP: usize = 10;
/// Deltas of each stream: enough for the answer to be a stream, few enough to be over soon.
const DELTAS: u64 = 3;
/// Between them.
const INTERVAL_US: u64 = 1_000;

pub(super) async fn measure(order: &Order, count: usize) -> Result<Outcome, Fault> {
    let template = Template::new(order.size, true);
    let mut connection = Connection::open(order).await?;
    let (mut times, mut lost) = (Vec::new(), 0);
    let begun = Instant::now();
    for number in 0..WARM_UP + count {
        let called = clock::now();
        let mut body = connection
            .stream(DELTAS, INTERVAL_US, template.next_turn(called))
            .await?;
        let mut marks = Marks::default();
        let mut first = None;
        while first.is_none() {
            let Some(frame) = body.frame().await else {
                break;
            };
            if let Some(piece) = frame?.data_ref() {
                marks.feed(piece, |_| first = first.or_else(|| Some(clock::now())));
            }
        }
        match first {
            Some(first) if number >= WARM_UP => times.push(first - called),
            Some(_) => {}
            None => lost += 1,
        }
        drain(body).await?;
    }
    Ok(Outcome::of(times, begun.elapsed(), lost))
}
