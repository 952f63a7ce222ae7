//! Which headers travel on.

use http::header::{ACCEPT_ENCODING, CONNECTION, HeaderMap, HeaderName, HeaderValue};
use wire::Dialect;

/// Headers that hold for one connection only (RFC 9110, 7.6.1), and `Expect`, which we answer ourselves.
fn is_for_one_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "expect"
            | "keep-alive"
            | "proxy-connection"
            | "proxy-authenticate"
            | "proxy-authorization"
    )
}

/// Headers that are meant for us. Cookies for our address are ours: no model API uses them.
fn is_ours(name: &str) -> bool {
    matches!(
        name,
        "x-project-id"
            | "x-upstream-provider"
            | "x-relayscope-site"
            | "x-relayscope-token"
            | "cookie"
    )
}

/// Takes the headers of these names out. One look at the names that are there, instead of a search for
/// each that may be.
fn take_out(headers: &mut HeaderMap, is_meant: impl Fn(&str) -> bool) {
    let is_meant = |name: &&HeaderName| is_meant(name.as_str());
    while let Some(name) = headers.keys().find(is_meant).cloned() {
        headers.remove(name);
    }
}

/// Leaves in a request's headers what goes upstream. The client library writes `Host` and
/// `Content-Length` anew, for the address and the body that it really sends.
pub(crate) fn for_upstream(headers: &mut HeaderMap) {
    drop_named_by_connection(headers);
    take_out(headers, |name| {
        is_for_one_hop(name) || is_ours(name) || matches!(name, "host" | "content-length")
    });
    // Without the header, servers may pick any encoding; programs that do not name one expect none.
    if !headers.contains_key(ACCEPT_ENCODING) {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
}

/// Takes the caller's credentials out: everything whose name says that it may be one.
pub(crate) fn drop_credentials(headers: &mut HeaderMap) {
    take_out(headers, base::redact::is_secret_header);
}

/// Beginnings of headers that mean something in one vendor's interface only.
const OF_ONE_VENDOR: [&str; 5] = [
    "anthropic-",
    "x-stainless-",
    "x-claude-",
    "openai-",
    "x-codex-",
];

/// Headers that describe the body, or the answer wished for: both are others after translation. And
/// Claude Code's own mark.
const OF_THE_BODY: [&str; 5] = [
    "accept",
    "accept-encoding",
    "content-encoding",
    "x-app",
    "originator",
];

/// The version of Anthropic's interface that translations speak.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// Leaves in a translated request's headers what a place of another dialect understands.
pub(crate) fn for_dialect(headers: &mut HeaderMap, dialect: Dialect) {
    take_out(headers, |name| {
        OF_THE_BODY.contains(&name) || OF_ONE_VENDOR.iter().any(|start| name.starts_with(start))
    });
    let fixed = [
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("accept-encoding", "identity"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if dialect == Dialect::Anthropic {
        headers.insert(
            "anthropic-version",
            HeaderValue::from_static(ANTHROPIC_VERSION),
        );
    }
}

/// Beginning of the headers by which a server lets pages of other sites read its answers.
const CORS: &str = "access-control-";

/// Leaves in an answer's headers what goes to the client. An upstream that opens its answers to every
/// web page does not speak for this address.
pub(crate) fn for_client(headers: &mut HeaderMap) {
    drop_named_by_connection(headers);
    take_out(headers, |name| {
        is_for_one_hop(name) || name.starts_with(CORS)
    });
}

/// What `Connection` names holds for one connection too.
fn drop_named_by_connection(headers: &mut HeaderMap) {
    if !headers.contains_key(CONNECTION) {
        return;
    }
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_does_not_open_our_answers_to_web_pages() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("set-cookie", "a=1"),
            ("access-control-allow-origin", "*"),
            ("set-cookie", "b=2"),
            ("access-control-expose-headers", "x"),
            ("content-type", "text/plain"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        for_client(&mut headers);
        let left: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let expected: [(&str, &[u8]); 3] = [
            ("set-cookie", b"a=1"),
            ("set-cookie", b"b=2"),
            ("content-type", b"text/plain"),
        ];
        assert_eq!(left, expected);
    }

    #[test]
    fn one_hop_and_our_own_headers_stay_here() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "keep-alive, X-Secret-Hop"),
            ("x-secret-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("x-project-id", "p"),
            ("x-upstream-provider", "openai"),
            ("x-relayscope-site", "s"),
            ("cookie", "a=b"),
            ("host", "127.0.0.1:7357"),
            ("content-length", "3"),
            ("anthropic-beta", "a"),
            ("authorization", "Bearer x"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        for_upstream(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["accept-encoding", "anthropic-beta", "authorization"]);
        drop_credentials(&mut headers);
        assert!(!headers.contains_key("authorization"));
    }
}
