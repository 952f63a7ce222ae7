//! The station that a conversation is with: its address, the shape of its key, what the user gave and what
//! is known. It holds no secret.

use std::collections::BTreeMap;

use base::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

use crate::call::{Auth, Call, KeyForm, Place};
use crate::custom::Custom;
use crate::kind::StationKind;
use crate::known::Known;

/// A station.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Its address.
    pub address: Address,
    /// Kind that was remembered, or that the user chose.
    pub kind: StationKind,
    /// What the key looks like.
    pub key: KeyShape,
    /// What the user gave besides the key.
    pub account: Option<Account>,
    /// How the key travels for balances.
    pub balance_form: KeyForm,
    /// How the key travels for logs.
    pub log_form: KeyForm,
    /// The user's own paths and pointers.
    pub custom: Option<Custom>,
    /// What is remembered.
    pub known: Known,
    /// Now.
    pub now: Timestamp,
}

/// What the user gave besides the key. The token itself stays with whoever makes the calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What kind of token.
    pub token: AccountToken,
    /// Number of the user, where the station asks for it.
    pub user_id: Option<String>,
}

/// Tokens of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountToken {
    /// The opaque access token of the One-API family's personal page.
    Access,
    /// A panel's JWT.
    Jwt,
}

/// What a key looks like. Hints: they only change in which order things are tried, but for a JWT, which is
/// never sent where keys are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyShape {
    /// Nothing there.
    Absent,
    /// `eyJ….….…`.
    Jwt,
    /// `cr_` and hexadecimal digits: claude-relay-service.
    ClaudeRelay,
    /// `sk-` and 64 hexadecimal digits: sub2api.
    Sub2Api,
    /// `sk-` and 48 letters or digits: One-API and most of its children.
    OneApi,
    /// `sk-` and 59 characters with a `_`: one-hub and done-hub.
    OneHub,
    /// Anything else.
    #[default]
    Other,
}

/// A base address, taken apart. Not yet checked whether anything can be reached there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// `https://host:port`.
    pub origin: String,
    /// Path under which the API stands, without `/` at its end; mostly empty.
    pub prefix: String,
}

/// Ends of an address that belong to an API and not to the station.
const API_ENDS: [&str; 8] = [
    "/chat/completions",
    "/completions",
    "/messages",
    "/responses",
    "/models",
    "/v1beta",
    "/v1",
    "/",
];

/// Ends under which claude-relay-service offers its dialects.
const DIALECT_ENDS: [&str; 5] = ["/api", "/claude", "/openai", "/gemini", "/droid"];

impl Address {
    /// Takes an address apart. Queries, fragments and ends such as `/v1/chat/completions` are left out;
    /// without a scheme https is meant. `None` when it is no web address.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.split(['?', '#']).next().unwrap_or_default();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None => ("https".to_owned(), text),
        };
        if scheme != "https" && scheme != "http" {
            return None;
        }
        let (authority, path) = match rest.find('/') {
            Some(at) => (&rest[..at], &rest[at..]),
            None => (rest, ""),
        };
        let is_host = !authority.is_empty()
            && !authority.contains('@')
            && !authority.contains(char::is_whitespace);
        if !is_host {
            return None;
        }
        let mut path = path;
        while let Some(end) = API_ENDS.iter().find(|end| path.ends_with(**end)) {
            path = &path[..path.len() - end.len()];
        }
        Some(Self {
            origin: format!("{scheme}://{}", authority.to_ascii_lowercase()),
            prefix: path.to_owned(),
        })
    }

    /// The prefix without an end that belongs to a dialect of claude-relay-service.
    pub fn root(&self) -> &str {
        DIALECT_ENDS
            .iter()
            .find_map(|end| self.prefix.strip_suffix(end))
            .unwrap_or(&self.prefix)
    }

    /// Whether [`Address::root`] is another place than the address itself.
    pub fn has_dialect_end(&self) -> bool {
        self.root() != self.prefix
    }

    /// Host without port.
    pub fn host(&self) -> &str {
        host_of(&self.origin)
    }

    /// The whole address of a call, with the key put in where the call wants it.
    pub fn url_of(&self, call: &Call, key: &Secret<String>) -> String {
        let prefix = match call.place {
            Place::Base => self.prefix.as_str(),
            Place::Root => self.root(),
            Place::Origin => "",
        };
        let origin = match self.origin.strip_prefix("http://") {
            Some(_) if call.over_tls => format!("https://{}", self.host()),
            _ => self.origin.clone(),
        };
        format!("{origin}{prefix}{}", call.path_for(key))
    }
}

/// Host of an address or origin, without port, in lower case as it stands.
pub(crate) fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    match authority.rfind(']') {
        Some(bracket) => &authority[..=bracket],
        None => authority.split(':').next().unwrap_or_default(),
    }
}

impl KeyShape {
    /// Looks at a key.
    pub fn of(key: &str) -> Self {
        let key = key.trim();
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let body = key.strip_prefix("sk-");
        match body {
            _ if key.is_empty() => Self::Absent,
            _ if key.starts_with("eyJ") && key.matches('.').count() == 2 => Self::Jwt,
            _ if key
                .strip_prefix("cr_")
                .is_some_and(|rest| rest.len() >= 32 && is_hex(rest)) =>
            {
                Self::ClaudeRelay
            }
            Some(body) if body.len() == 64 && is_hex(body) => Self::Sub2Api,
            Some(body)
                if body.len() == 48 && body.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
            {
                Self::OneApi
            }
            Some(body) if body.len() == 59 && body.contains('_') => Self::OneHub,
            _ => Self::Other,
        }
    }
}

/// Headers in which forks of New-API expect the user's number: an older one refuses without its own.
const USER_HEADERS: [&str; 8] = [
    "new-api-user",
    "veloera-user",
    "x-api-user",
    "voapi-user",
    "user-id",
    "rix-api-user",
    "neo-api-user",
    "x-modelflare-user",
];

impl Target {
    /// How the key is sent for balances.
    pub(crate) fn balance_auth(&self) -> Auth {
        Auth::Key(self.balance_form)
    }

    /// How the account's token is sent to the One-API family; `None` when there is none.
    pub(crate) fn account_auth(&self) -> Option<Auth> {
        let account = self.account.as_ref()?;
        let user = account
            .user_id
            .as_ref()
            .map(|id| {
                USER_HEADERS
                    .iter()
                    .map(|name| ((*name).to_owned(), id.clone()))
                    .collect()
            })
            .unwrap_or_else(BTreeMap::new);
        Some(Auth::Account { user })
    }

    /// Whether a token of that sort was given.
    pub(crate) fn has(&self, token: AccountToken) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| account.token == token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        for (text, origin, prefix, root) in [
            (
                "https://Relay.Example/v1/chat/completions?x=1",
                "https://relay.example",
                "",
                "",
            ),
            ("relay.example", "https://relay.example", "", ""),
            (
                " http://127.0.0.1:3000/sub/v1/ ",
                "http://127.0.0.1:3000",
                "/sub",
                "/sub",
            ),
            ("https://crs.example/api", "https://crs.example", "/api", ""),
            (
                "https://crs.example/x/claude/v1/messages",
                "https://crs.example",
                "/x/claude",
                "/x",
            ),
            (
                "https://[::1]:8443/openv1",
                "https://[::1]:8443",
                "/openv1",
                "/openv1",
            ),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(
                (
                    address.origin.as_str(),
                    address.prefix.as_str(),
                    address.root()
                ),
                (origin, prefix, root),
                "{text}"
            );
        }
        for text in [
            "",
            "ftp://x",
            "https://",
            "https://user:pw@x",
            "https://a b",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn keys_have_shapes() {
        let hex = "0123456789abcdef".repeat(4);
        assert_eq!(KeyShape::of(""), KeyShape::Absent);
        assert_eq!(KeyShape::of("eyJhbGciOi.eyJzdWIi.c2ln"), KeyShape::Jwt);
        assert_eq!(KeyShape::of(&format!("cr_{hex}")), KeyShape::ClaudeRelay);
        assert_eq!(KeyShape::of(&format!("sk-{hex}")), KeyShape::Sub2Api);
        assert_eq!(
            KeyShape::of(&format!("sk-{}", &hex[..48])),
            KeyShape::OneApi
        );
        assert_eq!(
            KeyShape::of(&format!("sk-{}_{}", &hex[..15], &hex[..43])),
            KeyShape::OneHub
        );
        assert_eq!(KeyShape::of("sk-ant-api03-x"), KeyShape::Other);
    }
}
