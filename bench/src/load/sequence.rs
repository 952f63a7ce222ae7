//! Calls one after the other, each from a new client: does the proxy reuse its upstream connection?

use std::time::Instant;

use super::connection::Connection;
use super::{Order, Outcome, Variation};
use crate::body::Template;
use crate::clock;
use crate::fault::Fault;

pub(super) async fn measure(
    order: &Order,
    count: usize,
    variation: Variation,
) -> Result<Outcome, Fault> {
    let template = Template::new(order.size, false);
    let mut times = Vec::new();
    let begun = Instant::now();
    for _ in 0..count {
        let called = clock::now();
        let mut connection = Connection::open(order).await?;
        connection.call(template.body(variation, called)).await?;
        times.push(clock::now() - called);
    }
    Ok(Outcome::of(times, begun.elapsed(), 0))
}
