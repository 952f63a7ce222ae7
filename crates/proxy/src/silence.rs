//! A watch on an upstream that says nothing for too long.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until};

/// Costs nearly nothing per piece: its timer is made when there is silence for the first time, set anew only when
/// it fires, and not even looked at after a piece that came before it was to fire.
#[derive(Debug)]
pub(crate) struct Silence {
    limit: Duration,
    /// What the microseconds count from.
    begin: Instant,
    /// When something last came.
    last_us: u64,
    timer: Option<Timer>,
}

#[derive(Debug)]
struct Timer {
    sleep: Pin<Box<Sleep>>,
    /// When it fires.
    due_us: u64,
    /// Whom it wakes.
    waker: Waker,
    /// When something had last come as it was looked at.
    looked_us: u64,
}

impl Silence {
    /// Ends `limit` after the last piece; `heard_us` after `begin` something came first.
    pub(crate) fn new(limit: Duration, begin: Instant, heard_us: u64) -> Self {
        Self {
            limit,
            begin,
            last_us: heard_us,
            timer: None,
        }
    }

    /// Longest silence.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// A piece came.
    pub(crate) fn heard(&mut self, at_us: u64) {
        self.last_us = at_us;
    }

    /// There is nothing now: ready when that has been so for too long.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (last_us, due_us) = (self.last_us, self.last_us + self.limit.as_micros() as u64);
        let due = self.begin + Duration::from_micros(due_us);
        let timer = self.timer.get_or_insert_with(|| Timer {
            sleep: Box::pin(sleep_until(due.into())),
            due_us,
            // It is registered when it is polled.
            waker: Waker::noop().clone(),
            looked_us: last_us,
        });
        let wakes_later = timer.wakes_later(last_us, context.waker());
        timer.looked_us = last_us;
        if wakes_later {
            return Poll::Pending;
        }
        timer.waker.clone_from(context.waker());
        while timer.sleep.as_mut().poll(context).is_ready() {
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            timer.sleep.as_mut().reset(due.into());
            timer.due_us = due_us;
        }
        Poll::Pending
    }
}

impl Timer {
    /// Whether it has not fired yet, and will wake this task: a piece that came since it was looked at came before
    /// it was to fire, or it says so itself.
    fn wakes_later(&self, last_us: u64, waker: &Waker) -> bool {
        let came_in_time = last_us != self.looked_us && last_us < self.due_us;
        self.waker.will_wake(waker) && (came_in_time || !self.sleep.is_elapsed())
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(60);

    /// Pieces come at these moments, ms; gives the moment at which the silence was too long.
    fn too_long_after(pieces: &'static [u64]) -> Duration {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.unwrap().block_on(async {
            let begin = Instant::now();
            let mut silence = Silence::new(LIMIT, begin, 0);
            for at in pieces {
                let next = sleep_until((begin + Duration::from_millis(*at)).into());
                let mut next = std::pin::pin!(next);
                poll_fn(|context| {
                    if next.as_mut().poll(context).is_ready() {
                        return Poll::Ready(());
                    }
                    assert!(silence.poll(context).is_pending(), "{at}");
                    Poll::Pending
                })
                .await;
                silence.heard(begin.elapsed().as_micros() as u64);
            }
            poll_fn(|context| silence.poll(context)).await;
            begin.elapsed()
        })
    }

    #[test]
    fn it_counts_from_the_last_piece() {
        for pieces in [&[][..], &[5], &[20, 40, 55, 70, 100, 130], &[59, 118]] {
            let last = Duration::from_millis(pieces.last().copied().unwrap_or_default());
            let ended = too_long_after(pieces);
            assert!(ended >= last + LIMIT, "{pieces:?}: {ended:?}");
        }
    }
}
