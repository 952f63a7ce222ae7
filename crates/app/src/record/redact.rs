//! Taking the caller's own secrets out of everything that is kept.

use std::borrow::Cow;

use base::redact;
use bytes::Bytes;
use memchr::memmem;
use proxy::HeaderList;

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
        redact::text(&quoted(&text, secrets)).into_owned()
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
    if !secrets
        .iter()
        .any(|secret| memmem::find(body, secret).is_some())
    {
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
