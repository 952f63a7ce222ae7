//! What has happened and is not in the list yet.
//!
//! The tasks that carry requests and the recorder leave it here without a lock. The recorder gives way to every
//! other program: were it stopped while it held a lock, a request that wanted the same would wait until those
//! programs are done, which was a second and more under a compiler.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

use base::ExchangeId;
use proxy::Exchange;

use super::day::Ended;
use crate::view::ExchangeRow;

/// An exchange that is over.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) id: ExchangeId,
    /// Its revision is told when it is taken into the list.
    pub(super) row: ExchangeRow,
    pub(super) ended: Ended,
}

/// Where news is left. One channel for each side: within a channel a sender may wait for another one.
#[derive(Debug)]
pub(super) struct Inbox {
    started: Sender<Arc<Exchange>>,
    finished: Sender<Box<Finished>>,
    /// Ends that wait, about.
    waiting: AtomicUsize,
}

/// Where it is taken from.
#[derive(Debug)]
pub(super) struct News {
    started: Receiver<Arc<Exchange>>,
    finished: Receiver<Box<Finished>>,
}

/// An empty inbox.
pub(super) fn inbox() -> (Inbox, News) {
    let (start, started) = mpsc::channel();
    let (finish, finished) = mpsc::channel();
    let inbox = Inbox {
        started: start,
        finished: finish,
        waiting: AtomicUsize::new(0),
    };
    (inbox, News { started, finished })
}

impl Inbox {
    /// A request has arrived.
    pub(super) fn started(&self, exchange: &Arc<Exchange>) {
        // The list lives as long as its inbox.
        let _ = self.started.send(exchange.clone());
    }

    /// It is over. Gives how many ends wait now.
    pub(super) fn finished(&self, finished: Box<Finished>) -> usize {
        let _ = self.finished.send(finished);
        self.waiting.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl News {
    /// All that waits: the starts, and the ends. The ends are looked for first, so that the start of each is
    /// among the starts or was taken before.
    pub(super) fn take(&self, inbox: &Inbox) -> (Vec<Arc<Exchange>>, Vec<Box<Finished>>) {
        let finished: Vec<_> = self.finished.try_iter().collect();
        if !finished.is_empty() {
            inbox.waiting.store(0, Ordering::Relaxed);
        }
        (self.started.try_iter().collect(), finished)
    }
}
