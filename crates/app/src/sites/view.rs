//! Sites, keys and reasons as the doors show them.

use std::collections::BTreeMap;

use proxy::Why;
use route::{Candidate, Cause, RouteWhy, SiteId, StoredScope};
use serde::Serialize;
use store::sites::{SiteKey, VaultState};
use store::vault::Place;

use super::book::Sites;
use super::routing::Routing;
use crate::view::{CoolingView, KeyView, SiteList, SiteView, VaultView};

/// The code of a cause.
pub(crate) fn cause(cause: Cause) -> String {
    name(&cause)
}

/// The name that serde gives a plain enum.
fn name<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

fn reason(code: &str, params: &[(&str, &str)]) -> Why {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Why {
        code: code.to_owned(),
        params: params.iter().map(pair).collect(),
    }
}

/// Why a route was chosen.
pub(super) fn route_why(routing: &Routing, why: &RouteWhy) -> Why {
    match why {
        RouteWhy::BySite { site } => reason("header_site", &[("site", &routing.name(site))]),
        RouteWhy::ByProvider { provider } => reason("rule_provider", &[("provider", provider)]),
        RouteWhy::ByClientKey { client_key } => {
            let label = routing
                .client_keys
                .values()
                .find(|key| key.id == *client_key);
            reason(
                "client_key",
                &[("label", label.map_or("", |key| &key.label))],
            )
        }
        RouteWhy::ByProject { project } => reason("rule_project", &[("project", project)]),
        RouteWhy::ByModel { pattern, model } => {
            reason("rule_model", &[("pattern", pattern), ("model", model)])
        }
        RouteWhy::ByPurpose { purpose } => reason("rule_purpose", &[("purpose", &name(purpose))]),
        RouteWhy::ByDefault => reason("default_route", &[]),
    }
}

/// Why a place stands where it stands: the route's reason, unless the pool has a better one.
pub(super) fn why(routing: &Routing, candidate: &Candidate, choice: &[SiteId], route: &Why) -> Why {
    use route::Why as Place;
    match candidate.why {
        Place::Turn => route.clone(),
        Place::Session => reason("sticky_session", &[]),
        Place::Fallback => {
            let first = choice
                .first()
                .map(|site| routing.name(site))
                .unwrap_or_default();
            reason("fallback_of", &[("site", &first)])
        }
        Place::Trial => reason("key_on_trial", &[]),
        Place::BusySite => reason("busy_site", &[]),
        Place::LastResort => reason("last_resort", &[]),
        Place::Probe => reason("probe", &[]),
    }
}

fn scope(scope: &StoredScope) -> Option<String> {
    match scope {
        StoredScope::Family(family) => Some(family.clone()),
        StoredScope::Model(model) | StoredScope::SiteModel(model) => Some(model.clone()),
        StoredScope::Key | StoredScope::Site => None,
    }
}

impl Sites {
    /// All sites with their keys.
    pub fn list(&self) -> Result<SiteList, store::sites::SitesError> {
        let sites = self.store().sites()?;
        let views = sites
            .into_iter()
            .map(|site| self.site_view(site))
            .collect::<Result<_, _>>()?;
        Ok(SiteList {
            sites: views,
            vault: self.vault_view(),
        })
    }

    /// How keys are protected.
    pub fn vault_view(&self) -> VaultView {
        let (state, reason) = match self.store().vault_state() {
            VaultState::Open(Place::Keychain) => ("keychain", None),
            VaultState::Open(Place::File) => ("file", None),
            VaultState::Locked(error) => ("locked", Some(error.to_string())),
        };
        VaultView {
            state: state.to_owned(),
            reason,
        }
    }

    /// Why keys cannot be used.
    pub(super) fn vault_says(&self) -> String {
        self.vault_view().reason.unwrap_or_default()
    }

    pub(super) fn site_view(
        &self,
        site: store::sites::Site,
    ) -> Result<SiteView, store::sites::SitesError> {
        let stored = self.store().keys(&site.id)?;
        let keys: Vec<KeyView> = stored
            .iter()
            .map(|key| self.key_view(&site.name, key))
            .collect();
        let now = self.clock().now();
        let id = SiteId::from(site.id.as_str());
        let cooling = self.pool().with(|pool| pool.view_sites(now));
        let cooling = cooling.into_iter().find(|view| view.site == id);
        let cooling: Vec<CoolingView> = cooling
            .map(|view| view.resting)
            .unwrap_or_default()
            .into_iter()
            .map(|rest| CoolingView {
                scope: scope(&rest.scope),
                cause: name(&rest.cause),
                until: Some(rest.until.to_string()),
            })
            .collect();
        let default = &self.routing().rules.default.0;
        let position = default.iter().position(|routed| *routed == id);
        let usable =
            |key: &KeyView| matches!(&key.state[..], "active" | "half-open") || key.scope.is_some();
        let health = match () {
            () if !site.enabled => "idle",
            () if !keys.is_empty() && !keys.iter().any(usable) => "failed",
            () if keys.iter().any(|key| key.enabled && key.state != "active") => "attention",
            () if !cooling.is_empty() => "attention",
            () if keys.iter().all(|key| key.requests == 0) => "idle",
            () => "ok",
        };
        Ok(SiteView {
            id: site.id,
            name: site.name,
            base_url: site.base_url,
            api: site.api,
            api_found: site.api_found,
            paid: site.paid,
            tags: site.tags,
            pinned: site.pinned,
            enabled: site.enabled,
            outbound: site.outbound,
            multiplier: site.multiplier,
            aliases: BTreeMap::from_iter(site.aliases),
            strategy: site.strategy,
            checkin_url: site.checkin_url,
            note: site.note,
            health: health.to_owned(),
            keys,
            route_position: position.map(|position| position as u32),
            cooling,
        })
    }

    pub(super) fn key_view(&self, site: &str, key: &SiteKey) -> KeyView {
        let now = self.clock().now();
        let views = self.pool().with(|pool| pool.view(now));
        let found = views
            .into_iter()
            .find(|view| view.site.as_str() == key.site_id && view.id.as_str() == key.fingerprint);
        let mut shown = KeyView {
            id: key.id.clone(),
            site: site.to_owned(),
            label: key.label.clone(),
            masked: key.masked.clone(),
            state: if key.enabled { "active" } else { "disabled" }.to_owned(),
            scope: None,
            cause: None,
            until: None,
            weight: key.weight,
            enabled: key.enabled,
            in_flight: 0,
            requests: 0,
            failures: 0,
            last_error: None,
            last_used: None,
            scopes: Vec::new(),
        };
        let Some(view) = found else { return shown };
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        shown.state = view.state.name().replace('_', "-");
        shown.scope = view.scope.as_ref().and_then(scope);
        shown.cause = view.cause.map(cause);
        shown.until = view.until.map(|until| until.to_string());
        shown.in_flight = view.in_flight;
        shown.requests = count(view.requests);
        shown.failures = count(view.failures);
        shown.last_error = view
            .last_error
            .map(|error| base::redact::text(&error.text).into_owned());
        shown.last_used = view.last_used.map(|used| used.to_string());
        shown.scopes = view
            .resting
            .iter()
            .map(|rest| CoolingView {
                scope: scope(&rest.scope),
                cause: name(&rest.cause),
                until: Some(rest.until.to_string()),
            })
            .collect();
        shown
    }
}
