//! Opening the core: everything is made once and handed to those who need it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Instant;

use base::{Clock, SystemClock};
use net::{OwnAddresses, Upstream};
use price::{Catalog, PriceError};
use proxy::Proxy;
use store::sites::SiteStore;
use store::vault::Wish;
use store::{Filter, Store, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{App, connect_timeout, outbound};
use crate::counting::Counting;
use crate::data_dir::{DataDir, DataDirError};
use crate::files;
use crate::health::Health;
use crate::limits::limits;
use crate::live::Live;
use crate::meters::Meters;
use crate::notice::Notices;
use crate::observe::Observe;
use crate::pricing::Pricing;
use crate::query::Queries;
use crate::record::{OnRow, Recorder};
use crate::route::SettingsRoute;
use crate::session::{Session, random_token};
use crate::settings::{Override, Settings, SettingsError, SettingsStore};
use crate::sites::{OpenSitesError, SiteRoute, Sites};
use crate::stations::Stations;
use crate::verify::{Tester, Watch};
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

impl App {
    /// Opens everything. Needs a tokio runtime for [`App::run`] only.
    pub fn open(options: OpenOptions) -> Result<Arc<Self>, OpenError> {
        let place = DataDir::place(options.data_dir)?;
        let data_dir = DataDir::hold(&place)?;
        let config = match options.config {
            Some(config) => config,
            None => own_config(&data_dir)?,
        };
        let variable = |name: &str| std::env::var(name).ok();
        let settings = Arc::new(SettingsStore::load(&config, &variable, &options.overrides)?);
        access_key(&settings)?;
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
        let meters = Arc::new(Meters::default());
        let on_row = on_row(
            live.clone(),
            meters.clone(),
            counting.clone(),
            clock.clone(),
        );
        let recorder = Recorder::start(store.clone(), settings.clone(), pricing.clone(), on_row)
            .map_err(system("the recorder could not be started"))?;
        let recorder = Arc::new(recorder);
        let own = OwnAddresses::default();
        let now = settings.now();
        let upstream = Upstream::new(outbound(&now), connect_timeout(&now), own.clone());
        let site_store =
            SiteStore::open(data_dir.path(), vault(&now)).map_err(OpenSitesError::from)?;
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
            meters,
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
}

/// What went wrong with the system.
fn system(what: &'static str) -> impl Fn(std::io::Error) -> OpenError {
    move |error| OpenError::System { what, error }
}

/// The settings of the data directory, which may hold keys: from now on only their owner's.
fn own_config(data_dir: &DataDir) -> Result<PathBuf, OpenError> {
    let path = data_dir.file("config.toml");
    match files::make_private(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(system("config.toml could not be made private")(error))
        }
        _ => Ok(path),
    }
}

/// Makes an access key where one is demanded and there is none.
fn access_key(settings: &SettingsStore) -> Result<(), OpenError> {
    let security = &settings.now().security;
    if security.require_api_key && security.api_key.is_empty() {
        let key = random_token().map_err(system("no access key could be made"))?;
        let key = format!("sk-relayscope-{}", &key[..32]);
        settings.change(&[("security.api_key".to_owned(), key.into())])?;
    }
    Ok(())
}

/// Where the user wants keys to be sealed.
fn vault(settings: &Settings) -> Wish {
    match &settings.security.vault[..] {
        "file" => Wish::File,
        "keychain" => Wish::Keychain,
        _ => Wish::Best,
    }
}

/// What happens when the row of an exchange is made.
fn on_row(
    live: Arc<Live>,
    meters: Arc<Meters>,
    counting: Arc<Counting>,
    clock: Arc<dyn Clock>,
) -> OnRow {
    Box::new(move |exchange, row, pace| {
        live.finished(exchange.id, row);
        meters.add(row);
        counting.learn(exchange, row, pace, clock.now());
    })
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
