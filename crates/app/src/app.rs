//! The whole core: opened once, passed around by handle.

mod open;

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base::Clock;
use net::{BaseUrl, ConnectTimeout, Outbound, OwnAddresses};
use proxy::Proxy;
use store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::open::{OpenError, OpenOptions};
use crate::data_dir::DataDir;
use crate::desktop::Desktop;
use crate::health::Health;
use crate::limits::limits;
use crate::live::{self, Live};
use crate::meters::Meters;
use crate::notice::Notices;
use crate::pricing::Pricing;
use crate::query::Queries;
use crate::record::Recorder;
use crate::session::Session;
use crate::settings::{Settings, SettingsError, SettingsStore};
use crate::sites::Sites;
use crate::stations::Stations;
use crate::verify::{Message, Tester, Watch};

/// The core.
pub struct App {
    data_dir: DataDir,
    settings: Arc<SettingsStore>,
    clock: Arc<dyn Clock>,
    store: Arc<Store>,
    live: Arc<Live>,
    meters: Arc<Meters>,
    recorder: Arc<Recorder>,
    pricing: Pricing,
    proxy: Arc<Proxy>,
    queries: Queries,
    sites: Arc<Sites>,
    stations: Arc<Stations>,
    tester: Tester,
    notices: Notices,
    passed: Mutex<Option<(Watch, Receiver<Message>)>>,
    session: Session,
    own: OwnAddresses,
    health: Health,
    desktop: RwLock<Option<Arc<dyn Desktop>>>,
    tasks: TaskTracker,
    end: CancellationToken,
    demo: bool,
    begin: Instant,
}

impl App {
    /// Starts what goes on by itself. `addresses`: where we listen.
    pub fn run(self: &Arc<Self>, addresses: Vec<std::net::SocketAddr>) {
        if let Some(first) = addresses.first() {
            self.data_dir.listens_on(first.port());
            let address = first.to_string();
            self.live.set_proxy(|proxy| proxy.address = address);
        }
        self.own.set(addresses);
        self.tasks
            .spawn(live::run_frames(self.live.clone(), self.end.clone()));
        self.tasks
            .spawn(crate::housekeeping::run(self.clone(), self.end.clone()));
        self.tasks
            .spawn(self.sites.clone().keep_states(self.end.clone()));
        self.tasks
            .spawn(self.stations.clone().keep_asking(self.end.clone()));
        self.tasks
            .spawn(crate::verify::run_schedule(self.clone(), self.end.clone()));
        let passed = self.passed.lock();
        if let Some((watch, seen)) = passed.unwrap_or_else(PoisonError::into_inner).take() {
            let end = self.end.clone();
            let read_along = crate::verify::run_passive(self.clone(), watch, seen, end);
            self.tasks.spawn(read_along);
        }
        self.sites.find_out_all();
        if !self.data_dir.was_clean {
            let store = self.store.clone();
            self.tasks.spawn_blocking(move || match store.check() {
                Ok(None) => {}
                Ok(Some(damage)) => tracing::error!(damage, "the traffic store is damaged"),
                Err(error) => tracing::error!(%error, "the traffic store could not be checked"),
            });
        }
        self.tasks.close();
    }

    /// Ends the tasks, writes what waits and leaves the data directory in order.
    pub async fn stop(&self) {
        self.end.cancel();
        self.tasks.wait().await;
        self.recorder.stop();
        self.data_dir.leave_clean();
    }

    /// Changes settings and puts them in force.
    pub fn change_settings(
        &self,
        changes: &[(String, serde_json::Value)],
    ) -> Result<(), SettingsError> {
        let settings = self.settings.change(changes)?;
        if let Err(error) = self.sites.reload() {
            tracing::error!(%error, "sites could not be read anew");
        }
        self.proxy.set_limits(limits(&settings));
        self.proxy
            .upstream()
            .reroute(outbound(&settings), connect_timeout(&settings));
        Ok(())
    }

    /// Settings as JSON: secrets masked, with the number of priced models, what waits for a restart and
    /// what the environment decides.
    pub fn settings_json(&self) -> serde_json::Value {
        let mut json = self.settings.to_json();
        if let Some(pricing) = json
            .pointer_mut("/pricing")
            .and_then(|value| value.as_object_mut())
        {
            let count = self.pricing.catalog().models_count();
            pricing.insert("models_count".to_owned(), count.into());
        }
        if let Some(all) = json.as_object_mut() {
            all.insert(
                "needs_restart".to_owned(),
                self.settings.needs_restart().into(),
            );
            all.insert("overridden".to_owned(), self.settings.overridden().into());
            let file = self.settings.path().display().to_string();
            all.insert("file".to_owned(), file.into());
        }
        json
    }

    /// Switches the proxy on or off.
    pub fn set_proxy(&self, on: bool) {
        self.proxy.switch(on);
        self.live.set_proxy(|proxy| proxy.on = on);
    }

    /// Whether requests are carried.
    pub fn proxy_on(&self) -> bool {
        self.proxy.is_on()
    }

    /// Upstream settings that point at ourselves: every request there would be refused.
    pub fn self_loops(&self, port: u16) -> Vec<&'static str> {
        let settings = self.settings.now();
        let points_here = |address: &str| {
            BaseUrl::parse(address).is_ok_and(|base| {
                let here = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"].contains(&base.host());
                here && base.authority().ends_with(&format!(":{port}"))
            })
        };
        [
            (
                "upstream.anthropic_base_url",
                &settings.upstream.anthropic_base_url,
            ),
            (
                "upstream.openai_base_url",
                &settings.upstream.openai_base_url,
            ),
            (
                "upstream.openrouter_base_url",
                &settings.upstream.openrouter_base_url,
            ),
        ]
        .into_iter()
        .filter(|(_, address)| points_here(address))
        .map(|(key, _)| key)
        .collect()
    }

    /// The desktop around us, if there is one.
    pub fn desktop(&self) -> Option<Arc<dyn Desktop>> {
        self.desktop
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Tells the core of its desktop.
    pub fn set_desktop(&self, desktop: Arc<dyn Desktop>) {
        self.stations.set_desktop(desktop.clone());
        *self.desktop.write().unwrap_or_else(PoisonError::into_inner) = Some(desktop);
    }

    /// Figures of the KPI strip.
    pub fn totals(&self) -> crate::view::Totals {
        self.live.totals()
    }

    /// What was counted since the start.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.now()
    }

    /// Time since the start.
    pub fn uptime(&self) -> Duration {
        self.begin.elapsed()
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// The proxy.
    pub fn proxy(&self) -> &Arc<Proxy> {
        &self.proxy
    }

    /// The live list.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Questions about exchanges.
    pub fn queries(&self) -> &Queries {
        &self.queries
    }

    /// Sites, keys and routes.
    pub fn sites(&self) -> &Arc<Sites> {
        &self.sites
    }

    /// Balances, logs, ledger and check-in of sites.
    pub fn stations(&self) -> &Arc<Stations> {
        &self.stations
    }

    /// Authenticity tests.
    pub fn tester(&self) -> &Tester {
        &self.tester
    }

    pub(crate) fn notices(&self) -> &Notices {
        &self.notices
    }

    /// Runs something until it is over: [`App::stop`] waits for it.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Who is signed in.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Whether upstreams can be reached.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Prices.
    pub fn pricing(&self) -> &Pricing {
        &self.pricing
    }

    /// Whether everything is made up.
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}

fn outbound(settings: &Settings) -> Outbound {
    // The settings were checked when they were read.
    Outbound::parse(&settings.upstream.outbound).unwrap_or_default()
}

fn connect_timeout(settings: &Settings) -> ConnectTimeout {
    ConnectTimeout(Duration::from_secs(settings.upstream.connect_timeout_s))
}
