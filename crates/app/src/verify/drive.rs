//! Drives a run: sends what it asks for, hands back what came, until it is over or cancelled.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::verify::{Call, CallId, Door, Exchange, Failure, Progress, Report, Run, Step};
use base::{Clock, Timestamp};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::send::Outlet;

/// Progress is reckoned this often at most: it looks at every answer.
const TOLD: Duration = Duration::from_millis(150);

/// Longest sleep without looking at the clock again.
const LOOK: Duration = Duration::from_secs(5);

/// Whom a run can call.
#[derive(Clone, Debug)]
pub(super) struct Outlets {
    pub(super) site: Outlet,
    pub(super) official: Option<Outlet>,
    pub(super) reference: Option<Outlet>,
}

impl Outlets {
    fn of(&self, door: Door) -> Option<&Outlet> {
        match door {
            Door::Site => Some(&self.site),
            Door::Official => self.official.as_ref(),
            Door::Reference => self.reference.as_ref(),
        }
    }
}

/// A run on its way.
pub(super) struct Drive {
    pub(super) run: Run,
    pub(super) outlets: Outlets,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) cancelled: CancellationToken,
    /// Calls under way.
    pub(super) calls: JoinSet<(CallId, Exchange)>,
    pub(super) under_way: HashMap<CallId, AbortHandle>,
}

impl Drive {
    /// Runs to the end and gives the report. `tell` is told how far it is.
    pub(super) async fn finish(mut self, tell: impl Fn(Progress)) -> Report {
        let mut told: Option<Instant> = None;
        loop {
            if told.is_none_or(|at| at.elapsed() >= TOLD) {
                tell(self.run.progress());
                told = Some(Instant::now());
            }
            match self.run.next(self.clock.now()) {
                Step::Send(calls) => calls.into_iter().for_each(|call| self.send(call)),
                Step::Wait { until } => self.wait(until).await,
                Step::Done => break,
            }
        }
        self.run.report()
    }

    fn send(&mut self, call: Call) {
        let Some(outlet) = self.outlets.of(call.door).cloned() else {
            // Nobody gave us such a door: the probe reads that nothing was asked.
            let exchange = missing(&*self.clock, Failure::Other);
            return self.run.take(call.id, exchange);
        };
        let clock = self.clock.clone();
        let id = call.id;
        let handle = self.calls.spawn(async move {
            let exchange = outlet.exchange(&call, &*clock).await;
            (id, exchange)
        });
        self.under_way.insert(id, handle);
    }

    /// Waits for an answer, a moment, or the end.
    async fn wait(&mut self, until: Option<Timestamp>) {
        let now = self.clock.now();
        let left = until.map(|until| u64::try_from(until.0 - now.0).unwrap_or(0));
        let sleep = left.map_or(LOOK, |micros| Duration::from_micros(micros).min(LOOK));
        let cancelled = self.cancelled.clone();
        tokio::select! {
            Some(joined) = self.calls.join_next(), if !self.calls.is_empty() => {
                if let Ok((id, exchange)) = joined {
                    self.under_way.remove(&id);
                    self.run.take(id, exchange);
                }
            }
            () = cancelled.cancelled(), if self.run.stopped().is_none() => self.cancel(),
            () = tokio::time::sleep(sleep) => {}
        }
    }

    /// Nothing more is sent, and nobody waits for what was.
    fn cancel(&mut self) {
        self.run.cancel();
        for (id, handle) in std::mem::take(&mut self.under_way) {
            handle.abort();
            self.run.take(id, missing(&*self.clock, Failure::Cancelled));
        }
    }
}

fn missing(clock: &dyn Clock, failure: Failure) -> Exchange {
    Exchange {
        started: clock.now(),
        failure: Some(failure),
        ..Exchange::default()
    }
}
