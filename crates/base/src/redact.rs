//! Taking secrets out of headers, addresses and texts before they are kept or shown.

use std::borrow::Cow;

use crate::secret::mask;

/// Headers whose value is a secret or identifies an account.
const SECRET_HEADERS: &[&str] = &[
    "anthropic-auth",
    "api-key",
    "authorization",
    "cookie",
    "openai-organization",
    "proxy-authorization",
    "sec-websocket-protocol",
    "set-cookie",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-goog-api-key",
    "x-relayscope-token",
];

/// Parts of header names that say "secret" wherever they occur.
const SECRET_NAME_PARTS: &[&str] = &[
    "token",
    "secret",
    "password",
    "apikey",
    "api-key",
    "signature",
    "credential",
    "session-key",
];

/// Headers that hold such a part and are harmless.
const HARMLESS_HEADERS: &[&str] = &[
    "anthropic-ratelimit-tokens-limit",
    "x-stainless-retry-count",
];

/// Headers of nearly every call, known to be harmless: looked up before anything is searched.
const COMMON_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "anthropic-beta",
    "anthropic-version",
    "connection",
    "content-length",
    "content-type",
    "date",
    "host",
    "request-id",
    "server",
    "transfer-encoding",
    "user-agent",
    "x-app",
];

/// Shortest run of key characters that is taken for a key.
const SHORTEST_KEY: usize = 16;

/// Query parameters whose value is a secret.
const SECRET_PARAMETERS: &[&str] = &[
    "key",
    "api_key",
    "apikey",
    "api-key",
    "token",
    "access_token",
    "secret",
    "password",
    "signature",
    "sig",
    "auth",
];

/// Beginnings of well-known keys, for texts that may quote one.
const KEY_PREFIXES: &[&str] = &[
    "sk-",
    "sk_",
    "AKIA",
    "ghp_",
    "gho_",
    "github_pat_",
    "AIza",
    "xai-",
    "gsk_",
    "eyJ",
    "cr_",
    "fk-",
    "tp-",
    "whsec_",
];

/// Whether a header's value must not be kept. `name` in lower case.
pub fn is_secret_header(name: &str) -> bool {
    if COMMON_HEADERS.contains(&name) {
        return false;
    }
    if SECRET_HEADERS.contains(&name) {
        return true;
    }
    // Counts of tokens are no secrets: anthropic-ratelimit-tokens-remaining, x-ratelimit-reset-tokens …
    if name.contains("ratelimit") || HARMLESS_HEADERS.contains(&name) {
        return false;
    }
    SECRET_NAME_PARTS.iter().any(|part| name.contains(part))
}

/// The form of a secret header's value that may be kept: a scheme and a masked key, or nothing of a cookie.
pub fn header_value(name: &str, value: &str) -> String {
    if name.contains("cookie") {
        return "••••••••".to_owned();
    }
    match value.split_once(' ') {
        Some((scheme, key))
            if scheme.len() <= 10 && scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
        {
            format!("{scheme} {}", mask(key))
        }
        _ => mask(value),
    }
}

/// A path with query in which the values of secret parameters are masked.
pub fn path_and_query(text: &str) -> Cow<'_, str> {
    let Some((path, query)) = text.split_once('?') else {
        return Cow::Borrowed(text);
    };
    if !query.split('&').any(is_secret_pair) {
        return Cow::Borrowed(text);
    }
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret_pair(pair) => format!("{name}=••••••••"),
            _ => pair.to_owned(),
        })
        .collect();
    Cow::Owned(format!("{path}?{}", pairs.join("&")))
}

/// A query (without its question mark) that lacks what may be a credential.
pub fn query_without_secrets(query: &str) -> Cow<'_, str> {
    if !query.split('&').any(is_secret_pair) {
        return Cow::Borrowed(query);
    }
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !is_secret_pair(pair))
        .collect();
    Cow::Owned(kept.join("&"))
}

/// Whether `name=value` of a query may hold a credential.
fn is_secret_pair(pair: &str) -> bool {
    pair.split_once('=').is_some_and(|(name, value)| {
        !value.is_empty() && SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str())
    })
}

/// A text in which everything that looks like a key is masked: for error messages, which like to quote it.
pub fn text(text: &str) -> Cow<'_, str> {
    if text.len() < SHORTEST_KEY {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = next_key(text, at) {
        out.push_str(&text[kept..found.start]);
        out.push_str(&mask(&text[found.clone()]));
        kept = found.end;
        at = found.end;
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// The first run of at least 16 key characters that begins like a key.
fn next_key(text: &str, from: usize) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find_map(|start| {
        let inside = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        if inside || !begins_key(&bytes[start..]) {
            return None;
        }
        let run = &bytes[start..];
        let length = run.iter().position(|byte| !is_key_byte(*byte));
        let key = &run[..length.unwrap_or(run.len())];
        if key.len() < SHORTEST_KEY {
            return None;
        }
        let dots = key.iter().rev().take_while(|byte| **byte == b'.').count();
        Some(start..start + key.len() - dots)
    })
}

fn begins_key(bytes: &[u8]) -> bool {
    // Most bytes begin no prefix: one look tells.
    matches!(bytes.first(), Some(first) if b"sAgxectfw".contains(first))
        && KEY_PREFIXES
            .iter()
            .any(|prefix| bytes.starts_with(prefix.as_bytes()))
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.+/=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_secret_headers() {
        for name in [
            "authorization",
            "x-api-key",
            "cookie",
            "set-cookie",
            "x-my-token",
            "x-amz-signature",
        ] {
            assert!(is_secret_header(name), "{name}");
        }
        for name in [
            "content-type",
            "anthropic-ratelimit-tokens-remaining",
            "x-ratelimit-reset-tokens",
            "request-id",
            "user-agent",
        ] {
            assert!(!is_secret_header(name), "{name}");
        }
    }

    #[test]
    fn masks_values() {
        assert_eq!(
            header_value("authorization", "Bearer sk-0123456789abcdef7Qf2"),
            "Bearer sk-••••••••7Qf2"
        );
        assert_eq!(
            header_value("x-api-key", "sk-0123456789abcdef7Qf2"),
            "sk-••••••••7Qf2"
        );
        assert_eq!(
            header_value("set-cookie", "session=abcdefabcdefabcdef; Path=/"),
            "••••••••"
        );
        assert_eq!(
            path_and_query("/v1/models?beta=true"),
            "/v1/models?beta=true"
        );
        assert_eq!(
            path_and_query("/v1?key=abc&x=1&API_KEY=z"),
            "/v1?key=••••••••&x=1&API_KEY=••••••••"
        );
    }

    #[test]
    fn every_prefix_is_looked_for() {
        for prefix in KEY_PREFIXES {
            let quoted = format!("数key={prefix}0123456789abcdefWXYZ...");
            let clean = text(&quoted);
            assert!(!clean.contains("0123456789"), "{clean}");
            assert!(clean.ends_with("WXYZ..."), "{clean}");
            let inside = format!("a{prefix}0123456789abcdefWXYZ");
            assert_eq!(text(&inside), inside);
        }
    }

    #[test]
    fn masks_keys_quoted_in_texts() {
        let said = "Incorrect API key provided: sk-proj-0123456789abcdefXYZ1. Find it at example.";
        assert_eq!(
            text(said),
            "Incorrect API key provided: sk-••••••••XYZ1. Find it at example."
        );
        assert_eq!(
            text("nothing here, task-list-of-many-things"),
            "nothing here, task-list-of-many-things"
        );
    }
}
