//! What waits to be written.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proxy::{Exchange, Finish};

use super::backlog::Backlog;
use super::lag::{DELUGE, FLOOD, LATE, Lag, Progress};

/// An exchange that is over.
pub(super) struct End {
    pub(super) exchange: Arc<Exchange>,
    pub(super) finish: Box<Finish>,
    /// Bytes of its bodies that count in the queue.
    pub(super) held: usize,
    /// Bodies were given up.
    pub(super) dropped: bool,
}

/// Where things are taken out; by one thread at a time. A channel for each: a start is written at once, an end
/// waits until those before it are written with their bodies.
pub(super) struct Outlet {
    pub(super) starts: Receiver<Arc<Exchange>>,
    pub(super) ends: Receiver<End>,
}

/// So many starts and ends, ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) starts: u64,
    pub(super) ends: u64,
}

impl Count {
    /// More than there can be.
    pub(super) const ALL: Self = Self {
        starts: u64::MAX,
        ends: u64::MAX,
    };

    fn sum(self) -> u64 {
        self.starts + self.ends
    }
}

/// A [`Count`] that grows.
#[derive(Debug, Default)]
struct Counter {
    starts: AtomicU64,
    ends: AtomicU64,
}

impl Counter {
    fn now(&self) -> Count {
        Count {
            starts: self.starts.load(Ordering::SeqCst),
            ends: self.ends.load(Ordering::SeqCst),
        }
    }

    fn add(&self, more: Count) {
        self.starts.fetch_add(more.starts, Ordering::SeqCst);
        self.ends.fetch_add(more.ends, Ordering::SeqCst);
    }
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
/// Whoever puts something in never waits for a lock: the thread that takes it out gives way to every other
/// program, and might be stopped while it holds one.
pub(super) struct Queue {
    starts: Sender<Arc<Exchange>>,
    ends: Sender<End>,
    body_bytes: AtomicUsize,
    body_limit: usize,
    backlog: Backlog,
    /// What the moments of the backlog count from.
    birth: Instant,
    /// Put in, taken to be written, and written.
    pushed: Counter,
    taken: Counter,
    written: Counter,
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
    /// An empty queue, and where things are taken out.
    pub(super) fn new(body_limit: usize) -> (Self, Outlet) {
        let (to_starts, starts) = mpsc::channel();
        let (to_ends, ends) = mpsc::channel();
        let queue = Self {
            starts: to_starts,
            ends: to_ends,
            body_bytes: AtomicUsize::new(0),
            body_limit,
            backlog: Backlog::default(),
            birth: Instant::now(),
            pushed: Counter::default(),
            taken: Counter::default(),
            written: Counter::default(),
            lost: AtomicU32::new(0),
            asleep: AtomicBool::new(false),
            hurry: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            writer: OnceLock::new(),
            helper_asleep: AtomicBool::new(false),
            helper: OnceLock::new(),
        };
        (queue, Outlet { starts, ends })
    }

    pub(super) fn started(&self, exchange: &Arc<Exchange>) {
        // The receiver lives as long as its recorder.
        let _ = self.starts.send(exchange.clone());
        self.pushed.starts.fetch_add(1, Ordering::SeqCst);
        self.tell();
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
        let _ = self.ends.send(End {
            exchange: exchange.clone(),
            finish,
            held,
            dropped,
        });
        self.pushed.ends.fetch_add(1, Ordering::SeqCst);
        self.tell();
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

    /// Something has been put in and counted: before the looks at who sleeps, since who falls asleep looks at the
    /// count last.
    fn tell(&self) {
        let waiting = self.len();
        self.backlog.note(waiting, || self.birth.elapsed());
        // Looking now and then would be too late: in a second tens of thousands can come.
        // Those who put something in at the same time may all see the same, or one more.
        if (FLOOD + 1..=FLOOD + 8).contains(&waiting) {
            unpark(&self.helper);
        }
        // Waking a thread costs microseconds: only when it sleeps, not for every item.
        wake(&self.asleep, &self.writer);
        // The helper is woken once in a while only: it sleeps on while something waits that is not late.
        wake(&self.helper_asleep, &self.helper);
        if waiting > DELUGE {
            std::thread::yield_now();
        }
    }

    /// So many are being written now.
    pub(super) fn add_taken(&self, taken: Count) {
        self.taken.add(taken);
    }

    /// How much waits.
    pub(super) fn len(&self) -> usize {
        let taken = self.taken.now().sum();
        let pushed = self.pushed.now().sum();
        // One may be taken before it is counted.
        pushed.saturating_sub(taken) as usize
    }

    /// Bodies are written or given up.
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

    /// What was ever put in.
    pub(super) fn pushed(&self) -> Count {
        self.pushed.now()
    }

    /// Whether so much is written: of each kind, the oldest first.
    pub(super) fn has_written(&self, goal: Count) -> bool {
        let written = self.written.now();
        written.starts >= goal.starts && written.ends >= goal.ends
    }

    pub(super) fn add_written(&self, written: Count) {
        self.written.add(written);
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
        let written = self.written.now().sum();
        Progress {
            pushed: self.pushed.now().sum(),
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
                    if patience.is_some() && self.len() == 0 {
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
