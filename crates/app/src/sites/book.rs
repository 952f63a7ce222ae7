//! What users do with sites.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use base::{Clock, Secret, Timestamp};
use net::{BaseUrl, ConnectTimeout, Outbound, OwnAddresses, Upstream};
use proxy::Said;
use route::{
    Classifier, KeyConfig, KeyId, Matched, Pool, Route, Rule, Rules, SharedPool, SiteConfig, SiteId,
};
use store::sites::{NewClientKey, NewKey, SiteChange, SiteKey, SiteStore, SitesError, StoredRoute};

use super::error::SiteError;
use super::input::{self, KeyInput, MoveKeys, SiteInput};
use super::keep::Dirty;
use super::router::{LOCAL_KEY, hash};
use super::routing::{NO_KEY, RoutedKey, RoutedSite, Routing};
use crate::live::Live;
use crate::session::random_token;
use crate::settings::{Settings, SettingsStore};
use crate::view::{ClientKeyView, KeyView, RoutesView, RuleView, SiteView};

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
    ) -> Result<Arc<Self>, OpenSitesError> {
        let pool = SharedPool::new(Pool::new(route::Settings::bundled()?));
        let seed = clock.now().0 as u64 | 1;
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
            let Ok(base) = BaseUrl::parse(&site.base_url) else {
                continue;
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
                    when: Matched::ClientKey(key.id.clone()),
                    route,
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

    /// Adds a site. The first one becomes the default route.
    pub fn add(&self, input: SiteInput) -> Result<SiteView, SiteError> {
        let base = input::base_url(&input.url)?;
        self.refuse_self(&base)?;
        let name = input::name(&input.name, &base)?;
        input::check(&input.as_change())?;
        let secrets: Vec<Secret<String>> = input
            .keys
            .iter()
            .map(|key| input::key(key))
            .collect::<Result<_, _>>()?;
        let (now, id) = (self.clock.now(), new_id("site")?);
        let keys: Vec<NewKey> = secrets
            .into_iter()
            .enumerate()
            .map(|(number, secret)| {
                let (id, label) = (new_id("key")?, format!("key {}", number + 1));
                Ok(NewKey {
                    id,
                    label,
                    weight: 1,
                    secret,
                })
            })
            .collect::<Result<_, SiteError>>()?;
        let site = input.into_site(id.clone(), name, &base, now);
        let is_first = self.store.sites()?.is_empty();
        self.store.add_site_with_keys(&site, &keys, now)?;
        if is_first {
            self.put_routes(&RoutesView {
                default: vec![id.clone()],
                rules: self.routes()?.rules,
            })?;
        }
        self.reload()?;
        self.view_of(&id)
    }

    /// Changes a site.
    pub fn change(
        &self,
        id: &str,
        mut change: SiteChange,
        keys: MoveKeys,
    ) -> Result<SiteView, SiteError> {
        let site = self.store.site(id)?;
        input::check(&change)?;
        let base = change
            .base_url
            .take()
            .map(|url| input::base_url(&url))
            .transpose()?;
        if let Some(name) = &mut change.name {
            let base = input::base_url(&site.base_url)?;
            *name = input::name(name, &base)?;
        }
        if let Some(base) = &base {
            self.refuse_self(base)?;
            let old = input::base_url(&site.base_url)?;
            let count = self.store.keys(&site.id)?.len();
            let moves = old.authority() != base.authority() && count > 0;
            if moves && keys == MoveKeys::NotAsked {
                let host = base.authority().to_owned();
                return Err(SiteError::KeysMove { host, keys: count });
            }
        }
        self.store.change_site(&site.id, &change)?;
        if let Some(base) = base {
            self.store.move_site(&site.id, &base.to_string())?;
        }
        self.reload()?;
        self.view_of(&site.id)
    }

    /// Deletes a site; it can be brought back for a day.
    pub fn delete(&self, id: &str) -> Result<(), SiteError> {
        let site = self.store.site(id)?;
        self.store.delete_site(&site.id, self.clock.now())?;
        Ok(self.reload()?)
    }

    /// Brings a deleted site back.
    pub fn restore(&self, id: &str) -> Result<SiteView, SiteError> {
        let site = self.store.restore_site(id)?;
        self.reload()?;
        self.view_of(&site.id)
    }

    /// Puts the sites in this order.
    pub fn order(&self, ids: &[String]) -> Result<(), SiteError> {
        self.store.order_sites(ids)?;
        Ok(self.reload()?)
    }

    /// Adds a key to a site.
    pub fn add_key(&self, site: &str, input: &KeyInput) -> Result<KeyView, SiteError> {
        let site = self.store.site(site)?;
        let secret = input::key(&input.key)?;
        let weight = input::weight_of(input.weight)?;
        let number = self.store.keys(&site.id)?.len() + 1;
        let label = match input.label.trim() {
            "" => format!("key {number}"),
            label => label.to_owned(),
        };
        let key = NewKey {
            id: new_id("key")?,
            label,
            weight,
            secret,
        };
        let key = self.store.add_key(&site.id, &key, self.clock.now())?;
        self.reload()?;
        Ok(self.key_view(&site.name, &key))
    }

    /// Changes a key.
    pub fn change_key(
        &self,
        id: &str,
        label: Option<&str>,
        weight: Option<u32>,
        enabled: Option<bool>,
    ) -> Result<KeyView, SiteError> {
        let weight = weight.map(input::weight_of).transpose()?;
        let label = label.map(str::trim).filter(|label| !label.is_empty());
        self.store.change_key(id, label, weight, enabled)?;
        self.reload()?;
        self.key(id)
    }

    /// Removes a key.
    pub fn remove_key(&self, id: &str) -> Result<(), SiteError> {
        self.store.remove_key(id)?;
        Ok(self.reload()?)
    }

    /// Clears what the pool holds against a key.
    pub fn reset_key(self: &Arc<Self>, id: &str) -> Result<KeyView, SiteError> {
        let (_, key) = self.find_key(id)?;
        let (site, name) = (
            SiteId::from(key.site_id.as_str()),
            KeyId::from(key.fingerprint.as_str()),
        );
        let now = self.clock.now();
        let change = self.pool.with(|pool| pool.reset(&site, &name, now));
        self.changed(&change);
        self.live.sites_changed();
        self.key(id)
    }

    /// Clears what the pool holds against the keys of a site, or of all; gives their number.
    pub fn reset_keys(self: &Arc<Self>, site: Option<&str>) -> Result<usize, SiteError> {
        let site = site.map(|site| self.store.site(site)).transpose()?;
        let site = site.map(|site| SiteId::from(site.id.as_str()));
        let now = self.clock.now();
        let changes = self.pool.with(|pool| pool.reset_all(site.as_ref(), now));
        changes.iter().for_each(|change| self.changed(change));
        self.live.sites_changed();
        Ok(changes.len())
    }

    /// A key in clear, for its owner.
    pub fn reveal_key(&self, id: &str) -> Result<Secret<String>, SiteError> {
        Ok(self.store.reveal_key(id)?)
    }

    /// A key with its state.
    pub fn key(&self, id: &str) -> Result<KeyView, SiteError> {
        let (site, key) = self.find_key(id)?;
        Ok(self.key_view(&site, &key))
    }

    /// All keys with their states.
    pub fn all_keys(&self) -> Result<Vec<KeyView>, SiteError> {
        let mut views = Vec::new();
        for site in self.store.sites()? {
            for key in self.store.keys(&site.id)? {
                views.push(self.key_view(&site.name, &key));
            }
        }
        Ok(views)
    }

    /// The routes.
    pub fn routes(&self) -> Result<RoutesView, SiteError> {
        let rules = self.stored_rules()?;
        let ids = |route: &Route| route.0.iter().map(ToString::to_string).collect();
        let view = |rule: &Rule| {
            let mut view = RuleView {
                sites: ids(&rule.route),
                ..RuleView::default()
            };
            match &rule.when {
                Matched::Project(project) => view.project = Some(project.clone()),
                Matched::Model(pattern) => view.model = Some(pattern.to_string()),
                Matched::Provider(provider) => view.provider = Some(provider.clone()),
                Matched::ClientKey(_) => {}
            }
            view
        };
        Ok(RoutesView {
            default: ids(&rules.default),
            rules: rules.rules.iter().map(view).collect(),
        })
    }

    /// Replaces the routes. Sites may be named by id or name.
    pub fn put_routes(&self, routes: &RoutesView) -> Result<RoutesView, SiteError> {
        let ids = |names: &[String]| -> Result<Vec<String>, SiteError> {
            let ids = names.iter().map(|name| Ok(self.store.site(name)?.id));
            ids.collect::<Result<_, SitesError>>().map_err(Into::into)
        };
        let mut rows = vec![StoredRoute {
            matches: String::new(),
            sites: ids(&routes.default)?,
        }];
        for rule in &routes.rules {
            let when = match (&rule.project, &rule.model, &rule.provider) {
                (Some(project), None, None) => Matched::Project(project.clone()),
                (None, Some(model), None) => Matched::Model(route::Glob::new(model.clone())),
                (None, None, Some(provider)) => Matched::Provider(provider.clone()),
                _ => return Err(SiteError::BadRule),
            };
            let sites = ids(&rule.sites)?;
            if sites.is_empty() {
                return Err(SiteError::BadRule);
            }
            let matches = serde_json::to_string(&when).unwrap_or_default();
            rows.push(StoredRoute { matches, sites });
        }
        self.store.put_routes(&rows)?;
        self.reload()?;
        self.routes()
    }

    /// The local client keys.
    pub fn client_keys(&self) -> Result<Vec<ClientKeyView>, SiteError> {
        let view = |key: store::sites::ClientKey| ClientKeyView {
            id: key.id,
            label: key.label,
            masked: key.masked,
            project: key.project,
            sites: key.sites,
            key: None,
        };
        Ok(self.store.client_keys()?.into_iter().map(view).collect())
    }

    /// Makes a local client key. It is shown this once.
    pub fn add_client_key(
        &self,
        label: &str,
        project: Option<String>,
        sites: &[String],
    ) -> Result<ClientKeyView, SiteError> {
        let sites: Vec<String> = sites
            .iter()
            .map(|name| Ok(self.store.site(name)?.id))
            .collect::<Result<_, SitesError>>()?;
        let key = format!("{LOCAL_KEY}{}", &random()?[..40]);
        let new = NewClientKey {
            id: new_id("client")?,
            label: label.trim().to_owned(),
            hash: hash(&key),
            secret: Secret::new(key.clone()),
            project: project.filter(|project| !project.trim().is_empty()),
            sites,
        };
        self.store.add_client_key(&new, self.clock.now())?;
        self.reload()?;
        Ok(ClientKeyView {
            id: new.id,
            label: new.label,
            masked: new.secret.masked(),
            project: new.project,
            sites: new.sites,
            key: Some(key),
        })
    }

    /// Removes a local client key.
    pub fn remove_client_key(&self, id: &str) -> Result<(), SiteError> {
        self.store.remove_client_key(id)?;
        Ok(self.reload()?)
    }

    /// A site by id or name.
    pub fn site(&self, id_or_name: &str) -> Result<SiteView, SiteError> {
        Ok(self.site_view(self.store.site(id_or_name)?)?)
    }

    fn view_of(&self, id: &str) -> Result<SiteView, SiteError> {
        self.site(id)
    }

    fn find_key(&self, id: &str) -> Result<(String, SiteKey), SiteError> {
        for site in self.store.sites()? {
            if let Some(key) = self
                .store
                .keys(&site.id)?
                .into_iter()
                .find(|key| key.id == id)
            {
                return Ok((site.name, key));
            }
        }
        Err(SitesError::NoSuchKey(id.to_owned()).into())
    }

    fn stored_rules(&self) -> Result<Rules, SitesError> {
        let rows = self.store.routes()?;
        let known: Vec<String> = self
            .store
            .sites()?
            .into_iter()
            .map(|site| site.id)
            .collect();
        let ids = |sites: &[String]| {
            let there = sites.iter().filter(|id| known.contains(id));
            Route(there.map(|id| SiteId::from(id.as_str())).collect())
        };
        let mut rules = Rules::default();
        for (position, row) in rows.iter().enumerate() {
            let route = ids(&row.sites);
            if position == 0 {
                rules.default = route;
            } else if let Ok(when) = serde_json::from_str(&row.matches)
                && !route.0.is_empty()
            {
                rules.rules.push(Rule { when, route });
            }
        }
        Ok(rules)
    }

    /// A site at our own address would make a circle.
    fn refuse_self(&self, base: &BaseUrl) -> Result<(), SiteError> {
        let host = base.host();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let ip = match bare {
            "localhost" => Some(std::net::IpAddr::from([127, 0, 0, 1])),
            other => other.parse().ok(),
        };
        match ip.map(|ip| std::net::SocketAddr::new(ip, base.port())) {
            Some(address) if self.own.contains(address) => {
                Err(SiteError::SiteIsSelf(base.authority().to_owned()))
            }
            _ => Ok(()),
        }
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
    pub(super) fn random(&self) -> u64 {
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

    pub(super) fn pool(&self) -> &SharedPool {
        &self.pool
    }

    pub(super) fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    pub(super) fn store(&self) -> &SiteStore {
        &self.store
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    pub(super) fn own(&self) -> &OwnAddresses {
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

fn random() -> Result<String, SiteError> {
    random_token().map_err(|error| {
        SiteError::Sites(SitesError::Vault(store::vault::VaultError::Random(
            error.to_string(),
        )))
    })
}

fn new_id(kind: &str) -> Result<String, SiteError> {
    Ok(format!("{kind}_{}", &random()?[..12]))
}
