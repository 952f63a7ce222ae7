//! Free checks of a key: the list of models costs nothing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use net::{ConnectTimeout, Outbound, Upstream};
use route::{Answer, Ask, Attempt, Failure, KeyId, Report, SiteId, Usage, Verdict};
use store::sites::SitesError;

use super::book::Sites;
use super::error::SiteError;
use super::routing::RoutedSite;
use crate::view::KeyView;

/// Most of an answer that is read.
const ANSWER: usize = 4 * 1024 * 1024;

/// Waits between looks at a site that did not show what it speaks: it may have been down.
const LOOKS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(60 * 60),
];

/// Longest wait for a check.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer that was read whole.
pub(super) struct Whole {
    pub(super) status: http::StatusCode,
    pub(super) headers: http::HeaderMap,
    pub(super) body: Bytes,
}

impl Sites {
    /// Asks a site for its models with one key, and tells the pool what that says about the key.
    pub async fn check_key(self: &Arc<Self>, id: &str) -> Result<KeyView, SiteError> {
        let routing = self.routing();
        let missing = || SiteError::Sites(SitesError::NoSuchKey(id.to_owned()));
        let site = routing
            .sites
            .iter()
            .find(|site| site.keys.values().any(|key| key.id == id))
            .ok_or_else(missing)?;
        let name = site
            .keys
            .iter()
            .find(|(_, key)| key.id == id)
            .map(|(name, _)| name.clone());
        let name = name.ok_or_else(missing)?;
        let secret = self.reveal_key(id)?;
        let asked = self
            .get(site, "/v1/models", Some(secret.reveal()), None)
            .await;
        let now = self.clock().now();
        let verdict = match &asked {
            Ok(answer) => {
                let (status, headers) = (answer.status.as_u16(), &answer.headers);
                let answer = Answer {
                    status,
                    headers,
                    body: &answer.body,
                };
                self.classifier().judge(&Attempt::Answered(answer), now)
            }
            Err(failure) => Some(Verdict::of(failure.cause())),
        };
        self.tell(&site.id, &name, verdict);
        self.key(id)
    }

    /// Finds out what sites speak of which that is not known yet.
    pub fn find_out_all(self: &Arc<Self>) {
        for site in &self.routing().sites {
            self.clone().find_out_later(site.id.as_str());
        }
    }

    /// Finds out what a site speaks, where the user left it open. Looks again later when it does not show.
    pub fn find_out_later(self: Arc<Self>, id: &str) {
        let id = id.to_owned();
        if self.unknown(&id).is_none() {
            return;
        }
        tokio::spawn(async move {
            for wait in LOOKS {
                tokio::time::sleep(wait).await;
                let Some(site) = self.unknown(&id) else {
                    return;
                };
                if let Some(found) = self.find_out(&site).await {
                    return self.clone().found(&site, found).await;
                }
            }
        });
    }

    /// A site of which is not known what it speaks.
    fn unknown(&self, id: &str) -> Option<Arc<RoutedSite>> {
        let site = self.routing().find(id).cloned()?;
        (site.site.api == "auto" && site.site.api_found.is_none()).then_some(site)
    }

    /// A request without content costs nothing, and its refusal shows whether there is an interface at all.
    async fn find_out(&self, site: &RoutedSite) -> Option<&'static str> {
        let key = site.keys.values().find_map(|key| key.secret.clone());
        let key = key.as_ref().map(|key| key.reveal().as_str());
        let empty = || Some("{}".to_owned());
        let (anthropic, openai) = tokio::join!(
            self.get(site, "/v1/messages", key, empty()),
            self.get(site, "/v1/chat/completions", key, empty())
        );
        match (is_interface(&anthropic), is_interface(&openai)) {
            (true, true) => Some("both"),
            (true, false) => Some("anthropic"),
            (false, true) => Some("openai"),
            (false, false) => None,
        }
    }

    async fn found(self: Arc<Self>, site: &RoutedSite, found: &'static str) {
        let id = site.site.id.clone();
        let saved = tokio::task::spawn_blocking(move || {
            self.store().set_api_found(&id, found)?;
            self.reload()
        });
        match saved.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "what a site speaks could not be saved"),
            Err(error) => tracing::warn!(%error, "what a site speaks could not be saved"),
        }
    }

    /// Reports the outcome of a check as if it were a request on that key.
    fn tell(self: &Arc<Self>, site: &SiteId, key: &KeyId, verdict: Option<Verdict>) {
        let now = self.clock().now();
        let good = verdict.is_none();
        if good {
            // A key that was set aside for good reasons is proven well: what is held against it goes.
            let change = self.pool().with(|pool| pool.reset(site, key, now));
            self.changed(&change);
        }
        let sites = [site.clone()];
        let plan = self
            .pool()
            .with(|pool| pool.plan(&Ask::new(&sites, ""), now, self.random()));
        let candidate = plan
            .ok()
            .and_then(|plan| plan.candidates.into_iter().find(|it| it.key == *key));
        if let Some(permit) = candidate.and_then(|it| self.pool().begin(&it, now).ok()) {
            let report = match verdict {
                None => Report::Succeeded(Usage { tokens: 0 }),
                Some(verdict) => Report::Failed(verdict),
            };
            let change = permit.report(&report, now, self.random());
            self.changed(&change);
        }
        self.live().sites_changed();
    }

    /// A client without open connections on a site's way out: the steps of opening one are measured.
    pub(super) fn fresh_client(&self, site: &RoutedSite, patience: Duration) -> Upstream {
        let outbound = match &site.site.outbound[..] {
            "" => self.settings().upstream.outbound.clone(),
            own => own.to_owned(),
        };
        // Checked when it was saved.
        let outbound = Outbound::parse(&outbound).unwrap_or_default();
        Upstream::new(outbound, ConnectTimeout(patience), self.own().clone())
    }

    /// Calls a site and reads the whole answer. Both vendors' ways to show a key are used: relays accept
    /// either, and neither reaches another host.
    pub(super) async fn get(
        &self,
        site: &RoutedSite,
        path: &str,
        key: Option<&str>,
        body: Option<String>,
    ) -> Result<Whole, Failure> {
        let uri = site.base.join(path).map_err(|_| Failure::NameNotFound)?;
        let mut request = Request::new(Full::new(Bytes::from(body.clone().unwrap_or_default())));
        *request.uri_mut() = uri;
        if body.is_some() {
            *request.method_mut() = Method::POST;
            let json = HeaderValue::from_static("application/json");
            request
                .headers_mut()
                .insert(http::header::CONTENT_TYPE, json);
        }
        show_key(request.headers_mut(), key);
        let upstream = self.fresh_client(site, PATIENCE);
        let answer = tokio::time::timeout(PATIENCE, upstream.send(request)).await;
        let answer = answer
            .map_err(|_| Failure::FirstByteTimeout)?
            .map_err(|error| Failure::from(&error))?;
        let (parts, body) = answer.response.into_parts();
        let body = tokio::time::timeout(PATIENCE, Limited::new(body, ANSWER).collect()).await;
        let body = body.map_err(|_| Failure::FirstByteTimeout)?;
        let body = body.map_err(|_| Failure::ConnectionReset)?.to_bytes();
        Ok(Whole {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }
}

/// Headers that identify with a key, for either vendor's interface.
pub(super) fn show_key(headers: &mut http::HeaderMap, key: Option<&str>) {
    headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
    let Some(key) = key else { return };
    if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {key}")) {
        value.set_sensitive(true);
        headers.insert(http::header::AUTHORIZATION, value);
    }
    if let Ok(mut value) = HeaderValue::from_str(key) {
        value.set_sensitive(true);
        headers.insert("x-api-key", value);
    }
}

/// Whether an answer shows that somebody is there who speaks JSON, if only to refuse.
fn is_interface(answer: &Result<Whole, Failure>) -> bool {
    let Ok(answer) = answer else { return false };
    let missing = matches!(answer.status.as_u16(), 404 | 405 | 501..=504);
    let json = serde_json::from_slice::<serde_json::Value>(&answer.body);
    !missing && json.is_ok_and(|json| json.is_object())
}
