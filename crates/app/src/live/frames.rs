//! Telling watchers: frame by frame, nothing while nobody looks.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proxy::Exchange;
use tokio::sync::broadcast;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::list::{Changes, Live, State};
use super::row;
use crate::pricing::Pricing;
use crate::record;
use crate::view::{ExchangeRow, Message, Progress};

/// Time between two frames.
const FRAME: Duration = Duration::from_millis(50);

/// Progress of one exchange is told with every second frame: nobody reads faster. Frames may come a little early.
/// Its head and its first token are told with the next frame.
const PROGRESS: Duration = Duration::from_millis(2 * 50 - 10);

/// KPI figures are told once a second.
const TOTALS: Duration = Duration::from_secs(1);

/// The window of the live speed.
const WINDOW: Duration = Duration::from_secs(2);

/// What was last told of a running exchange.
#[derive(Default)]
pub(super) struct Sampled {
    told: Option<Progress>,
    told_at: Option<Instant>,
    /// The model that the answer names, and how it may be shown.
    served: Option<(String, String)>,
    /// Bytes of content at recent moments, oldest first.
    content: VecDeque<(Instant, u64)>,
}

/// Somebody who looks: the first messages, then everything that follows.
pub struct Watch {
    /// The snapshot, or what changed since the revision that was asked for.
    pub first: Vec<Arc<str>>,
    /// Later frames. A watcher that lags behind begins anew.
    pub frames: broadcast::Receiver<Arc<str>>,
}

impl Live {
    /// Begins to watch. `since`: run and revision that the watcher knows already.
    pub fn watch(&self, since: Option<(&str, u64)>) -> Watch {
        let state = self.lock();
        let frames = self.frames.subscribe();
        self.watched.notify_one();
        let known = since.filter(|(run, revision)| {
            *run == self.run && (state.gone..=state.revision).contains(revision)
        });
        let first = match known {
            Some((_, revision)) => self.changed_since(&state, revision),
            None => vec![self.snapshot(&state)],
        };
        Watch {
            first: first.iter().map(text).collect(),
            frames,
        }
    }

    fn snapshot(&self, state: &State) -> Message {
        Message::Snapshot {
            revision: state.revision as f64,
            run: self.run.clone(),
            exchanges: self.rows_of(state),
            totals: self.totals_of(state),
            proxy: state.proxy.clone(),
        }
    }

    fn changed_since(&self, state: &State, since: u64) -> Vec<Message> {
        let revision = state.revision as f64;
        let started = state.running.values();
        let started: Vec<ExchangeRow> = started
            .map(|exchange| row::running(exchange, &self.pricing, state.revision))
            .collect();
        let finished: Vec<ExchangeRow> = state
            .finished
            .iter()
            .filter(|row| row.revision > since as f64)
            .map(|row| ExchangeRow::clone(row))
            .collect();
        vec![
            Message::Started {
                revision,
                exchanges: started,
            },
            Message::Finished {
                revision,
                exchanges: finished,
            },
            Message::Totals {
                revision,
                totals: self.totals_of(state),
                proxy: state.proxy.clone(),
            },
        ]
    }

    /// The messages of one frame.
    fn frame(&self, with_totals: bool) -> Vec<Message> {
        let mut state = self.lock();
        let state = &mut *state;
        let mut messages = Vec::new();
        let changes = std::mem::take(&mut state.changes);
        let revision = state.revision as f64;
        if changes.sites {
            messages.push(Message::Sites { revision });
        }
        let started: Vec<ExchangeRow> = changes
            .started
            .iter()
            .filter_map(|id| state.running.get(id))
            .map(|exchange| row::running(exchange, &self.pricing, state.revision))
            .collect();
        if !started.is_empty() {
            messages.push(Message::Started {
                revision,
                exchanges: started,
            });
        }
        let progress = self.progress(state);
        if !progress.is_empty() {
            state.revision += 1;
            messages.push(Message::Progress {
                revision: state.revision as f64,
                exchanges: progress,
            });
        }
        if !changes.finished.is_empty() {
            let exchanges = changes
                .finished
                .iter()
                .map(|row| ExchangeRow::clone(row))
                .collect();
            messages.push(Message::Finished {
                revision: state.revision as f64,
                exchanges,
            });
        }
        // After what has finished: a row that ended in this frame is cleared, not left running.
        if let Some(cleared) = changes.cleared {
            messages.push(Message::Cleared {
                revision: state.revision as f64,
                cleared,
            });
        }
        if changes.anew {
            messages.push(self.snapshot(state));
        }
        if with_totals {
            state
                .day
                .sample_in_flight(self.clock.now(), state.running.len());
            messages.push(Message::Totals {
                revision: state.revision as f64,
                totals: self.totals_of(state),
                proxy: state.proxy.clone(),
            });
        }
        messages
    }

    /// Nobody looks: nothing is gathered for nobody.
    fn forget_frames(&self) {
        let mut state = self.lock();
        if !self.is_watched() {
            state.changes = Changes::default();
            state.sampled.clear();
        }
    }

    fn progress(&self, state: &mut State) -> Vec<Progress> {
        let now = Instant::now();
        let State {
            running, sampled, ..
        } = state;
        running
            .values()
            .filter_map(|exchange| {
                let sampled = sampled.entry(exchange.id).or_default();
                sampled.next(exchange, &self.pricing, now)
            })
            .collect()
    }
}

impl Sampled {
    /// What is new of an exchange, if anything is.
    fn next(&mut self, exchange: &Exchange, pricing: &Pricing, now: Instant) -> Option<Progress> {
        let sample = exchange.live.progress();
        self.content.push_back((now, sample.content_bytes));
        while self
            .content
            .get(1)
            .is_some_and(|(at, _)| now - *at >= WINDOW)
        {
            self.content.pop_front();
        }
        if self.told_at.is_some_and(|at| now - at < PROGRESS) && !self.is_news(&sample) {
            return None;
        }
        let (tokens, cost) = row::so_far(exchange, &sample, pricing);
        let progress = Progress {
            id: exchange.id.to_string(),
            phase: row::phase(&sample),
            status: sample.status,
            ttfb_ms: sample.head_us.map(row::millis),
            ttft_ms: sample.first_token_us.map(row::millis),
            tokens,
            cost,
            speed: self.speed(now, &sample, exchange),
            model_served: self.served(exchange, sample.model.as_deref()),
        };
        if self.told.as_ref() == Some(&progress) {
            return None;
        }
        (self.told, self.told_at) = (Some(progress.clone()), Some(now));
        Some(progress)
    }

    /// The model that the answer names, without the caller's secrets.
    fn served(&mut self, exchange: &Exchange, model: Option<&str>) -> Option<String> {
        let model = model?;
        let known = self.served.take().filter(|(known, _)| known == model);
        let served = known.unwrap_or_else(|| {
            let secrets = record::secrets(&exchange.headers, &exchange.path);
            (model.to_owned(), record::word(model, &secrets))
        });
        Some(self.served.insert(served).1.clone())
    }

    /// Whether something has come that comes once.
    fn is_news(&self, sample: &proxy::Progress) -> bool {
        self.told.as_ref().is_some_and(|told| {
            let first_token = sample.first_token_us.is_some();
            told.status != sample.status || told.ttft_ms.is_some() != first_token
        })
    }

    /// Output tokens per second over the window, or since the first token when that is nearer.
    fn speed(&self, now: Instant, sample: &proxy::Progress, exchange: &Exchange) -> Option<f64> {
        let first_token = exchange.begin + Duration::from_micros(sample.first_token_us?);
        let (oldest, before) = self.content.front()?;
        let (from, before) = if first_token > *oldest {
            (first_token, 0)
        } else {
            (*oldest, *before)
        };
        let seconds = now.saturating_duration_since(from).as_secs_f64();
        let bytes = sample.content_bytes.saturating_sub(before) as usize;
        (seconds >= 0.2).then(|| wire::fold::estimated_tokens(bytes) as f64 / seconds)
    }
}

/// Sends frames until the end.
pub async fn run_frames(live: Arc<Live>, end: CancellationToken) {
    let mut last_totals = None::<Instant>;
    let mut frames = tokio::time::interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if !live.is_watched() {
            live.forget_frames();
            tokio::select! {
                () = live.watched.notified() => {}
                () = end.cancelled() => return,
            }
        }
        let due = last_totals.is_none_or(|last| last.elapsed() >= TOTALS);
        if due {
            last_totals = Some(Instant::now());
        }
        for message in live.frame(due) {
            // Without a receiver the frame is lost, as it should be.
            let _ = live.frames.send(text(&message));
        }
        tokio::select! {
            _ = frames.tick() => {}
            () = end.cancelled() => return,
        }
    }
}

fn text(message: &Message) -> Arc<str> {
    serde_json::to_string(message).unwrap_or_default().into()
}
