//! Chooses where requests go: the rules first, then the pool.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};
use proxy::{Identity, Journey, ProxyError, Refusal, Route, RouteAsk, Said};
use route::{Allowance, Ask, Choice, Course, Nobody, Purpose, RouteError, SessionKey, SiteId};
use sha2::{Digest, Sha256};
use wire::Signals;
use wire::translate::models;

use super::book::Sites;
use super::journey::SiteJourney;
use super::routing::Routing;
use super::spoken::caller;
use crate::route::{API_KEY, PROVIDER, SettingsRoute};

/// How local client keys begin.
pub(super) const LOCAL_KEY: &str = "sk-local-";

static SITE: HeaderName = HeaderName::from_static("x-relayscope-site");

/// Routes over sites; without one for a request, by the `upstream.*` settings.
pub(crate) struct SiteRoute {
    sites: Arc<Sites>,
    settings: SettingsRoute,
}

impl SiteRoute {
    pub(crate) fn new(sites: Arc<Sites>, settings: SettingsRoute) -> Self {
        Self { sites, settings }
    }
}

impl Route for SiteRoute {
    fn identify(&self, headers: &HeaderMap) -> Identity {
        let Some(key) = local_key(headers) else {
            return Identity::default();
        };
        let routing = self.sites.routing();
        let project = routing
            .client_keys
            .get(&hash(key))
            .and_then(|key| key.project.clone());
        Identity {
            project,
            is_local_key: true,
        }
    }

    fn begin(&self, ask: &RouteAsk<'_>) -> Result<Box<dyn Journey>, Refusal> {
        let routing = self.sites.routing();
        let local = local_key(ask.headers);
        let client_key = local.and_then(|key| routing.client_keys.get(&hash(key)));
        if local.is_some() && client_key.is_none() {
            return Err(ProxyError::UnknownClientKey.into());
        }
        let text = |name: &HeaderName| {
            let value = ask.headers.get(name)?;
            proxy::header_value(value)
        };
        let wanted = text(&SITE);
        if routing.sites.is_empty() && wanted.is_none() {
            return Ok(self.settings.journey(ask)?);
        }
        let wanted = match wanted {
            None => None,
            Some(name) => match routing.find(&name) {
                Some(site) => Some(site.id.clone()),
                None => return Err(ProxyError::UnknownSite(name).into()),
            },
        };
        let provider = text(&PROVIDER);
        let spoken = caller(ask);
        let purposes = match routing.rules.look_at_purposes() {
            true => purposes(&Signals::of(ask.headers, ask.body)),
            false => Vec::new(),
        };
        let chosen = routing.rules.choose(
            &route::RouteAsk {
                site: wanted.as_ref().map(SiteId::as_str),
                provider: provider.as_deref(),
                client_key: client_key.map(|key| &key.id[..]),
                project: ask.project,
                model: ask.summary.model.as_deref(),
                purposes: &purposes,
            },
            &routing.infos(|site| self.sites.spoken().dialect(site, spoken).is_some()),
        );
        let choice = chosen.map_err(|error| refusal(&routing, &error))?;
        if choice.sites.is_empty() {
            return Ok(self.settings.journey(ask)?);
        }
        let owner = client_key_label(client_key);
        self.over(routing.clone(), ask, choice, owner)
    }
}

/// The purposes that the signs of a request speak for.
fn purposes(signals: &Signals) -> Vec<Purpose> {
    let holds = |purpose: &Purpose| match purpose {
        Purpose::Background => signals.background,
        Purpose::LongContext => signals.prompt_tokens > route::LONG_CONTEXT_TOKENS,
        Purpose::Thinking => signals.thinking,
        Purpose::WebSearch => signals.web_search,
        Purpose::Image => signals.image,
        Purpose::Subagent => signals.subagent,
    };
    Purpose::ALL.into_iter().filter(holds).collect()
}

impl SiteRoute {
    fn over(
        &self,
        routing: Arc<Routing>,
        ask: &RouteAsk<'_>,
        choice: Choice,
        owner: String,
    ) -> Result<Box<dyn Journey>, Refusal> {
        let sites = choice.sites;
        let asked = ask.summary.model.clone().unwrap_or_default();
        let named = || models::named(&asked).to_owned();
        let model = choice.model.unwrap_or_else(named);
        let aliases: Vec<(SiteId, String)> = sites
            .iter()
            .filter_map(|id| {
                let alias = routing.site(id)?.alias(&model)?;
                Some((id.clone(), alias.to_owned()))
            })
            .collect();
        let settings = self.sites.settings();
        let session = match settings.routing.sticky {
            true => ask.summary.rest(ask.body).session.as_deref(),
            false => None,
        };
        let project = ask.project.unwrap_or_default();
        let session = session
            .zip(sites.first())
            .and_then(|(session, site)| SessionKey::new(&owner, project, site, session));
        let now = self.sites.clock().now();
        let allowance = Allowance {
            attempts: settings.routing.max_attempts as usize,
            added: std::time::Duration::from_secs(settings.routing.max_wait_s),
            after_timeout: settings.routing.retry_after_timeout,
        };
        let course = Course::new(allowance, now);
        let why = super::view::route_why(&routing, &choice.why);
        let journey = SiteJourney {
            sites: self.sites.clone(),
            routing: routing.clone(),
            choice: sites.clone(),
            caller: caller(ask),
            asked,
            model: model.clone(),
            aliases: aliases.clone(),
            session: session.clone(),
            course,
            why,
            permit: None,
            present: None,
        };
        let ask = Ask {
            sites: &sites,
            model: &model,
            aliases: &aliases,
            session,
            course: None,
        };
        match self
            .sites
            .pool()
            .with(|pool| pool.plan(&ask, now, self.sites.random()))
        {
            Ok(_) => Ok(Box::new(journey)),
            Err(nobody) => Err(self.nobody(&routing, &nobody, now)),
        }
    }

    /// Nobody can be asked: the upstream's last words, and when it is worth to come back.
    fn nobody(&self, routing: &Routing, nobody: &Nobody, now: base::Timestamp) -> Refusal {
        let locked = matches!(
            self.sites.store().vault_state(),
            store::sites::VaultState::Locked(_)
        );
        let place = nobody
            .skipped
            .first()
            .map(|skipped| routing.name(&skipped.site));
        let place = place.unwrap_or_else(|| "the route".to_owned());
        let says = if locked {
            format!(
                "the keys of {place} are locked: {}",
                self.sites.vault_says()
            )
        } else {
            format!("{place}: {nobody}")
        };
        let said = nobody.skipped.iter().find_map(|skipped| {
            let key = skipped.key.as_ref()?;
            self.sites.said(&skipped.site, key)
        });
        Refusal {
            error: ProxyError::NoKey(says),
            retry_after: nobody.earliest.map(|until| seconds_until(until, now)),
            said: said.map(|said: Said| Box::new(said)),
        }
    }
}

/// Whole seconds until a moment, at least one.
pub(super) fn seconds_until(until: base::Timestamp, now: base::Timestamp) -> u64 {
    let micros = until.0.saturating_sub(now.0).max(0) as u64;
    micros.div_ceil(1_000_000).max(1)
}

fn refusal(routing: &Routing, error: &RouteError) -> Refusal {
    match error {
        RouteError::UnknownSite(name) => ProxyError::UnknownSite(name.clone()),
        RouteError::SiteNotUsable(id) => ProxyError::SiteNotUsable(routing.name(id)),
        RouteError::NoSiteLeft(_) => ProxyError::NoSiteLeft,
    }
    .into()
}

/// A caller's name for session binding: one caller cannot ride on another's conversation.
fn client_key_label(key: Option<&store::sites::ClientKey>) -> String {
    key.map(|key| key.id.clone()).unwrap_or_default()
}

/// The local client key that a program sent in the place of a vendor's key.
fn local_key(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok();
    let bearer = text(&AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    [bearer, text(&API_KEY)]
        .into_iter()
        .flatten()
        .find(|key| key.starts_with(LOCAL_KEY))
}

/// By which a client key is recognised: it is 160 random bits, so a plain hash tells nothing.
pub(super) fn hash(key: &str) -> String {
    Sha256::digest(key.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
