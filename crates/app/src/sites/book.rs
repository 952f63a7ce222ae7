//! Sites, keys, routes and the pool, held together.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use base::{Clock, Timestamp};
use net::{BaseUrl, ConnectTimeout, Outbound, OwnAddresses, Upstream};
use price::Factor;
use proxy::Said;
use route::{
    Classifier, KeyConfig, KeyId, Pool, Route, Rule, SharedPool, SiteConfig, SiteId, When,
};
use store::sites::{SiteStore, SitesError};

use super::error::SiteError;
use super::keep::Dirty;
use super::routing::{NO_KEY, RoutedKey, RoutedSite, Routing};
use super::spoken::Spoken;
use crate::counting::Counting;
use crate::live::Live;
use crate::pricing::Pricing;
use crate::session::random_token;
use crate::settings::{Settings, SettingsStore};

/// How long a deleted site can be brought back.
const UNDO: i64 = 24 * 60 * 60 * 1_000_000;

/// Upstreams' last words that are remembered.
const MOST_SAID: usize = 1_000;

/// Sites, keys, routes and the pool.
pub struct Sites {
    store: SiteStore,
    pool: SharedPool,
    classifier: Classifier,
    routing: ArcSwap<Routing>,
    settings: Arc<SettingsStore>,
    own: OwnAddresses,
    clock: Arc<dyn Clock>,
    live: Arc<Live>,
    /// One client per way out, so that connections are kept.
    ways: Mutex<HashMap<String, Upstream>>,
    said: Mutex<HashMap<(SiteId, KeyId), Said>>,
    dirty: Mutex<Dirty>,
    spoken: Spoken,
    counting: Arc<Counting>,
    pricing: Pricing,
    random: AtomicU64,
}

impl Sites {
    /// Over what is stored.
    pub(crate) fn open(
        store: SiteStore,
        settings: Arc<SettingsStore>,
        own: OwnAddresses,
        clock: Arc<dyn Clock>,
        live: Arc<Live>,
        counting: Arc<Counting>,
        pricing: Pricing,
    ) -> Result<Arc<Self>, OpenSitesError> {
        let pool = SharedPool::new(Pool::new(route::Settings::bundled()?));
        let seed = clock.now().0 as u64 | 1;
        let spoken = Self::restore_speech(&store, &counting)?;
        let sites = Self {
            store,
            pool,
            classifier: Classifier::bundled()?,
            routing: ArcSwap::default(),
            settings,
            own,
            clock,
            live,
            ways: Mutex::default(),
            said: Mutex::default(),
            dirty: Mutex::default(),
            spoken,
            counting,
            pricing,
            random: AtomicU64::new(seed),
        };
        sites
            .store
            .purge_sites(Timestamp(sites.clock.now().0 - UNDO))?;
        sites.reload()?;
        sites.restore_states()?;
        Ok(Arc::new(sites))
    }

    /// Reads the store anew and puts it in force for the next request.
    pub(crate) fn reload(&self) -> Result<(), SitesError> {
        let sites = self.store.sites()?;
        let usual = self.settings.now().routing.strategy.clone();
        let (mut routed, mut configs) = (Vec::new(), Vec::new());
        for site in sites {
            // What is stored was checked; a file that somebody edited is left out.
            let base = match BaseUrl::parse(&site.base_url) {
                Ok(base) => base,
                Err(error) => {
                    tracing::warn!(site = site.name, %error, "a site cannot be used");
                    continue;
                }
            };
            let id = SiteId::from(site.id.as_str());
            let stored = self.store.keys(&site.id)?;
            let mut keys = HashMap::new();
            let mut order = Vec::new();
            for key in &stored {
                let secret = match self.store.reveal_key(&key.id) {
                    Ok(secret) => secret,
                    Err(error) => {
                        tracing::warn!(site = site.name, %error, "a key cannot be used");
                        continue;
                    }
                };
                let name = KeyId::from(key.fingerprint.as_str());
                let config = KeyConfig::new(name.clone()).weight(key.weight);
                order.push(if key.enabled {
                    config
                } else {
                    config.disabled()
                });
                let (id, label) = (key.id.clone(), key.label.clone());
                keys.insert(
                    name,
                    RoutedKey {
                        id,
                        label,
                        secret: Some(secret),
                    },
                );
            }
            if stored.is_empty() {
                let name = KeyId::from(NO_KEY);
                order.push(KeyConfig::new(name.clone()));
                let (id, label) = (NO_KEY.to_owned(), String::new());
                keys.insert(
                    name,
                    RoutedKey {
                        id,
                        label,
                        secret: None,
                    },
                );
            }
            let strategy = site.strategy.as_deref().unwrap_or(&usual);
            let strategy =
                route::strategies::named(strategy).unwrap_or_else(|_| route::strategies::usual());
            configs.push(SiteConfig::new(id.clone(), order).strategy(strategy));
            let way = self.way(&site.outbound);
            routed.push(Arc::new(RoutedSite {
                id,
                site,
                base,
                keys,
                way,
            }));
        }
        self.pool.with(|pool| pool.configure(configs));
        self.spoken.renew();
        let multiplier = |site: &Arc<RoutedSite>| {
            let factor = site.site.multiplier.parse().ok()?;
            (factor != Factor::ONE).then(|| (site.site.name.clone(), factor))
        };
        self.pricing
            .set_multipliers(routed.iter().filter_map(multiplier).collect());
        let rules = self.stored_rules()?;
        let client_keys = self.store.client_keys()?;
        let mut rules = rules;
        for key in &client_keys {
            if !key.sites.is_empty() {
                let route = Route(
                    key.sites
                        .iter()
                        .map(|id| SiteId::from(id.as_str()))
                        .collect(),
                );
                rules.rules.push(Rule {
                    when: When {
                        client_key: Some(key.id.clone()),
                        ..When::default()
                    },
                    route,
                    ..Rule::default()
                });
            }
        }
        let client_keys = client_keys
            .into_iter()
            .map(|key| (key.hash.clone(), key))
            .collect();
        let card = (rules.default.0.first().cloned(), rules.default.0.len());
        let routing = Routing {
            sites: routed,
            rules,
            client_keys,
        };
        let name = card.0.map(|id| routing.name(&id));
        self.routing.store(Arc::new(routing));
        self.live.set_proxy(|proxy| {
            proxy.route = name;
            proxy.fallbacks = card.1.saturating_sub(1) as u32;
        });
        self.live.sites_changed();
        Ok(())
    }

    /// The client for a way out; `None` for the general one.
    fn way(&self, outbound: &str) -> Option<Upstream> {
        if outbound.is_empty() {
            return None;
        }
        let parsed = Outbound::parse(outbound).ok()?;
        let timeout = Duration::from_secs(self.settings.now().upstream.connect_timeout_s);
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        let own = self.own.clone();
        let way = ways
            .entry(outbound.to_owned())
            .or_insert_with(|| Upstream::new(parsed, ConnectTimeout(timeout), own));
        Some(way.clone())
    }

    /// What an upstream said last on a key.
    pub(super) fn said(&self, site: &SiteId, key: &KeyId) -> Option<Said> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.get(&(site.clone(), key.clone())).cloned()
    }

    pub(super) fn remember(&self, site: &SiteId, key: &KeyId, words: Said) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() >= MOST_SAID {
            said.clear();
        }
        said.insert((site.clone(), key.clone()), words);
    }

    /// A number for jitter and random picks: a Weyl sequence, well mixed; no secret.
    pub(crate) fn random(&self) -> u64 {
        let step = self
            .random
            .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        let mixed = (step ^ (step >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn routing(&self) -> Arc<Routing> {
        self.routing.load_full()
    }

    /// The id of a site that requests go to.
    pub(crate) fn id_of(&self, name: &str) -> Option<String> {
        let routing = self.routing.load();
        Some(routing.find(name)?.id.as_str().to_owned())
    }

    pub(super) fn counting(&self) -> &Counting {
        &self.counting
    }

    pub(super) fn spoken(&self) -> &Spoken {
        &self.spoken
    }

    pub(super) fn pool(&self) -> &SharedPool {
        &self.pool
    }

    pub(crate) fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    pub(crate) fn store(&self) -> &SiteStore {
        &self.store
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    pub(crate) fn own(&self) -> &OwnAddresses {
        &self.own
    }

    pub(super) fn settings(&self) -> Arc<Settings> {
        self.settings.now()
    }

    pub(super) fn dirty(&self) -> MutexGuard<'_, Dirty> {
        self.dirty.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why sites cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenSitesError {
    /// The store.
    #[error(transparent)]
    Sites(#[from] SitesError),
    /// The bundled routing tables.
    #[error(transparent)]
    Routing(#[from] route::RoutingFileError),
}

pub(super) fn random() -> Result<String, SiteError> {
    random_token().map_err(|error| {
        SiteError::Sites(SitesError::Vault(store::vault::VaultError::Random(
            error.to_string(),
        )))
    })
}

pub(crate) fn new_id(kind: &str) -> Result<String, SiteError> {
    Ok(format!("{kind}_{}", &random()?[..12]))
}
