//! Routes and local client keys.

use base::Secret;
use route::{Matched, Route, Rule, Rules, SiteId};
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
            let ids = names.iter().map(|name| Ok(self.store().site(name)?.id));
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
            } else if let Ok(when) = serde_json::from_str(&row.matches)
                && !route.0.is_empty()
            {
                rules.rules.push(Rule { when, route });
            }
        }
        Ok(rules)
    }
}
