//! The threads that write, one at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proxy::{Exchange, Finish};
use store::{Change, Store, StoreError};

use super::keep::{self, BodyPolicy};
use super::lag::Lag;
use super::lines::Lines;
use super::queue::{Count, Outlet, Queue};
use super::waiting::{Batch, Waiting};
use crate::pricing::Pricing;
use crate::priority;
use crate::settings::SettingsStore;

/// How long the writer gathers before it writes: one transaction for all of it.
const GATHER: Duration = Duration::from_millis(25);

/// Ends per transaction.
const BATCH: usize = 256;

/// Whoever waits longer than this writes himself.
const SOON: Duration = Duration::from_millis(250);

/// Pause after a failed write (a full disk).
const RETRY: Duration = Duration::from_secs(2);

/// Rows that wait for a disk that has no room; beyond, the oldest are given up.
const MOST_PENDING: usize = 50_000;

/// Longest that a reader waits for the writer. Reading on earlier shows a finished exchange without its
/// headers and bodies, so only a writer that is stuck is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Told of every finished exchange as soon as its row is known.
pub type OnRow = Box<dyn Fn(&Arc<Exchange>, &store::Exchange, Pace) + Send>;

/// Whether the recorder has time for what is not needed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Little waits.
    Calm,
    /// So much waits that bodies are given up.
    Behind,
}

/// Takes what happens and writes it, without ever making the caller wait.
///
/// One thread writes whenever nobody else wants the processor. Where that is too rarely, a second one
/// helps, and whoever waits for something writes it himself: one batch at a time, in order.
pub struct Recorder {
    queue: Arc<Queue>,
    writer: Arc<Mutex<Writer>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Recorder {
    /// Starts the threads.
    pub fn start(
        store: Arc<Store>,
        settings: Arc<SettingsStore>,
        pricing: Pricing,
        on_row: OnRow,
    ) -> std::io::Result<Self> {
        let limit = settings.now().capture.queue_mib as usize * 1024 * 1024;
        let (queue, outlet) = Queue::new(limit);
        let queue = Arc::new(queue);
        let trouble = Arc::new(Mutex::new(None));
        let writer = Arc::new(Mutex::new(Writer {
            queue: queue.clone(),
            outlet,
            waiting: Waiting::default(),
            store,
            settings,
            pricing,
            on_row,
            lines: Lines::new(),
            pending: Vec::new(),
            retry_at: None,
            trouble: trouble.clone(),
        }));
        let spawn = |name: &str, run: fn(&Queue, &Weak<Mutex<Writer>>)| {
            let (queue, writer) = (queue.clone(), Arc::downgrade(&writer));
            let thread = std::thread::Builder::new().name(name.to_owned());
            thread.spawn(move || run(&queue, &writer))
        };
        let (main, helper) = (spawn("recorder", give_way)?, spawn("recorder-late", help)?);
        queue.attach(main.thread().clone(), helper.thread().clone());
        Ok(Self {
            queue,
            writer,
            threads: Mutex::new(vec![main, helper]),
            trouble,
        })
    }

    /// A request has arrived.
    pub fn started(&self, exchange: &Arc<Exchange>) {
        self.queue.started(exchange);
    }

    /// It is over.
    pub fn finished(&self, exchange: &Arc<Exchange>, finish: Box<Finish>) {
        self.queue.finished(exchange, finish);
    }

    /// Waits until everything that has happened so far is written, [`PATIENCE`] at most.
    pub async fn settle(&self) {
        let goal = self.queue.pushed();
        let begin = Instant::now();
        let mut helping = false;
        while !self.queue.has_written(goal) && begin.elapsed() < PATIENCE {
            self.queue.hurry();
            if !helping && begin.elapsed() > SOON {
                let (queue, writer) = (self.queue.clone(), self.writer.clone());
                tokio::task::spawn_blocking(move || write_until(&queue, &writer, goal));
                helping = true;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Exchanges whose bodies were lost since the start.
    pub fn bodies_lost(&self) -> u32 {
        self.queue.lost()
    }

    /// Why nothing can be written now, if nothing can.
    pub fn trouble(&self) -> Option<String> {
        lock(&self.trouble).clone()
    }

    /// Writes what waits and ends the threads.
    pub fn stop(&self) {
        let threads = std::mem::take(&mut *lock(&self.threads));
        if threads.is_empty() {
            return;
        }
        self.queue.stop();
        write_until(&self.queue, &self.writer, Count::ALL);
        lock(&self.writer).end();
        for thread in threads {
            // One that waits for the processor has nothing more to do.
            if thread.is_finished() && thread.join().is_err() {
                tracing::error!("the recorder ended abnormally");
            }
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Writer {
    queue: Arc<Queue>,
    outlet: Outlet,
    waiting: Waiting,
    store: Arc<Store>,
    settings: Arc<SettingsStore>,
    pricing: Pricing,
    on_row: OnRow,
    lines: Lines,
    /// Rows that could not be written yet, without bodies.
    pending: Vec<Change<Bytes>>,
    /// When to try again; until then everything is held back.
    retry_at: Option<Instant>,
    trouble: Arc<Mutex<Option<String>>>,
}

/// Writes whenever nobody else wants the processor.
fn give_way(queue: &Queue, writer: &Weak<Mutex<Writer>>) {
    priority::give_way();
    let mut patience = None;
    while queue.wait(GATHER, BATCH, patience) {
        let Some(writer) = writer.upgrade() else {
            return;
        };
        let mut writer = lock(&writer);
        writer.batch();
        patience = writer.patience();
    }
}

/// Writes what the other thread does not get done, at the rank of everybody else: what waits takes memory, and
/// a helper that gives way would let it grow.
fn help(queue: &Queue, writer: &Weak<Mutex<Writer>>) {
    let mut lag = Lag::new(Instant::now());
    while queue.wait_for_lag(&mut lag) {
        while queue.lasts(&lag) {
            let Some(writer) = writer.upgrade() else {
                return;
            };
            lock(&writer).batch();
        }
    }
}

/// Writes on the calling thread until so much is written, ever, or nothing is left.
fn write_until(queue: &Queue, writer: &Mutex<Writer>, goal: Count) {
    loop {
        let mut writer = lock(writer);
        if queue.len() == 0 || queue.has_written(goal) {
            return;
        }
        writer.batch();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whose change it is. Names sort by arrival.
fn name(change: &Change<Bytes>) -> &str {
    match change {
        Change::Started(exchange) | Change::Finished { exchange, .. } => &exchange.id,
        Change::Asked { id, .. } => id,
    }
}

impl Writer {
    /// Writes what has begun, the oldest ends, and the requests of what has run for a while; without any of these,
    /// the rows that could not be written before.
    fn batch(&mut self) {
        let behind = self.queue.is_behind();
        let batch = self.waiting.take(&self.queue, &self.outlet, BATCH);
        let (count, begin) = (batch.count, Instant::now());
        let grown = if behind || self.retry_at.is_some() {
            self.waiting.postpone(begin);
            Vec::new()
        } else {
            self.waiting.grown(begin)
        };
        let (changes, body_bytes) = self.changes(batch, &grown, behind);
        drop(grown);
        self.write(changes);
        self.queue.bodies_done(body_bytes);
        self.queue.add_written(count);
        tracing::trace!(?count, elapsed = ?begin.elapsed(), "recorded");
    }

    /// A last try for the rows that could not be written.
    fn end(&mut self) {
        if !self.pending.is_empty()
            && let Err(error) = self.store.write(&self.pending)
        {
            let rows = self.pending.len();
            tracing::error!(%error, rows, "the last rows could not be written");
        }
        self.pending.clear();
        if let Err(error) = self.store.checkpoint() {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
    }

    /// All of it as rows and bodies, with the bytes that waited. A start whose end has come already is left out.
    /// `behind`: too much waits for bodies to be kept.
    fn changes(
        &mut self,
        batch: Batch,
        grown: &[Arc<Exchange>],
        behind: bool,
    ) -> (Vec<Change<Bytes>>, usize) {
        let capture = &self.settings.now().capture;
        let limit = capture.max_body_mib as usize * 1024 * 1024;
        let policy = BodyPolicy {
            keep: capture.bodies && !behind,
            limit,
        };
        let pace = if behind { Pace::Behind } else { Pace::Calm };
        let Batch { starts, ends, .. } = batch;
        let mut changes = Vec::with_capacity(starts.len() + ends.len() + grown.len());
        let lines = &mut self.lines;
        for exchange in starts {
            let row = keep::started(&exchange, &keep::own_secrets(&exchange, lines));
            changes.push(Change::Started(Box::new(row)));
        }
        let mut body_bytes = 0;
        for mut end in ends {
            let given_up = behind && capture.bodies;
            if given_up && !end.dropped {
                self.queue.lose(1);
            }
            body_bytes += end.held;
            let lost = end.dropped || given_up;
            let (exchange, finish) = (&end.exchange, &mut end.finish);
            let record = keep::finished(exchange, finish, lost, policy, &self.pricing, lines);
            (self.on_row)(exchange, &record.row, pace);
            changes.push(Change::Finished {
                exchange: Box::new(record.row),
                detail: record.detail,
                bodies: record.bodies,
            });
        }
        for exchange in grown {
            let (detail, bodies) = keep::asked(exchange, policy, lines);
            changes.push(Change::Asked {
                id: exchange.id.to_string(),
                detail,
                bodies,
            });
        }
        // Rows get their places in the order of arrival; of one exchange the start stays first.
        changes.sort_by(|one, other| name(one).cmp(name(other)));
        (changes, body_bytes)
    }

    /// How long to sleep without work: until the next try, while rows wait for one, or until something has run for
    /// long.
    fn patience(&self) -> Option<Duration> {
        let at = self.retry_at.into_iter().chain(self.waiting.next()).min()?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    fn write(&mut self, batch: Vec<Change<Bytes>>) {
        if self.retry_at.is_some_and(|at| Instant::now() < at) {
            return self.hold_back(batch);
        }
        if batch.is_empty() && self.pending.is_empty() {
            // That tells nothing of whether anything can be written.
            self.retry_at = None;
            return;
        }
        let result = self.write_with_pending(&batch);
        let trouble = result.as_ref().err().map(ToString::to_string);
        *lock(&self.trouble) = trouble;
        match result {
            Ok(()) => self.retry_at = None,
            Err(error) => {
                tracing::error!(%error, "exchanges could not be written");
                self.retry_at = Some(Instant::now() + RETRY);
                self.hold_back(batch);
            }
        }
    }

    /// What waits goes first: a start before its end.
    fn write_with_pending(&mut self, batch: &[Change<Bytes>]) -> Result<(), StoreError> {
        if !self.pending.is_empty() {
            self.store.write(&self.pending)?;
            self.pending.clear();
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.store.write(batch)
    }

    /// Keeps the rows of a batch that could not be written; its bodies are lost, and counted.
    fn hold_back(&mut self, batch: Vec<Change<Bytes>>) {
        for change in batch {
            let change = match change {
                Change::Finished {
                    mut exchange,
                    detail,
                    bodies,
                } => {
                    if !bodies.is_empty() {
                        exchange.bodies_dropped = true;
                        self.queue.lose(1);
                    }
                    Change::Finished {
                        exchange,
                        detail,
                        bodies: Vec::new(),
                    }
                }
                Change::Started(exchange) => Change::Started(exchange),
                // Its end says the same.
                Change::Asked { .. } => continue,
            };
            self.pending.push(change);
        }
        let excess = self.pending.len().saturating_sub(MOST_PENDING);
        if excess > 0 {
            tracing::error!(excess, "rows were given up: nothing can be written");
            self.pending.drain(..excess);
        }
    }
}
