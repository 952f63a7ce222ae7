//! Who may call: Host, Origin, access key, rate limit, session.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use app::{App, Settings};
use http::header::{AUTHORIZATION, COOKIE, HOST, HeaderMap, HeaderName, ORIGIN};
use http::{Method, Uri};
use subtle::ConstantTimeEq;

use crate::rate::RateLimit;
use crate::refuse::Refusal;
use crate::wrong_keys::WrongKeys;

static API_KEY: HeaderName = HeaderName::from_static("x-api-key");
static TOKEN: HeaderName = HeaderName::from_static("x-relayscope-token");
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Name of the session cookie; the port keeps two Relayscopes on one machine apart.
pub(crate) fn cookie_name(port: u16) -> String {
    format!("relayscope_session_{port}")
}

/// Checks every request before anything else looks at it.
pub(crate) struct Guard {
    app: Arc<App>,
    /// Where we listen.
    address: SocketAddr,
    rate: RateLimit,
    wrong_keys: WrongKeys,
}

/// Who calls, as far as the guard could tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Visitor {
    /// Holds the session token or its cookie.
    pub(crate) signed_in: bool,
    /// Knows our own access key.
    pub(crate) has_access_key: bool,
    /// Sent it (or the session token) in the place of a vendor's key.
    pub(crate) used_access_key: bool,
}

impl Guard {
    pub(crate) fn new(app: Arc<App>, address: SocketAddr) -> Self {
        Self {
            app,
            address,
            rate: RateLimit::default(),
            wrong_keys: WrongKeys::default(),
        }
    }

    /// Lets a request in, or says why not.
    pub(crate) fn admit(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        peer: SocketAddr,
    ) -> Result<Visitor, Refusal> {
        let settings = self.app.settings();
        let bind = Bind {
            address: self.address,
            settings: &settings,
        };
        let host = uri
            .host()
            .map(|_| uri.authority().map_or("", |authority| authority.as_str()));
        let host = host
            .or_else(|| headers.get(HOST)?.to_str().ok())
            .unwrap_or_default();
        // Of two names, the next server on the way may believe the other one.
        let is_one = headers.get_all(HOST).iter().nth(1).is_none();
        if !is_one || !bind.is_ours(host) {
            return Err(Refusal::Host);
        }
        if is_cross_site(headers, &bind) {
            return Err(Refusal::CrossSite);
        }
        let key_needed = settings.security.require_api_key || !bind.is_loopback();
        let open = uri.path() == "/health" || is_sign_in(method, uri);
        let visitor = match key_needed && !open {
            true => self.demand_key(headers, &settings, peer.ip())?,
            false => self.shown(headers).visitor(&settings),
        };
        let limited =
            settings.security.rate_limit_loopback || !peer.ip().to_canonical().is_loopback();
        if limited {
            let limit = settings.security.rate_limit_per_minute;
            self.rate
                .take(peer.ip(), limit, Instant::now())
                .map_err(|wait| Refusal::RateLimit {
                    seconds: wait.as_secs_f64().ceil() as u64,
                })?;
        }
        Ok(visitor)
    }

    /// Where the access key is needed. Who showed too many wrong ones is turned away before another one is
    /// looked at; the session, which cannot be guessed, still counts: a program with a wrong key must not lock
    /// the panel out.
    fn demand_key(
        &self,
        headers: &HeaderMap,
        settings: &Settings,
        peer: IpAddr,
    ) -> Result<Visitor, Refusal> {
        let (shown, now) = (self.shown(headers), Instant::now());
        if !shown.signed_in {
            self.wrong_keys
                .check(peer, now)
                .map_err(|wait| Refusal::WrongKeys {
                    seconds: wait.as_secs_f64().ceil() as u64,
                })?;
        }
        let visitor = shown.visitor(settings);
        if visitor.signed_in || visitor.has_access_key {
            return Ok(visitor);
        }
        if shown.texts.iter().any(Option::is_some) {
            self.wrong_keys.count(peer, now);
        }
        Err(Refusal::AccessKey)
    }

    /// What a request identifies with, the session looked at already.
    fn shown<'a>(&self, headers: &'a HeaderMap) -> Shown<'a> {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text(&AUTHORIZATION).and_then(|value| {
            value
                .strip_prefix("Bearer ")
                .or_else(|| value.strip_prefix("bearer "))
        });
        let texts = [bearer, text(&API_KEY), text(&TOKEN)];
        let session = self.app.session();
        let tokens = texts.map(|text| text.is_some_and(|text| session.is_token(text)));
        let port = self.address.port();
        let cookie = text(&COOKIE).and_then(|cookies| cookie(cookies, &cookie_name(port)));
        let by_cookie = cookie.is_some_and(|text| session.is_token(text));
        Shown {
            texts,
            tokens,
            signed_in: by_cookie || tokens.contains(&true),
        }
    }
}

/// What a request identifies with.
struct Shown<'a> {
    /// Bearer, `x-api-key`, `x-relayscope-token`: the first two are the places of a vendor's key.
    texts: [Option<&'a str>; 3],
    /// Which of them is the session token.
    tokens: [bool; 3],
    /// Whether one of them or the cookie is.
    signed_in: bool,
}

impl Shown<'_> {
    /// Compares with the access key.
    fn visitor(&self, settings: &Settings) -> Visitor {
        let key = &settings.security.api_key;
        let is_key =
            |text: &str| !key.is_empty() && bool::from(text.as_bytes().ct_eq(key.as_bytes()));
        let mut ours = self.tokens;
        for (ours, text) in ours.iter_mut().zip(self.texts) {
            *ours |= text.is_some_and(is_key);
        }
        Visitor {
            signed_in: self.signed_in,
            has_access_key: ours.contains(&true),
            used_access_key: ours[0] || ours[1],
        }
    }
}

/// The address we listen on and the names that are configured for it.
struct Bind<'a> {
    address: SocketAddr,
    settings: &'a Settings,
}

impl Bind<'_> {
    fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// Whether a `Host` names us. A web page can make a name of its own resolve to this machine (DNS
    /// rebinding), but it cannot choose the name that the browser then sends.
    fn is_ours(&self, host: &str) -> bool {
        let (name, port) = split_port(host);
        if self
            .settings
            .server
            .hosts
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            return true;
        }
        if port.unwrap_or(80) != self.address.port() {
            return false;
        }
        if name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let Ok(ip) = bare.parse::<IpAddr>() else {
            return false;
        };
        // A numeric address cannot be rebound. 0.0.0.0 is nobody's name.
        ip.is_loopback() || (!self.is_loopback() && !ip.is_unspecified())
    }
}

fn split_port(host: &str) -> (&str, Option<u16>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && (!name.contains(':') || name.ends_with(']')) => {
            match port.parse() {
                Ok(port) => (name, Some(port)),
                Err(_) => ("", None),
            }
        }
        _ => (host, None),
    }
}

/// Whether a browser says that another site makes this request. `same-site` is another port of this
/// machine, which may be anybody's page.
fn is_cross_site(headers: &HeaderMap, bind: &Bind<'_>) -> bool {
    let fetch_site = headers.get(&FETCH_SITE).map(|value| value.as_bytes());
    if fetch_site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return true;
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let ours = origin.to_str().ok().and_then(|origin| {
        let (scheme, host) = origin.split_once("://")?;
        let named = bind
            .settings
            .server
            .hosts
            .iter()
            .any(|known| known.eq_ignore_ascii_case(split_port(host).0));
        Some((scheme == "http" || named) && bind.is_ours(host))
    });
    ours != Some(true)
}

/// The page that redeems a one-time token.
fn is_sign_in(method: &Method, uri: &Uri) -> bool {
    method == Method::GET
        && uri.path() == "/"
        && uri.query().is_some_and(|query| query.starts_with("token="))
}

fn cookie<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    cookies.split(';').find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_ports() {
        for (host, expected) in [
            ("localhost:7357", ("localhost", Some(7357))),
            ("localhost", ("localhost", None)),
            ("[::1]:7357", ("[::1]", Some(7357))),
            ("[::1]", ("[::1]", None)),
            ("::1", ("::1", None)),
            ("localhost:x", ("", None)),
            ("", ("", None)),
        ] {
            assert_eq!(split_port(host), expected, "{host}");
        }
    }

    #[test]
    fn finds_cookies() {
        assert_eq!(
            cookie("a=1; relayscope_session_1=x", "relayscope_session_1"),
            Some("x")
        );
        assert_eq!(
            cookie("relayscope_session_11=x", "relayscope_session_1"),
            None
        );
    }
}
