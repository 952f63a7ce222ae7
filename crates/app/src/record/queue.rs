//! What waits to be written.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proxy::{Exchange, Finish};

use super::backlog::Backlog;
use super::lag::{FLOOD, LATE, Lag, Progress};

/// One thing that happened.
pub(super) enum Item {
    Started(Arc<Exchange>),
    Finished {
        exchange: Arc<Exchange>,
        finish: Box<Finish>,
        /// Bytes of its bodies that count in the queue.
        held: usize,
        /// Bodies were given up.
        dropped: bool,
    },
}

/// Which bodies of an exchange there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Both,
    Request,
    Response,
    None,
}

impl Room {
    /// While no more than half of the queue is used, there is room for the bodies of one more exchange, however
    /// large: bodies larger than the queue would never be kept else. Where one has to go, it is the larger.
    fn of(waiting: usize, request: usize, response: usize, limit: usize) -> Self {
        let fits = |more: usize| waiting.saturating_add(more) <= limit;
        if waiting <= limit / 2 || fits(request.saturating_add(response)) {
            return Self::Both;
        }
        match (request < response, fits(request.min(response))) {
            (true, true) => Self::Request,
            (false, true) => Self::Response,
            (_, false) => Self::None,
        }
    }

    fn held(self, request: usize, response: usize) -> usize {
        match self {
            Self::Both => request + response,
            Self::Request => request,
            Self::Response => response,
            Self::None => 0,
        }
    }
}

/// Unbounded for what is small (the metadata must not be lost), bounded in bytes for bodies.
///
/// Whoever puts something in never waits: the thread that takes it out gives way to every other program, and
/// might be stopped while it holds a lock.
pub(super) struct Queue {
    items: Sender<Item>,
    body_bytes: AtomicUsize,
    body_limit: usize,
    backlog: Backlog,
    /// What the moments of the backlog count from.
    birth: Instant,
    /// Items put in, taken out and written, ever.
    pushed: AtomicU64,
    taken: AtomicU64,
    written: AtomicU64,
    lost: AtomicU32,
    /// The writer sleeps until it is woken.
    asleep: AtomicBool,
    /// Somebody wants to read what waits.
    hurry: AtomicBool,
    stopping: AtomicBool,
    writer: OnceLock<Thread>,
    /// The helper sleeps until something happens.
    helper_asleep: AtomicBool,
    helper: OnceLock<Thread>,
}

impl Queue {
    /// An empty queue, and where its items are taken out.
    pub(super) fn new(body_limit: usize) -> (Self, Receiver<Item>) {
        let (items, receiver) = mpsc::channel();
        let queue = Self {
            items,
            body_bytes: AtomicUsize::new(0),
            body_limit,
            backlog: Backlog::default(),
            birth: Instant::now(),
            pushed: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            written: AtomicU64::new(0),
            lost: AtomicU32::new(0),
            asleep: AtomicBool::new(false),
            hurry: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            writer: OnceLock::new(),
            helper_asleep: AtomicBool::new(false),
            helper: OnceLock::new(),
        };
        (queue, receiver)
    }

    pub(super) fn started(&self, exchange: &Arc<Exchange>) {
        self.push(Item::Started(exchange.clone()));
    }

    pub(super) fn finished(&self, exchange: &Arc<Exchange>, mut finish: Box<Finish>) {
        let sent = finish.translation.as_ref().map_or(0, |it| it.sent.len());
        let (request, response) = (exchange.body().len() + sent, finish.response_body.len());
        let room = self.take_room(request, response);
        let held = room.held(request, response);
        let dropped = held < request + response;
        if dropped {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        if matches!(room, Room::Response | Room::None) {
            exchange.drop_body(finish.is_stream);
            if let Some(translation) = &mut finish.translation {
                translation.sent = Bytes::new();
            }
        }
        if matches!(room, Room::Request | Room::None) {
            // Arrivals are told of the body's pieces.
            (finish.response_body, finish.arrivals) = (Bytes::new(), Vec::new());
        }
        self.push(Item::Finished {
            exchange: exchange.clone(),
            finish,
            held,
            dropped,
        });
    }

    /// Counts the bodies that there is room for.
    fn take_room(&self, request: usize, response: usize) -> Room {
        if self.is_behind() {
            return Room::None;
        }
        let mut room = Room::None;
        let count = |waiting| {
            room = Room::of(waiting, request, response, self.body_limit);
            Some(waiting + room.held(request, response))
        };
        // It never refuses.
        let _ = self
            .body_bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
        room
    }

    /// Whether so much waits, or has just waited, that bodies are given up.
    pub(super) fn is_behind(&self) -> bool {
        self.backlog.is_there(self.len(), || self.birth.elapsed())
    }

    fn push(&self, item: Item) {
        // The receiver lives as long as its recorder.
        let _ = self.items.send(item);
        // Before the looks at who sleeps: who falls asleep looks at this last.
        let pushed = self.pushed.fetch_add(1, Ordering::SeqCst) + 1;
        let waiting = pushed.saturating_sub(self.taken.load(Ordering::Relaxed)) as usize;
        self.backlog.note(waiting, || self.birth.elapsed());
        // Looking now and then would be too late: in a second tens of thousands can come.
        if waiting == FLOOD + 1 {
            unpark(&self.helper);
        }
        // Waking a thread costs microseconds: only when it sleeps, not for every item.
        wake(&self.asleep, &self.writer);
        // The helper is woken once in a while only: it sleeps on while something waits that is not late.
        wake(&self.helper_asleep, &self.helper);
    }

    /// The oldest items. `items`: where they are taken out; by one thread at a time.
    pub(super) fn take(&self, items: &Receiver<Item>, most: usize) -> Vec<Item> {
        let taken: Vec<Item> = items.try_iter().take(most).collect();
        self.taken.fetch_add(taken.len() as u64, Ordering::SeqCst);
        taken
    }

    /// How much waits.
    pub(super) fn len(&self) -> usize {
        let taken = self.taken.load(Ordering::SeqCst);
        let pushed = self.pushed.load(Ordering::SeqCst);
        // An item may be taken before it is counted.
        pushed.saturating_sub(taken) as usize
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

    /// Who is to be woken. Called once.
    pub(super) fn attach(&self, writer: Thread, helper: Thread) {
        let _ = self.writer.set(writer);
        let _ = self.helper.set(helper);
    }

    /// Asks the writer not to wait for more.
    pub(super) fn hurry(&self) {
        self.hurry.store(true, Ordering::Release);
        unpark(&self.writer);
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        unpark(&self.writer);
        unpark(&self.helper);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn progress(&self) -> Progress {
        let written = self.written();
        Progress {
            pushed: self.pushed(),
            written,
        }
    }

    /// Waits until help is needed; looks now and then while something waits. `false`: the end has come.
    pub(super) fn wait_for_lag(&self, lag: &mut Lag) -> bool {
        loop {
            if self.is_stopping() {
                return false;
            }
            if lag.needs_help(self.progress(), Instant::now()) {
                return true;
            }
            if self.progress().waiting() > 0 {
                std::thread::park_timeout(LATE / 2);
                continue;
            }
            self.helper_asleep.store(true, Ordering::SeqCst);
            if self.len() == 0 && !self.is_stopping() {
                std::thread::park();
            }
            self.helper_asleep.store(false, Ordering::SeqCst);
        }
    }

    /// Whether there is still a lag to be made good.
    pub(super) fn lasts(&self, lag: &Lag) -> bool {
        !self.is_stopping() && lag.lasts(self.progress())
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
                    self.asleep.store(true, Ordering::SeqCst);
                    if self.len() == 0 && !self.is_stopping() {
                        match patience {
                            None => std::thread::park(),
                            Some(patience) => std::thread::park_timeout(patience),
                        }
                    }
                    self.asleep.store(false, Ordering::SeqCst);
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
}

fn wake(asleep: &AtomicBool, thread: &OnceLock<Thread>) {
    if asleep.load(Ordering::SeqCst) && asleep.swap(false, Ordering::SeqCst) {
        unpark(thread);
    }
}

fn unpark(thread: &OnceLock<Thread>) {
    if let Some(thread) = thread.get() {
        thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_larger_than_the_queue_are_kept_while_little_waits() {
        let limit = 32;
        assert_eq!(Room::of(0, 1, 64, limit), Room::Both);
        assert_eq!(Room::of(16, 64, 64, limit), Room::Both);
        assert_eq!(Room::of(17, 1, 64, limit), Room::Request);
        assert_eq!(Room::of(17, 64, 1, limit), Room::Response);
        assert_eq!(Room::of(31, 1, 2, limit), Room::Request);
        assert_eq!(Room::of(32, 1, 2, limit), Room::None);
        assert_eq!(Room::of(65, 0, 2, limit), Room::None);
        assert_eq!(Room::of(20, 6, 6, limit), Room::Both);
    }

    #[test]
    fn what_waits_stays_bounded() {
        for size in 1..200 {
            let mut waiting = 0;
            for _ in 0..1_000 {
                waiting += Room::of(waiting, size, size / 2, 32).held(size, size / 2);
            }
            assert!(waiting <= 32.max(16 + size + size / 2), "{size}: {waiting}");
        }
    }
}
