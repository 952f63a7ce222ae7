//! Streams while one panel looks on: how long until it sees each delta.

use std::rc::Rc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::Connection;
use super::streams::{INTERVAL, Window, begins_after, nanos};
use super::visible::{self, Heard, Stream};
use super::{Order, Outcome};
use crate::body::Template;
use crate::clock;
use crate::fault::Fault;
use crate::mark::Marks;
use crate::panel::socket::{Frame, Listener};

/// After the last stream has ended, for its end to be told.
const LINGER: Duration = Duration::from_secs(1);

pub(super) async fn measure(
    order: &Order,
    count: usize,
    duration: Duration,
) -> Result<Outcome, Fault> {
    let listener = Listener::begin(order.address)?;
    let template = Rc::new(Template::new(order.size, true));
    let window = Window::of(duration);
    let deltas = Window::deltas(duration);
    let mut running = JoinSet::new();
    for number in 0..count {
        let (order, template) = (order.clone(), Rc::clone(&template));
        running.spawn_local(async move {
            sleep(begins_after(number, count)).await;
            follow(&order, &template, deltas).await
        });
    }
    let (mut streams, mut lost) = (Vec::new(), 0);
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(Ok(stream)) => {
                let came = u64::try_from(stream.sent.len()).unwrap_or(0);
                lost += usize::try_from(deltas.saturating_sub(came)).unwrap_or(usize::MAX);
                streams.push(stream);
            }
            _ => lost += usize::try_from(deltas).unwrap_or(usize::MAX),
        }
    }
    sleep(LINGER).await;
    let heard = listener
        .end()?
        .iter()
        .map(read)
        .collect::<Result<Vec<_>, _>>()?;
    let seen = visible::compare(&streams, &heard, window);
    let handled: usize = streams.iter().map(|stream| stream.sent.len()).sum();
    let unmeasured = handled.saturating_sub(seen.deltas.len());
    let outcome = Outcome::of(seen.deltas, duration, lost + seen.lost).with_unmeasured(unmeasured);
    Ok(Outcome {
        panel: Some(seen.panel),
        ..outcome
    })
}

/// Reads one stream to its end.
async fn follow(order: &Order, template: &Template, deltas: u64) -> Result<Stream, Fault> {
    let mut connection = Connection::open(order).await?;
    let begun = clock::now();
    let (name, mut body) = connection
        .named_stream(deltas, nanos(INTERVAL) / 1000, template.next_turn(begun))
        .await?;
    let mut marks = Marks::default();
    let mut sent = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Some(piece) = frame?.data_ref() {
            marks.feed(piece, |mark| sent.push(mark.sent));
        }
    }
    Ok(Stream {
        name,
        begun,
        ended: clock::now(),
        sent,
    })
}

fn read(frame: &Frame) -> Result<Heard, Fault> {
    let message = serde_json::from_str(&frame.text).map_err(|cause| {
        Fault::misbehaved("the WebSocket", format!("says what nobody knows: {cause}"))
    })?;
    Ok(Heard {
        at: frame.at,
        message,
    })
}
