//! What the proxy needs to know of a request before it goes out.

use std::borrow::Cow;
use std::sync::OnceLock;

use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderName};

use crate::{encoding, scan};

/// The few members of a request that routing and the list need.
///
/// The model is read at once: agents send it first. What may stand at the end of a body of megabytes is
/// read when somebody asks for it.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The model asked for.
    pub model: Option<String>,
    named_session: Option<String>,
    /// `content-encoding` of the body.
    encoding: Option<String>,
    rest: OnceLock<Rest>,
}

/// See [`Summary::rest`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// Whether a stream is asked for.
    pub stream: bool,
    /// Session of the client: one run of Claude Code, one Codex thread.
    pub session: Option<String>,
}

/// Headers that name the session, most specific first.
const SESSION_HEADERS: &[&str] = &[
    "x-claude-code-session-id",
    "session-id",
    "session_id",
    "x-session-id",
    "x-session-affinity",
];

/// Unpacked bytes of an encoded body that are searched for the model before all of it is.
const BEGINNING: usize = 256 * 1024;

impl Summary {
    /// Reads headers and the model. A body that is not JSON gives what the headers give.
    pub fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let encoding = headers.get(CONTENT_ENCODING);
        let encoding = encoding.and_then(|value| Some(value.to_str().ok()?.to_owned()));
        let model = match &encoding {
            None => model(body),
            Some(name) => encoding::decode_up_to(Some(name), body, BEGINNING)
                .and_then(|beginning| model(&beginning))
                .or_else(|| model(&encoding::decode(Some(name), body)?)),
        };
        Self {
            model,
            named_session: header_session(headers),
            encoding,
            rest: OnceLock::new(),
        }
    }

    /// Decides without the body: it is given up, and with it a session that only it names.
    pub fn settle(&self, stream: bool) {
        self.rest.get_or_init(|| Rest {
            stream,
            session: self.named_session.clone(),
        });
    }

    /// Stream and session. `body`: the same as before; it is read once.
    pub fn rest(&self, body: &[u8]) -> &Rest {
        self.rest.get_or_init(|| self.read(body))
    }

    /// The same for who must not be waited for: what has not been read yet is read for him alone.
    pub fn look(&self, body: &[u8]) -> Cow<'_, Rest> {
        match self.rest.get() {
            Some(rest) => Cow::Borrowed(rest),
            None => Cow::Owned(self.read(body)),
        }
    }

    fn read(&self, body: &[u8]) -> Rest {
        let mut rest = Rest {
            session: self.named_session.clone(),
            ..Rest::default()
        };
        let body = match &self.encoding {
            None => Cow::Borrowed(body),
            Some(name) => encoding::decode(Some(name), body)
                .unwrap_or_default()
                .into(),
        };
        for (name, value) in scan::members(&body) {
            match name {
                b"stream" => rest.stream = value == b"true",
                b"metadata" if rest.session.is_none() => {
                    rest.session = scan::member(value, "user_id")
                        .and_then(scan::string)
                        .and_then(|user| session_of_user(&user));
                }
                b"prompt_cache_key" if rest.session.is_none() => {
                    rest.session = scan::string(value);
                }
                _ => {}
            }
        }
        rest
    }
}

fn model(body: &[u8]) -> Option<String> {
    scan::member(body, "model").and_then(scan::string)
}

/// One look at the headers that are there, instead of a search for each that may be.
fn header_session(headers: &HeaderMap) -> Option<String> {
    let rank = |name: &HeaderName| SESSION_HEADERS.iter().position(|known| name == known);
    let ranked = headers.keys().filter_map(|name| Some((rank(name)?, name)));
    let (_, name) = ranked.min_by_key(|(rank, _)| *rank)?;
    let value = headers.get(name)?;
    value
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// The session inside `metadata.user_id`: `user_…_session_UUID`, or since Claude Code 2.1.78 a JSON
/// object with `session_id`.
pub(crate) fn session_of_user(user: &str) -> Option<String> {
    if let Some(session) = scan::member(user.as_bytes(), "session_id") {
        return scan::string(session);
    }
    user.rsplit_once("_session_")
        .map(|(_, session)| session.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &HeaderMap, body: &str) -> (Option<String>, Rest) {
        let summary = Summary::of(headers, body.as_bytes());
        (summary.model.clone(), summary.rest(body.as_bytes()).clone())
    }

    #[test]
    fn reads_model_stream_and_session() {
        let of = |body| of(&HeaderMap::new(), body);
        let nothing = (None, Rest::default());
        let body = r#"{"model":"claude-opus-5-5","metadata":{"user_id":"user_1_account_2_session_abc"},"stream":true}"#;
        let rest = Rest {
            stream: true,
            session: Some("abc".into()),
        };
        assert_eq!(of(body), (Some("claude-opus-5-5".into()), rest));
        let body =
            r#"{"metadata":{"user_id":"{\"device_id\":\"d\",\"session_id\":\"s\"}"},"model":"m"}"#;
        assert_eq!(of(body).1.session.as_deref(), Some("s"));
        let body = r#"{"prompt_cache_key":"k"}"#;
        assert_eq!(of(body).1.session.as_deref(), Some("k"));
        assert_eq!(of("not json"), nothing);
        assert_eq!(of(r#"{"model":7,"stream":"true"}"#), nothing);
    }

    #[test]
    fn a_body_that_is_given_up_is_not_read() {
        let body = br#"{"model":"m","prompt_cache_key":"k","stream":false}"#;
        let summary = Summary::of(&HeaderMap::new(), body);
        summary.settle(true);
        let rest = summary.rest(body);
        assert_eq!((rest.stream, rest.session.as_deref()), (true, None));
    }

    #[test]
    fn a_packed_body_is_read_too() {
        let pad = "x".repeat(2 * BEGINNING);
        for body in [
            r#"{"model":"m","stream":true,"prompt_cache_key":"k"}"#.to_owned(),
            format!(r#"{{"pad":"{pad}","stream":true,"model":"m","prompt_cache_key":"k"}}"#),
        ] {
            let packed = zstd::encode_all(body.as_bytes(), 3).unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, "zstd".parse().unwrap());
            let summary = Summary::of(&headers, &packed);
            assert_eq!(summary.model.as_deref(), Some("m"));
            let rest = summary.rest(&packed);
            assert_eq!((rest.stream, rest.session.as_deref()), (true, Some("k")));
        }
    }

    #[test]
    fn a_header_names_the_session_first() {
        let mut headers = HeaderMap::new();
        headers.insert("x-claude-code-session-id", "from-header".parse().unwrap());
        let (_, rest) = of(&headers, r#"{"prompt_cache_key":"k"}"#);
        assert_eq!(rest.session.as_deref(), Some("from-header"));
    }
}
