//! The whole core: opened once, passed around by handle.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base::{Clock, SystemClock};
use net::{BaseUrl, ConnectTimeout, Outbound, OwnAddresses, Upstream};
use price::{Catalog, PriceError};
use proxy::Proxy;
use store::sites::SiteStore;
use store::vault::Wish;
use store::{Filter, Store, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::counting::Counting;
use crate::data_dir::{DataDir, DataDirError};
use crate::desktop::Desktop;
use crate::health::Health;
use crate::limits::limits;
use crate::live::{self, Live};
use crate::notice::Notices;
use crate::observe::Observe;
use crate::pricing::Pricing;
use crate::query::Queries;
use crate::record::Recorder;
use crate::route::SettingsRoute;
use crate::session::{Session, random_token};
use crate::settings::{Override, Settings, SettingsError, SettingsStore};
use crate::sites::{OpenSitesError, SiteRoute, Sites};
use crate::stations::Stations;
use crate::verify::{Message, Tester, Watch};
use crate::view::ProxyView;

/// Rows of today that the day's figures are restored from.
const MOST_RESTORED: usize = 20_000;

/// How to open the core.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Data directory; the platform's when not given.
    pub data_dir: Option<PathBuf>,
    /// Settings file; `config.toml` in the data directory when not given.
    pub config: Option<PathBuf>,
    /// Values from the command line.
    pub overrides: Vec<Override>,
    /// Whether everything is made up.
    pub demo: bool,
}

/// Why the core cannot be opened. Nothing has been overwritten.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The traffic store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bundled prices.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// Sites, keys, routes.
    #[error(transparent)]
    Sites(#[from] OpenSitesError),
    /// A file or thread.
    #[error("{what} ({error})")]
    System {
        /// What was tried.
        what: &'static str,
        /// The system's words.
        error: std::io::Error,
    },
}

/// The core.
pub struct App {
    data_dir: DataDir,
    settings: Arc<SettingsStore>,
    clock: Arc<dyn Clock>,
    store: Arc<Store>,
    live: Arc<Live>,
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
    /// Opens everything. Needs a tokio runtime for [`App::run`] only.
    pub fn open(options: OpenOptions) -> Result<Arc<Self>, OpenError> {
        let place = DataDir::place(options.data_dir)?;
        let data_dir = DataDir::hold(&place)?;
        let config = options
            .config
            .unwrap_or_else(|| data_dir.file("config.toml"));
        let variable = |name: &str| std::env::var(name).ok();
        let settings = Arc::new(SettingsStore::load(&config, &variable, &options.overrides)?);
        let system = |what| move |error| OpenError::System { what, error };
        if settings.now().security.require_api_key && settings.now().security.api_key.is_empty() {
            let key = random_token().map_err(system("no access key could be made"))?;
            let key = format!("sk-relayscope-{}", &key[..32]);
            settings.change(&[("security.api_key".to_owned(), key.into())])?;
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = Arc::new(Store::open(&data_dir.file("traffic.db"))?);
        let catalog = Arc::new(Catalog::bundled()?);
        let pricing = Pricing::new(catalog, settings.clone());
        let run = random_token().map_err(system("no random number could be had"))?;
        let session = Session::begin(&data_dir.file("session-token"))
            .map_err(system("the session token could not be written"))?;
        let card = ProxyView {
            on: true,
            address: String::new(),
            route: None,
            fallbacks: 0,
            error: None,
            ever_used: false,
            demo: options.demo,
        };
        let live = Live::new(pricing.clone(), settings.clone(), clock.clone(), run, card);
        let live = Arc::new(live);
        restore(&store, &live, &settings.now())?;
        let counting = Arc::new(Counting::default());
        let on_row = {
            let (live, counting, clock) = (live.clone(), counting.clone(), clock.clone());
            Box::new(
                move |exchange: &Arc<proxy::Exchange>, row: &store::Exchange, pace| {
                    live.finished(exchange.id, row);
                    counting.learn(exchange, row, pace, clock.now());
                },
            )
        };
        let recorder = Recorder::start(store.clone(), settings.clone(), pricing.clone(), on_row)
            .map_err(system("the recorder could not be started"))?;
        let recorder = Arc::new(recorder);
        let own = OwnAddresses::default();
        let now = settings.now();
        let upstream = Upstream::new(outbound(&now), connect_timeout(&now), own.clone());
        let wish = match &now.security.vault[..] {
            "file" => Wish::File,
            "keychain" => Wish::Keychain,
            _ => Wish::Best,
        };
        let site_store = SiteStore::open(data_dir.path(), wish).map_err(OpenSitesError::from)?;
        let sites = Sites::open(
            site_store,
            settings.clone(),
            own.clone(),
            clock.clone(),
            live.clone(),
            counting,
            pricing.clone(),
        )?;
        let (watch, passed) = Watch::new(settings.clone(), sites.clone());
        let observe = Observe {
            watch: watch.clone(),
            live: live.clone(),
            recorder: recorder.clone(),
            pricing: pricing.clone(),
        };
        let by_settings = SettingsRoute::new(settings.clone());
        let proxy = Proxy::new(
            upstream,
            Arc::new(SiteRoute::new(sites.clone(), by_settings)),
            Arc::new(observe),
            clock.clone(),
            limits(&now),
        );
        let queries = Queries::new(
            store.clone(),
            live.clone(),
            recorder.clone(),
            pricing.clone(),
        );
        let end = CancellationToken::new();
        let stations = Stations::new(
            sites.clone(),
            store.clone(),
            recorder.clone(),
            pricing.clone(),
            settings.clone(),
            end.clone(),
        );
        Ok(Arc::new(Self {
            health: Health::new(settings.clone(), own.clone()),
            data_dir,
            settings,
            clock,
            store,
            live,
            recorder,
            pricing,
            proxy: Arc::new(proxy),
            queries,
            tester: Tester::new(sites.clone()),
            notices: Notices::default(),
            passed: Mutex::new(Some((watch, passed))),
            sites,
            stations,
            session,
            own,
            desktop: RwLock::default(),
            tasks: TaskTracker::new(),
            end,
            demo: options.demo,
            begin: Instant::now(),
        }))
    }

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

/// Fills the live list and the day's figures from the store.
fn restore(store: &Store, live: &Live, settings: &Settings) -> Result<(), StoreError> {
    let mut rows = store.since(live.midnight(), MOST_RESTORED)?;
    let shown = settings.capture.max_history as usize;
    if rows.len() < shown {
        rows = store.page(&Filter::default(), None, shown)?.exchanges;
    }
    rows.reverse();
    live.restore(&rows);
    Ok(())
}

fn outbound(settings: &Settings) -> Outbound {
    // The settings were checked when they were read.
    Outbound::parse(&settings.upstream.outbound).unwrap_or_default()
}

fn connect_timeout(settings: &Settings) -> ConnectTimeout {
    ConnectTimeout(Duration::from_secs(settings.upstream.connect_timeout_s))
}
