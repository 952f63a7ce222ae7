//! The way out: direct, the system's proxy settings, or an explicit proxy.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// A way out.
#[derive(Clone, Default)]
pub enum Outbound {
    /// As the system says: `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, or the settings of Windows and macOS.
    System(Arc<Matcher>),
    /// No proxy.
    #[default]
    Direct,
    /// This proxy for everything but this machine.
    Explicit(Uri),
}

/// The text names no way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no way out: use system, direct, http://host:port or socks5://host:port")]
pub struct OutboundError(String);

impl Outbound {
    /// Reads `system`, `direct`, or the address of a proxy (`http`, `socks5`, `socks5h`).
    pub fn parse(text: &str) -> Result<Self, OutboundError> {
        match text.trim() {
            "system" | "" => Ok(Self::System(Arc::new(Matcher::from_system()))),
            "direct" => Ok(Self::Direct),
            address => {
                let wrong = || OutboundError(address.to_owned());
                let uri: Uri = address.parse().map_err(|_| wrong())?;
                let known = matches!(uri.scheme_str(), Some("http" | "socks5" | "socks5h"));
                if known && uri.host().is_some() {
                    Ok(Self::Explicit(uri))
                } else {
                    Err(wrong())
                }
            }
        }
    }

    /// The proxy to use for a target, with the credentials for it.
    pub(crate) fn proxy_for(&self, target: &Uri) -> Option<Proxy> {
        if target.host().is_some_and(is_this_machine) {
            return None;
        }
        match self {
            Self::Direct => None,
            Self::Explicit(uri) => {
                // The matcher splits credentials off the address and encodes them.
                let all = Matcher::builder().all(uri.to_string()).build();
                all.intercept(target).map(Proxy::from)
            }
            Self::System(matcher) => matcher.intercept(target).map(Proxy::from),
        }
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(_) => out.write_str("system"),
            Self::Direct => out.write_str("direct"),
            Self::Explicit(uri) => write!(out, "{}", address(uri)),
        }
    }
}

/// A proxy on the way out.
pub(crate) struct Proxy {
    /// Its address, without credentials.
    pub(crate) uri: Uri,
    /// Value of `Proxy-Authorization`.
    pub(crate) basic: Option<http::HeaderValue>,
    /// User name and password for SOCKS.
    pub(crate) user: Option<(String, String)>,
}

impl From<hyper_util::client::proxy::matcher::Intercept> for Proxy {
    fn from(found: hyper_util::client::proxy::matcher::Intercept) -> Self {
        Self {
            uri: found.uri().clone(),
            basic: found.basic_auth().cloned(),
            user: found
                .raw_auth()
                .map(|(user, password)| (user.to_owned(), password.to_owned())),
        }
    }
}

/// Address without credentials.
pub(crate) fn address(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    let port = uri
        .port_u16()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{}://{host}{port}", uri.scheme_str().unwrap_or("http"))
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ways_out() {
        assert!(matches!(Outbound::parse("system"), Ok(Outbound::System(_))));
        assert!(matches!(Outbound::parse("direct"), Ok(Outbound::Direct)));
        assert!(matches!(
            Outbound::parse("socks5://127.0.0.1:1080"),
            Ok(Outbound::Explicit(_))
        ));
        for wrong in ["ftp://x:1", "nowhere", "http://"] {
            assert!(Outbound::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn this_machine_needs_no_proxy_and_credentials_stay_hidden() {
        let out = Outbound::parse("http://user:secret@proxy.example:3128").unwrap();
        assert!(
            out.proxy_for(&"http://127.0.0.1:1/".parse().unwrap())
                .is_none()
        );
        assert!(
            out.proxy_for(&"http://localhost:1/".parse().unwrap())
                .is_none()
        );
        let proxy = out
            .proxy_for(&"https://api.example/".parse().unwrap())
            .unwrap();
        assert!(proxy.basic.is_some());
        assert!(!format!("{out:?}").contains("secret") && !address(&proxy.uri).contains("secret"));
    }
}
