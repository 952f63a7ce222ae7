//! What waits to be written.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proxy::{Exchange, Finish};

use super::backlog::{BACKLOG, Backlog};

/// Age from which what waits is late, and the age at which the lag has been made good.
const LATE: Duration = Duration::from_secs(2);
const IN_TIME: Duration = Duration::from_millis(200);

/// When so many items wait, a thread that gives way is not enough. They take 1.2 kB each: the memory of few is
/// still in the processor's caches when it is used again.
const FLOOD: usize = 2 * BACKLOG;

/// When no more wait, help is not needed any longer.
const CAUGHT_UP: usize = BACKLOG / 4;

/// One thing that happened.
pub(super) enum Item {
    Started(Arc<Exchange>),
    Finished {
        exchange: Arc<Exchange>,
        finish: Box<Finish>,
        dropped: bool,
    },
}

impl Item {
    /// How long ago it happened.
    fn age(&self) -> Duration {
        match self {
            Self::Started(exchange) => exchange.begin.elapsed(),
            Self::Finished {
                exchange, finish, ..
            } => {
                let took = Duration::from_micros(finish.times.last_byte);
                exchange.begin.elapsed().saturating_sub(took)
            }
        }
    }
}

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// How many items.
    pub(super) items: usize,
    /// How long ago the first of them happened.
    pub(super) oldest: Duration,
}

/// Whether the thread that gives way to everybody gets too little done, so that another one has to help.
/// `helping`: it does already, and goes on until the lag has been made good.
pub(super) fn needs_help(waiting: Option<Waiting>, helping: bool) -> bool {
    let Some(waiting) = waiting else { return false };
    let (age, items) = if helping {
        (IN_TIME, CAUGHT_UP)
    } else {
        (LATE, FLOOD)
    };
    waiting.oldest > age || waiting.items > items
}

/// Unbounded for what is small (the metadata must not be lost), bounded in bytes for bodies.
pub(super) struct Queue {
    items: Mutex<VecDeque<Item>>,
    body_bytes: AtomicUsize,
    body_limit: usize,
    backlog: Backlog,
    /// What the moments of the backlog count from.
    birth: Instant,
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
    /// The helper sleeps until something happens.
    helper_asleep: AtomicBool,
    helper: Mutex<Option<Thread>>,
}

impl Queue {
    pub(super) fn new(body_limit: usize) -> Self {
        Self {
            items: Mutex::default(),
            body_bytes: AtomicUsize::new(0),
            body_limit,
            backlog: Backlog::default(),
            birth: Instant::now(),
            pushed: AtomicU64::new(0),
            written: AtomicU64::new(0),
            lost: AtomicU32::new(0),
            asleep: AtomicBool::new(false),
            hurry: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            writer: Mutex::default(),
            helper_asleep: AtomicBool::new(false),
            helper: Mutex::default(),
        }
    }

    pub(super) fn started(&self, exchange: &Arc<Exchange>) {
        self.push(Item::Started(exchange.clone()));
    }

    pub(super) fn finished(&self, exchange: &Arc<Exchange>, mut finish: Box<Finish>) {
        let size = exchange.body().len() + finish.response_body.len();
        let waiting = self.body_bytes.fetch_add(size, Ordering::Relaxed);
        let is_full = waiting + size > self.body_limit || self.is_behind();
        let dropped = size > 0 && is_full;
        if dropped {
            self.body_bytes.fetch_sub(size, Ordering::Relaxed);
            self.lost.fetch_add(1, Ordering::Relaxed);
            exchange.drop_body(finish.is_stream);
            // Arrivals are told of the body's pieces.
            (finish.response_body, finish.arrivals) = (Bytes::new(), Vec::new());
        }
        self.push(Item::Finished {
            exchange: exchange.clone(),
            finish,
            dropped,
        });
    }

    /// Whether so much waits, or has just waited, that bodies are given up.
    pub(super) fn is_behind(&self) -> bool {
        self.backlog.is_there(|| self.birth.elapsed())
    }

    /// So much waits now. Called with the items locked: a word about an earlier moment would stay.
    fn note(&self, waiting: usize) {
        self.backlog.note(waiting, || self.birth.elapsed());
    }

    fn push(&self, item: Item) {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.push_back(item);
        let waiting = items.len();
        self.note(waiting);
        drop(items);
        self.pushed.fetch_add(1, Ordering::Release);
        // Looking now and then would be too late: in a second tens of thousands can come.
        if waiting == FLOOD + 1 {
            unpark(&self.helper);
        }
        // Waking a thread costs microseconds: only when it sleeps, not for every item.
        if self.asleep.swap(false, Ordering::AcqRel) {
            unpark(&self.writer);
        }
        // The helper is woken once in a while only: it sleeps on while something waits that is not late.
        if self.helper_asleep.load(Ordering::Acquire)
            && self.helper_asleep.swap(false, Ordering::AcqRel)
        {
            unpark(&self.helper);
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

    pub(super) fn attach(&self, writer: Thread, helper: Thread) {
        *self.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer);
        *self.helper.lock().unwrap_or_else(PoisonError::into_inner) = Some(helper);
    }

    /// Asks the writer not to wait for more.
    pub(super) fn hurry(&self) {
        self.hurry.store(true, Ordering::Release);
        unpark(&self.writer);
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        unpark(&self.writer);
        unpark(&self.helper);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn waiting(&self) -> Option<Waiting> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.front().map(|first| Waiting {
            items: items.len(),
            oldest: first.age(),
        })
    }

    /// Waits until help is needed; looks now and then while something waits. `false`: the end has come.
    pub(super) fn wait_for_lag(&self) -> bool {
        loop {
            if self.is_stopping() {
                return false;
            }
            let waiting = self.waiting();
            if needs_help(waiting, false) {
                return true;
            }
            if waiting.is_some() {
                std::thread::park_timeout(LATE / 2);
                continue;
            }
            self.helper_asleep.store(true, Ordering::Release);
            if self.len() == 0 && !self.is_stopping() {
                std::thread::park();
            }
            self.helper_asleep.store(false, Ordering::Release);
        }
    }

    /// Whether there is still a lag to be made good.
    pub(super) fn lags(&self) -> bool {
        !self.is_stopping() && needs_help(self.waiting(), true)
    }

    /// Waits for work, then a little longer for more of it; without work no longer than `patience`.
    /// `false`: the end has come; what waits is left to [`super::Recorder::stop`].
    pub(super) fn wait(&self, gather: Duration, enough: usize, patience: Option<Duration>) -> bool {
        loop {
            if self.is_stopping() {
                return false;
            }
            match self.len() {
                0 => {
                    self.asleep.store(true, Ordering::Release);
                    if self.len() == 0 && !self.is_stopping() {
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
                    if waiting < enough && !hurry {
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
        let taken = items.drain(..count).collect();
        self.note(items.len());
        taken
    }

    /// How much waits.
    pub(super) fn len(&self) -> usize {
        self.items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

fn unpark(thread: &Mutex<Option<Thread>>) {
    if let Some(thread) = &*thread.lock().unwrap_or_else(PoisonError::into_inner) {
        thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_comes_when_something_is_late_and_stays_until_nothing_is() {
        let waiting = |items, oldest| Some(Waiting { items, oldest });
        let ms = Duration::from_millis;
        assert!(!needs_help(None, false) && !needs_help(None, true));
        assert!(!needs_help(waiting(1, ms(1_900)), false));
        assert!(needs_help(waiting(1, ms(2_100)), false));
        assert!(needs_help(waiting(FLOOD + 1, ms(1)), false));
        assert!(!needs_help(waiting(FLOOD, ms(1)), false));
        assert!(needs_help(waiting(1, ms(300)), true));
        assert!(!needs_help(waiting(10, ms(100)), true));
        assert!(needs_help(waiting(BACKLOG / 2, ms(100)), true));
    }
}
