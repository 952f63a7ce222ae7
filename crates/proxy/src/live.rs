//! What can be seen of an exchange while it runs, without disturbing it.

use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Usage, UsageBasis};
use wire::Dialect;

use crate::finish::Finish;
use crate::route::Candidate;
use crate::window::Window;

/// "Not yet" in the atomics.
const NONE: u64 = u64::MAX;

/// Written by the carrying task, sampled by whoever looks. The figures that change with every delta
/// are atomics; the rest changes a few times per answer.
#[derive(Debug)]
pub struct Live {
    status: AtomicU16,
    head_us: AtomicU64,
    first_token_us: AtomicU64,
    content_bytes: AtomicU64,
    told: Mutex<Told>,
    pub(crate) window: Window,
}

#[derive(Clone, Debug, Default)]
struct Told {
    site: Option<Arc<str>>,
    key_label: Option<Arc<str>>,
    dialect: Option<Dialect>,
    model: Option<String>,
    usage: Usage,
    basis: UsageBasis,
    attempts: u32,
}

/// A sample of a running exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Status of the answer.
    pub status: Option<u16>,
    /// Head of the answer, µs from the beginning.
    pub head_us: Option<u64>,
    /// First content delta, µs from the beginning.
    pub first_token_us: Option<u64>,
    /// Bytes of content so far.
    pub content_bytes: u64,
    /// Site in use.
    pub site: Option<Arc<str>>,
    /// Label of the key in use.
    pub key_label: Option<Arc<str>>,
    /// The dialect in which the site is spoken to, where that is not the caller's.
    pub dialect: Option<Dialect>,
    /// Model that the answer names, where it is not the one that was asked for.
    pub model: Option<String>,
    /// Usage as told so far.
    pub usage: Usage,
    /// Where the usage is from.
    pub basis: UsageBasis,
    /// Attempts so far.
    pub attempts: u32,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            status: AtomicU16::new(0),
            head_us: AtomicU64::new(NONE),
            first_token_us: AtomicU64::new(NONE),
            content_bytes: AtomicU64::new(0),
            told: Mutex::default(),
            window: Window::default(),
        }
    }
}

impl Live {
    /// A sample.
    pub fn progress(&self) -> Progress {
        let moment = |atomic: &AtomicU64| {
            Some(atomic.load(Ordering::Relaxed)).filter(|moment| *moment != NONE)
        };
        let told = self
            .told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Progress {
            status: Some(self.status.load(Ordering::Relaxed)).filter(|status| *status != 0),
            head_us: moment(&self.head_us),
            first_token_us: moment(&self.first_token_us),
            content_bytes: self.content_bytes.load(Ordering::Relaxed),
            site: told.site,
            key_label: told.key_label,
            dialect: told.dialect,
            model: told.model,
            usage: told.usage,
            basis: told.basis,
            attempts: told.attempts,
        }
    }

    /// What has come of the answer so far; `None` until it is being passed on. Blocks for `patience` at most,
    /// and not at all before there is a head.
    pub fn answer(&self, patience: Duration) -> Option<Arc<Finish>> {
        let has_head = self.head_us.load(Ordering::Relaxed) != NONE;
        self.window
            .look(if has_head { patience } else { Duration::ZERO })
    }

    pub(crate) fn attempt(&self, place: &Candidate, dialect: Option<Dialect>) {
        self.tell(|told| {
            told.dialect = dialect;
            told.site = Some(place.site.clone());
            told.key_label = place.key_label.clone();
            told.attempts += 1;
        });
    }

    pub(crate) fn head(&self, status: u16, at_us: u64) {
        self.status.store(status, Ordering::Relaxed);
        self.head_us.store(at_us, Ordering::Relaxed);
    }

    pub(crate) fn first_token(&self, at_us: u64) {
        self.first_token_us.store(at_us, Ordering::Relaxed);
    }

    pub(crate) fn content(&self, bytes: u64) {
        self.content_bytes.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn usage(&self, model: Option<&str>, usage: Usage, basis: UsageBasis) {
        self.tell(|told| {
            if told.model.as_deref() != model {
                told.model = model.map(str::to_owned);
            }
            (told.usage, told.basis) = (usage, basis);
        });
    }

    fn tell(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
