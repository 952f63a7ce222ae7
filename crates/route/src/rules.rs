//! Which sites a request may go to, and under which model name.
//!
//! Precedence, first that applies: `X-Relayscope-Site`, `X-Upstream-Provider`, a rule for the local client
//! key, one for the project, one for the model or the purpose, the default route. Within a kind the user's
//! order counts.

use serde::{Deserialize, Serialize};

use crate::names::SiteId;
use crate::purpose::Purpose;
use crate::when::When;

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is about: everything that it names has to fit.
    pub when: When,
    /// Where such requests go; empty: where they would go without this rule, with its model.
    #[serde(default)]
    pub route: Route,
    /// The model to ask for instead of the one that the client named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether it is kept without being followed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

impl Rule {
    fn fits(&self, ask: &RouteAsk<'_>) -> bool {
        !self.off && self.when.fits(ask)
    }
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
    /// What the request is for; only looked at by rules about a purpose.
    pub purposes: &'a [Purpose],
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
    /// The model to ask for instead of the one that the client named; a site may rename it once more.
    pub model: Option<String>,
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
    /// Requests of this kind have their own route.
    ByPurpose {
        /// The purpose.
        purpose: Purpose,
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
            model: self.renamed(ask, &why),
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

    /// Whether any rule asks what a request is for: finding out means to look through its body.
    pub fn look_at_purposes(&self) -> bool {
        self.rules
            .iter()
            .any(|rule| !rule.off && rule.when.purpose.is_some())
    }

    fn matching(&self, ask: &RouteAsk<'_>) -> (Option<&Route>, RouteWhy) {
        let find = |of_kind: &dyn Fn(&When) -> bool| {
            let with_route = self.rules.iter().filter(|rule| !rule.route.0.is_empty());
            let mut fitting = with_route.filter(|rule| of_kind(&rule.when) && rule.fits(ask));
            fitting.next().map(|rule| (&rule.route, &rule.when))
        };
        if let Some(provider) = ask.provider {
            let found = find(&|when| when.provider.is_some());
            let provider = provider.to_owned();
            let why = RouteWhy::ByProvider { provider };
            return (found.map(|(route, _)| route), why);
        }
        if let Some((client_key, (route, _))) =
            ask.client_key.zip(find(&|when| when.client_key.is_some()))
        {
            let client_key = client_key.to_owned();
            return (Some(route), RouteWhy::ByClientKey { client_key });
        }
        if let Some((project, (route, _))) = ask.project.zip(find(&|when| when.project.is_some())) {
            let project = project.to_owned();
            return (Some(route), RouteWhy::ByProject { project });
        }
        let by_model = |when: &When| when.model.is_some() || when.purpose.is_some();
        match find(&|when| by_model(when) && when.is_about_the_request()) {
            Some((route, when)) => (Some(route), why(when, ask)),
            None => (Some(&self.default), RouteWhy::ByDefault),
        }
    }

    /// The model of the first rule that fits and names one. A rule with a route of its own renames only
    /// what goes there.
    fn renamed(&self, ask: &RouteAsk<'_>, why: &RouteWhy) -> Option<String> {
        let (route, _) = self.matching(ask);
        let holds = |rule: &&Rule| {
            let here = rule.route.0.is_empty() || Some(&rule.route) == route;
            rule.model.is_some() && here && rule.fits(ask) && !is_other_provider(rule, why)
        };
        self.rules.iter().find(holds)?.model.clone()
    }
}

/// A provider that the request names has its own models: only rules about it rename.
fn is_other_provider(rule: &Rule, why: &RouteWhy) -> bool {
    matches!(why, RouteWhy::ByProvider { .. }) && rule.when.provider.is_none()
}

fn why(when: &When, ask: &RouteAsk<'_>) -> RouteWhy {
    match (&when.model, when.purpose) {
        (Some(pattern), _) => RouteWhy::ByModel {
            pattern: pattern.to_string(),
            model: ask.model.unwrap_or_default().to_owned(),
        },
        (None, Some(purpose)) => RouteWhy::ByPurpose { purpose },
        (None, None) => RouteWhy::ByDefault,
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
        model: None,
        why: RouteWhy::BySite {
            site: site.id.clone(),
        },
        dropped: Vec::new(),
    })
}
