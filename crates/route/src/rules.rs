//! Which sites a request may go to.
//!
//! Precedence, first that applies: `X-Relayscope-Site`, `X-Upstream-Provider`, the local client key, the
//! project, the first model pattern that fits, the default route. Within a kind the user's order counts.

use serde::{Deserialize, Serialize};

use crate::glob::Glob;
use crate::names::SiteId;

/// Every rule, and what holds without one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Where requests go that no rule is about.
    pub default: Route,
    /// Rules, in the user's order.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A site and its fallbacks, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Route(pub Vec<SiteId>);

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is about.
    pub when: Matched,
    /// Where such requests go.
    pub route: Route,
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// The value of `X-Upstream-Provider`.
    Provider(String),
    /// Id of a local client key.
    ClientKey(String),
    /// Name of a project.
    Project(String),
    /// Pattern for model names.
    Model(Glob),
}

/// What a route is chosen by.
#[derive(Clone, Copy, Debug, Default)]
pub struct RouteAsk<'a> {
    /// `X-Relayscope-Site`.
    pub site: Option<&'a str>,
    /// `X-Upstream-Provider`.
    pub provider: Option<&'a str>,
    /// Id of the local client key.
    pub client_key: Option<&'a str>,
    /// Project.
    pub project: Option<&'a str>,
    /// Model.
    pub model: Option<&'a str>,
}

/// What is known of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteInfo {
    /// Name.
    pub id: SiteId,
    /// Whether it can serve this request: switched on, and its dialect fits.
    pub usable: bool,
}

/// Where a request may go, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Sites, best first; none where no site is configured for it.
    pub sites: Vec<SiteId>,
    /// Why these.
    pub why: RouteWhy,
    /// Sites of the route that were left out.
    pub dropped: Vec<Dropped>,
}

/// Why a route was chosen: a code and the values for its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RouteWhy {
    /// The request names the site.
    BySite {
        /// The site.
        site: SiteId,
    },
    /// The request names the provider.
    ByProvider {
        /// The provider.
        provider: String,
    },
    /// The client's key has its own route.
    ByClientKey {
        /// Id of the key.
        client_key: String,
    },
    /// The project has its own route.
    ByProject {
        /// The project.
        project: String,
    },
    /// The model has its own route.
    ByModel {
        /// The pattern that fits.
        pattern: String,
        /// The model.
        model: String,
    },
    /// The default route.
    ByDefault,
}

/// A site that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// The site.
    pub site: SiteId,
    /// Why.
    pub reason: DroppedFor,
}

/// Why a site was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DroppedFor {
    /// There is no such site any more.
    Missing,
    /// It is switched off, or speaks another dialect.
    NotUsable,
}

/// A request that cannot be routed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// `X-Relayscope-Site` names no site.
    #[error("There is no site named “{0}”")]
    UnknownSite(String),
    /// The site that the request names is switched off, or speaks another dialect.
    #[error("The site “{0}” cannot serve this request")]
    SiteNotUsable(SiteId),
    /// Every site of the route is gone, switched off, or speaks another dialect.
    #[error("None of the sites of this route can serve the request")]
    NoSiteLeft(Vec<Dropped>),
}

impl Rules {
    /// Chooses the sites for a request.
    ///
    /// A provider without a rule of its own gives no sites: the caller knows the providers' addresses. So
    /// does an empty default route.
    pub fn choose(&self, ask: &RouteAsk<'_>, sites: &[SiteInfo]) -> Result<Choice, RouteError> {
        if let Some(name) = ask.site {
            return named(name, sites);
        }
        let (route, why) = self.matching(ask);
        let mut choice = Choice {
            sites: Vec::new(),
            why,
            dropped: Vec::new(),
        };
        let wanted: &[SiteId] = route.map_or(&[], |route| &route.0);
        for id in wanted {
            let reason = match sites.iter().find(|site| site.id == *id) {
                Some(site) if site.usable => {
                    if !choice.sites.contains(id) {
                        choice.sites.push(id.clone());
                    }
                    continue;
                }
                Some(_) => DroppedFor::NotUsable,
                None => DroppedFor::Missing,
            };
            choice.dropped.push(Dropped {
                site: id.clone(),
                reason,
            });
        }
        if choice.sites.is_empty() && !choice.dropped.is_empty() {
            return Err(RouteError::NoSiteLeft(choice.dropped));
        }
        Ok(choice)
    }

    fn matching(&self, ask: &RouteAsk<'_>) -> (Option<&Route>, RouteWhy) {
        let find = |fits: &dyn Fn(&Matched) -> bool| {
            self.rules
                .iter()
                .find(|rule| fits(&rule.when))
                .map(|rule| &rule.route)
        };
        if let Some(provider) = ask.provider {
            let route = find(
                &|when| matches!(when, Matched::Provider(it) if it.eq_ignore_ascii_case(provider)),
            );
            let provider = provider.to_owned();
            return (route, RouteWhy::ByProvider { provider });
        }
        if let Some(client_key) = ask.client_key
            && let Some(route) =
                find(&|when| matches!(when, Matched::ClientKey(it) if it == client_key))
        {
            let client_key = client_key.to_owned();
            return (Some(route), RouteWhy::ByClientKey { client_key });
        }
        if let Some(project) = ask.project
            && let Some(route) = find(&|when| matches!(when, Matched::Project(it) if it == project))
        {
            let project = project.to_owned();
            return (Some(route), RouteWhy::ByProject { project });
        }
        let pattern = ask.model.and_then(|model| {
            self.rules.iter().find_map(|rule| match &rule.when {
                Matched::Model(glob) if glob.fits(model) => Some((&rule.route, glob, model)),
                _ => None,
            })
        });
        match pattern {
            Some((route, pattern, model)) => {
                let (pattern, model) = (pattern.to_string(), model.to_owned());
                (Some(route), RouteWhy::ByModel { pattern, model })
            }
            None => (Some(&self.default), RouteWhy::ByDefault),
        }
    }
}

/// The one site that a request names: no fallback, because the user said which.
fn named(name: &str, sites: &[SiteInfo]) -> Result<Choice, RouteError> {
    let exact = sites.iter().find(|site| site.id.as_str() == name);
    let found = exact.or_else(|| {
        let mut alike = sites
            .iter()
            .filter(|site| site.id.as_str().to_lowercase() == name.to_lowercase());
        alike.next().filter(|_| alike.next().is_none())
    });
    let site = found.ok_or_else(|| RouteError::UnknownSite(name.to_owned()))?;
    if !site.usable {
        return Err(RouteError::SiteNotUsable(site.id.clone()));
    }
    Ok(Choice {
        sites: vec![site.id.clone()],
        why: RouteWhy::BySite {
            site: site.id.clone(),
        },
        dropped: Vec::new(),
    })
}
