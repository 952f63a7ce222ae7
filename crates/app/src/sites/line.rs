//! A site and one of its keys, taken out of the book for calls outside the proxy.

use std::sync::Arc;
use std::time::Duration;

use base::Secret;
use http::{HeaderMap, HeaderValue, Method};
use net::Upstream;
use store::sites::SitesError;

use super::book::Sites;
use super::call::Call;
use super::check;
use super::error::SiteError;
use super::routing::RoutedSite;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(15);

/// Whom to call, and with which key.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(super) site: Arc<RoutedSite>,
    /// Id and label of the key; `None` for a site without keys.
    pub(crate) key: Option<LineKey>,
}

/// A key of a line.
#[derive(Clone, Debug)]
pub(crate) struct LineKey {
    /// Its name in the API.
    pub(crate) id: String,
    /// Its label for people.
    pub(crate) label: String,
    secret: Secret<String>,
}

impl Sites {
    /// A line to a site, by id or name: with this key of it, or else with the first that can be used.
    pub(crate) fn line(&self, site: &str, key: Option<&str>) -> Result<Line, SiteError> {
        let lines = self.lines(site)?;
        let Some(wanted) = key.filter(|key| !key.is_empty()) else {
            let first = lines.into_iter().next();
            return first.ok_or_else(|| SitesError::NoSuchSite(site.to_owned()).into());
        };
        let is_wanted = |line: &Line| {
            let key = line.key.as_ref();
            key.is_some_and(|key| key.id == wanted || key.label == wanted)
        };
        let found = lines.into_iter().find(is_wanted);
        found.ok_or_else(|| SitesError::NoSuchKey(wanted.to_owned()).into())
    }

    /// A line for every key of a site, those that can be used first. One line without a key where the
    /// site has none.
    pub(crate) fn lines(&self, site: &str) -> Result<Vec<Line>, SiteError> {
        let view = self.site(site)?;
        let routing = self.routing();
        let missing = || SitesError::NoSuchSite(site.to_owned());
        let site = routing.find(&view.id).ok_or_else(missing)?;
        let mut keys: Vec<_> = view.keys.iter().collect();
        keys.sort_by_key(|key| {
            (
                !key.enabled,
                key.state == "invalid",
                key.state == "exhausted",
            )
        });
        let mut lines = Vec::new();
        for key in keys {
            lines.push(Line {
                site: site.clone(),
                key: Some(LineKey {
                    id: key.id.clone(),
                    label: key.label.clone(),
                    secret: self.reveal_key(&key.id)?,
                }),
            });
        }
        if lines.is_empty() {
            let site = site.clone();
            lines.push(Line { site, key: None });
        }
        Ok(lines)
    }

    /// A client for a line, without open connections.
    pub(crate) fn client_of(&self, line: &Line) -> Upstream {
        self.fresh_client(&line.site, CONNECT)
    }
}

impl Line {
    /// Id of the site.
    pub(crate) fn site_id(&self) -> &str {
        &self.site.site.id
    }

    /// Name of the site.
    pub(crate) fn site_name(&self) -> &str {
        &self.site.site.name
    }

    /// The site's price multiplier, a decimal number.
    pub(crate) fn multiplier(&self) -> &str {
        &self.site.site.multiplier
    }

    /// `anthropic|openai|both`; `None` while it is not known.
    pub(crate) fn speaks(&self) -> Option<&str> {
        match &self.site.site.api[..] {
            "auto" => self.site.site.api_found.as_deref(),
            api => Some(api),
        }
    }

    /// The site's own name of a model.
    pub(crate) fn model<'a>(&'a self, asked: &'a str) -> &'a str {
        let served = self.site.site.aliases.get(asked);
        served.map_or(asked, |served| served)
    }

    /// The whole address of a path there.
    pub(crate) fn address(&self, path: &str) -> String {
        let uri = self.site.base.join(path);
        uri.map_or_else(|_| path.to_owned(), |uri| uri.to_string())
    }

    /// The key's text, for the request only.
    pub(crate) fn secret(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.secret.reveal().as_str())
    }

    /// Replaces the key wherever it stands in a text.
    pub(crate) fn without_key(&self, text: &str) -> String {
        let plain = match self.secret() {
            Some(secret) if !secret.is_empty() => text.replace(secret, "••••"),
            _ => text.to_owned(),
        };
        base::redact::text(&plain).into_owned()
    }

    /// A call with the key shown in both vendors' ways.
    pub(crate) fn call(&self, method: Method, path: &str, body: Option<String>) -> Call {
        let mut headers = HeaderMap::new();
        if body.is_some() {
            let json = HeaderValue::from_static("application/json");
            headers.insert(http::header::CONTENT_TYPE, json);
        }
        check::show_key(&mut headers, self.secret());
        Call {
            method,
            path: path.to_owned(),
            headers,
            body: body.unwrap_or_default().into(),
        }
    }
}
