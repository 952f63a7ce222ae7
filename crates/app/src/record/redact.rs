//! Taking the caller's own secrets out of everything that is kept.

use std::borrow::Cow;

use base::redact;
use bytes::Bytes;
use http::header::USER_AGENT;
use memchr::memmem;
use proxy::{Exchange, HeaderList};

use crate::view::HeaderView;

/// Shortest secret that is looked for in bodies: shorter ones would hit by chance.
const SHORTEST: usize = 8;

/// Headers as lines, secrets masked: those that a name tells, and the request's own wherever they are
/// quoted.
pub(crate) fn headers(headers: &HeaderList, secrets: &[Vec<u8>]) -> Vec<HeaderView> {
    headers
        .iter()
        .map(|(name, value)| {
            let secret = redact::is_secret_header(name);
            line(name, value, secret, secrets)
        })
        .collect()
}

/// One of them. `secret`: its name says that its value is one.
pub(super) fn line(name: &str, value: &[u8], secret: bool, secrets: &[Vec<u8>]) -> HeaderView {
    let text = String::from_utf8_lossy(value);
    let value = if secret {
        redact::header_value(name, &text)
    } else {
        word(&text, secrets)
    };
    HeaderView {
        name: name.to_owned(),
        value,
        secret,
    }
}

/// A text in which the secrets are blotted out.
pub(super) fn quoted<'a>(text: &'a str, secrets: &[Vec<u8>]) -> Cow<'a, str> {
    match body(text.as_bytes(), secrets) {
        Some(clean) => String::from_utf8_lossy(&clean).into_owned().into(),
        None => text.into(),
    }
}

/// What a request says of itself in a few words, as it may be kept and shown. The proxy goes by the true ones.
pub(crate) struct Said {
    pub(crate) path: String,
    pub(crate) project: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) model: Option<String>,
}

impl Said {
    /// `secrets`: those of the request.
    pub(crate) fn by(exchange: &Exchange, secrets: &[Vec<u8>]) -> Self {
        let clean = |text: &Option<String>| text.as_ref().map(|text| word(text, secrets));
        // The name is made of parts of this: a secret in it would not be found again.
        let agent = exchange.headers.text(&USER_AGENT).unwrap_or_default();
        let client = match quoted(agent, secrets) {
            Cow::Owned(agent) => clean(&wire::client::name(&agent)),
            Cow::Borrowed(_) => clean(&exchange.client),
        };
        Self {
            path: address(&exchange.path, secrets),
            project: clean(&exchange.project),
            client,
            model: clean(&exchange.summary.model),
        }
    }
}

/// A short text, such as a model's name or a header's value, without secrets and without what looks like a key.
pub(crate) fn word(text: &str, secrets: &[Vec<u8>]) -> String {
    redact::text(&quoted(text, secrets)).into_owned()
}

/// A path with query, or a whole address, without secrets, also where their characters are encoded.
pub(crate) fn address(text: &str, secrets: &[Vec<u8>]) -> String {
    let masked = redact::path_and_query(text);
    // A secret may hold what parts are separated by.
    let masked = quoted(&masked, secrets);
    // What nothing is found in as a whole has nothing in its parts.
    if !masked.contains('%') && matches!(redact::text(&masked), Cow::Borrowed(_)) {
        return masked.into_owned();
    }
    let mut clean = String::with_capacity(masked.len());
    for part in masked.split_inclusive(['/', '?', '&', '=']) {
        let plain = match part.contains('%') {
            true => decoded(part),
            false => Cow::Borrowed(part),
        };
        let end = part.len() - part.trim_end_matches(['/', '?', '&', '=']).len();
        let (name, separator) = part.split_at(part.len() - end);
        let plain = plain.strip_suffix(separator).unwrap_or(&plain);
        let word = word(plain, secrets);
        clean.push_str(if word == plain { name } else { &word });
        clean.push_str(separator);
    }
    clean
}

/// A part of an address whose `%xx` are characters again; what they make of no text is left as it is.
fn decoded(part: &str) -> Cow<'_, str> {
    let mut plain = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *byte == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = &behind[2..];
            }
            None => {
                plain.push(*byte);
                rest = behind;
            }
        }
    }
    String::from_utf8(plain).map_or(Cow::Borrowed(part), Cow::Owned)
}

/// The secrets of a request, to be found again where an upstream quotes them.
pub(crate) fn secrets(headers: &HeaderList, path: &str) -> Vec<Vec<u8>> {
    secrets_where(headers, path, redact::is_secret_header)
}

/// The same, told by the caller which headers are secret.
pub(super) fn secrets_where(
    headers: &HeaderList,
    path: &str,
    mut is_secret: impl FnMut(&str) -> bool,
) -> Vec<Vec<u8>> {
    let in_headers = headers
        .iter()
        .filter(|(name, _)| is_secret(name))
        .flat_map(|(_, value)| value.split(|byte| *byte == b' ' || *byte == b';'))
        .flat_map(|part| [part, after_name(part)]);
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let kept = redact::path_and_query(path);
    let kept = kept.split_once('?').map_or("", |(_, query)| query);
    let in_query = query
        .split('&')
        .zip(kept.split('&'))
        .filter(|(before, after)| before != after)
        .filter_map(|(before, _)| before.split_once('=').map(|(_, value)| value.as_bytes()));
    in_headers
        .chain(in_query)
        .filter(|secret| secret.len() >= SHORTEST)
        .map(<[u8]>::to_vec)
        .collect()
}

/// The value of a cookie's `name=value`. Keys may end with `=`: they are looked for whole as well.
fn after_name(part: &[u8]) -> &[u8] {
    let name = part.iter().position(|byte| *byte == b'=');
    name.map_or(&[], |at| &part[at + 1..])
}

/// A body without the secrets, as long as before; `None` when there is none in it.
pub(super) fn body(body: &[u8], secrets: &[Vec<u8>]) -> Option<Bytes> {
    // Most texts are shorter than any secret; looking into them would cost as much as into longer ones.
    let is_in =
        |secret: &Vec<u8>| secret.len() <= body.len() && memmem::find(body, secret).is_some();
    if !secrets.iter().any(is_in) {
        return None;
    }
    let mut clean = body.to_vec();
    for secret in secrets {
        let places: Vec<usize> = memmem::find_iter(body, secret).collect();
        for place in places {
            clean[place..place + secret.len()].fill(b'*');
        }
    }
    Some(Bytes::from(clean))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn addresses_lose_secrets_and_nothing_else() {
        let secrets = [b"own-form/Secret7Rz+tail==".to_vec()];
        for plain in [
            "",
            "/",
            "/v1/messages?beta=true",
            "/v1/files/file-abc%2Fdef?x=%41&y==&z",
            "/p/caf%C3%A9/v1/%E0%A4%A/%zz%4",
            "https://api.example/v1/messages",
        ] {
            assert_eq!(address(plain, &secrets), plain);
        }
        for (path, clean) in [
            (
                "/v1/own-form/Secret7Rz+tail==/x",
                "/v1/*************************/x",
            ),
            (
                "/v1?a=own-form%2fSecret7Rz%2Btail%3D%3D&b=1",
                "/v1?a=*************************&b=1",
            ),
            (
                "/p/own-form%2FSecret7Rz+tail%3D%3D/v1",
                "/p/*************************/v1",
            ),
            ("/v1/sk-0123456789abcdefWXYZ/x", "/v1/sk-••••••••WXYZ/x"),
            (
                "/v1?key=abc&foo=sk%2D0123456789abcdefWXYZ",
                "/v1?key=••••••••&foo=sk-••••••••WXYZ",
            ),
        ] {
            assert_eq!(address(path, &secrets), clean);
        }
        assert_eq!(word("claude-opus-5-5", &secrets), "claude-opus-5-5");
    }

    #[test]
    fn a_quoted_key_is_found_again() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            "Bearer plain-secret-0123456789".parse().unwrap(),
        );
        headers.insert("cookie", "session=cookie-secret-1".parse().unwrap());
        let secrets = secrets(
            &HeaderList::of(&headers),
            "/v1/models?key=query-secret-1&x=1",
        );
        let text = b"Incorrect key plain-secret-0123456789, cookie-secret-1 or query-secret-1.";
        let clean = body(text, &secrets).unwrap();
        assert_eq!(clean.len(), text.len());
        assert!(memmem::find(&clean, b"secret").is_none(), "{clean:?}");
        assert_eq!(body(b"nothing", &secrets), None);
        headers.insert("x-api-key", "cGFkZGVkLXNlY3JldA==".parse().unwrap());
        let secrets = super::secrets(&HeaderList::of(&headers), "");
        let clean = body(b"Incorrect key cGFkZGVkLXNlY3JldA==.", &secrets).unwrap();
        assert_eq!(&clean[..], b"Incorrect key ********************.");
    }
}
