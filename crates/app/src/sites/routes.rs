//! Routes and local client keys.

use base::Secret;
use route::{ModelPattern, Route, Rule, Rules, SiteId, When};
use serde::{Deserialize, Serialize};
use store::sites::{NewClientKey, SitesError, StoredRoute};

use super::book::{Sites, new_id, random};
use super::error::SiteError;
use super::router::{LOCAL_KEY, hash};
use crate::view::{ClientKeyView, RoutesView, RuleView};

impl Sites {
    /// The routes.
    pub fn routes(&self) -> Result<RoutesView, SiteError> {
        let rules = self.stored_rules()?;
        let ids = |route: &Route| route.0.iter().map(ToString::to_string).collect();
        let view = |rule: &Rule| RuleView {
            project: rule.when.project.clone(),
            model: rule.when.model.as_ref().map(ToString::to_string),
            provider: rule.when.provider.clone(),
            purpose: rule.when.purpose,
            sites: ids(&rule.route),
            to_model: rule.model.clone(),
            off: rule.off,
        };
        Ok(RoutesView {
            default: ids(&rules.default),
            rules: rules.rules.iter().map(view).collect(),
        })
    }

    /// The sites that are switched on, in the user's order.
    pub fn choices(&self) -> Vec<SiteChoice> {
        let routing = self.routing();
        let first = routing.rules.default.0.first();
        let on = routing.sites.iter().filter(|site| site.site.enabled);
        on.map(|site| SiteChoice {
            id: site.site.id.clone(),
            name: site.site.name.clone(),
            active: first == Some(&site.id),
        })
        .collect()
    }

    /// Puts a site first in the default route; what was there are its fallbacks.
    pub fn put_first(&self, id_or_name: &str) -> Result<RoutesView, SiteError> {
        let id = self.store().site(id_or_name)?.id;
        let mut routes = self.routes()?;
        // Without a route there is nothing to fall back to: others were never asked for.
        routes.default.retain(|other| *other != id);
        routes.default.insert(0, id);
        self.put_routes(&routes)
    }

    /// Replaces the routes. Sites may be named by id or name.
    pub fn put_routes(&self, routes: &RoutesView) -> Result<RoutesView, SiteError> {
        let ids = |names: &[String]| -> Result<Vec<String>, SiteError> {
            let ids = names.iter().map(|name| Ok(self.store().site(name)?.id));
            ids.collect::<Result<_, SitesError>>().map_err(Into::into)
        };
        let mut rows = vec![StoredRoute {
            matches: String::new(),
            sites: ids(&routes.default)?,
        }];
        for rule in &routes.rules {
            let named = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
            let when = When {
                provider: named(&rule.provider),
                client_key: None,
                project: named(&rule.project),
                model: named(&rule.model).map(ModelPattern::new),
                purpose: rule.purpose,
            };
            let (sites, to_model) = (ids(&rule.sites)?, named(&rule.to_model));
            if when == When::default() || (sites.is_empty() && to_model.is_none()) {
                return Err(SiteError::BadRule);
            }
            let stored = StoredRule {
                when,
                to_model,
                off: rule.off,
            };
            let matches = serde_json::to_string(&stored).unwrap_or_default();
            rows.push(StoredRoute { matches, sites });
        }
        self.store().put_routes(&rows)?;
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
        Ok(self.store().client_keys()?.into_iter().map(view).collect())
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
            .map(|name| Ok(self.store().site(name)?.id))
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
        self.store().add_client_key(&new, self.clock().now())?;
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
        self.store().remove_client_key(id)?;
        Ok(self.reload()?)
    }

    pub(super) fn stored_rules(&self) -> Result<Rules, SitesError> {
        let rows = self.store().routes()?;
        let known: Vec<String> = self
            .store()
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
                continue;
            }
            let Ok(stored) = serde_json::from_str::<StoredRule>(&row.matches) else {
                tracing::warn!(position, "a stored rule cannot be read");
                continue;
            };
            // A rule whose sites are all gone would send its requests elsewhere under a strange name.
            if !route.0.is_empty() || row.sites.is_empty() {
                rules.rules.push(Rule {
                    when: stored.when,
                    route,
                    model: stored.to_model,
                    off: stored.off,
                });
            }
        }
        Ok(rules)
    }
}

/// A site that can be put first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteChoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is tried first.
    pub active: bool,
}

/// A rule as it stands in the store, beside its sites.
#[derive(Debug, Serialize, Deserialize)]
struct StoredRule {
    #[serde(flatten)]
    when: When,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_model: Option<String>,
    #[serde(default)]
    off: bool,
}
