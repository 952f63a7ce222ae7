//! How far our token counts are off, learnt from what upstreams charge.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use base::{Timestamp, UsageBasis};
use proxy::Exchange;
use wire::count::{self, Corrections};

use crate::record::Pace;

/// Once so many answers have been seen, one in [`SAMPLE`] is enough, and one in [`PAUSE`].
const ENOUGH: u32 = 20;
const SAMPLE: u32 = 16;

/// µs.
const PAUSE: u64 = 1_000_000;

/// Corrections in force. Read by requests, taught by the recorder.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    /// Read without a lock: the recorder, which gives way to every other program, might hold it for long.
    now: ArcSwap<Corrections>,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    turn: u32,
    last: Timestamp,
    unsaved: bool,
}

impl Counting {
    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those in force.
    pub(crate) fn now(&self) -> Arc<Corrections> {
        self.now.load_full()
    }

    /// As they were stored.
    pub(crate) fn restore(&self, text: &str) {
        if let Ok(corrections) = serde_json::from_str(text) {
            self.now.store(Arc::new(corrections));
        }
    }

    /// To be stored, where something has been learnt since the last time.
    pub(crate) fn unsaved(&self) -> Option<String> {
        let mut counted = self.counted();
        if !std::mem::take(&mut counted.unsaved) {
            return None;
        }
        serde_json::to_string(&*self.now.load_full()).ok()
    }

    /// Compares what a finished exchange was charged with what we would have counted; not while there
    /// is more urgent work, since it reads the whole body.
    pub(crate) fn learn(
        &self,
        exchange: &Exchange,
        row: &store::Exchange,
        pace: Pace,
        now: Timestamp,
    ) {
        if pace == Pace::Behind {
            return;
        }
        let model = row.model_served.as_deref().or(row.model.as_deref());
        let usage = &row.usage;
        let charged = usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h;
        let (Some(model), UsageBasis::Exact) = (model, row.usage_basis) else {
            return;
        };
        {
            let mut counted = self.counted();
            counted.turn = counted.turn.wrapping_add(1);
            let sampled = counted.turn.is_multiple_of(SAMPLE)
                && (now.0 - counted.last.0).unsigned_abs() >= PAUSE;
            if !sampled && self.now.load().of(model).seen >= ENOUGH {
                return;
            }
            counted.last = now;
        }
        let estimated = count::quick(&exchange.body());
        let mut better = Corrections::clone(&self.now.load());
        better.learn(model, estimated, charged);
        self.now.store(Arc::new(better));
        self.counted().unsaved = true;
    }
}
