//! The pool behind a lock, with permits that cannot be forgotten.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::Timestamp;

use crate::error::NotNow;
use crate::names::{KeyId, SiteId};
use crate::plan::Candidate;
use crate::pool::Pool;
use crate::pool::change::{Change, Report};
use crate::pool::ticket::Ticket;

/// A pool that several tasks use. Cheap to clone; the lock is held for microseconds and never while waiting.
///
/// ```
/// use base::Timestamp;
/// use relayscope_route::{Ask, KeyConfig, Pool, Report, Settings, SharedPool, SiteConfig, Usage};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut pool = Pool::new(Settings::bundled()?);
/// pool.configure(vec![SiteConfig::new("relay", [KeyConfig::new("only")])]);
/// let pool = SharedPool::new(pool);
/// let now = Timestamp::from_millis(1_795_184_540_000);
///
/// let sites = ["relay".into()];
/// let plan = pool.with(|pool| pool.plan(&Ask::new(&sites, "gpt-6"), now, 0))?;
/// let permit = pool.begin(&plan.candidates[0], now)?;
/// permit.report(&Report::Succeeded(Usage { tokens: 1_200 }), now, 0);
///
/// // A permit that is dropped, because its task was cancelled or panicked, says nothing about the key.
/// drop(pool.begin(&plan.candidates[0], now)?);
/// assert_eq!(pool.with(|pool| pool.view(now)[0].in_flight), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SharedPool(Arc<Mutex<Pool>>);

impl SharedPool {
    /// Shares a pool.
    pub fn new(pool: Pool) -> Self {
        Self(Arc::new(Mutex::new(pool)))
    }

    /// Does something with the pool.
    pub fn with<T>(&self, work: impl FnOnce(&mut Pool) -> T) -> T {
        work(&mut self.lock())
    }

    /// Begins an attempt.
    pub fn begin(&self, candidate: &Candidate, now: Timestamp) -> Result<Permit, NotNow> {
        let ticket = self.lock().begin(candidate, now)?;
        Ok(Permit {
            pool: self.clone(),
            ticket: Some(ticket),
            site: candidate.site.clone(),
            key: candidate.key.clone(),
        })
    }

    /// A panic elsewhere leaves the pool whole: every change is made at once.
    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to one attempt, released when dropped.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once ends the attempt"]
pub struct Permit {
    pool: SharedPool,
    ticket: Option<Ticket>,
    site: SiteId,
    key: KeyId,
}

impl Permit {
    /// The site that is asked.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// The key that is used.
    pub fn key(&self) -> &KeyId {
        &self.key
    }

    /// Tells how the attempt went.
    pub fn report(mut self, report: &Report, now: Timestamp, random: u64) -> Change {
        match self.ticket.take() {
            Some(ticket) => self.pool.lock().report(ticket, report, now, random),
            None => Change::nothing(&self.site, &self.key),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.pool.lock().release(ticket);
        }
    }
}
