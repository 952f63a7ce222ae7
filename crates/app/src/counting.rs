//! How far our token counts are off, learnt from what upstreams charge.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::UsageBasis;
use proxy::Exchange;
use wire::count::{self, Corrections};

/// Once so many answers have been seen, one in [`SAMPLE`] is enough.
const ENOUGH: u32 = 20;
const SAMPLE: u32 = 16;

/// Corrections in force. Read by requests, taught by the recorder.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    now: Arc<Corrections>,
    turn: u32,
    unsaved: bool,
}

impl Counting {
    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those in force.
    pub(crate) fn now(&self) -> Arc<Corrections> {
        self.counted().now.clone()
    }

    /// As they were stored.
    pub(crate) fn restore(&self, text: &str) {
        if let Ok(corrections) = serde_json::from_str(text) {
            self.counted().now = Arc::new(corrections);
        }
    }

    /// To be stored, where something has been learnt since the last time.
    pub(crate) fn unsaved(&self) -> Option<String> {
        let mut counted = self.counted();
        if !std::mem::take(&mut counted.unsaved) {
            return None;
        }
        serde_json::to_string(&*counted.now).ok()
    }

    /// Compares what a finished exchange was charged with what we would have counted.
    pub(crate) fn learn(&self, exchange: &Exchange, row: &store::Exchange) {
        let model = row.model_served.as_deref().or(row.model.as_deref());
        let usage = &row.usage;
        let charged = usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h;
        let (Some(model), UsageBasis::Exact) = (model, row.usage_basis) else {
            return;
        };
        {
            let mut counted = self.counted();
            counted.turn = counted.turn.wrapping_add(1);
            if counted.now.of(model).seen >= ENOUGH && !counted.turn.is_multiple_of(SAMPLE) {
                return;
            }
        }
        let estimated = count::quick(&exchange.body());
        let mut counted = self.counted();
        Arc::make_mut(&mut counted.now).learn(model, estimated, charged);
        counted.unsaved = true;
    }
}
