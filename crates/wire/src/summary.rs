//! What the proxy needs to know of a request before it goes out.

use http::HeaderMap;

use crate::scan;

/// The few members of a request that routing and the list need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The model asked for.
    pub model: Option<String>,
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

impl Summary {
    /// Reads headers and body. A body that is not JSON gives what the headers give.
    pub fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let mut summary = Self {
            session: header_session(headers),
            ..Self::default()
        };
        for (name, value) in scan::members(body) {
            match name {
                b"model" => summary.model = scan::string(value),
                b"stream" => summary.stream = value == b"true",
                b"metadata" if summary.session.is_none() => {
                    summary.session = scan::member(value, "user_id")
                        .and_then(scan::string)
                        .and_then(|user| session_of_user(&user));
                }
                b"prompt_cache_key" if summary.session.is_none() => {
                    summary.session = scan::string(value);
                }
                _ => {}
            }
        }
        summary
    }
}

fn header_session(headers: &HeaderMap) -> Option<String> {
    let value = SESSION_HEADERS.iter().find_map(|name| headers.get(*name))?;
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

    #[test]
    fn reads_model_stream_and_session() {
        let of = |body: &str| Summary::of(&HeaderMap::new(), body.as_bytes());
        let body = r#"{"model":"claude-opus-5-5","metadata":{"user_id":"user_1_account_2_session_abc"},"stream":true}"#;
        assert_eq!(
            of(body),
            Summary {
                model: Some("claude-opus-5-5".into()),
                stream: true,
                session: Some("abc".into())
            }
        );
        let body =
            r#"{"metadata":{"user_id":"{\"device_id\":\"d\",\"session_id\":\"s\"}"},"model":"m"}"#;
        assert_eq!(of(body).session.as_deref(), Some("s"));
        assert_eq!(
            of(r#"{"prompt_cache_key":"k"}"#).session.as_deref(),
            Some("k")
        );
        assert_eq!(of("not json"), Summary::default());
        assert_eq!(of(r#"{"model":7,"stream":"true"}"#), Summary::default());
    }

    #[test]
    fn a_header_names_the_session_first() {
        let mut headers = HeaderMap::new();
        headers.insert("x-claude-code-session-id", "from-header".parse().unwrap());
        let summary = Summary::of(&headers, br#"{"prompt_cache_key":"k"}"#);
        assert_eq!(summary.session.as_deref(), Some("from-header"));
    }
}
