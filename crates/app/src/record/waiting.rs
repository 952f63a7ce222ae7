//! What the writer has taken out of the queue: ends that wait for their turn, and what has just begun.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::ExchangeId;
use proxy::Exchange;

use super::queue::{Count, End, Outlet, Queue};

/// An exchange that has run for so long is written with its request before it ends: a kill would take it.
const AGE: Duration = Duration::from_secs(1);

/// Bytes of requests that are written so in one transaction, and one more.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What waits, and what runs for less than [`AGE`].
#[derive(Default)]
pub(super) struct Waiting {
    ends: VecDeque<End>,
    /// Names sort by arrival.
    young: BTreeMap<ExchangeId, Arc<Exchange>>,
    /// Until then the requests of what runs are left alone.
    not_before: Option<Instant>,
}

/// What is to be written now.
pub(super) struct Batch {
    /// What has begun and has not ended.
    pub(super) starts: Vec<Arc<Exchange>>,
    pub(super) ends: Vec<End>,
    /// What that makes of the queue: also starts whose ends have come already.
    pub(super) count: Count,
}

impl Waiting {
    /// Takes what has come out of the queue: all starts, and the oldest ends.
    pub(super) fn take(&mut self, queue: &Queue, outlet: &Outlet, most: usize) -> Batch {
        // The ends first, so that the start of each is among these starts or was taken before.
        let known = self.ends.len();
        self.ends.extend(outlet.ends.try_iter());
        let mut starts: Vec<_> = outlet.starts.try_iter().collect();
        let mut count = Count {
            starts: starts.len() as u64,
            ends: 0,
        };
        let ended: HashSet<_> = self
            .ends
            .range(known..)
            .map(|end| end.exchange.id)
            .collect();
        for id in &ended {
            self.young.remove(id);
        }
        starts.retain(|exchange| !ended.contains(&exchange.id));
        for exchange in &starts {
            self.young.insert(exchange.id, exchange.clone());
        }
        let ends: Vec<_> = self.ends.drain(..most.min(self.ends.len())).collect();
        count.ends = ends.len() as u64;
        if self.ends.is_empty() {
            // After a flood.
            self.ends.shrink_to(most);
        }
        queue.add_taken(count);
        Batch {
            starts,
            ends,
            count,
        }
    }

    /// What has run for [`AGE`] and has not been given before.
    pub(super) fn grown(&mut self, now: Instant) -> Vec<Arc<Exchange>> {
        let (mut grown, mut bytes) = (Vec::new(), 0);
        if self.not_before.is_some_and(|moment| now < moment) {
            return grown;
        }
        while bytes <= MOST_BYTES
            && let Some(first) = self.young.first_entry()
            && first.get().begin + AGE <= now
        {
            let exchange = first.remove();
            bytes += exchange.body().len();
            grown.push(exchange);
        }
        grown
    }

    /// There is no time for it now, or nowhere to write to.
    pub(super) fn postpone(&mut self, now: Instant) {
        self.not_before = Some(now + AGE);
    }

    /// When something has grown, or may be looked for again.
    pub(super) fn next(&self) -> Option<Instant> {
        let (_, first) = self.young.first_key_value()?;
        let grown = first.begin + AGE;
        Some(self.not_before.map_or(grown, |moment| moment.max(grown)))
    }
}
