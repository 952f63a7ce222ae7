//! A look at the answer of a running exchange. Who carries it copies it only when somebody asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use crate::finish::Finish;

/// Between the task that carries an exchange and those who look at it.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// Somebody asked since the last copy was made.
    wanted: AtomicBool,
    slot: Mutex<Slot>,
    filled: Condvar,
}

#[derive(Debug, Default)]
struct Slot {
    so_far: Option<Arc<Finish>>,
    /// The carrying task, which may be waiting for an upstream that says nothing.
    carrier: Option<Waker>,
}

impl Window {
    /// Asks for a fresh copy and waits for it at most `patience`; after that an older one has to do.
    pub(crate) fn look(&self, patience: Duration) -> Option<Arc<Finish>> {
        let slot = self.slot();
        self.wanted.store(true, Ordering::Relaxed);
        if let Some(carrier) = &slot.carrier {
            carrier.wake_by_ref();
        }
        let is_wanted = |_: &mut Slot| self.is_wanted();
        let waited = self.filled.wait_timeout_while(slot, patience, is_wanted);
        let (slot, _) = waited.unwrap_or_else(PoisonError::into_inner);
        slot.so_far.clone()
    }

    /// Whether a copy is to be made.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// The copy.
    pub(crate) fn fill(&self, so_far: Finish) {
        let mut slot = self.slot();
        slot.so_far = Some(Arc::new(so_far));
        self.tell_who_waits();
    }

    /// Who is to be woken when somebody looks.
    pub(crate) fn carried_by(&self, carrier: Waker) {
        self.slot().carrier = Some(carrier);
    }

    /// The exchange is over: there is a record instead.
    pub(crate) fn close(&self) {
        let mut slot = self.slot();
        *slot = Slot::default();
        self.tell_who_waits();
    }

    /// Telling is a system call, whether somebody waits or not: most answers nobody looks at.
    fn tell_who_waits(&self) {
        if self.wanted.swap(false, Ordering::Relaxed) {
            self.filled.notify_all();
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
