//! Many long streams at once: how long each delta takes from the mock's stamp to the client.

use std::rc::Rc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::Connection;
use super::{Order, Outcome};
use crate::body::Template;
use crate::clock;
use crate::fault::Fault;
use crate::mark::Marks;

/// 50 deltas a second, a quick model's pace.
pub(super) const INTERVAL: Duration = Duration::from_millis(20);
/// The streams begin spread over this time, as agents do.
pub(super) const SPREAD: Duration = Duration::from_secs(1);
/// After the last stream has begun, before deltas are measured.
pub(super) const CALM: Duration = Duration::from_millis(300);

/// The time during which deltas count, on the shared clock.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Window {
    /// So long, after all streams have begun, when the first one begins now.
    pub(super) fn of(duration: Duration) -> Self {
        let from = clock::now() + nanos(SPREAD + CALM);
        Self {
            from,
            to: from + nanos(duration),
        }
    }

    /// So many deltas the first stream has to have to last until the last one has been measured.
    pub(super) fn deltas(duration: Duration) -> u64 {
        nanos(SPREAD + CALM + duration + CALM) / nanos(INTERVAL)
    }

    pub(super) fn holds(self, moment: u64) -> bool {
        (self.from..self.to).contains(&moment)
    }
}

/// What one stream showed.
#[derive(Default)]
struct Seen {
    times: Vec<u64>,
    /// All deltas, also those outside the window.
    handled: usize,
    lost: usize,
}

pub(super) async fn measure(
    order: &Order,
    count: usize,
    duration: Duration,
) -> Result<Outcome, Fault> {
    let template = Rc::new(Template::new(order.size, true));
    let window = Window::of(duration);
    let deltas = Window::deltas(duration);
    let mut streams = JoinSet::new();
    for number in 0..count {
        let (order, template) = (order.clone(), Rc::clone(&template));
        let wait = begins_after(number, count);
        streams.spawn_local(async move {
            sleep(wait).await;
            follow(&order, &template, deltas, window).await
        });
    }
    let (mut times, mut handled, mut lost) = (Vec::new(), 0, 0);
    while let Some(ended) = streams.join_next().await {
        match ended {
            Ok(Ok(seen)) => {
                times.extend(seen.times);
                handled += seen.handled;
                lost += seen.lost;
            }
            _ => lost += usize::try_from(deltas).unwrap_or(usize::MAX),
        }
    }
    let unmeasured = handled - times.len();
    Ok(Outcome::of(times, duration, lost).with_unmeasured(unmeasured))
}

/// When a stream begins: one after the other over the spread, but each at its own place within the
/// interval, so that the deltas of all streams come evenly instead of in volleys.
pub(super) fn begins_after(number: usize, count: usize) -> Duration {
    let share = |part: usize| part as f64 / count as f64;
    let intervals = SPREAD.as_millis() / INTERVAL.as_millis();
    let whole = (share(number) * intervals as f64).floor();
    // A prime that divides no usual count: neighbours get places far apart, and no place is taken twice.
    let place = share(number * 7919 % count);
    INTERVAL.mul_f64(whole + place)
}

/// Reads one stream to its end. A delta out of order counts as lost.
async fn follow(
    order: &Order,
    template: &Template,
    deltas: u64,
    window: Window,
) -> Result<Seen, Fault> {
    let mut connection = Connection::open(order).await?;
    let body = template.next_turn(clock::now());
    let mut body = connection
        .stream(deltas, nanos(INTERVAL) / 1000, body)
        .await?;
    let mut marks = Marks::default();
    let mut seen = Seen::default();
    let mut expected = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame?;
        let Some(piece) = frame.data_ref() else {
            continue;
        };
        let now = clock::now();
        marks.feed(piece, |mark| {
            seen.lost += usize::from(mark.sequence != expected);
            seen.handled += 1;
            expected += 1;
            if window.holds(mark.sent) {
                seen.times.push(now.saturating_sub(mark.sent));
            }
        });
    }
    seen.lost += usize::try_from(deltas.saturating_sub(expected)).unwrap_or(usize::MAX);
    Ok(seen)
}

pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{INTERVAL, SPREAD, begins_after};

    #[test]
    fn streams_begin_evenly_within_the_interval() {
        for count in [200, 1_000] {
            let mut quarters = [0_usize; 4];
            for number in 0..count {
                let begins = begins_after(number, count);
                assert!(begins <= SPREAD + INTERVAL);
                let place = begins.as_micros() % INTERVAL.as_micros();
                quarters[(place * 4 / INTERVAL.as_micros()) as usize] += 1;
            }
            assert!(
                quarters
                    .iter()
                    .all(|quarter| quarter.abs_diff(count / 4) <= 2),
                "{quarters:?}"
            );
        }
    }
}
