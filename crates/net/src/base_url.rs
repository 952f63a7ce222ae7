//! The base address of an upstream, in any usual form.

use std::fmt;

use bytes::Bytes;
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

/// An address such as `https://api.anthropic.com`, without a trailing `/` or `/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

/// Why a text is no base address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Nothing there.
    #[error("the address is empty")]
    Empty,
    /// Not an address at all.
    #[error("“{0}” is not a web address")]
    Malformed(String),
    /// Neither http nor https.
    #[error("the address must begin with http:// or https://")]
    Scheme,
    /// A user name or password inside the address would reach logs.
    #[error("the address must not hold a user name or password; add the key as a key")]
    Credentials,
    /// A query or fragment has no meaning in a base address.
    #[error("the address must not hold a query (?…) or fragment (#…)")]
    Query,
}

impl BaseUrl {
    /// Reads an address; `/`, `/v1` and `/v1/` at its end are left out. Without a scheme, https is meant.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BaseUrlError::Empty);
        }
        if text.contains(['?', '#']) {
            return Err(BaseUrlError::Query);
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::HTTPS, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::HTTP, rest),
            Some(_) => return Err(BaseUrlError::Scheme),
            None => (Scheme::HTTPS, text),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(BaseUrlError::Credentials);
        }
        let malformed = || BaseUrlError::Malformed(text.to_owned());
        let path = path.trim_end_matches('/');
        let path = path
            .strip_suffix("v1")
            .filter(|path| path.is_empty() || path.ends_with('/'));
        let path = path.unwrap_or_else(|| rest.split_once('/').map_or("", |(_, path)| path));
        let path = path.trim_matches('/');
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("/{path}")
        };
        let authority: Authority = authority
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| malformed())?;
        let is_named = |letter: char| letter.is_ascii_alphanumeric() || ".-_[]:".contains(letter);
        if !authority.host().chars().all(is_named) || authority.as_str().ends_with(':') {
            return Err(malformed());
        }
        let url = Self {
            scheme,
            authority,
            prefix,
        };
        let uri: Uri = url.to_string().parse().map_err(|_| malformed())?;
        match uri.authority() {
            Some(authority) if !authority.host().is_empty() => Ok(url),
            _ => Err(malformed()),
        }
    }

    /// The full address of a path that begins with `/`, for example `/v1/messages?beta=true`.
    pub fn join(&self, path_and_query: &str) -> Result<Uri, BaseUrlError> {
        self.at(Bytes::from([&self.prefix, path_and_query].concat()))
    }

    /// The same for a path that is known from the start. Nothing is copied where this address has no path of its
    /// own.
    pub fn join_known(&self, path: &'static str) -> Result<Uri, BaseUrlError> {
        match &self.prefix[..] {
            "" => self.at(Bytes::from_static(path.as_bytes())),
            _ => self.join(path),
        }
    }

    fn at(&self, path: Bytes) -> Result<Uri, BaseUrlError> {
        let malformed = || {
            let path = String::from_utf8_lossy(&path);
            let (scheme, authority) = (&self.scheme, &self.authority);
            BaseUrlError::Malformed(format!("{scheme}://{authority}{path}"))
        };
        let path = PathAndQuery::from_maybe_shared(path.clone());
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path.map_err(|_| malformed())?);
        Uri::from_parts(parts).map_err(|_| malformed())
    }

    /// Host name, without port.
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// Port: the one written, or the scheme's.
    pub fn port(&self) -> u16 {
        let usual = if self.scheme == Scheme::HTTPS {
            443
        } else {
            80
        };
        self.authority.port_u16().unwrap_or(usual)
    }

    /// Host name and port as written: what the `Host` header says.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_usual_form() {
        for (text, expected) in [
            ("https://api.anthropic.com", "https://api.anthropic.com"),
            ("https://api.anthropic.com/", "https://api.anthropic.com"),
            ("https://api.anthropic.com/v1", "https://api.anthropic.com"),
            ("https://api.anthropic.com/v1/", "https://api.anthropic.com"),
            (
                " HTTPS://Relay.Example/claude/v1/ ",
                "https://relay.example/claude",
            ),
            ("http://127.0.0.1:8080/api", "http://127.0.0.1:8080/api"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("relay.example", "https://relay.example"),
            (
                "https://relay.example/openv1",
                "https://relay.example/openv1",
            ),
        ] {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!(url.to_string(), expected, "{text}");
        }
        assert_eq!(BaseUrl::parse("http://[::1]:8080").unwrap().host(), "[::1]");
        assert_eq!(
            BaseUrl::parse("http://a.example:1").unwrap().host(),
            "a.example"
        );
    }

    #[test]
    fn a_path_is_put_behind_it() {
        for (base, expected) in [
            ("http://a.example", "http://a.example/v1/messages"),
            (
                "http://a.example/api/v1",
                "http://a.example/api/v1/messages",
            ),
        ] {
            let base = BaseUrl::parse(base).unwrap();
            assert_eq!(base.join("/v1/messages").unwrap(), expected);
            assert_eq!(base.join_known("/v1/messages").unwrap(), expected);
        }
        let base = BaseUrl::parse("http://a.example/b").unwrap();
        let malformed = BaseUrlError::Malformed("http://a.example/b/v1/a b".into());
        assert_eq!(base.join("/v1/a b"), Err(malformed));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, error) in [
            ("", BaseUrlError::Empty),
            ("ftp://x", BaseUrlError::Scheme),
            ("ht!tp:/x", BaseUrlError::Malformed("ht!tp:/x".into())),
            (
                "relay.example:/x",
                BaseUrlError::Malformed("relay.example:/x".into()),
            ),
            ("https://user:pass@x", BaseUrlError::Credentials),
            ("https://x?key=1", BaseUrlError::Query),
            ("https://", BaseUrlError::Malformed("https://".into())),
            ("https://a b", BaseUrlError::Malformed("https://a b".into())),
        ] {
            assert_eq!(BaseUrl::parse(text), Err(error), "{text}");
        }
    }
}
