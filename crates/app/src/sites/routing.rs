//! The sites and rules in force, ready for the request path: replaced whole when something changes.

use std::collections::HashMap;
use std::sync::Arc;

use base::Secret;
use net::{BaseUrl, Upstream};
use route::{KeyId, Rules, SiteId, SiteInfo};
use store::sites::{ClientKey, Site};

/// Everything that routing looks at.
#[derive(Debug, Default)]
pub(super) struct Routing {
    pub(super) sites: Vec<Arc<RoutedSite>>,
    pub(super) rules: Rules,
    /// Client keys by the hash of the key.
    pub(super) client_keys: HashMap<String, ClientKey>,
}

/// A site as the request path needs it.
#[derive(Debug)]
pub(super) struct RoutedSite {
    pub(super) id: SiteId,
    pub(super) site: Site,
    pub(super) base: BaseUrl,
    /// Keys by fingerprint.
    pub(super) keys: HashMap<KeyId, RoutedKey>,
    /// Its own way out.
    pub(super) way: Option<Upstream>,
}

impl RoutedSite {
    /// The name that this site has for a model.
    pub(super) fn alias(&self, model: &str) -> Option<&str> {
        let entries = self.site.aliases.iter();
        route::alias(
            entries.map(|(asked, served)| (&asked[..], &served[..])),
            model,
        )
    }
}

/// A key as the request path needs it.
#[derive(Clone, Debug)]
pub(super) struct RoutedKey {
    pub(super) id: String,
    pub(super) label: String,
    /// `None`: a site without keys (a model on this machine).
    pub(super) secret: Option<Secret<String>>,
}

/// What a site that was set up without a key has in the pool.
pub(super) const NO_KEY: &str = "no-key";

impl Routing {
    /// A site by id, or by name in any case.
    pub(super) fn find(&self, id_or_name: &str) -> Option<&Arc<RoutedSite>> {
        let lower = id_or_name.to_lowercase();
        let by_id = self
            .sites
            .iter()
            .find(|site| site.id.as_str() == id_or_name);
        by_id.or_else(|| {
            self.sites
                .iter()
                .find(|site| site.site.name.to_lowercase() == lower)
        })
    }

    pub(super) fn site(&self, id: &SiteId) -> Option<&Arc<RoutedSite>> {
        self.sites.iter().find(|site| site.id == *id)
    }

    /// Which sites can serve a request, as far as `speaks` knows.
    pub(super) fn infos(&self, speaks: impl Fn(&Site) -> bool) -> Vec<SiteInfo> {
        let info = |site: &Arc<RoutedSite>| SiteInfo {
            id: site.id.clone(),
            usable: site.site.enabled && speaks(&site.site),
        };
        self.sites.iter().map(info).collect()
    }

    /// Name of a site for people.
    pub(super) fn name(&self, id: &SiteId) -> String {
        self.site(id)
            .map_or_else(|| id.to_string(), |site| site.site.name.clone())
    }
}
