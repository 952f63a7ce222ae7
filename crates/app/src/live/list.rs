//! The list itself.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{Clock, ExchangeId, Timestamp};
use proxy::Exchange;
use tokio::sync::{Notify, broadcast};

use super::day::{Day, Ended};
use super::frames::Sampled;
use super::news::{self, Inbox, News};
use super::row;
use crate::pricing::Pricing;
use crate::settings::SettingsStore;
use crate::view::{ExchangeRow, ProxyView, Totals};

/// Frames that a slow watcher may lag behind before it is told everything anew.
const LAG: usize = 64;

/// Ends that may wait to be taken into the list with the next frame: about half a megabyte.
const MOST_WAITING: usize = 1_024;

/// What runs and what has just ended.
pub struct Live {
    inbox: Inbox<Arc<Exchange>, Box<Finished>>,
    /// See [`Live::lock`].
    state: Mutex<State>,
    pub(super) frames: broadcast::Sender<Arc<str>>,
    pub(super) watched: Notify,
    pub(super) pricing: Pricing,
    pub(super) settings: Arc<SettingsStore>,
    pub(super) clock: Arc<dyn Clock>,
    /// Changes with every start: revisions of another run mean nothing.
    pub(super) run: String,
}

pub(super) struct State {
    news: News<Arc<Exchange>, Box<Finished>>,
    pub(super) revision: u64,
    /// Who knows an older revision than this one cannot be told by changes alone: rows have gone.
    pub(super) gone: u64,
    pub(super) running: BTreeMap<ExchangeId, Arc<Exchange>>,
    /// Oldest first.
    pub(super) finished: VecDeque<Arc<ExchangeRow>>,
    /// Exchanges that have finished since the start.
    pub(super) ended: u64,
    pub(super) day: Day,
    pub(super) changes: Changes,
    pub(super) sampled: HashMap<ExchangeId, Sampled>,
    pub(super) proxy: ProxyView,
    pub(super) kept: store::Size,
    pub(super) bodies_lost: u32,
}

/// An exchange that is over, on its way into the list.
struct Finished {
    id: ExchangeId,
    /// Its revision is told when it gets there.
    row: ExchangeRow,
    ended: Ended,
}

/// What has finished since some revision.
#[derive(Clone, Debug)]
pub struct FinishedSince {
    /// The revision now.
    pub revision: u64,
    /// Exchanges that have finished since the program started.
    pub finished: u64,
    /// Those since that revision that the list still holds, oldest first.
    pub rows: Vec<Arc<ExchangeRow>>,
}

/// What watchers have not been told yet.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) started: Vec<ExchangeId>,
    pub(super) finished: Vec<Arc<ExchangeRow>>,
    pub(super) cleared: Option<u32>,
    pub(super) sites: bool,
    /// More has changed than messages can tell.
    pub(super) anew: bool,
}

impl Live {
    /// An empty list.
    pub fn new(
        pricing: Pricing,
        settings: Arc<SettingsStore>,
        clock: Arc<dyn Clock>,
        run: String,
        proxy: ProxyView,
    ) -> Self {
        let (inbox, news) = news::inbox();
        let state = State {
            news,
            revision: 0,
            gone: 0,
            running: BTreeMap::new(),
            finished: VecDeque::new(),
            ended: 0,
            day: Day::begin(clock.now()),
            changes: Changes::default(),
            sampled: HashMap::new(),
            proxy,
            kept: store::Size::default(),
            bodies_lost: 0,
        };
        Self {
            inbox,
            state: Mutex::new(state),
            frames: broadcast::Sender::new(LAG),
            watched: Notify::new(),
            pricing,
            settings,
            clock,
            run,
        }
    }

    /// Local midnight: what the day's figures count from.
    pub fn midnight(&self) -> base::Timestamp {
        self.lock().day.midnight()
    }

    /// Takes the rows of earlier runs, oldest first: the day's figures, and the end of the list.
    pub fn restore(&self, rows: &[store::Exchange]) {
        let limit = self.settings.now().capture.max_history as usize;
        let now = self.clock.now();
        let mut state = self.lock();
        let midnight = state.day.midnight();
        for row in rows {
            if row.started_at >= midnight {
                state.day.started(row.started_at);
                state.day.finished(&Ended::of(row), now);
            }
        }
        for row in rows.iter().skip(rows.len().saturating_sub(limit)) {
            state.revision += 1;
            let row = row::kept(row, &self.pricing, state.revision);
            state.finished.push_back(Arc::new(row));
        }
        state.proxy.ever_used |= !rows.is_empty();
    }

    /// A request has arrived. Never waits.
    pub fn started(&self, exchange: &Arc<Exchange>) {
        self.inbox.start(exchange.clone());
    }

    /// It is over and its row is known. While somebody watches, the next frame takes it into the list; else it is
    /// done here, because what waits holds the memory of whole requests.
    pub fn finished(&self, id: ExchangeId, row: &store::Exchange) {
        let waiting = self.inbox.end(Box::new(Finished {
            id,
            row: row::kept(row, &self.pricing, 0),
            ended: Ended::of(row),
        }));
        if !self.is_watched() || waiting >= MOST_WAITING {
            drop(self.lock());
        }
    }

    /// Sites, keys or routes have changed.
    pub fn sites_changed(&self) {
        let mut state = self.lock();
        state.revision += 1;
        state.changes.sites = true;
    }

    /// Empties the list; what runs stays. Gives the number of rows that went.
    pub fn clear(&self) -> u32 {
        let mut state = self.lock();
        let cleared = state.finished.len() as u32;
        state.finished.clear();
        state.revision += 1;
        state.gone = state.revision;
        state.changes.cleared = Some(cleared);
        cleared
    }

    /// Rows of one project go (its data was deleted).
    pub fn forget_project(&self, project: &str) {
        let mut state = self.lock();
        state
            .finished
            .retain(|row| row.project.as_deref() != Some(project));
        state.revision += 1;
        state.gone = state.revision;
        state.changes.anew = true;
    }

    /// A row of the list.
    pub fn row(&self, id: &str) -> Option<ExchangeRow> {
        let state = self.lock();
        if let Some(exchange) = id.parse().ok().and_then(|id| state.running.get(&id)) {
            return Some(row::running(exchange, &self.pricing, state.revision));
        }
        state
            .finished
            .iter()
            .find(|row| row.id == id)
            .map(|row| ExchangeRow::clone(row))
    }

    /// The list, newest first.
    pub fn rows(&self) -> Vec<ExchangeRow> {
        let state = self.lock();
        self.rows_of(&state)
    }

    /// The revision now, and what has finished since an earlier one, oldest first.
    pub fn finished_since(&self, revision: u64) -> FinishedSince {
        let state = self.lock();
        let new = state.finished.iter().rev();
        let new = new.take_while(|row| row.revision > revision as f64);
        let mut rows: Vec<Arc<ExchangeRow>> = new.cloned().collect();
        rows.reverse();
        FinishedSince {
            revision: state.revision,
            finished: state.ended,
            rows,
        }
    }

    /// An exchange that runs.
    pub fn running(&self, id: &str) -> Option<Arc<Exchange>> {
        self.lock().running.get(&id.parse().ok()?).cloned()
    }

    /// Figures of the KPI strip.
    pub fn totals(&self) -> Totals {
        let state = self.lock();
        self.totals_of(&state)
    }

    /// State of the proxy card.
    pub fn proxy(&self) -> ProxyView {
        self.lock().proxy.clone()
    }

    /// Changes the proxy card.
    pub fn set_proxy(&self, change: impl FnOnce(&mut ProxyView)) {
        let mut state = self.lock();
        change(&mut state.proxy);
        state.revision += 1;
    }

    /// Notes what the store holds and what was lost.
    pub fn set_kept(&self, kept: store::Size, bodies_lost: u32) {
        let mut state = self.lock();
        (state.kept, state.bodies_lost) = (kept, bodies_lost);
    }

    pub(super) fn rows_of(&self, state: &State) -> Vec<ExchangeRow> {
        let running = state.running.values().rev();
        let running = running.map(|exchange| row::running(exchange, &self.pricing, state.revision));
        let finished = state
            .finished
            .iter()
            .rev()
            .map(|row| ExchangeRow::clone(row));
        let mut rows: Vec<ExchangeRow> = running.chain(finished).collect();
        // Ids sort by time of arrival.
        rows.sort_by(|one, other| other.id.cmp(&one.id));
        rows
    }

    pub(super) fn totals_of(&self, state: &State) -> Totals {
        let now = self.clock.now();
        let streaming = state
            .running
            .values()
            .filter(|exchange| exchange.live.progress().head_us.is_some())
            .count() as u32;
        let in_flight = state.running.len() as u32;
        let day = &state.day;
        let (ttft_median_ms, ttft_p95_ms) = day.ttft();
        let limit = self.settings.now().capture.retention_mib;
        Totals {
            in_flight,
            streaming,
            waiting: in_flight - streaming,
            requests_today: day.requests,
            failed_today: day.failed,
            retried_today: day.retried,
            ttft_median_ms,
            ttft_p95_ms,
            speed_median: day.speed(now),
            cost_today_usd: day.cost.to_f64(),
            cost_today_cny: self.pricing.cny(day.cost.to_f64()),
            unpriced_today: day.unpriced,
            estimated_today: day.estimated,
            cache_hit_ratio: day.cache_hit_ratio(),
            cache_saved_usd: day.cache_saved_usd(),
            requests_per_minute: day.requests_per_minute(now),
            trace: day.trace(now),
            shown: (state.finished.len() + state.running.len()) as u32,
            kept: state.kept.exchanges as u32,
            kept_bytes: state.kept.bytes as f64,
            kept_limit_bytes: (limit > 0).then(|| f64::from(limit) * 1024.0 * 1024.0),
            bodies_lost: state.bodies_lost,
        }
    }

    pub(super) fn is_watched(&self) -> bool {
        self.frames.receiver_count() > 0
    }

    /// The list as it is now.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (started, finished) = state.news.take(&self.inbox);
        let is_watched = self.is_watched();
        for exchange in started {
            state.start(exchange, is_watched);
        }
        if !finished.is_empty() {
            let limit = self.settings.now().capture.max_history as usize;
            let now = self.clock.now();
            for finished in finished {
                state.finish(*finished, is_watched, limit, now);
            }
        }
        state
    }
}

impl State {
    fn start(&mut self, exchange: Arc<Exchange>, is_watched: bool) {
        self.revision += 1;
        self.day.started(exchange.started_at);
        self.proxy.ever_used = true;
        if is_watched {
            self.changes.started.push(exchange.id);
        }
        self.running.insert(exchange.id, exchange);
    }

    fn finish(&mut self, finished: Finished, is_watched: bool, limit: usize, now: Timestamp) {
        let Finished { id, mut row, ended } = finished;
        self.revision += 1;
        self.ended += 1;
        row.revision = self.revision as f64;
        let row = Arc::new(row);
        self.running.remove(&id);
        self.sampled.remove(&id);
        self.day.finished(&ended, now);
        self.finished.push_back(row.clone());
        while self.finished.len() > limit {
            if let Some(row) = self.finished.pop_front() {
                self.gone = self.gone.max(row.revision as u64);
            }
        }
        if is_watched {
            self.changes.finished.push(row);
        }
    }
}
