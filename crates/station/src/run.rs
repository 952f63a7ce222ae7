//! Carrying a conversation out: the only loop that asks. Who really talks to the network implements
//! [`Transport`].

use crate::call::{Answer, Auth, Call, KEY, Method, Place, Reply};
use crate::heard::{Heard, Step};
use crate::target::{Address, host_of};

/// Redirects within the same station that are followed for one call.
const HOPS: usize = 3;

/// Whoever makes calls. It must not follow redirects, must keep to the call's cap and to its own patience,
/// and must send secrets only to the call's own address ([`Address::url_of`], [`Call::headers_for`],
/// [`Call::body_for`]).
pub trait Transport: Sync {
    /// Makes one call. A failure is an answer as well.
    fn send(&self, call: &Call) -> impl Future<Output = Reply> + Send;
}

/// Asks until the conversation is over. `next` is one of this crate's step functions with everything but
/// the conversation filled in. What was heard before may be handed in: it is not asked again.
pub async fn converse<T, N>(
    transport: &impl Transport,
    address: &Address,
    heard: &mut Heard,
    next: N,
) -> T
where
    N: Fn(&Heard) -> Step<T> + Send,
    T: Send,
{
    loop {
        match next(heard) {
            Step::Done(result) => return result,
            Step::Ask(call) => {
                let reply = ask(transport, address, &call).await;
                heard.add(*call, reply);
            }
        }
    }
}

/// One call with its redirects within the station.
async fn ask(transport: &impl Transport, address: &Address, call: &Call) -> Reply {
    let mut at = call.clone();
    let mut reply = transport.send(&at).await;
    for _ in 0..HOPS {
        let Ok(answer) = &reply else { break };
        let Some(onward) = onward(address, &at, answer) else {
            break;
        };
        at = onward;
        reply = transport.send(&at).await;
    }
    if let Ok(answer) = &mut reply {
        circle(address, answer);
    }
    reply
}

/// The same call where the station has moved it: on the same host, or from http to https there. A call
/// that may change something is only repeated where the status says so, and no key in a path travels on.
pub fn onward(address: &Address, call: &Call, answer: &Answer) -> Option<Call> {
    let repeats = matches!(answer.status, 307 | 308);
    let moves = matches!(answer.status, 301..=303);
    if !(repeats || moves && call.method == Method::Get) {
        return None;
    }
    let path_holds_key = call.auth == Auth::KeyInside && call.path.contains(KEY);
    if path_holds_key {
        return None;
    }
    let location = answer.header("location")?;
    let (path, over_tls) = within(address, call.over_tls, location)?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    // The query stays our own: the station's copy of it may hold the key.
    let query = call.path.split_once('?').map(|(_, query)| query);
    let path = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let onward = Call {
        place: Place::Origin,
        path,
        over_tls,
        ..call.clone()
    };
    Some(onward)
}

/// The path of a location that belongs to the same station, and whether it is reached over TLS instead.
fn within<'a>(address: &Address, over_tls: bool, location: &'a str) -> Option<(&'a str, bool)> {
    if location.starts_with('/') && !location.starts_with("//") {
        return Some((location, over_tls));
    }
    let (scheme, rest) = location.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let split = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(split);
    let path = if path.starts_with('/') { path } else { "/" };
    let authority = authority.to_ascii_lowercase();
    if address.origin == format!("{scheme}://{authority}") && !over_tls {
        return Some((path, false));
    }
    let host = address.host();
    let bare = authority.strip_suffix(":443").unwrap_or(&authority);
    let was_http = address
        .origin
        .strip_prefix("http://")
        .is_some_and(|authority| authority.strip_suffix(":80").unwrap_or(authority) == host);
    (scheme == "https" && was_http && bare == host && host_of(location) == host)
        .then_some((path, true))
}

/// A redirect within the station that is left over after all hops is written as a bare path: a circle.
fn circle(address: &Address, answer: &mut Answer) {
    if !(300..=399).contains(&answer.status) {
        return;
    }
    let location = answer
        .headers
        .iter_mut()
        .find(|(name, _)| name.eq_ignore_ascii_case("location"));
    if let Some((_, location)) = location
        && let Some((path, _)) = within(address, false, location)
    {
        *location = path.split('?').next().unwrap_or("/").to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::KeyForm;

    fn moved(status: u16, location: &str) -> Answer {
        Answer {
            status,
            headers: vec![("location".into(), location.into())],
            ..Answer::default()
        }
    }

    #[track_caller]
    fn check(base: &str, call: &Call, answer: &Answer, expected: Option<(&str, bool)>) {
        let onward = onward(&Address::parse(base).unwrap(), call, answer);
        let seen = onward
            .as_ref()
            .map(|call| (call.path.as_str(), call.over_tls));
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_key_stays_with_its_host() {
        let call = Call::get("x", "/api/usage/token?p=1").with(Auth::Key(KeyForm::UrlKey));
        let base = "https://relay.example";
        check(
            base,
            &call,
            &moved(301, "/api/usage/token/?p=1&key=sk-x"),
            Some(("/api/usage/token/?p=1", false)),
        );
        check(
            base,
            &call,
            &moved(307, "https://relay.example/y"),
            Some(("/y?p=1", false)),
        );
        for elsewhere in [
            "https://evil.example/api",
            "//evil.example/api",
            "http://relay.example/api",
            "https://relay.example:8443/api",
            "https://relay.example@evil.example/api",
            "https://relay.example.evil.example/",
            "javascript:alert(1)",
            "",
        ] {
            check(base, &call, &moved(302, elsewhere), None);
        }
        let inside = Call::get("x", "/q/{key}").with(Auth::KeyInside);
        check(base, &inside, &moved(301, "/q/sk-x/"), None);
    }

    #[test]
    fn http_becomes_https_on_the_same_host_only() {
        let call = Call::get("x", "/api/status");
        let base = "http://relay.example";
        check(
            base,
            &call,
            &moved(301, "https://relay.example/api/status"),
            Some(("/api/status", true)),
        );
        check(
            base,
            &call,
            &moved(301, "https://relay.example:443/api/status"),
            Some(("/api/status", true)),
        );
        check(
            base,
            &call,
            &moved(301, "https://www.relay.example/api/status"),
            None,
        );
        check(
            "http://relay.example:8080",
            &call,
            &moved(301, "https://relay.example/api/status"),
            None,
        );
    }

    #[test]
    fn what_changes_something_is_not_repeated_lightly() {
        let call = Call::post("x", "/api/user/checkin", serde_json::json!({}));
        check("https://a.example", &call, &moved(302, "/login"), None);
        check(
            "https://a.example",
            &call,
            &moved(308, "/api/user/checkin/"),
            Some(("/api/user/checkin/", false)),
        );
    }
}
