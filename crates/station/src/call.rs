//! A call to a station as it is described, before anybody makes it; and what came back.

use std::collections::BTreeMap;

use base::Secret;
use serde::{Deserialize, Serialize};

/// Stands for the key in a path, a query or a body until [`Call::path_for`] and [`Call::body_for`] put it in.
pub const KEY: &str = "{key}";

/// Bytes of an answer that are read, unless a call says otherwise: a status or a balance is a few kilobytes.
pub(crate) const SMALL: usize = 1024 * 1024;
/// Bytes of a log that are read: 1,000 rows are 0.7 MB, old New-API stations send all rows there are.
pub(crate) const LARGE: usize = 32 * 1024 * 1024;

/// How a key travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    /// `Authorization: Bearer KEY`.
    #[default]
    Bearer,
    /// `?key=KEY`. It ends up in access logs, so only users choose it.
    UrlKey,
}

/// What a call is authorised with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Nothing: no secret leaves the machine.
    #[default]
    None,
    /// The site's key.
    Key(KeyForm),
    /// The site's key inside the body or path ([`KEY`]), and nowhere else.
    KeyInside,
    /// The account's access token as `Authorization: Bearer TOKEN`, with these headers that name the user.
    Account {
        /// Header → user id.
        user: BTreeMap<String, String>,
    },
    /// The account's token as `Authorization: TOKEN`, without a scheme (VoAPI).
    AccountBare,
}

/// Method of a call. Nothing else is ever sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`.
    #[default]
    Get,
    /// `POST`.
    Post,
}

/// What a path is appended to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The site's base address.
    #[default]
    Base,
    /// The base address without a last part such as `/api` or `/claude` (claude-relay-service).
    Root,
    /// Scheme, host and port alone.
    Origin,
}

/// Which of a station's limits a call counts against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// The general one: hundreds a minute.
    #[default]
    General,
    /// New-API's critical one: 20 in 20 minutes and address, shared with logging in. At most 15 are ours.
    Critical,
}

/// A call. It holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// What it is for: a name in the words of its kind, unique within one conversation.
    pub purpose: String,
    /// Method.
    pub method: Method,
    /// What `path` is appended to.
    pub place: Place,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// The address is `http://` and the station wants `https://`: use that, on port 443.
    pub over_tls: bool,
    /// What it is authorised with.
    pub auth: Auth,
    /// Further headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// A JSON body; a text of [`KEY`] in it stands for the key.
    pub body: Option<serde_json::Value>,
    /// Bytes of the answer that are read at most.
    pub cap: usize,
    /// Which limit it counts against.
    pub bucket: Bucket,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case. Only [`KEPT_HEADERS`] are looked at.
    pub headers: Vec<(String, String)>,
    /// The body, decoded, as far as `Call::cap`.
    pub body: Vec<u8>,
    /// From sending to the end of the body, milliseconds.
    pub ms: u64,
}

/// Headers of an answer that anything here looks at; the others need not be kept.
pub const KEPT_HEADERS: &[&str] = &[
    "auth-version",
    "cf-mitigated",
    "content-type",
    "location",
    "retry-after",
    "server",
    "x-new-api-version",
    "x-oneapi-request-id",
];

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
pub enum CallFailure {
    /// The path cannot be appended to the address.
    #[error("the address of the call is not valid")]
    Address,
    /// The address leads to Relayscope itself.
    #[error("the address leads to Relayscope itself")]
    OwnAddress,
    /// The host's name cannot be resolved.
    #[error("the host name cannot be resolved")]
    Dns,
    /// No connection, or it broke.
    #[error("no connection")]
    Connect,
    /// TLS failed.
    #[error("the encrypted connection failed")]
    Tls,
    /// No whole answer in time.
    #[error("no answer within {seconds} s")]
    Timeout {
        /// How long was waited.
        seconds: u64,
    },
    /// The answer is larger than the call's cap.
    #[error("the answer is larger than {cap} bytes")]
    TooLarge {
        /// Bytes that would have been read.
        cap: u64,
    },
    /// The body is not encoded as its header says.
    #[error("the answer's compression is broken")]
    Encoding,
    /// The answer is no HTTP, or ended in the middle.
    #[error("the answer is broken")]
    Broken,
    /// Our own budget of calls to this address is used up.
    #[error("calls to this address are used up for {seconds} s")]
    Budget {
        /// When there will be room.
        seconds: u64,
    },
    /// This machine is offline.
    #[error("this machine is offline")]
    Offline,
    /// Somebody cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// There is no key, or it cannot be unsealed.
    #[error("there is no key")]
    NoKey,
}

/// An answer, or why there is none.
pub type Reply = Result<Answer, CallFailure>;

impl Call {
    /// `GET path` without authorisation.
    pub fn get(purpose: &str, path: impl Into<String>) -> Self {
        Self {
            purpose: purpose.to_owned(),
            path: path.into(),
            cap: SMALL,
            ..Self::default()
        }
    }

    /// `POST path` with a JSON body.
    pub fn post(purpose: &str, path: impl Into<String>, body: serde_json::Value) -> Self {
        Self {
            method: Method::Post,
            body: Some(body),
            ..Self::get(purpose, path)
        }
    }

    /// The same, authorised.
    pub fn with(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The same from another place.
    pub fn from_place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same against New-API's small bucket.
    pub fn critical(mut self) -> Self {
        self.bucket = Bucket::Critical;
        self
    }

    /// The same with room for a log.
    pub fn large(mut self) -> Self {
        self.cap = LARGE;
        self
    }

    /// `GET /api/status`: how evidence and `source` name it. Never holds a key.
    pub fn title(&self) -> String {
        let method = match self.method {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        format!("{method} {}", base::redact::path_and_query(&self.path))
    }

    /// Path and query as they are sent. For whoever makes the call, and nobody else.
    pub fn path_for(&self, key: &Secret<String>) -> String {
        let encoded = percent_encoded(key.reveal());
        let path = self.path.replace(KEY, &encoded);
        match self.auth {
            Auth::Key(KeyForm::UrlKey) => {
                let joint = if path.contains('?') { '&' } else { '?' };
                format!("{path}{joint}key={encoded}")
            }
            _ => path,
        }
    }

    /// The body as it is sent.
    pub fn body_for(&self, key: &Secret<String>) -> Option<String> {
        let mut body = self.body.clone()?;
        put_in(&mut body, key.reveal());
        Some(body.to_string())
    }

    /// Headers as they are sent: the authorisation, those of the call, `accept` and `accept-language`
    /// (fixed, so that texts are stable). `account` is the account's token.
    pub fn headers_for(
        &self,
        key: &Secret<String>,
        account: Option<&Secret<String>>,
    ) -> Vec<(String, String)> {
        let mut headers = vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("accept-language".to_owned(), "en".to_owned()),
        ];
        if self.body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let account = account.map(Secret::reveal);
        let authorization = match (&self.auth, account) {
            (Auth::Key(KeyForm::Bearer), _) => Some(format!("Bearer {}", key.reveal())),
            (Auth::Account { .. }, Some(token)) => Some(format!("Bearer {token}")),
            (Auth::AccountBare, Some(token)) => Some(token.clone()),
            _ => None,
        };
        headers.extend(authorization.map(|value| ("authorization".to_owned(), value)));
        if let Auth::Account { user } = &self.auth {
            headers.extend(user.iter().map(|(name, id)| (name.clone(), id.clone())));
        }
        headers.extend(self.headers.iter().cloned());
        headers
    }

    /// Whether a secret travels with it.
    pub fn is_keyed(&self) -> bool {
        self.auth != Auth::None
    }
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(had, _)| had.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

fn put_in(value: &mut serde_json::Value, key: &str) {
    match value {
        serde_json::Value::String(text) if text == KEY => key.clone_into(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| put_in(item, key)),
        serde_json::Value::Object(members) => {
            members.values_mut().for_each(|member| put_in(member, key));
        }
        _ => {}
    }
}

/// A text as it may stand in a query.
pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_put_in_only_at_the_end() {
        let key = Secret::new("sk-a/b".to_owned());
        let call = Call::get("x", "/api/x?p=1").with(Auth::Key(KeyForm::UrlKey));
        assert_eq!(call.path_for(&key), "/api/x?p=1&key=sk-a%2Fb");
        assert_eq!(call.title(), "GET /api/x?p=1");
        assert!(
            call.headers_for(&key, None)
                .iter()
                .all(|(name, _)| name != "authorization")
        );

        let call = Call::post(
            "x",
            "/api/y",
            serde_json::json!({"apiKey": KEY, "n": [KEY, "{key} "]}),
        )
        .with(Auth::KeyInside);
        assert_eq!(
            call.body_for(&key).unwrap(),
            r#"{"apiKey":"sk-a/b","n":["sk-a/b","{key} "]}"#
        );
        assert_eq!(call.path_for(&key), "/api/y");
        assert!(
            call.headers_for(&key, None)
                .iter()
                .all(|(_, value)| !value.contains("sk-a"))
        );
    }

    #[test]
    fn an_account_never_sends_the_key() {
        let (key, token) = (
            Secret::new("sk-key".to_owned()),
            Secret::new("token".to_owned()),
        );
        let user = BTreeMap::from([("new-api-user".to_owned(), "321".to_owned())]);
        let headers = Call::get("x", "/x")
            .with(Auth::Account { user })
            .headers_for(&key, Some(&token));
        assert!(headers.contains(&("authorization".to_owned(), "Bearer token".to_owned())));
        assert!(headers.contains(&("new-api-user".to_owned(), "321".to_owned())));
        assert!(headers.iter().all(|(_, value)| !value.contains("sk-key")));
    }
}
