//! Everything about stations, held together.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base::Timestamp;
use store::sites::{Site, SiteStore};
use store::{Spend, Store};
use tokio_util::sync::CancellationToken;

use super::budget::Budget;
use super::error::StationError;
use super::figures::{BURN_DAYS, DAY};
use super::glance::Glance;
use super::logs::HeldPages;
use super::round::Round;
use super::schedule::Plan;
use crate::desktop::Desktop;
use crate::pricing::Pricing;
use crate::record::Recorder;
use crate::settings::{Settings, SettingsStore};
use crate::sites::Sites;

/// How long the sums over all exchanges hold: they are read with every list.
const SPEND_HOLDS: Duration = Duration::from_secs(30);

/// The last week's exchanges by site.
type WeekSpend = Arc<HashMap<String, Spend>>;

/// Balances, logs, ledger and check-in.
pub struct Stations {
    pub(super) sites: Arc<Sites>,
    pub(super) traffic: Arc<Store>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) pricing: Pricing,
    pub(super) budget: Budget,
    pub(super) settings: Arc<SettingsStore>,
    /// One query per site at a time; the moment of the last one that ended.
    lines: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Instant>>>>>,
    pub(super) querying: Mutex<HashSet<String>>,
    pub(super) round: Mutex<Option<Round>>,
    pub(super) plan: Mutex<Plan>,
    pub(super) pages: Mutex<HeldPages>,
    desktop: Mutex<Option<Arc<dyn Desktop>>>,
    week: Mutex<Option<(Instant, WeekSpend)>>,
    pub(super) glanced: Mutex<Option<(Instant, Arc<Glance>)>>,
    pub(super) end: CancellationToken,
}

impl Stations {
    /// Over sites and traffic.
    pub(crate) fn new(
        sites: Arc<Sites>,
        traffic: Arc<Store>,
        recorder: Arc<Recorder>,
        pricing: Pricing,
        settings: Arc<SettingsStore>,
        end: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            sites,
            traffic,
            recorder,
            pricing,
            budget: Budget::default(),
            settings,
            lines: Mutex::default(),
            querying: Mutex::default(),
            round: Mutex::default(),
            plan: Mutex::default(),
            pages: Mutex::default(),
            desktop: Mutex::default(),
            week: Mutex::default(),
            glanced: Mutex::default(),
            end,
        })
    }

    /// Tells of the desktop that shows notifications and opens pages.
    pub(crate) fn set_desktop(&self, desktop: Arc<dyn Desktop>) {
        *held(&self.desktop) = Some(desktop);
    }

    pub(super) fn desktop(&self) -> Option<Arc<dyn Desktop>> {
        held(&self.desktop).clone()
    }

    pub(super) fn store(&self) -> &SiteStore {
        self.sites.store()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.sites.clock().now()
    }

    /// The moment so many hours ago.
    pub fn hours_ago(&self, hours: u32) -> Timestamp {
        self.now().plus_micros(-i64::from(hours) * 3_600_000_000)
    }

    pub(super) fn settings(&self) -> Arc<Settings> {
        self.settings.now()
    }

    /// Renminbi for one US dollar, as set.
    pub(super) fn cny_per_usd(&self) -> f64 {
        self.settings().pricing.exchange_rate
    }

    /// A site by id or name.
    pub(super) fn site(&self, id_or_name: &str) -> Result<Site, StationError> {
        Ok(self.store().site(id_or_name)?)
    }

    /// Tells watchers to look again.
    pub(super) fn changed(&self) {
        *held(&self.glanced) = None;
        self.sites.live().sites_changed();
    }

    /// The lock under which a site is asked.
    pub(super) fn line(&self, site: &str) -> Arc<tokio::sync::Mutex<Option<Instant>>> {
        held(&self.lines)
            .entry(site.to_owned())
            .or_default()
            .clone()
    }

    /// What the last week's exchanges came to, by the name of the site.
    pub(super) fn week_spend(&self) -> Result<WeekSpend, StationError> {
        let known = held(&self.week).clone();
        if let Some((_, spend)) = known.filter(|(at, _)| at.elapsed() < SPEND_HOLDS) {
            return Ok(spend);
        }
        let since = self.now().plus_micros(-BURN_DAYS * DAY);
        let spend = Arc::new(self.traffic.spend_by_site(since)?);
        *held(&self.week) = Some((Instant::now(), spend.clone()));
        Ok(spend)
    }

    /// Runs something that blocks.
    pub(super) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> Result<T, StationError> + Send + 'static,
    ) -> Result<T, StationError> {
        let stations = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&stations)).await;
        done.map_err(|_| StationError::Lost)?
    }
}

/// A lock that survives a panic elsewhere.
pub(super) fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
