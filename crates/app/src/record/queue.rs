//! What waits to be written.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Thread;
use std::time::Duration;

use bytes::Bytes;
use proxy::{Exchange, Finish};

/// One thing that happened.
pub(super) enum Item {
    Started(Arc<Exchange>),
    Finished {
        exchange: Arc<Exchange>,
        finish: Box<Finish>,
        dropped: bool,
    },
}

/// Unbounded for what is small (the metadata must not be lost), bounded in bytes for bodies.
pub(super) struct Queue {
    items: Mutex<VecDeque<Item>>,
    body_bytes: AtomicUsize,
    body_limit: usize,
    /// Items put in and written, ever: their difference is what waits.
    pushed: AtomicU64,
    written: AtomicU64,
    lost: AtomicU32,
    /// The writer sleeps until it is woken.
    asleep: AtomicBool,
    /// Somebody wants to read what waits.
    hurry: AtomicBool,
    stopping: AtomicBool,
    writer: Mutex<Option<Thread>>,
}

impl Queue {
    pub(super) fn new(body_limit: usize) -> Self {
        Self {
            items: Mutex::default(),
            body_bytes: AtomicUsize::new(0),
            body_limit,
            pushed: AtomicU64::new(0),
            written: AtomicU64::new(0),
            lost: AtomicU32::new(0),
            asleep: AtomicBool::new(false),
            hurry: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            writer: Mutex::default(),
        }
    }

    pub(super) fn started(&self, exchange: &Arc<Exchange>) {
        self.push(Item::Started(exchange.clone()));
    }

    pub(super) fn finished(&self, exchange: &Arc<Exchange>, mut finish: Finish) {
        let size = exchange.body().len() + finish.response_body.len();
        let waiting = self.body_bytes.fetch_add(size, Ordering::Relaxed);
        let dropped = size > 0 && waiting + size > self.body_limit;
        if dropped {
            self.body_bytes.fetch_sub(size, Ordering::Relaxed);
            self.lost.fetch_add(1, Ordering::Relaxed);
            exchange.drop_body(finish.is_stream());
            finish.response_body = Bytes::new();
        }
        let finish = Box::new(finish);
        self.push(Item::Finished {
            exchange: exchange.clone(),
            finish,
            dropped,
        });
    }

    fn push(&self, item: Item) {
        self.items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(item);
        self.pushed.fetch_add(1, Ordering::Release);
        // Waking a thread costs microseconds: only when it sleeps, not for every item.
        if self.asleep.swap(false, Ordering::AcqRel) {
            self.wake();
        }
    }

    /// The bodies of an item are written or given up.
    pub(super) fn bodies_done(&self, bytes: usize) {
        self.body_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn lose(&self, bodies: u32) {
        self.lost.fetch_add(bodies, Ordering::Relaxed);
    }

    /// Exchanges whose bodies were lost.
    pub(super) fn lost(&self) -> u32 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Items ever put in.
    pub(super) fn pushed(&self) -> u64 {
        self.pushed.load(Ordering::Acquire)
    }

    /// Items ever written.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    pub(super) fn add_written(&self, items: u64) {
        self.written.fetch_add(items, Ordering::Release);
    }

    pub(super) fn attach(&self, writer: Thread) {
        *self.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer);
    }

    fn wake(&self) {
        if let Some(writer) = &*self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
            writer.unpark();
        }
    }

    /// Asks the writer not to wait for more.
    pub(super) fn hurry(&self) {
        self.hurry.store(true, Ordering::Release);
        self.wake();
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.wake();
    }

    /// Waits for work, then a little longer for more of it; without work no longer than `patience`.
    /// `false`: nothing is left and the end has come.
    pub(super) fn wait(&self, gather: Duration, enough: usize, patience: Option<Duration>) -> bool {
        loop {
            let stopping = self.stopping.load(Ordering::Acquire);
            match self.len() {
                0 if stopping => return false,
                0 => {
                    self.asleep.store(true, Ordering::Release);
                    if self.len() == 0 && !self.stopping.load(Ordering::Acquire) {
                        match patience {
                            None => std::thread::park(),
                            Some(patience) => std::thread::park_timeout(patience),
                        }
                    }
                    self.asleep.store(false, Ordering::Release);
                    if patience.is_some() {
                        return true;
                    }
                }
                waiting => {
                    let hurry = self.hurry.swap(false, Ordering::AcqRel);
                    if waiting < enough && !hurry && !stopping {
                        std::thread::park_timeout(gather);
                        self.hurry.store(false, Ordering::Release);
                    }
                    return true;
                }
            }
        }
    }

    pub(super) fn take(&self, most: usize) -> Vec<Item> {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        let count = items.len().min(most);
        items.drain(..count).collect()
    }

    /// How much waits.
    pub(super) fn len(&self) -> usize {
        self.items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}
